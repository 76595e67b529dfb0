"""Join keys: the identifiers that seed and population share, and whether they can meet.

Two columns of one identifier type whose values can never be equal as text are refused,
so that a build never finds nobody in silence (I17, I23).
"""

from collections.abc import Collection, Sequence

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.exclusions import Exclusion
from catalog.identifiers import priority
from catalog.map_command import command_for
from catalog.mapped_dataset import MappedDataset
from catalog.names import shown, suggestion
from catalog.normal_forms import Form, HashAlgorithm, form_of
from catalog.roles import type_family

_SHAPES = {
    "email": "raw e-mail addresses",
    "phone": "raw phone numbers",
    "md5": "MD5 hashes",
    "sha1": "SHA-1 hashes",
    "sha256": "SHA-256 hashes",
}


HASHES: dict[str, HashAlgorithm] = {"md5": "md5", "sha1": "sha1", "sha256": "sha256"}

# Identifiers that a side with values in the clear can make: their form and the hash.
_MADE_FROM: dict[str, tuple[str, HashAlgorithm]] = {
    "sha256_hashed_email": ("email", "sha256"),
    "sha1_hashed_email": ("email", "sha1"),
    "md5_hashed_email": ("email", "md5"),
    "hashed_phone": ("phone", "sha256"),
}


class Identifier(Frozen):
    """One identifier of a build and the column that holds it on each side.

    A hashing says that the side's values are in the clear: their form and the hash that
    makes them comparable. `is_carried`: it is delivered and joins nobody.
    """

    name: str
    seed_column: str | None
    population_column: str | None
    seed_hashing: tuple[Form, HashAlgorithm] | None = None
    population_hashing: tuple[Form, HashAlgorithm] | None = None
    is_unique: bool = False
    is_carried: bool = False

    @property
    def is_shared(self) -> bool:
        """True where it joins the two sides."""
        return None not in (self.seed_column, self.population_column) and (
            not self.is_carried
        )


def shared_identifiers(
    seed: MappedDataset, population: MappedDataset
) -> tuple[str, ...]:
    """Identifier types of both sides, the best to join with first.

    One that names each row of the population once comes before one that does not, then
    the order of IDENTIFIER_TYPES; e-mail addresses and phone numbers come last. A side
    with addresses or numbers in the clear has their hashes too.
    """
    shared = {*_offered(seed, population)} & {*_offered(population, seed)}

    def order(key: str) -> tuple[bool, bool, int, str]:
        is_personal, position, name = priority(key)
        return is_personal, not _is_unique(population, seed, key), position, name

    return tuple(sorted(shared, key=order))


def join_identifiers(
    seed: MappedDataset,
    population: MappedDataset,
    asked: Sequence[str] | None = None,
    excluded: Collection[str] = (),
) -> tuple[Identifier, ...]:
    """The identifiers of a build, the one that names a person first.

    Without `asked` every identifier of either side says who is who; with it those alone,
    and the population's others are carried along. `excluded` are left out altogether.
    An identifier that names each row of the population once comes first, since then
    nobody has to be resolved; the others follow in the order of IDENTIFIER_TYPES.

    Raises StudioError where none joins the two sides, or where the two columns of every
    one that could never hold the same text.
    """
    ours, theirs = _offered(seed, population), _offered(population, seed)
    shared = [
        key for key in shared_identifiers(seed, population) if key not in excluded
    ]
    if not shared:
        refusal = no_shared_identifier(seed, population)
        raise StudioError(
            refusal.code,
            f"population {shown(population.dataset.name)}",
            refusal.reason,
            refusal.remedy,
        )
    for key in asked or ():
        if key not in shared:
            raise StudioError(
                "unknown_join_key",
                f"join key {shown(key)}",
                f"is not an identifier of both datasets ({', '.join(shared)} is)",
                suggestion(key, shared) or "name one of those, or map it on both",
            )
    conflicts = {key: key_conflict(seed, population, key) for key in asked or shared}
    wrong = [(key, found) for key, found in conflicts.items() if found is not None]
    if wrong and (asked or len(wrong) == len(conflicts)):
        key, conflict = wrong[0]
        raise StudioError(
            conflict.code, f"join key {shown(key)}", conflict.reason, conflict.remedy
        )
    wrong_keys = {key for key, _ in wrong}
    found = [
        Identifier(
            name=key,
            seed_column=None if key in wrong_keys else ours.get(key, (None, None))[0],
            population_column=theirs.get(key, (None, None))[0],
            seed_hashing=ours.get(key, (None, None))[1],
            population_hashing=theirs.get(key, (None, None))[1],
            is_unique=key in theirs and _is_unique(population, seed, key),
            is_carried=asked is not None and key not in asked,
        )
        for key in {*ours, *theirs} - {*excluded} - _attribute_names(population)
        if key in theirs or asked is None
    ]
    leading = sorted(found, key=lambda each: (each.is_carried, priority(each.name)))
    unique = [each for each in leading if each.is_unique and not each.is_carried]
    first = [*[each for each in unique if each.is_shared], *unique][:1]
    return (*first, *(each for each in leading if each not in first))


def conflict_notes(
    seed: MappedDataset, population: MappedDataset, found: Sequence[Identifier]
) -> tuple[str, ...]:
    """Which identifier stands on both sides and joins nobody, and why."""
    offered = {*_offered(seed, population)}
    told = []
    for each in found:
        if each.is_shared or each.is_carried or each.population_column is None:
            continue
        conflict = (
            key_conflict(seed, population, each.name) if each.name in offered else None
        )
        if conflict is not None:
            told.append(f"{each.name} joins nobody: it {conflict.reason}")
    return tuple(told)


def _offered(
    side: MappedDataset, other: MappedDataset
) -> dict[str, tuple[str, tuple[Form, HashAlgorithm] | None]]:
    """The side's identifier types: the column of each, and how it is made of it."""
    found: dict[str, tuple[str, tuple[Form, HashAlgorithm] | None]] = {
        name: (column, None) for name, column in identifiers(side).items()
    }
    for name, (clear, algorithm) in _MADE_FROM.items():
        if name in found or clear not in found or name not in identifiers(other):
            continue
        shape = other.column_profiles.get(identifiers(other)[name])
        held = HASHES.get(shape.looks_like or "") if shape else None
        found[name] = (found[clear][0], (form_of(clear), held or algorithm))
    return found


def _attribute_names(population: MappedDataset) -> set[str]:
    """Slugs that the population uses for what is no identifier."""
    return {m.attribute for m in population.mappings if m.identifier_type is None}


def _is_unique(population: MappedDataset, seed: MappedDataset, key: str) -> bool:
    """True where each row of the population has one value of its own."""
    column = _offered(population, seed)[key][0]
    keys = population.profile.keys if population.profile else ()
    profile = next((each for each in keys if each.column == column), None)
    return profile is not None and profile.is_unique


def join_key_notes(
    seed: MappedDataset, population: MappedDataset, key: str
) -> tuple[str, ...]:
    """What to know before the two are joined by this identifier."""
    if key not in identifiers(seed) or key not in identifiers(population):
        clear = "seed" if key not in identifiers(seed) else "population"
        return (
            f"the {clear}'s values are in the clear: they are normalised and hashed to"
            f" meet {key}",
        )
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
    if key not in identifiers(seed) or key not in identifiers(population):
        return None  # one side makes it of values in the clear
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
    wanted = ours[0] if ours else None
    return Exclusion(
        code="no_shared_identifier",
        reason=f"has no join key shared with the seed: the seed"
        f" {shown(seed.dataset.name)} has {', '.join(ours) or 'none'}, this has"
        f" {', '.join(theirs) or 'none'}",
        remedy=f"map {wanted or 'one'} with `{command_for(population, wanted)}`",
        is_final=True,
    )
