"""How pages say times, states and counts."""

from datetime import UTC, datetime

from catalog.roles import TypeFamily, type_family
from report.words import number_text
from studio.services.audience_list import State

STATE_SIGNS = {
    State.served: "good",
    State.building: "warn",
    State.failed: "bad",
    State.cancelled: "none",
    State.never_built: "none",
    State.archived: "none",
}
NONE = "–"
TYPES = {
    TypeFamily.text: "text",
    TypeFamily.integer: "whole numbers",
    TypeFamily.real: "numbers",
    TypeFamily.boolean: "yes or no",
    TypeFamily.time: "dates or times",
}
ALLOW_INDISTINCT = "Build it although the seed cannot be told from the population"
NEVER = ""
SCHEDULES = {
    NEVER: "Only when asked for",
    "@hourly": "Every hour",
    "@daily": "Every day",
    "@weekly": "Every week",
    "@monthly": "Every month",
}


def type_words(type_name: str) -> str:
    """What values of an engine's type are; the type itself where it is no common one.

    >>> type_words("VARCHAR"), type_words("STRUCT(a INTEGER)")
    ('text', 'struct(a integer)')
    """
    return TYPES.get(type_family(type_name), type_name.lower())


def time_words(time: datetime | None) -> str:
    """A time to the minute, in UTC, with spaces that do not break.

    >>> time_words(datetime(2026, 11, 26, 9, 5, tzinfo=UTC)), time_words(None)
    ('2026-11-26\\xa009:05', '–')
    """
    return f"{time.astimezone(UTC):%Y-%m-%d\u00a0%H:%M}" if time else NONE


def count_words(count: int | None) -> str:
    """A count, or that there is none."""
    return NONE if count is None else number_text(count)


def schedule_words(schedule: str | None, *, on_change: bool) -> str:
    """When an audience is built again; a cron line is shown as it is.

    >>> schedule_words("@weekly", on_change=False), schedule_words(None, on_change=True)
    ('Every week', 'When its data change')
    >>> schedule_words("0 6 * * 1", on_change=True)
    '0 6 * * 1, and when its data change'
    """
    words = SCHEDULES.get(schedule or NEVER, schedule or NEVER)
    if not on_change:
        return words
    return f"{words}, and when its data change" if schedule else "When its data change"


def waits_words(what: str) -> str:
    """That something asked for is done once another change has ended."""
    return (
        "Another change has to end first, such as a dataset that is being read in."
        f" {what} then; you need not press again."
    )


def size_words(count: int) -> str:
    """A file's size.

    >>> size_words(265_380), size_words(900)
    ('265 kB', '1 kB')
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{number_text(count / size, 1)} {unit}"
    return f"{number_text(max(1, round(count / 1000)))} kB"
