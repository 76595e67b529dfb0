"""How audiences and their builds stand now, whoever could not tell the catalog."""

from typing import TYPE_CHECKING

from catalog.records import HistoryEntry, Standing

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


def standings(workshop: "Workshop") -> tuple[Standing, ...]:
    """Every audience, with its newest build as it stands."""
    from orchestration.leases import as_it_stands

    return tuple(
        each
        if each.build is None
        else each.model_copy(
            update={"build": as_it_stands(workshop.catalog, each.build)}
        )
        for each in workshop.catalog.standings()
    )


def history(workshop: "Workshop", audience: str) -> tuple[HistoryEntry, ...]:
    """Every build of an audience as it stands, newest first."""
    from orchestration.leases import as_it_stands

    return tuple(
        each.model_copy(update={"build": as_it_stands(workshop.catalog, each.build)})
        for each in workshop.catalog.history(audience)
    )
