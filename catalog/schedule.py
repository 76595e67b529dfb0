"""Schedules: the cron lines and short forms by which an audience is built again (B31)."""

from datetime import UTC, datetime

SHORT_FORMS = ("@hourly", "@daily", "@weekly", "@monthly")
CRON_FIELDS = 5


def check_schedule(schedule: str) -> str:
    """The schedule with single spaces; ValueError with cause and remedy if it is none.

    Refused too: a date that never comes.

    >>> check_schedule("0  6 * * 1-5")
    '0 6 * * 1-5'
    """
    from croniter import (
        CroniterBadDateError,
        croniter,
    )

    line = " ".join(schedule.split())
    if line in SHORT_FORMS:
        return line
    quoted = [f'"{form}"' for form in SHORT_FORMS]
    if len(line.split(" ")) != CRON_FIELDS or not croniter.is_valid(line):
        raise ValueError(
            f"is not a schedule: give one of {', '.join(quoted)} or five cron fields"
            ' such as "0 6 * * 1-5", in a document with the quotes'
        )
    try:
        croniter(line, datetime(2024, 1, 1, tzinfo=UTC)).get_next()
    except CroniterBadDateError as error:
        raise ValueError("names a date that never comes: give another day") from error
    return line


def next_time(schedule: str, after: datetime) -> datetime:
    """When a schedule comes next, in UTC.

    >>> next_time("0 6 * * *", datetime(2026, 11, 26, 9, tzinfo=UTC)).isoformat()
    '2026-11-27T06:00:00+00:00'
    """
    from croniter import croniter

    found: datetime = croniter(schedule, after).get_next(datetime)
    return found
