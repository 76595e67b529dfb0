"""Protection: the attributes that are never scored and by which groups are compared.

What is protected need not fit for scoring: a column that the seed lacks, or that is
metadata, makes groups as well. It must make groups, though: an id does not.
"""

from collections.abc import Iterable

from catalog.conditions import Condition
from catalog.datasets import Column, ColumnProfile, Frozen
from catalog.errors import StudioError
from catalog.exclusions import categorical_exclusion
from catalog.mapped_dataset import MappedDataset
from catalog.names import shown
from catalog.roles import Mapping, Role, TypeFamily, type_family
from catalog.selection import protected_names
from catalog.specification_model import AudienceSpecification
from catalog.specification_settings import Limits

FEWEST_NUMBERS = 11


class ProtectedAttribute(Frozen):
    """A protected attribute, its column in the population, and how it makes groups.

    `note` says why its groups cannot be compared; empty where they can.
    """

    attribute: str
    column: str
    role: Role
    note: str = ""


def protected_attributes(
    specification: AudienceSpecification, population: MappedDataset
) -> tuple[ProtectedAttribute, ...]:
    """What the specification protects, in the order of the population's columns.

    The population must be profiled. Raises StudioError for a name that it has not, for a
    column that names people one by one or holds nothing that could be grouped, and, in the
    regulated mode, where no protected attribute has two groups.
    """
    names = specification.fairness.protected
    wanted = protected_names(names, population)
    found = tuple(
        _protected(mapping, population, specification.limits)
        for mapping in population.mappings
        if mapping.attribute in wanted
    )
    if specification.fairness.mode == "regulated" and all(one.note for one in found):
        raise StudioError(
            "nothing_to_compare",
            f"audience {shown(specification.name)}",
            "is regulated, and no group can be compared"
            f" ({'; '.join(f'{one.attribute} {one.note}' for one in found)})",
            "protect an attribute that divides people into groups",
        )
    return found


def protected_seed_notes(
    specification: AudienceSpecification,
    seed: MappedDataset,
    protected: Iterable[ProtectedAttribute],
) -> tuple[str, ...]:
    """The notes on a seed that is chosen by what is protected.

    Raises StudioError `protected_seed_filter` in the regulated mode: such a seed differs
    from the population in the protected attribute by its very choice.
    """
    chosen_by = {*seed.chosen_by}
    found = [one.attribute for one in protected if one.attribute in chosen_by]
    if found and specification.fairness.mode == "regulated":
        raise StudioError(
            "protected_seed_filter",
            f"audience {shown(specification.name)}",
            f"is regulated, and its seed is chosen by the protected {found[0]}",
            "choose the seed by another column",
        )
    return tuple(
        f"the seed is chosen by {name}, which is protected: its groups will be chosen"
        " unequally by anything that goes with it"
        for name in found
    )


def protected_population_notes(
    specification: AudienceSpecification,
    conditions: Iterable[tuple[Condition, Column]],
    protected: Iterable[ProtectedAttribute],
) -> tuple[str, ...]:
    """The notes on a population that is filtered by what is protected.

    Columns are compared, so that one that is not scored counts as well. Raises StudioError
    `protected_population_filter` in the regulated mode: whom such a filter leaves out is
    in no rate and no ratio.
    """
    attributes = {one.column: one.attribute for one in protected}
    found = [
        (attributes[column.name], condition)
        for condition, column in conditions
        if column.name in attributes
    ]
    if found and specification.fairness.mode == "regulated":
        attribute, condition = found[0]
        raise StudioError(
            "protected_population_filter",
            f"audience {shown(specification.name)}",
            f"is regulated, and its population is filtered by the protected {attribute}"
            f" ({condition.text})",
            f"take the condition on {shown(condition.column)} out of population.where",
        )
    return tuple(
        f"the population is filtered by {attribute}, which is protected"
        f" ({condition.text}): whom that leaves out is in no group that is compared"
        for attribute, condition in found
    )


def _protected(
    mapping: Mapping, population: MappedDataset, limits: Limits
) -> ProtectedAttribute:
    profile = population.column_profiles[mapping.column]
    rows = population.profile.rows if population.profile else 0
    role = _role_of(mapping, profile)
    if mapping.role is Role.identity:
        raise _no_groups(mapping, f"is an identifier ({mapping.identifier_type})")
    family = type_family(profile.type)
    if family in (TypeFamily.nested, TypeFamily.binary):
        raise _no_groups(mapping, f"holds {family} values")
    if role is Role.categorical:
        too_many = categorical_exclusion(profile.distinct, rows, limits)
        if too_many is not None:
            raise _no_groups(mapping, too_many.reason)
    return ProtectedAttribute(
        attribute=mapping.attribute,
        column=mapping.column,
        role=role,
        note=_nothing_to_compare(profile, rows),
    )


def _role_of(mapping: Mapping, profile: ColumnProfile) -> Role:
    """As it is mapped; else numbers are continuous, if there are more than a code has."""
    family = type_family(profile.type)
    if family not in (TypeFamily.integer, TypeFamily.real):
        return Role.categorical
    if mapping.is_scored:
        return mapping.role
    is_code = family is TypeFamily.integer and profile.distinct < FEWEST_NUMBERS
    return Role.categorical if is_code else Role.continuous


def _nothing_to_compare(profile: ColumnProfile, rows: int) -> str:
    if profile.distinct == 0:
        return f"is missing in all {rows:,} rows, so there are no groups to compare"
    if profile.distinct == 1 and profile.missing + profile.non_finite == 0:
        return "has one value alone, so there are no groups to compare"
    return ""


def _no_groups(mapping: Mapping, why: str) -> StudioError:
    return StudioError(
        "protected_without_groups",
        f"protected attribute {shown(mapping.column)}",
        f"{why}, so it makes no groups of people",
        "name a column that many people share the values of",
    )
