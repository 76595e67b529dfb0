"""Sign-ins that failed, in the audit log, however many somebody tries.

Of the tries of one way within an hour the first is noted, the second, the fourth, the
eighth: the log tells how many they were to a factor of two, and no flood fills it. What
was given in them is kept nowhere.
"""

import threading
import time
from contextlib import suppress
from enum import StrEnum

from catalog.errors import StudioError
from catalog.home import Home
from studio.services import audit

NOBODY = "unknown"
WINDOW_SECONDS = 3_600


class Way(StrEnum):
    """By what somebody tried to come in."""

    token = "token"  # noqa: S105
    ticket = "ticket"
    provider = "provider"
    proxy = "proxy"


class FailedSignIns:
    """The tries of one home that failed, counted for each way and person."""

    def __init__(self, home: Home) -> None:
        self._home, self._lock = home, threading.Lock()
        self._counted: dict[tuple[Way, str], tuple[float, int]] = {}

    def note(self, way: Way, who: str = NOBODY) -> None:
        """Count a try, and record it where its number is a power of two.

        `who` is the id of a person whom the way named and who has no role here. A log
        that cannot be written to lets nobody in either, so that it is no refusal.
        """
        number = self._number((way, who))
        if number & (number - 1):
            return
        with suppress(StudioError), audit.acting_as(who):
            audit.record(self._home, audit.Verb.sign_in_failed, f"{way}/{number}")

    def _number(self, of: tuple[Way, str]) -> int:
        """Which of the tries within the hour this one is, from 1."""
        now = time.monotonic()
        with self._lock:
            begun, count = self._counted.get(of, (now, 0))
            if now - begun >= WINDOW_SECONDS:
                begun, count = now, 0
            self._counted[of] = begun, count + 1
        return count + 1
