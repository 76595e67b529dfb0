"""What pages, routes and the command `up` are given: one studio, opened."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.services.runs import Runs

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Studio:
    """The workshop with its catalog and engine, and the runs."""

    workshop: "Workshop"
    runs: Runs
