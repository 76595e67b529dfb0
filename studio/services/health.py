"""Whether Dagster's servers are up, each with its reason and its remedy."""

from datetime import datetime
from enum import StrEnum

from catalog.datasets import Frozen


class PartState(StrEnum):
    """`starting` is the first time alone; what has died is down until it is well again."""

    starting = "starting"
    well = "well"
    down = "down"


class PartHealth(Frozen):
    """One server. `since` is when it came into this state."""

    state: PartState
    since: datetime
    cause: str = ""
    remedy: str = ""


class Health(Frozen):
    """Dagster's three parts.

    Without the web server or the code location no run can be asked for. Without the
    daemon runs wait, and nothing is asked for by schedule.
    """

    web_server: PartHealth
    code_location: PartHealth
    daemon: PartHealth

    @property
    def is_well(self) -> bool:
        """True where every part is well."""
        return all(
            part.state is PartState.well
            for part in (self.web_server, self.code_location, self.daemon)
        )
