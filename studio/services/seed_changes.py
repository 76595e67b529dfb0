"""A change of the seed as the specification's field has it, and what goes with it."""

from typing import TYPE_CHECKING, Any

from catalog.names import shown
from catalog.roles import Role
from catalog.specification_people import SeedChoice
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


def negative_seeds(workshop: "Workshop", draft: Draft) -> tuple[PeopleChoice, ...]:
    """Every dataset as the negative seed, those that fit first.

    All of the seed or of the population would leave nobody; rows of them, which are
    chosen already, fit.
    """
    seed, population = draft.choices.seed, draft.choices.population
    found = [
        _as_negative(each, seed, None if population is None else population.dataset)
        for each in choices.seeds(workshop)
    ]
    return tuple(sorted(found, key=lambda each: not each.eligible))


def _as_negative(
    choice: PeopleChoice, seed: SeedChoice | None, population: str | None
) -> PeopleChoice:
    unlike = None if seed is None else seed.unlike
    if unlike is not None and unlike.dataset == choice.name and unlike.where:
        return choice
    if choice.eligible and seed is not None and seed.is_whole(choice.name):
        code, reason = "is_seed", "is the seed, so nobody would be left to learn from"
    elif choice.eligible and choice.name == population:
        code, reason = "is_population", "is the population, so nobody would be left"
    else:
        return choice
    remedy = "choose only some of its rows, or another"
    refused = {"eligible": False, "code": code, "reason": reason, "remedy": remedy}
    return choice.model_copy(update=refused)
