"""Which failures are worth another try, and how a failure is told to Dagster."""

import os
import traceback

import dagster as dg

from catalog.errors import StudioError

# A lock that goes away and a read that hiccups; everything else fails the same again.
WORTH_A_RETRY = frozenset(
    {
        "catalog_locked",
        "catalog_unreachable",
        "database_locked",
        "file_failure",
        "io_error",
    }
)

RETRY_POLICY = dg.RetryPolicy(
    max_retries=3,
    delay=1.0,
    backoff=dg.Backoff.EXPONENTIAL,
    jitter=dg.Jitter.PLUS_MINUS,
)


def as_studio_error(error: Exception) -> StudioError:
    """One sentence for any failure; of an unexpected one its type alone is told.

    Its text may quote people's data, as those of pandas, Arrow and Python do.
    """
    if isinstance(error, StudioError):
        return error
    if isinstance(error, OSError):
        return StudioError(
            "io_error",
            f"file '{error.filename}'" if error.filename else "the file system",
            f"could not be read or written ({error.strerror or type(error).__name__})",
            "mend it and run the build again",
        )
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


def as_failure(error: StudioError) -> dg.Failure:
    """The failure as Dagster shows it; only locks and I/O are tried again."""
    return dg.Failure(
        description=str(error),
        metadata=dict(error.as_dict()),
        allow_retries=error.code in WORTH_A_RETRY,
    )
