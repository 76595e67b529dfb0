"""Which failures are worth another try, and how a failure is told to Dagster."""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from sqlalchemy.exc import OperationalError

from catalog.errors import StudioError
from catalog.file_failures import of_system, subject_of
from engines.failures import of_library

# A lock that goes away and a read that hiccups; everything else fails the same again.
WORTH_A_RETRY = frozenset(
    {
        "catalog_locked",
        "catalog_unreachable",
        "database_locked",
        "file_failure",
    }
)

ERROR_PARTS = {"code", "object", "cause", "remedy"}

RETRY_POLICY = dg.RetryPolicy(
    max_retries=3,
    delay=1.0,
    backoff=dg.Backoff.EXPONENTIAL,
    jitter=dg.Jitter.PLUS_MINUS,
)


class HistoryError(StudioError):
    """Dagster's own databases in the home cannot be read or written."""

    def __init__(self) -> None:
        super().__init__(
            "file_failure",
            "Dagster's history in the home",
            "could not be read or written",
            "check the disk and who owns the home, then run the same command again",
        )


# As Dagster names what failed outside a step's own code.
OF_HISTORY = frozenset({HistoryError.__name__, OperationalError.__name__})


@contextmanager
def history_told() -> Iterator[None]:
    """Turn a failure of Dagster's own databases into one sentence."""
    try:
        yield
    except OperationalError as error:
        raise HistoryError from error


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn failures of files, DuckDB and Arrow into one sentence.

    A fault of ours goes on as it is. `folder` is where the work writes.
    """
    try:
        yield
    except StudioError:
        raise
    except Exception as error:
        known = known_failure(error, folder)
        if known is None:
            raise
        raise known from error


def known_failure(error: Exception, folder: Path | None = None) -> StudioError | None:
    """The sentence for a failure of the world outside; None for a fault of ours."""
    if isinstance(error, OperationalError):
        return HistoryError()  # the catalog tells of its own
    if isinstance(error, OSError):
        return of_system(error, subject_of(error, "the build"), folder)
    return of_library(error, "the build", folder)


def as_studio_error(error: Exception, folder: Path | None = None) -> StudioError:
    """One sentence for any failure; of an unexpected one its type alone is told.

    Its text may quote people's data, as those of pandas, Arrow and Python do. `folder` is
    where the work writes.
    """
    if isinstance(error, StudioError):
        return error
    known = known_failure(error, folder)
    if known is not None:
        return known
    if os.environ.get("LOOKALIKE_TRACEBACK"):
        traceback.print_exception(error)
    return StudioError(
        "unexpected",
        "the build",
        f"met an unexpected {type(error).__name__}",
        "run it again with LOOKALIKE_TRACEBACK=1 and report what it prints",
    )


def another_try(tries: int) -> dg.RetryRequested:
    """The request for another try after so many that were in vain."""
    return dg.RetryRequested(
        max_retries=RETRY_POLICY.max_retries,
        seconds_to_wait=RETRY_POLICY.calculate_delay(tries + 1),
    )


def cause_told(event: dg.DagsterEvent) -> StudioError | None:
    """The cause of a failed step as `as_failure` told it; None for another failure."""
    failure = event.step_failure_data
    told = failure.user_failure_data
    if told is None or not told.metadata:
        is_history = failure.error and failure.error.cls_name in OF_HISTORY
        return HistoryError() if is_history else None
    parts = {name: str(value.value) for name, value in told.metadata.items()}
    return StudioError(**parts) if parts.keys() == ERROR_PARTS else None


def as_failure(error: StudioError) -> dg.Failure:
    """The failure as Dagster shows it; only locks and I/O are tried again."""
    return dg.Failure(
        description=str(error),
        metadata=dict(error.as_dict()),
        allow_retries=error.code in WORTH_A_RETRY,
    )
