"""Attributes: what each column of a dataset is for, proposed, and changed by a person.

The first role that fits wins: metadata, identity, continuous, categorical (B8-B10). A
person may override every one of them.
"""

from collections.abc import Iterable, Sequence

from catalog.datasets import Column, ColumnProfile, Dataset, DatasetProfile
from catalog.errors import StudioError
from catalog.exclusions import attribute_exclusion
from catalog.identifiers import (
    IDENTIFIER_TYPES,
    Recognition,
    identifier_named,
    recognise,
)
from catalog.names import is_slug, shown, slug_of, slugs_of, suggestion
from catalog.roles import Mapping, Role, TypeFamily, type_family

__all__ = [
    "IDENTIFIER_TYPES",
    "Mapping",
    "Role",
    "TypeFamily",
    "attribute_exclusion",
    "propose_mappings",
    "type_family",
    "with_role",
]

MOST_VALUES_OF_A_CODE = 10


def propose_mappings(
    dataset: Dataset, profile: DatasetProfile | None = None
) -> tuple[Mapping, ...]:
    """Propose a role for each column, from names, types and (with a profile) content.

    One column for each identifier type, the surest; a second one is metadata.
    """
    profiles = {column.name: column for column in profile.columns} if profile else {}
    rows = profile.rows if profile else 0
    known = _recognised(dataset.columns, profiles, rows)
    identities = _best_of_each_type(known)
    slugs = slugs_of(
        (c.name for c in dataset.columns if c.name not in identities),
        taken={known[name].identifier_type for name in identities},
    )
    return tuple(
        _identity(column.name, known[column.name])
        if column.name in identities
        else _proposal(
            column,
            slugs[column.name],
            profiles.get(column.name),
            known.get(column.name),
        )
        for column in dataset.columns
    )


def with_role(
    mappings: Sequence[Mapping],
    column: str,
    role: Role,
    identifier_type: str | None = None,
) -> tuple[Mapping, ...]:
    """The mappings with one column's role as a person wants it, confirmed.

    Raises StudioError for an unknown column, an identity without a type or with one
    that another column has.
    """
    names = [mapping.column for mapping in mappings]
    if column not in names:
        raise StudioError(
            "unknown_column",
            f"column {shown(column)}",
            "is not in the dataset",
            suggestion(column, names) or "name one of the dataset's columns",
        )
    taken = {m.attribute for m in mappings if m.column != column}
    if role is Role.identity:
        attribute = _checked_type(column, identifier_type, mappings)
    else:
        own = next(m for m in mappings if m.column == column)
        has_slug = own.role is not Role.identity
        attribute = own.attribute if has_slug else slug_of(column, taken)
    changed = Mapping(
        column=column,
        attribute=attribute,
        role=role,
        identifier_type=attribute if role is Role.identity else None,
        confidence=1,
        reason="set with `datasets map`",
        is_confirmed=True,
    )
    return tuple(changed if m.column == column else m for m in mappings)


def _checked_type(
    column: str, identifier_type: str | None, mappings: Iterable[Mapping]
) -> str:
    if identifier_type is None:
        raise StudioError(
            "identifier_type_missing",
            f"column {shown(column)}",
            "is to be an identity, and nothing says which identifier it is",
            "give the identifier type too, such as"
            f" {identifier_named(slug_of(column)) or 'customer_id'}",
        )
    if not is_slug(identifier_type):
        raise StudioError(
            "identifier_type_invalid",
            f"column {shown(column)}",
            f"has the identifier type {shown(identifier_type)}",
            f"give one such as {', '.join(list(IDENTIFIER_TYPES)[:3])}: lower-case"
            " letters, digits and _, 63 at most",
        )
    if slug_of(identifier_type) != identifier_type:
        raise StudioError(
            "identifier_type_reserved",
            f"column {shown(column)}",
            f"has the identifier type {shown(identifier_type)}, a name the studio uses",
            "choose another",
        )
    for mapping in mappings:
        if mapping.column != column and mapping.attribute == identifier_type:
            raise StudioError(
                "identifier_type_taken",
                f"column {shown(column)}",
                f"cannot be {identifier_type}, which column {shown(mapping.column)} is",
                f"give {shown(mapping.column)} another role first",
            )
    return identifier_type


def _recognised(
    columns: Iterable[Column], profiles: dict[str, ColumnProfile], rows: int
) -> dict[str, Recognition]:
    found: dict[str, Recognition] = {}
    for column in columns:
        if _metadata_reason(column) is not None:
            continue
        if type_family(column.type) is TypeFamily.boolean:
            continue
        seen = recognise(
            column.name, slug_of(column.name), profiles.get(column.name), rows
        )
        if seen is not None:
            found[column.name] = seen
    return found


def _best_of_each_type(known: dict[str, Recognition]) -> set[str]:
    best: dict[str, str] = {}
    for column, seen in known.items():
        held = best.get(seen.identifier_type)
        if held is None or seen.confidence > known[held].confidence:
            best[seen.identifier_type] = column
    return set(best.values())


def _identity(column: str, seen: Recognition) -> Mapping:
    return Mapping(
        column=column,
        attribute=seen.identifier_type,
        role=Role.identity,
        identifier_type=seen.identifier_type,
        confidence=seen.confidence,
        reason=seen.reason,
    )


def _metadata_reason(column: Column) -> str | None:
    if column.name.startswith("_"):
        return "its name begins with _"
    family = type_family(column.type)
    if family is TypeFamily.time:
        return f"a {column.type.lower()} says when, not who"
    if family in (TypeFamily.nested, TypeFamily.binary):
        return f"a {family} value cannot be counted or averaged"
    return None


def _proposal(
    column: Column, slug: str, profile: ColumnProfile | None, second: Recognition | None
) -> Mapping:
    role, confidence, reason = _role_of(column, slug, profile)
    if second is not None:
        role, confidence = Role.metadata, 0.7
        reason = f"another column is already the {second.identifier_type}"
    return Mapping(
        column=column.name,
        attribute=slug,
        role=role,
        confidence=confidence,
        reason=reason,
    )


def _role_of(
    column: Column, slug: str, profile: ColumnProfile | None
) -> tuple[Role, float, str]:
    metadata = _metadata_reason(column)
    if metadata is not None:
        return Role.metadata, 1.0, metadata
    if profile is not None and profile.looks_like == "ip":
        return Role.metadata, 0.9, "its values look like IP addresses: personal data"
    family = type_family(column.type)
    if family in (TypeFamily.text, TypeFamily.boolean):
        return Role.categorical, 0.95, f"its values are {family}"
    if _is_named_like_a_code(slug):
        return Role.categorical, 0.8, "its name says that the numbers are codes"
    if (
        family is TypeFamily.integer
        and profile is not None
        and profile.distinct <= MOST_VALUES_OF_A_CODE
    ):
        return (
            Role.categorical,
            0.7,
            f"a whole number with only {profile.distinct} values is most likely a code",
        )
    return Role.continuous, 0.9, f"its values are {family} numbers"


def _is_named_like_a_code(slug: str) -> bool:
    words = slug.split("_")
    return words[-1] in ("code", "id", "zip", "zipcode", "postcode", "plz") or any(
        word in ("zip", "zipcode", "postcode", "postal") for word in words
    )
