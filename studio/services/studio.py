"""The studio as one process serves it: what pages and routes are given to work with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.workshop import Workshop
    from studio.services.runs import Runs


@dataclass(frozen=True, slots=True)
class Studio:
    """One home, opened, and the runs that go on in its Dagster."""

    workshop: "Workshop"
    runs: "Runs"
