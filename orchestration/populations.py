"""The population of a specification: a dataset, and the rows of it that may be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.conditions import Condition, conditions_text
from catalog.datasets import Column
from catalog.errors import StudioError
from catalog.names import shown
from catalog.roles import Mapping, Role
from catalog.specification import AudienceSpecification
from engines.base import Source
from engines.casts import is_simple
from engines.registration import current_source
from engines.relations import column_of
from orchestration.seeds import resolved_conditions
from orchestration.workshop import Workshop

EVERYBODY = "the filter keeps all {rows:,} rows of the population"
SEED_IS_WHOLE = (
    "seed people whom the population's filter leaves out are learnt from all the same;"
    " give seed.where the same conditions where only the others are meant"
)


@dataclass(frozen=True, slots=True)
class Population:
    """Who may be chosen. `conditions` are the filter, each with its column.

    `facts` say it in JSON types.
    """

    source: Source
    conditions: tuple[tuple[Condition, Column], ...]
    facts: dict[str, Any]
    notes: tuple[str, ...] = ()


def population_of(
    workshop: Workshop, specification: AudienceSpecification
) -> Population:
    """The population as it is now; StudioError where its filter leaves too few."""
    choice = specification.population
    if not choice.where:
        source = current_source(workshop, choice.dataset)
        facts = {"dataset": source.dataset.name, "rows": _rows(source)}
        return Population(source, (), facts)
    dataset = workshop.catalog.get_dataset(choice.dataset)
    mappings = workshop.catalog.mappings(dataset.id)
    conditions = tuple(resolved_conditions(dataset, mappings, choice.where))
    for condition, column in conditions:
        _refuse_nested(condition, column)
    named = {column.name for _, column in conditions}
    source = current_source(workshop, dataset.id, sorted(named))
    rows, kept = _rows(source), workshop.engine.count_rows(source, conditions)
    least = specification.limits.minimum_population
    if kept < least:
        raise StudioError(
            "filter_leaves_too_few",
            f"filter on the population {shown(dataset.name)}",
            f"leaves {kept:,} of {rows:,} rows, those with"
            f" {conditions_text(choice.where)}; at least {least:,} are needed",
            "widen population.where, or lower limits.minimum_population",
        )
    of_column = {each.column: each.attribute for each in mappings if each.is_scored}
    by_condition = {
        of_column[column.name]
        for condition, column in conditions
        if column.name in of_column and condition.is_of_one_value
    }
    by_rows = _held_to_one(workshop, source, mappings, conditions, kept)
    filtered = Source(
        source.dataset,
        source.fingerprint,
        source.profile,
        chosen_by=tuple(of_column[name] for name in sorted(named & of_column.keys())),
        held_to_one=tuple(sorted(by_condition | by_rows)),
    )
    return Population(
        source=filtered,
        conditions=conditions,
        facts={
            "dataset": dataset.name,
            "rows": kept,
            "of_rows": rows,
            "where": [each.text for each in choice.where],
        },
        notes=(SEED_IS_WHOLE if kept < rows else EVERYBODY.format(rows=rows),),
    )


def _held_to_one(
    workshop: Workshop,
    source: Source,
    mappings: Sequence[Mapping],
    conditions: Sequence[tuple[Condition, Column]],
    kept: int,
) -> set[str]:
    """Attributes that have several values, of which the filter leaves one or none.

    Beside one value, having none is another value of a category.
    """
    if source.profile is None or kept == source.profile.rows:
        return set()
    scored = {
        each.column: each
        for each in mappings
        if each.is_scored
        and is_simple(column_of(source.dataset, each.column).type)
        and source.profile.column(each.column).distinct > 1
    }
    found = workshop.engine.held_to_one(source, [*scored], conditions)
    return {
        scored[name].attribute
        for name, filled in found.items()
        if filled in (0, kept) or scored[name].role is Role.continuous
    }


def _refuse_nested(condition: Condition, column: Column) -> None:
    """Of a column that holds lists or bytes nothing is kept that a filter could ask."""
    if not is_simple(column.type):
        raise StudioError(
            "condition_unfit",
            f"column {shown(condition.column)} of a filter",
            f"is {column.type.lower()}",
            "name a plain column",
        )


def _rows(source: Source) -> int:
    return source.profile.rows if source.profile else 0
