"""By which identifiers a draft's seed and population can be joined, and which are chosen."""

from typing import TYPE_CHECKING

from catalog.datasets import DatasetKind, Frozen
from catalog.errors import StudioError
from catalog.join_keys import key_conflict, shared_identifiers
from catalog.mapped_dataset import MappedDataset
from catalog.roles import Role
from catalog.specification_people import SeedChoice
from studio.services.draft_store import DraftChoices

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


class JoinChoice(Frozen):
    """The identifiers that can join the two sides, the best first.

    `chosen` are those that do; none where nothing was chosen and every one does.
    """

    identifiers: tuple[str, ...]
    chosen: tuple[str, ...]


def join_choice(workshop: "Workshop", choices: DraftChoices) -> JoinChoice:
    """What can be chosen; nothing before both sides are, or where they cannot be read."""
    chosen = choices.join_key or ()
    if choices.seed is None or choices.population is None:
        return JoinChoice(identifiers=(), chosen=chosen)
    try:
        seed = seed_side(workshop, choices.seed)
        population = workshop.catalog.mapped_dataset(choices.population.dataset)
    except StudioError:
        return JoinChoice(identifiers=(), chosen=chosen)
    return JoinChoice(
        identifiers=tuple(
            each
            for each in shared_identifiers(seed, population)
            if each not in choices.exclude
            and key_conflict(seed, population, each) is None
        ),
        chosen=chosen,
    )


def still_joined(workshop: "Workshop", choices: DraftChoices) -> DraftChoices:
    """The choices without a join key that the two sides do not share."""
    found = join_choice(workshop, choices)
    if not found.identifiers or {*found.chosen} <= {*found.identifiers}:
        return choices
    return choices.model_copy(update={"join_key": None})


def seed_side(workshop: "Workshop", seed: SeedChoice) -> MappedDataset:
    """The draft's seed as eligibility reads it, before a population is known."""
    if seed.audience is not None:
        from engines.registration import keys_of
        from orchestration.audience_seeds import (
            audience_dataset,
            audience_mappings,
            served_or_named,
        )

        audience, version = served_or_named(workshop, seed)
        dataset = audience_dataset(audience, version)
        mappings = audience_mappings(dataset)
        profile = workshop.engine.profile(
            dataset, str(version.figures["content_hash"]), keys_of(mappings)
        )
        return MappedDataset(dataset=dataset, mappings=mappings, profile=profile)
    found = workshop.catalog.mapped_dataset(str(seed.dataset))
    if not seed.where:
        return found
    named = {each.column for each in seed.where}
    kept = tuple(
        each
        for each in found.mappings
        if each.role is Role.identity or not {each.column, each.attribute} & named
    )
    return found.model_copy(
        update={
            "dataset": found.dataset.model_copy(update={"kind": DatasetKind.selection}),
            "mappings": kept,
            "chosen_by": tuple(
                each.attribute
                for each in found.mappings
                if {each.column, each.attribute} & named
            ),
        }
    )
