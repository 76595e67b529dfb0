"""Comparisons asked of the studio: each made in the background, one after the other.

They take minutes. What they found is kept while the process lasts; asked for again they
are there at once, since their files stay in the home.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.names import shown
from studio.services import comparison, drafts
from studio.services.comparison_figures import ComparisonFigures
from studio.services.draft_store import Draft

if TYPE_CHECKING:
    from orchestration.comparing import Compared
    from orchestration.workshop import Workshop

MOST_WAITING = 4
MOST_KEPT = 50


class ComparisonState(StrEnum):
    """How far a comparison is."""

    waiting = "waiting"
    running = "running"
    succeeded = "succeeded"
    failed = "failed"

    @property
    def is_final(self) -> bool:
        """True where nothing more happens."""
        return self in (ComparisonState.succeeded, ComparisonState.failed)


class ComparisonRun(Frozen):
    """A comparison that was asked for. `found` is its figures, `error` why it has none.

    `audience` is the slug, or of a draft the name that it has so far.
    """

    id: str
    audience: str
    state: ComparisonState
    asked_at: datetime
    found: ComparisonFigures | None = None
    error: dict[str, str] | None = None


class Comparisons:
    """The comparisons of one process."""

    def __init__(self, workshop: "Workshop") -> None:
        self._workshop = workshop
        self._lock, self._working = threading.Lock(), threading.Lock()
        self._runs: dict[str, ComparisonRun] = {}

    def start(self, audience: str, models: Sequence[str] | None) -> ComparisonRun:
        """Ask for a comparison of an audience's scorers.

        Raises StudioError for what is no audience or scorer, and `already_comparing`
        while too many wait.
        """
        owner = self._workshop.catalog.get_audience(audience)
        chosen = None if models is None else comparison.checked(models)
        return self._begin(
            owner.slug,
            lambda: comparison.compare(self._workshop, owner.id, chosen),
        )

    def start_draft(self, draft: Draft) -> ComparisonRun:
        """Ask for a comparison of all installed scorers on the choices of a draft.

        Raises StudioError `draft_incomplete`, and `already_comparing` as `start` does.
        """
        wanted = drafts.specification(self._workshop, draft)
        return self._begin(
            wanted.name, lambda: comparison.compare_draft(self._workshop, wanted)
        )

    def _begin(self, audience: str, compare: Callable[[], "Compared"]) -> ComparisonRun:
        run = ComparisonRun(
            id=uuid4().hex,
            audience=audience,
            state=ComparisonState.waiting,
            asked_at=datetime.now(UTC),
        )
        with self._lock:
            open_ones = [e for e in self._runs.values() if not e.state.is_final]
            if len(open_ones) > MOST_WAITING:
                raise StudioError(
                    "already_comparing",
                    f"audience {shown(audience)}",
                    f"waits behind {len(open_ones)} other comparisons",
                    "ask again once some of them have ended",
                )
            self._runs[run.id] = run
            while len(self._runs) > MOST_KEPT:
                self._runs.pop(next(iter(self._runs)))
        threading.Thread(target=self._work, args=(run, compare), daemon=True).start()
        return run

    def get(self, run_id: str) -> ComparisonRun:
        """One comparison as it is now; StudioError `unknown_comparison`."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None:
            raise StudioError(
                "unknown_comparison",
                f"comparison {shown(run_id)}",
                "is not there",
                "ask for it again: what was compared before is there at once",
            )
        return run

    async def follow(
        self, run_id: str, *, seconds: float = 1.0
    ) -> AsyncIterator[ComparisonRun]:
        """The comparison each time that it has changed, the last time when it has ended."""
        told: ComparisonRun | None = None
        while told is None or not told.state.is_final:
            run = self.get(run_id)
            if run != told:
                told = run
                yield run
            if not run.state.is_final:
                await asyncio.sleep(seconds)

    def _work(self, run: ComparisonRun, compare: Callable[[], "Compared"]) -> None:
        with self._working:
            self._keep(run, state=ComparisonState.running)
            try:
                found = ComparisonFigures.model_validate(compare().comparison)
            except StudioError as error:
                self._keep(run, state=ComparisonState.failed, error=error.as_dict())
            except Exception as error:
                told = StudioError(
                    "unexpected",
                    f"comparison of {shown(run.audience)}",
                    f"met an unexpected {type(error).__name__}",
                    "ask for it again, and report it where it stays",
                )
                self._keep(run, state=ComparisonState.failed, error=told.as_dict())
            else:
                self._keep(run, state=ComparisonState.succeeded, found=found)

    def _keep(self, run: ComparisonRun, **facts: Any) -> None:
        with self._lock:
            self._runs[run.id] = run.model_copy(update=facts)
