"""What-ifs and advice kept at hand while somebody works on a draft.

Opening one reads data; asking an open one does not. A few are kept, by what they were
opened for, and closed when nobody asked for a while: never while somebody asks.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    users: int = 0
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

    @contextmanager
    def what_if(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> Iterator[WhatIf]:
        """The what-if of a specification, open while the block lasts."""
        with self._used(workshop, specification) as kept:
            yield _opened(kept, workshop)

    def sides(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> tuple[AttributeSides, ...]:
        """Seed against population, by attribute, of a specification's open what-if."""
        with self._used(workshop, specification) as kept:
            outlook = _opened(kept, workshop).refresh()
            with kept.comparing:
                if kept.sides is None or kept.sides[0] != outlook.stamp:
                    kept.sides = outlook.stamp, sides_of(outlook)
                return kept.sides[1]

    def advice(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> Advice:
        """The advice on the attributes of a specification; takes seconds once."""
        with self._used(workshop, specification) as kept, kept.advising:
            stamp = stamp_of(workshop, specification)
            if kept.advice is None or kept.advice[0] != stamp:
                kept.advice = stamp, advise(workshop, specification)
            return kept.advice[1]

    def close(self) -> None:
        """Close them all, those in use once nobody uses them."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            for key in list(self._open):
                self._drop(key)

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def _used(
        self, workshop: "Workshop", specification: AudienceSpecification
    ) -> Iterator[_Open]:
        """What is kept for a specification; while the block lasts nobody closes it."""
        key = str(workshop.home.root), specification_hash(specification)
        with self._lock:
            kept = self._open.pop(key, None) or _Open(specification)
            kept.users += 1
            self._open[key] = kept  # the one used last stands last
            self._close_idle()
            while len(self._open) > self._most:
                self._drop(next(iter(self._open)))
        try:
            yield kept
        finally:
            with self._lock:
                kept.users -= 1
                kept.used_at = time.monotonic()
                if self._open.get(key) is kept:
                    self._watch()
                else:
                    _close_unused(kept)

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
        for key, kept in list(self._open.items()):
            if not kept.users and kept.used_at < since:
                self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        _close_unused(self._open.pop(key))


OPEN = OpenWhatIfs()  # those of this process, for pages and REST alike


def _opened(kept: _Open, workshop: "Workshop") -> WhatIf:
    with kept.opening:
        if kept.what_if is None:
            kept.what_if = WhatIf(workshop, kept.specification)
            keep_libraries()
    return kept.what_if


def _close_unused(kept: _Open) -> None:
    """Close what is no longer kept; where somebody uses it, the last one does."""
    if not kept.users and kept.what_if is not None:
        kept.what_if.close()
