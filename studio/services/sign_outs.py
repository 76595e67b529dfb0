"""Which sessions were signed out, remembered in the home for as long as they would last.

The file has a hash of each session's own number and the time at which it began: nothing by
which anybody could sign in.
"""

import hashlib
import json
import threading
import time
from contextlib import suppress

from catalog.home import Home
from engines.atomic import write_text_whole

SIGN_OUTS = "sign_outs.json"


class SignOuts:
    """The sessions of one home that have ended before their time."""

    def __init__(self, home: Home) -> None:
        self._path = home.root / SIGN_OUTS
        self._begun = self._read()
        self._lock = threading.Lock()

    def __contains__(self, session: str) -> bool:
        """True for a session that was signed out."""
        return _mark(session) in self._begun

    def add(self, session: str, begun: float, seconds: float) -> None:
        """End a session that began then; those older than `seconds` are forgotten."""
        oldest = time.time() - seconds
        with self._lock:
            kept = {mark: each for mark, each in self._begun.items() if each >= oldest}
            self._begun = kept | {_mark(session): begun}
            # A full disk keeps nobody in: the studio that goes on knows it all the same.
            with suppress(OSError):
                write_text_whole(self._path, json.dumps(self._begun))

    def _read(self) -> dict[str, float]:
        try:
            found = json.loads(self._path.read_text(encoding="ascii"))
            return {str(mark): float(begun) for mark, begun in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}


def _mark(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()
