"""A change of the seed as the specification's field has it, and what goes with it."""

from typing import TYPE_CHECKING, Any

from catalog.names import shown
from catalog.roles import Role
from catalog.specification_model import SeedChoice
from engines.casts import is_number
from studio.services import choices
from studio.services.choices import PeopleChoice
from studio.services.draft_store import Draft

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


def changed(known: SeedChoice | None, **values: Any) -> dict[str, Any]:
    """The seed with some fields changed; the others stay."""
    kept = {} if known is None else known.model_dump(mode="json", by_alias=True)
    return {**kept, **values}


def picked(
    known: SeedChoice | None, choice: PeopleChoice
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The seed after a pick, and what was said of the one before and goes with it."""
    kind = "audience" if choice.is_audience else "dataset"
    if known is None:
        return {kind: choice.name}, ()
    if getattr(known, kind) == choice.name:
        return changed(known), ()
    gone = []
    if known.where:
        gone.append("its filter")
    if known.weight is not None:
        gone.append(f"its weight {shown(known.weight)}")
    if known.unlike is not None:
        name = known.unlike.audience or known.unlike.dataset
        gone.append(f"its negative seed {shown(str(name))}")
    return {kind: choice.name}, tuple(gone)


def weight_columns(workshop: "Workshop", seed: SeedChoice) -> list[str]:
    """The columns of numbers by which people of the seed can be weighed."""
    if seed.dataset is None:
        return []
    found = workshop.catalog.mapped_dataset(seed.dataset)
    ids = {each.column for each in found.mappings if each.role is Role.identity}
    return [
        each.name
        for each in found.dataset.columns
        if is_number(each.type) and each.name not in ids
    ]


def negative_seeds(workshop: "Workshop", draft: Draft) -> list[str]:
    """The datasets whose people the audience can be kept away from.

    All of the seed or of the population would leave nobody; rows of them, which are
    chosen already, stay.
    """
    seed, population = draft.choices.seed, draft.choices.population
    unlike = None if seed is None else seed.unlike
    return [
        each.name
        for each in choices.seeds(workshop)
        if (unlike is not None and unlike.dataset == each.name)
        or (
            each.eligible
            and not (seed is not None and seed.is_whole(each.name))
            and not (population is not None and population.dataset == each.name)
        )
    ]
