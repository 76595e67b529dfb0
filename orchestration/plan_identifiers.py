"""The identifiers of a plan: which join the two sides, and what is said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from catalog.datasets import KeyProfile
from catalog.eligibility import join_identifiers
from catalog.errors import StudioError
from catalog.join_keys import Identifier
from catalog.mapped_dataset import MappedDataset
from catalog.normal_forms import form_of
from catalog.selection import find_attribute
from catalog.specification import AudienceSpecification
from engines.base import InputIdentifier, KeyColumn, Source
from orchestration.workshop import Workshop

LOST_ZEROS = "{name}: leading zeros were lost in the {side}; export the column as text"


def excluded_identifiers(
    specification: AudienceSpecification, population: MappedDataset
) -> set[str]:
    """Identifiers that the specification leaves out, by the names of their columns too."""
    return {find_attribute(name, population) for name in specification.exclude}


def keyed(
    workshop: Workshop,
    source: Source,
    side: MappedDataset,
    found: Sequence[Identifier],
    name: str,
) -> Source:
    """The source with the statistics of its identifiers' columns, those of the first first.

    Its sample, and with it the scale of numbers, belongs to the first.
    """
    columns = dict.fromkeys(
        column
        for each in found
        if (column := getattr(each, f"{name}_column")) is not None
    )
    forms = {each.column: form_of(each.attribute) for each in side.mappings}
    keys = [KeyColumn(column, forms[column]) for column in columns]
    profile = workshop.engine.profile(source.dataset, source.fingerprint, keys)
    return replace(source, profile=profile)


def identifier_shapes(
    workshop: Workshop,
    seed: Source,
    population: Source,
    shared: Sequence[Identifier],
) -> dict[str, str]:
    """What the identifiers that join look like on each side, in words."""
    sides = (("seed", seed), ("population", population))
    return {
        name: " and ".join(
            dict.fromkeys(
                workshop.engine.identifier_shape(
                    source, getattr(each, f"{name}_column")
                )
                for each in shared
            )
        )
        for name, source in sides
    }


def lost_zeros(
    workshop: Workshop,
    seed: Source,
    population: Source,
    shared: Sequence[Identifier],
) -> dict[str, str]:
    """By identifier, the side on which a spreadsheet took the zeros in front away."""
    columns = {
        each.name: (each.seed_column or "", each.population_column or "")
        for each in shared
        if form_of(each.name) == "text"
        and each.seed_hashing is None
        and each.population_hashing is None
    }
    if not columns:
        return {}
    found = workshop.engine.lost_zeros(seed, population, [*columns.values()])
    return {name: side for name, side in zip(columns, found, strict=True) if side}


def key_profiles(
    source: Source, found: Sequence[Identifier], side: str
) -> dict[str, KeyProfile]:
    """What the columns hold that say who is who, by identifier."""
    keys = {each.column: each for each in source.profile.keys} if source.profile else {}
    return {
        each.name: keys[column]
        for each in found
        if not each.is_carried
        and (column := getattr(each, f"{side}_column")) is not None
    }


def input_identifier(
    found: Identifier, seed: Source, population: Source
) -> InputIdentifier:
    """The identifier as the engine writes it; a hash by what either side holds."""
    keys = [
        key
        for source, column, made in (
            (population, found.population_column, found.population_hashing),
            (seed, found.seed_column, found.seed_hashing),
        )
        for key in (source.profile.keys if source.profile else ())
        if key.column == column and made is None
    ]
    return InputIdentifier(
        slug=found.name,
        is_hash=bool(keys) and all(key.is_hash for key in keys),
        population_column=found.population_column,
        seed_column=found.seed_column,
        population_hashing=found.population_hashing,
        seed_hashing=found.seed_hashing,
        is_carried=found.is_carried,
    )


def shared_inputs(
    specification: AudienceSpecification,
    seed: Source,
    population: Source,
    ours: MappedDataset,
    theirs: MappedDataset,
) -> tuple[InputIdentifier, ...]:
    """The identifiers of two sides as they stand; none where nothing joins them."""
    excluded = excluded_identifiers(specification, theirs)
    try:
        found = join_identifiers(ours, theirs, specification.join_key, excluded)
    except StudioError:
        return ()
    return tuple(input_identifier(each, seed, population) for each in found)


def most_people(rows: int, keys: Mapping[str, KeyProfile]) -> int:
    """How many people so many rows can be: rows that share an identifier are one person."""
    if len(keys) == 1:
        (key,) = keys.values()
        return rows - key.duplicates - key.missing
    return rows - max(key.duplicates for key in keys.values())


def key_notes(side: str, keys: Mapping[str, KeyProfile]) -> list[str]:
    """What is said of identifiers that repeat or are missing."""
    notes = []
    for name, key in keys.items():
        what = "an identifier" if len(keys) == 1 else f"their {name}"
        if key.duplicates:
            notes.append(
                f"{key.duplicates:,} rows of the {side} repeat {what}: they are"
                " merged into one row a person"
            )
        if key.missing and len(keys) == 1:
            notes.append(
                f"{key.missing:,} rows of the {side} have no identifier and are left out"
            )
    return notes
