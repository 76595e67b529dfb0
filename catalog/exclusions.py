"""Exclusions: why a column is not proposed as evidence (B11), with what to do about it.

Some are final (an id-like column would score ids); the others a person may overrule by
naming the attribute in the specification.
"""

from catalog.datasets import Column, ColumnProfile, Frozen
from catalog.names import shown
from catalog.roles import Mapping, Role, TypeFamily, type_family
from catalog.specification_settings import Limits


class Exclusion(Frozen):
    """Why one attribute is not proposed. `is_final`: naming it does not help."""

    code: str
    reason: str
    remedy: str
    is_final: bool = False


DEFAULT_LIMITS = Limits()
# As in the report's warning: an AUC that no honest attribute reaches by itself.
PERFECT_FROM = 0.98
MOST_FILLED = 0.2


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
            remedy="leave it out, or group its values; map it as identity only if it"
            " names people",
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


def missing_in_seed() -> Exclusion:
    """The seed has no value in the column."""
    return Exclusion(
        code="all_missing_in_seed",
        reason="is missing in all rows of the seed",
        remedy="fill it there, or set scoring.learn_from to population",
    )


def seed_content(
    seed: ColumnProfile | None,
    population: ColumnProfile | None,
    seed_rows: int,
    population_rows: int,
) -> Exclusion | None:
    """Why what the seed holds in a column makes it doubtful; null where it does not.

    One value in the whole seed and several in the population is what the mark by which
    the seed was chosen looks like ("converted = yes"), and that would find nobody new.
    So does a column that only the seed's people have a value in ("customer since").
    """
    if seed is None or population is None:
        return None
    ours, theirs = _filled(seed, seed_rows), _filled(population, population_rows)
    if _is_filled_for_the_seed_alone(ours, seed_rows, theirs, population_rows):
        return Exclusion(
            code="only_in_seed",
            reason=f"has a value in {ours:,} of the seed's {seed_rows:,} rows and in"
            f" {theirs:,} of the population's {population_rows:,}, as a column has that"
            " is filled for the seed alone",
            remedy="name it under attributes if it was known before the seed was chosen",
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


def _filled(profile: ColumnProfile, rows: int) -> int:
    return rows - profile.missing - profile.non_finite


def _is_filled_for_the_seed_alone(
    ours: int, seed_rows: int, theirs: int, population_rows: int
) -> bool:
    """True where having a value at all tells the seed from the others almost perfectly.

    Judged by the AUC of "has a value", as if the seed's people were all in the
    population: they mostly are, and nobody knows before the two are joined. A column
    that much of the population has is left alone, in case they are not.
    """
    others = population_rows - seed_rows
    if others <= 0 or theirs > MOST_FILLED * population_rows:
        return False
    auc = 0.5 + 0.5 * (ours / seed_rows - max(0, theirs - ours) / others)
    return auc >= PERFECT_FROM


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
