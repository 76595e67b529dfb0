"""Join keys: the identifiers that seed and population share, and whether they can meet.

Two columns of one identifier type whose values can never be equal as text are refused,
so that a build never finds nobody in silence (I17, I23).
"""

from catalog.datasets import KeyProfile
from catalog.errors import StudioError
from catalog.exclusions import Exclusion
from catalog.identifiers import priority
from catalog.mapped_dataset import MappedDataset
from catalog.names import shown, suggestion
from catalog.roles import type_family

_SHAPES = {
    "email": "raw e-mail addresses",
    "phone": "raw phone numbers",
    "md5": "MD5 hashes",
    "sha1": "SHA-1 hashes",
    "sha256": "SHA-256 hashes",
}


def shared_identifiers(
    seed: MappedDataset, population: MappedDataset
) -> tuple[str, ...]:
    """Identifier types of both sides, the best to join with first.

    One that names each row of the population once comes before one that does not, then
    the order of IDENTIFIER_TYPES; e-mail addresses and phone numbers come last.
    """
    shared = {*identifiers(seed)} & {*identifiers(population)}

    def order(key: str) -> tuple[bool, bool, int, str]:
        is_personal, position, name = priority(key)
        profile = _key_profile(population, key)
        return is_personal, not (profile and profile.is_unique), position, name

    return tuple(sorted(shared, key=order))


def join_key(
    seed: MappedDataset, population: MappedDataset, asked: str | None = None
) -> str:
    """The identifier that joins the two: the one asked for, else the best shared one.

    Raises StudioError where there is none, or where its two columns cannot meet.
    """
    shared = shared_identifiers(seed, population)
    if not shared:
        refusal = no_shared_identifier(seed, population)
        raise StudioError(
            refusal.code,
            f"population {shown(population.dataset.name)}",
            refusal.reason,
            refusal.remedy,
        )
    if asked is not None and asked not in shared:
        raise StudioError(
            "unknown_join_key",
            f"join key {shown(asked)}",
            f"is not an identifier of both datasets ({', '.join(shared)} is)",
            suggestion(asked, shared) or "name one of those, or map it on both",
        )
    conflicts = {key: key_conflict(seed, population, key) for key in shared}
    chosen = asked or next((k for k in shared if conflicts[k] is None), shared[0])
    conflict = conflicts[chosen]
    if conflict is not None:
        raise StudioError(
            conflict.code, f"join key {shown(chosen)}", conflict.reason, conflict.remedy
        )
    return chosen


def join_key_notes(
    seed: MappedDataset, population: MappedDataset, key: str
) -> tuple[str, ...]:
    """What to know before the two are joined by this identifier."""
    seed_type, population_type = _key_types(seed, population, key)
    if type_family(seed_type) is type_family(population_type):
        return ()
    return (
        f"{key} is {type_family(seed_type)} in the seed and"
        f" {type_family(population_type)} in the population: they are compared as text,"
        " so 01 and 1 are two people",
    )


def key_conflict(
    seed: MappedDataset, population: MappedDataset, key: str
) -> Exclusion | None:
    """Why two columns of one identifier can never hold the same text (I17)."""
    shapes = [_shape(side, key) for side in (seed, population)]
    if None not in shapes and shapes[0] != shapes[1]:
        return Exclusion(
            code="identifier_shapes_differ",
            reason=f"holds {shapes[0]} in the seed and {shapes[1]} in the population",
            remedy="hash, or leave unhashed, both in the same way",
        )
    return None


def _shape(side: MappedDataset, key: str) -> str | None:
    """What the values of an identifier look like; null where nothing is known."""
    column = identifiers(side)[key]
    profile = side.column_profiles.get(column)
    if profile is not None and profile.looks_like is not None:
        return _SHAPES.get(profile.looks_like, f"{profile.looks_like} values")
    return None


def _key_types(
    seed: MappedDataset, population: MappedDataset, key: str
) -> tuple[str, str]:
    return (
        seed.column(identifiers(seed)[key]).type,
        population.column(identifiers(population)[key]).type,
    )


def _key_profile(side: MappedDataset, key: str) -> KeyProfile | None:
    column = identifiers(side)[key]
    keys = side.profile.keys if side.profile else ()
    return next((profile for profile in keys if profile.column == column), None)


def identifiers(side: MappedDataset) -> dict[str, str]:
    """The dataset's identifier types with their columns."""
    return {
        mapping.identifier_type: mapping.column
        for mapping in side.mappings
        if mapping.identifier_type is not None
    }


def no_shared_identifier(seed: MappedDataset, population: MappedDataset) -> Exclusion:
    """The refusal where nothing joins the two, with the identifiers of both (B9)."""
    ours, theirs = sorted(identifiers(seed)), sorted(identifiers(population))
    return Exclusion(
        code="no_shared_identifier",
        reason=f"has no join key shared with the seed: the seed"
        f" {shown(seed.dataset.name)} has {', '.join(ours) or 'none'}, this has"
        f" {', '.join(theirs) or 'none'}",
        remedy=f"map {ours[0] if ours else 'one'} with"
        f" `lookalike datasets map {population.dataset.slug}`",
        is_final=True,
    )
