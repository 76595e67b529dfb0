"""When is an audience due? Pure rules over times; no clock, no catalog, no Dagster."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from croniter import croniter


@dataclass(frozen=True, slots=True)
class RefreshState:
    """What is known of one audience's refreshes. Times are UTC and aware.

    `registered_at` is when the present schedule was saved, `requested_at` the tick last
    asked for, `fresh_at` when a build last ended well (published or found unchanged).
    """

    registered_at: datetime
    requested_at: datetime | None = None
    fresh_at: datetime | None = None


def due_tick(
    now: datetime,
    state: RefreshState,
    *,
    cron: str | None,
    max_age_hours: float | None,
) -> datetime | None:
    """The tick to ask for now, or None.

    Of several missed ticks the newest is asked for, once. An audience older than
    `max_age_hours` is due at the moment it grew too old, once for each such moment.

    >>> from datetime import UTC
    >>> at = lambda day, hour: datetime(2026, 11, day, hour, tzinfo=UTC)
    >>> state = RefreshState(registered_at=at(1, 9), fresh_at=at(1, 10))
    >>> due_tick(at(4, 12), state, cron="@daily", max_age_hours=None).isoformat()
    '2026-11-04T00:00:00+00:00'
    >>> due_tick(at(1, 23), state, cron="@daily", max_age_hours=None) is None
    True
    """
    ticks = [
        tick
        for tick in (
            _newest_tick(now, state, cron),
            _outgrown_at(now, state, max_age_hours),
        )
        if tick is not None
    ]
    return max(ticks, default=None)


def _newest_tick(
    now: datetime, state: RefreshState, cron: str | None
) -> datetime | None:
    """The newest tick of the cron that nothing has answered yet."""
    if cron is None:
        return None
    tick: datetime = croniter(cron, now + timedelta(seconds=1)).get_prev(datetime)
    answered = max(
        moment
        for moment in (state.registered_at, state.requested_at, state.fresh_at)
        if moment is not None
    )
    return tick if tick > answered else None


def _outgrown_at(
    now: datetime, state: RefreshState, max_age_hours: float | None
) -> datetime | None:
    """The moment the audience grew too old, if it has and nobody asked since."""
    if max_age_hours is None:
        return None
    moment = (state.fresh_at or state.registered_at) + timedelta(hours=max_age_hours)
    already_asked = state.requested_at is not None and state.requested_at >= moment
    return moment if now >= moment and not already_asked else None
