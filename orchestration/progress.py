"""Who is told how far a build is: the command line, while it waits in the same process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

STAGES = ("inputs", "learn", "scores", "deliver", "audience")


@dataclass(frozen=True, slots=True)
class Progress:
    """A stage that began (`seconds` None) or ended, or one relation inside it.

    With `warning` it is a sentence alone, for whoever has asked for the build.
    """

    stage: str
    detail: str = ""
    seconds: float | None = None
    warning: str = ""


Listener = Callable[[Progress], None]
_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


@contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Send the progress of what runs inside to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(progress: Progress) -> None:
    """Tell whoever listens; nobody may."""
    listener = _listener.get()
    if listener is not None:
        listener(progress)
