"""Exclusions: why a column is not proposed as evidence (B11), with what to do about it.

Some are final (an id-like column would score ids); the others a person may overrule by
naming the attribute in the specification.
"""

from catalog.datasets import Column, ColumnProfile, Frozen
from catalog.names import shown
from catalog.roles import Mapping, Role, TypeFamily, type_family
from catalog.specification_model import Limits


class Exclusion(Frozen):
    """Why one attribute is not proposed. `is_final`: naming it does not help."""

    code: str
    reason: str
    remedy: str
    is_final: bool = False


DEFAULT_LIMITS = Limits()


def attribute_exclusion(
    mapping: Mapping,
    profile: ColumnProfile | None,
    rows: int,
    limits: Limits = DEFAULT_LIMITS,
) -> Exclusion | None:
    """Why this column of the population is not proposed; null where it is.

    The column's own rules: role, cardinality, constants. `rows` is the population's.
    """
    if not mapping.is_scored:
        return Exclusion(
            code=f"is_{mapping.role}",
            reason=f"is {mapping.role}: {mapping.reason}",
            remedy="give it another role if it describes the person",
            is_final=True,
        )
    if profile is None:
        return Exclusion(
            code="not_profiled",
            reason="has no profile, so its number of values is unknown",
            remedy="profile the dataset",
            is_final=True,
        )
    return _content_exclusion(mapping.role, profile, rows, limits)


def _content_exclusion(
    role: Role, profile: ColumnProfile, rows: int, limits: Limits
) -> Exclusion | None:
    """Why what the column holds is no evidence in this role; null where it is."""
    if profile.distinct == 0:
        return Exclusion(
            code="all_missing",
            reason=f"is missing in all {rows:,} rows",
            remedy="fill it or leave it out",
        )
    is_continuous = role is Role.continuous
    if is_continuous and type_family(profile.type) not in ("integer", "real"):
        return Exclusion(
            code="not_a_number",
            reason=f"is {_short(profile.type)}, so it cannot be continuous",
            remedy="make it categorical, or store numbers in it",
            is_final=True,
        )
    is_filled = profile.missing + profile.non_finite == 0
    if profile.distinct == 1 and (is_continuous or is_filled):
        return Exclusion(
            code="constant",
            reason="has one value alone",
            remedy="leave it out: it tells nobody apart",
        )
    if is_continuous:
        return None
    return categorical_exclusion(profile.distinct, rows, limits)


def categorical_exclusion(
    distinct: int, rows: int, limits: Limits = DEFAULT_LIMITS
) -> Exclusion | None:
    """Why a categorical column has too many values to count; null where it has not.

    >>> categorical_exclusion(10_000, 1_000_000).code, categorical_exclusion(95, 100).code
    ('too_many_values', 'id_like')
    >>> categorical_exclusion(90, 100) is None
    True
    """
    if distinct >= limits.maximum_cardinality:
        return Exclusion(
            code="too_many_values",
            reason=f"has {distinct:,} values, the limit is below"
            f" {limits.maximum_cardinality:,}",
            remedy="group its values, or raise limits.maximum_cardinality",
            is_final=True,
        )
    if distinct > limits.maximum_distinct_share * rows:
        return Exclusion(
            code="id_like",
            reason=f"has {distinct:,} values in {rows:,} rows, as an id has",
            remedy="map it as identity, or raise limits.maximum_distinct_share",
            is_final=True,
        )
    return None


def type_conflict(seed: Column, population: Column) -> Exclusion | None:
    """Why two columns of one attribute cannot be compared; null where they can (I23).

    Numbers compare with numbers, also as categories: a whole number has one text,
    whatever type holds it.
    """
    families = type_family(seed.type), type_family(population.type)
    is_number = [each in (TypeFamily.integer, TypeFamily.real) for each in families]
    if families[0] is families[1] or all(is_number):
        return None
    return Exclusion(
        code="types_differ",
        reason=f"is {families[0]} ({_short(seed.type)}) in the seed and"
        f" {families[1]} ({_short(population.type)}) in the population",
        remedy="store it with one type in both",
        is_final=True,
    )


def seed_content(
    seed: ColumnProfile | None, population: ColumnProfile | None
) -> Exclusion | None:
    """Why what the seed holds in a column makes it doubtful; null where it does not.

    One value in the whole seed and several in the population is what the mark by which
    the seed was chosen looks like ("converted = yes"), and that would find nobody new.
    """
    if seed is None or population is None:
        return None
    if seed.distinct == 0:
        return Exclusion(
            code="all_missing_in_seed",
            reason="is missing in all rows of the seed",
            remedy="fill it there, or set scoring.learn_from to population",
        )
    is_one_value = seed.distinct == 1 and seed.missing + seed.non_finite == 0
    if is_one_value and population.distinct > 1:
        return Exclusion(
            code="constant_in_seed",
            reason=f"has one value in the whole seed and {population.distinct:,} in the"
            " population, as the mark has by which a seed is chosen",
            remedy="name it under attributes if it was known before the seed was chosen",
        )
    return None


def unknown_values(
    share: float | None, role: Role, limits: Limits = DEFAULT_LIMITS
) -> Exclusion | None:
    """Why a categorical attribute is coded differently on the two sides; null if not.

    `share` is that of the seed's rows (with a value) whose value no population row has.
    """
    if share is None or role is not Role.categorical:
        return None
    if share <= limits.maximum_unknown_share:
        return None
    return Exclusion(
        code="unknown_to_population",
        reason=f"has values in {share:.1%} of the seed's rows that the population never has",
        remedy="code it the same way in both, or raise limits.maximum_unknown_share",
    )


def _short(type_name: str) -> str:
    return shown(type_name.lower()[:40]).strip("'")
