"""How pages say times, states and counts."""

from datetime import UTC, datetime

from report.words import number_text
from studio.services.audience_list import State

STATE_SIGNS = {
    State.served: "good",
    State.building: "warn",
    State.failed: "bad",
    State.never_built: "none",
    State.archived: "none",
}
NONE = "–"


def time_words(time: datetime | None) -> str:
    """A time to the minute, in UTC, with spaces that do not break.

    >>> time_words(datetime(2026, 11, 26, 9, 5, tzinfo=UTC)), time_words(None)
    ('2026-11-26\\xa009:05', '–')
    """
    return f"{time.astimezone(UTC):%Y-%m-%d\u00a0%H:%M}" if time else NONE


def count_words(count: int | None) -> str:
    """A count, or that there is none."""
    return NONE if count is None else number_text(count)
