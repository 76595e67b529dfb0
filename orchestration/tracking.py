"""Tracking with MLflow: what builds and comparisons reached, beside earlier ones.

Off unless a command or LOOKALIKE_TRACKING names a place. What is logged are choices,
figures, plots, the report and the scorer; never rows, identifiers or keys of people. A
build does not depend on it: what cannot be logged becomes one sentence.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from catalog.errors import StudioError
from catalog.records import AudienceVersion
from orchestration.builds import Build
from orchestration.progress import Progress, tell
from orchestration.tracked import TrackedRun, run_of_build
from orchestration.workshop import Workshop

HOME = "home"
EXTRA = "tracking"
LIBRARY = "mlflow"
DATABASE = "mlflow.db"
ARTIFACTS = "artifacts"
SERVER_SECONDS = 10.0
FOLDER_SECONDS = 60.0  # the first time, the tables of the database are made
SECONDS_A_RUN = 0.2
# What MLflow reads by itself; the environment goes before it.
PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "3",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT": "5",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where runs are logged: a server, or a database in a folder with its artefacts.

    `shown` is what messages name; no address with a password in it becomes one.
    """

    shown: str
    uri: str
    folder: Path | None

    @property
    def artifact_location(self) -> str | None:
        """Where artefacts go; None where the server decides."""
        return None if self.folder is None else (self.folder / ARTIFACTS).as_uri()

    def seconds(self, runs: int) -> float:
        """How long logging so many runs may take before it is given up."""
        most = SERVER_SECONDS if self.folder is None else FOLDER_SECONDS
        return most + SECONDS_A_RUN * runs


def destination_of(workshop: Workshop, place: str | None = None) -> Destination | None:
    """Where `place`, else the workshop's own, is; None where tracking is off.

    Raises StudioError for what is no address, for one with a password in it, for a
    folder that cannot be written, and where the extra is not installed.
    """
    text = place or workshop.tracking
    if not text:
        return None
    found = _parsed(text, workshop.home.root / "tracking")
    if find_spec(LIBRARY) is None:
        raise StudioError(
            "missing_extra",
            "tracking",
            f"needs the extra `{EXTRA}`",
            f"pip install 'lookalike-studio[{EXTRA}]'",
        )
    if found.folder is not None:
        _make_writable(found.folder)
    return found


def track(
    destination: Destination | None, what: str, runs: Callable[[], list[TrackedRun]]
) -> str | None:
    """Log the runs; a sentence where that failed, None where it is done or off.

    `what` was done whatever becomes of this, such as `version 2 of audience 'buyers'`.
    `runs` are made here, so that what goes wrong with them stops nothing either. Those
    that are logged already are left alone.
    """
    if destination is None:
        return None
    began = time.monotonic()
    tell(Progress("tracking"))
    try:
        found = runs()
        count = sum(1 + len(each.nested) for each in found)
        with _patience():
            import_module(LIBRARY)  # seconds the first time, and no fault of a server
            reason = _within(destination.seconds(count), destination, found)
    except Exception as error:
        reason = _kind(error)
    tell(Progress("tracking", seconds=time.monotonic() - began))
    if reason is None:
        return None
    return (
        f"MLflow at {destination.shown} was not told of {what} ({reason}); nothing of"
        " it is lost, and the same command tells it once MLflow answers."
    )


def track_build(
    workshop: Workshop, build: Build, version: AudienceVersion, place: str | None = None
) -> str | None:
    """Log a published version at `place`, else where the workshop says.

    What stands in the way is told to whoever listens, and given back.
    """
    what = f"version {version.number} of audience '{build.audience_name}'"

    def runs() -> list[TrackedRun]:
        kept = workshop.catalog.specification(
            build.audience_id, build.specification_number
        )
        return [run_of_build(build, kept.specification, version)]

    try:
        untold = track(destination_of(workshop, place), what, runs)
    except StudioError as error:
        untold = str(error)
    if untold:
        tell(Progress("tracking", warning=untold))
    return untold


def _within(
    seconds: float, destination: Destination, runs: list[TrackedRun]
) -> str | None:
    """Log in another thread, which is left behind where it takes too long."""
    reasons: list[str] = []
    stopped = threading.Event()

    def work() -> None:
        from orchestration.mlflow_log import log_runs

        try:
            log_runs(destination.uri, destination.artifact_location, runs, stopped)
        except Exception as error:
            reasons.append(_kind(error))

    worker = threading.Thread(target=work, name="tracking", daemon=True)
    worker.start()
    try:
        worker.join(seconds)
    finally:
        stopped.set()
    if worker.is_alive():
        return f"no end within {seconds:.0f} seconds"
    return reasons[0] if reasons else None


def _kind(error: Exception) -> str:
    """Which sort of failure it is; the text of one may quote what was sent."""
    return str(getattr(error, "error_code", None) or type(error).__name__)


@contextmanager
def _patience() -> Iterator[None]:
    """MLflow's own settings for the while: short waits, no words, no telemetry."""
    added = [name for name in PATIENCE if name not in os.environ]
    os.environ.update({name: PATIENCE[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _parsed(text: str, home: Path) -> Destination:
    if text == HOME:
        return _in_folder(home)
    address = urlsplit(text)
    if "@" in address.netloc:
        raise StudioError(
            "tracking_secret",
            "the tracking address",
            "holds a user or a password",
            "give the address alone, and MLFLOW_TRACKING_USERNAME and"
            " MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the environment",
        )
    if address.scheme in ("http", "https") and _has_host(text):
        return Destination(f"'{text}'", text, None)
    if address.scheme == "file" and not address.netloc and address.path:
        return _in_folder(Path(unquote(address.path)))
    raise StudioError(
        "tracking_address",
        f"tracking address '{text}'",
        "is none that runs can be logged to",
        f"give {HOME}, http://… or https://… for an MLflow server, or file:///… for a"
        " folder",
    )


def _has_host(text: str) -> bool:
    try:
        address = urlsplit(text)
        return bool(address.hostname) and (address.port or 1) > 0
    except ValueError:
        return False


def _in_folder(folder: Path) -> Destination:
    return Destination(f"'{folder}'", f"sqlite:///{folder / DATABASE}", folder)


def _make_writable(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / ".writable").open("w"):
            pass
        (folder / ".writable").unlink(missing_ok=True)  # of two at once one finds none
    except OSError as error:
        raise StudioError(
            "tracking_not_writable",
            f"tracking folder '{folder}'",
            f"cannot be written ({error.strerror})",
            "name another, or mend its owner and mode",
        ) from error
