"""Filters on a dataset's rows: what they may ask, as a person writes them, what they keep."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from catalog.conditions import Condition, parse_condition
from catalog.datasets import Frozen
from report.words import FEWEST_PEOPLE, discreetly_counted

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


class FilterColumn(Frozen):
    """A column that a filter may ask, with the engine's type of its values."""

    name: str
    type: str


class KeptRows(Frozen):
    """How many rows a filter keeps; null where they are few, and not counted out.

    `text` says it in a sentence.
    """

    rows: int | None
    text: str


def filter_columns(workshop: "Workshop", dataset: str) -> tuple[FilterColumn, ...]:
    """The columns of a dataset that a filter may ask; never addresses or numbers."""
    found = workshop.catalog.mapped_dataset(dataset)
    personal = {each.column for each in found.mappings if each.is_personal}
    return tuple(
        FilterColumn(name=each.name, type=each.type)
        for each in found.dataset.columns
        if each.name not in personal
    )


def conditions_of(
    workshop: "Workshop", dataset: str, texts: Iterable[str]
) -> list[dict[str, Any]]:
    """Conditions as a specification has them, of texts such as `age>=30`.

    Raises StudioError where one cannot be read, or names a column that is not there.
    """
    from orchestration.seeds import resolved_conditions

    found = workshop.catalog.get_dataset(dataset)
    names = {each.name for each in found.columns}
    conditions = [parse_condition(text, names) for text in texts]
    resolved_conditions(found, workshop.catalog.mappings(found.id), conditions)
    return [each.model_dump() for each in conditions]


def rows_kept(
    workshop: "Workshop", dataset: str, conditions: Iterable[Mapping[str, Any]]
) -> KeptRows:
    """How many rows of a dataset its filter keeps, counted now."""
    rows = _count(workshop, dataset, [Condition.model_validate(e) for e in conditions])
    told = discreetly_counted(rows, "row", "rows")
    return KeptRows(
        rows=None if 0 < rows < FEWEST_PEOPLE else rows,
        text=f"{told} fit{'s' if rows == 0 else ''}.",
    )


def _count(workshop: "Workshop", dataset: str, conditions: list[Condition]) -> int:
    from engines.registration import current_source
    from orchestration.seeds import resolved_conditions

    found = workshop.catalog.get_dataset(dataset)
    mappings = workshop.catalog.mappings(found.id)
    resolved = resolved_conditions(found, mappings, conditions)
    source = current_source(workshop, found.id, [c.name for _, c in resolved])
    if not resolved:
        return source.profile.rows if source.profile else 0
    return workshop.engine.count_rows(source, resolved)
