"""What-ifs and advice kept at hand while somebody works on a draft.

Opening one reads data; asking an open one does not. A few are kept, by what they were
opened for, and closed when nobody asked for a while.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.specification import AudienceSpecification, specification_hash
from studio.garbage import keep_libraries
from studio.services.advice import Advice, advise
from studio.services.attribute_sides import AttributeSides, sides_of
from studio.services.what_if import WhatIf, stamp_of

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

MOST_OPEN = 8
IDLE_SECONDS = 600.0


@dataclass(eq=False)
class _Open:
    """What is known for one specification; each part is made by one thread at a time.

    Sides and advice stand with the stamp of the data that they were made from.
    """

    specification: AudienceSpecification
    used_at: float = 0.0
    opening: threading.Lock = field(default_factory=threading.Lock)
    comparing: threading.Lock = field(default_factory=threading.Lock)
    advising: threading.Lock = field(default_factory=threading.Lock)
    what_if: WhatIf | None = None
    sides: tuple[str, tuple[AttributeSides, ...]] | None = None
    advice: tuple[str, Advice] | None = None


class OpenWhatIfs:
    """The what-ifs of one process, by home and specification."""

    def __init__(
        self, most: int = MOST_OPEN, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._most, self._idle_seconds = most, idle_seconds
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], _Open] = {}
        self._timer: threading.Timer | None = None

    def what_if(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> WhatIf:
        """The open what-if of a specification; opened where it is not."""
        kept = self._kept(workshop, specification)
        with kept.opening:
            if kept.what_if is None:
                kept.what_if = WhatIf(workshop, specification)
                keep_libraries()
        return kept.what_if

    def sides(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> tuple[AttributeSides, ...]:
        """Seed against population, by attribute, of a specification's open what-if."""
        outlook = self.what_if(workshop, specification).refresh()
        kept = self._kept(workshop, specification)
        with kept.comparing:
            if kept.sides is None or kept.sides[0] != outlook.stamp:
                kept.sides = outlook.stamp, sides_of(outlook)
            return kept.sides[1]

    def advice(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> Advice:
        """The advice on the attributes of a specification; takes seconds once."""
        kept = self._kept(workshop, specification)
        with kept.advising:
            stamp = stamp_of(workshop, specification)
            if kept.advice is None or kept.advice[0] != stamp:
                kept.advice = stamp, advise(workshop, specification)
            return kept.advice[1]

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            for key in list(self._open):
                self._drop(key)

    def __len__(self) -> int:
        return len(self._open)

    def _kept(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> _Open:
        key = str(workshop.home.root), specification_hash(specification)
        with self._lock:
            self._close_idle()
            kept = self._open.pop(key, None) or _Open(specification)
            kept.used_at = time.monotonic()
            self._open[key] = kept  # the one used last stands last
            while len(self._open) > self._most:
                self._drop(next(iter(self._open)))
            self._watch()
        return kept

    def _watch(self) -> None:
        """Look again once the one that was just used could be idle."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self._idle_seconds + 1, self._on_idle)
        self._timer.daemon = True
        self._timer.start()

    def _on_idle(self) -> None:
        with self._lock:
            self._close_idle()

    def _close_idle(self) -> None:
        since = time.monotonic() - self._idle_seconds
        for key in [key for key, kept in self._open.items() if kept.used_at < since]:
            self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        kept = self._open.pop(key)
        if kept.what_if is not None:
            kept.what_if.close()
