"""The studio as one process serves it: what pages and routes are given to work with."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from studio.services.comparing import Comparisons

if TYPE_CHECKING:
    from orchestration.workshop import Workshop
    from studio.services.runs import Runs


@dataclass(frozen=True)
class Studio:
    """One home, opened, and the runs that go on in its Dagster."""

    workshop: "Workshop"
    runs: "Runs"

    @cached_property
    def comparisons(self) -> Comparisons:
        """The comparisons of scorers that were asked for since it began."""
        return Comparisons(self.workshop)
