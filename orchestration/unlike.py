"""The negative seed of a plan: who it is, and by which identifiers it is found.

Its people count by their rows in the population, so that identifiers are all it needs.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog.errors import StudioError
from catalog.join_keys import join_identifiers
from catalog.mapped_dataset import MappedDataset
from catalog.names import shown
from catalog.specification import AudienceSpecification
from engines.base import InputIdentifier, Source
from orchestration.seeds import Seed


@dataclass(frozen=True, slots=True)
class Unlike:
    """The negative seed, and the build's identifiers with its columns."""

    choice: Seed
    identifiers: tuple[InputIdentifier, ...]

    @property
    def source(self) -> Source:
        """Its rows."""
        return self.choice.source

    @property
    def facts(self) -> dict[str, Any]:
        """Who it is and what it joins by, in JSON types."""
        joins = [each.slug for each in self.identifiers if each.unlike_column]
        return {**self.choice.facts, "joins": joins}


def unlike_of_plan(
    choice: Seed,
    side: MappedDataset,
    population: MappedDataset,
    identifiers: Sequence[InputIdentifier],
    specification: AudienceSpecification,
    excluded: Collection[str],
) -> Unlike:
    """The negative seed as a build reads it.

    Raises StudioError `unlike_too_small` below limits.minimum_unlike rows and
    `unlike_not_joined` where none of the build's identifiers finds its people.
    """
    rows = side.profile.rows if side.profile else 0
    name = shown(side.dataset.name)
    least = specification.limits.minimum_unlike
    if rows < least:
        raise unlike_too_small(f"{name} has {rows:,} rows", least)
    found = {
        each.name: each
        for each in join_identifiers(side, population, None, excluded)
        if each.is_shared
    }
    joined = tuple(
        replace(
            each,
            unlike_column=found[each.slug].seed_column,
            unlike_hashing=found[each.slug].seed_hashing,
        )
        if each.slug in found
        and not each.is_carried
        and each.population_column is not None
        and each.population_hashing == found[each.slug].population_hashing
        else each
        for each in identifiers
    )
    if not any(each.unlike_column for each in joined):
        raise StudioError(
            "unlike_not_joined",
            f"seed.unlike {name}",
            f"joins the population by {', '.join(sorted(found))}, which this audience"
            " does not join by",
            "give it an identifier that the seed has too, or leave out join_key",
        )
    return Unlike(choice, joined)


def unlike_too_small(told: str, least: int) -> StudioError:
    """The refusal of a negative seed of so few people."""
    return StudioError(
        "unlike_too_small",
        "the negative seed (seed.unlike)",
        f"is too small: {told}, at least {least:,} people are needed",
        "add people to it, or lower limits.minimum_unlike knowingly",
    )
