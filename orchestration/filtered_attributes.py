"""What a population's filter takes from the attributes that seed and population share."""

from collections.abc import Mapping, Sequence

from catalog.conditions import Condition
from catalog.datasets import Column
from catalog.exclusions import attribute_exclusion
from catalog.mapped_dataset import MappedDataset
from catalog.roles import Role
from catalog.specification import AudienceSpecification
from engines.base import InputIdentifier, Source
from engines.casts import is_simple
from orchestration.workshop import Workshop


def with_lost_shares(
    workshop: Workshop,
    specification: AudienceSpecification,
    seed: MappedDataset,
    population: MappedDataset,
    conditions: Sequence[tuple[Condition, Column]],
    identifiers: Sequence[InputIdentifier],
) -> MappedDataset:
    """The population, with the attributes of which its filter keeps too little.

    Those are of no use even where a person names them: a postcode beside a filter by
    town is the filter again. What the whole population does not have is another matter.
    """
    if not conditions or seed.profile is None or population.profile is None:
        return population
    limit = specification.limits.maximum_unknown_share
    pairs = _columns(specification, seed, population)
    lost = _shares(workshop, seed, population, pairs, conditions, identifiers, limit)
    doubtful = {name: pairs[name] for name, share in lost.items() if share > limit}
    never = _shares(workshop, seed, population, doubtful, (), identifiers, limit)
    found = {name: lost[name] for name in doubtful if never[name] <= limit}
    return population.model_copy(update={"lost_shares": found})


def _shares(
    workshop: Workshop,
    seed: MappedDataset,
    population: MappedDataset,
    pairs: Mapping[str, tuple[str | None, str]],
    conditions: Sequence[tuple[Condition, Column]],
    identifiers: Sequence[InputIdentifier],
    limit: float,
) -> dict[str, float]:
    if not pairs:
        return {}
    shares = workshop.engine.lost_shares(
        _source(seed),
        _source(population),
        [*pairs.values()],
        conditions,
        identifiers=identifiers,
        enough=limit,
    )
    return dict(zip(pairs, shares, strict=True))


def _source(side: MappedDataset) -> Source:
    if side.profile is None:
        raise ValueError("values are looked for in a profiled dataset")
    return Source(side.dataset, side.profile.fingerprint, side.profile)


def _columns(
    specification: AudienceSpecification, seed: MappedDataset, population: MappedDataset
) -> dict[str, tuple[str | None, str]]:
    """The categorical attributes with their columns, the seed's where it has one."""
    ours = {each.attribute: each.column for each in seed.mappings if each.is_scored}
    asks_population = specification.scoring.learn_from == "population" or not ours
    profiles = population.column_profiles
    rows = population.profile.rows if population.profile else 0
    return {
        each.attribute: (ours.get(each.attribute), each.column)
        for each in population.mappings
        if each.role is Role.categorical
        and each.attribute not in population.held_to_one
        and is_simple(population.column(each.column).type)
        and (asks_population or each.attribute in ours)
        and not attribute_exclusion(
            each, profiles.get(each.column), rows, specification.limits
        )
    }
