"""The seed of a specification as rows to read: a dataset, some of its rows, an audience.

What the studio makes of a filter or an audience is never registered: it is a source
with mappings of its own, made anew for each plan from what is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog.attributes import Mapping, Role
from catalog.conditions import Condition, conditions_text
from catalog.datasets import Column, Dataset
from catalog.errors import StudioError
from catalog.names import shown, suggestion
from catalog.pairing import paired_by_name
from catalog.specification import AudienceSpecification
from catalog.specification_people import PeopleSource, SeedChoice
from engines.base import Source
from engines.registration import current_source, keys_of
from engines.relations import column_of
from orchestration.audience_seeds import audience_source, served_or_named
from orchestration.seed_weights import SeedWeight, seed_weight, weight_column
from orchestration.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Seed:
    """Who the seed is. `registered` is the dataset it is read from; none for an audience.

    `text` says it in words, `facts` in JSON types; `weight` is what it is weighed by.
    """

    source: Source
    registered: Dataset | None
    text: str
    facts: dict[str, Any]
    weight: SeedWeight | None = None

    @property
    def weight_column(self) -> str | None:
        """The source's column of weights."""
        return None if self.weight is None else self.weight.column

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of it before the build."""
        return () if self.weight is None else self.weight.notes


def seed_of(workshop: Workshop, specification: AudienceSpecification) -> Seed:
    """The seed as it is now; StudioError where nobody, or everybody, would be it."""
    return _people_of(workshop, specification, specification.seed)


def unlike_of(workshop: Workshop, specification: AudienceSpecification) -> Seed | None:
    """The negative seed as it is now, if there is one, with the same refusals."""
    choice = specification.seed.unlike
    return None if choice is None else _people_of(workshop, specification, choice)


def _people_of(
    workshop: Workshop, specification: AudienceSpecification, choice: PeopleSource
) -> Seed:
    if choice.dataset is None:
        return _audience_seed(workshop, specification, choice)
    if choice.where or _weight_of(choice) is not None:
        return _chosen_seed(workshop, specification, choice)
    source = current_source(workshop, choice.dataset)
    rows, name = _rows(source), source.dataset.name
    return Seed(
        source=source,
        registered=source.dataset,
        text=f"{rows:,} rows of {shown(name)}",
        facts={"dataset": name, "rows": rows},
    )


def _weight_of(choice: PeopleSource) -> str | None:
    return choice.weight if isinstance(choice, SeedChoice) else None


def seed_stamp(workshop: Workshop, choice: PeopleSource) -> str:
    """Cheap sign of change of a seed; that of an audience changes with its version."""
    if choice.dataset is not None:
        return workshop.engine.stamp(workshop.catalog.get_dataset(choice.dataset))
    _, version = served_or_named(workshop, choice)
    return version.build_id


def _audience_seed(
    workshop: Workshop, specification: AudienceSpecification, choice: PeopleSource
) -> Seed:
    source, version = audience_source(workshop, specification, choice)
    rows, name = _rows(source), source.dataset.name
    return Seed(
        source=source,
        registered=None,
        text=f"{rows:,} people of version {version.number} of the audience"
        f" {shown(name)}",
        facts={"audience": name, "version": version.number, "rows": rows},
    )


def _chosen_seed(
    workshop: Workshop, specification: AudienceSpecification, choice: PeopleSource
) -> Seed:
    """Rows of a dataset, all or some, without what they are chosen and weighed by."""
    catalog, weight_name = workshop.catalog, _weight_of(choice)
    dataset = catalog.get_dataset(str(choice.dataset))
    mappings = catalog.mappings(dataset.id)
    conditions = resolved_conditions(dataset, mappings, choice.where)
    weighed_by = (
        ()
        if weight_name is None
        else (weight_column(dataset, mappings, weight_name).name,)
    )
    named = tuple(column.name for _, column in conditions)
    whole = current_source(workshop, dataset.id, (*named, *weighed_by))
    population = catalog.get_dataset(specification.population.dataset)
    paired = paired_by_name(mappings, catalog.mappings(population.id))
    kept_mappings = tuple(
        each
        for each in paired
        if each.role is Role.identity
        or (each.is_scored and each.column not in (*named, *weighed_by))
    )
    rows = whole
    if conditions:
        columns = (*(each.column for each in kept_mappings), *weighed_by)
        kept = workshop.engine.keep_rows(whole, conditions, columns)
        profile = workshop.engine.profile(
            kept.dataset, kept.fingerprint, keys_of(kept_mappings)
        )
        if profile.rows == _rows(whole):
            _refuse_everybody(workshop, specification, choice, dataset, profile.rows)
        rows = replace(kept, profile=profile)
    attributes = {each.column: each.attribute for each in paired}
    source = replace(
        rows,
        mappings=kept_mappings,
        chosen_by=tuple(each.attribute for each in paired if each.column in named),
        weighed_by=next((attributes[each] for each in weighed_by), None),
    )
    weight = next((seed_weight(workshop, source, each) for each in weighed_by), None)
    return Seed(
        source=source,
        registered=dataset,
        text=_text_of(source, whole, choice),
        facts=_facts_of(source, whole, choice, weight),
        weight=weight,
    )


def _text_of(source: Source, whole: Source, choice: PeopleSource) -> str:
    rows, name = f"{_rows(source):,}", shown(whole.dataset.name)
    text = f"{rows} rows of {name}"
    if choice.where:
        text = (
            f"{rows} of {_rows(whole):,} rows of {name} where"
            f" {conditions_text(choice.where)}"
        )
    weight = _weight_of(choice)
    return text if weight is None else f"{text}, by {shown(weight)}"


def _facts_of(
    source: Source, whole: Source, choice: PeopleSource, weight: SeedWeight | None
) -> dict[str, Any]:
    facts: dict[str, Any] = {"dataset": whole.dataset.name, "rows": _rows(source)}
    if choice.where:
        where = [each.text for each in choice.where]
        facts |= {"of_rows": _rows(whole), "where": where}
    return facts if weight is None else facts | {"weight": weight.facts}


def resolved_conditions(
    dataset: Dataset, mappings: Sequence[Mapping], conditions: Sequence[Condition]
) -> list[tuple[Condition, Column]]:
    """Each condition with its column, named by itself or by its attribute."""
    by_attribute = {each.attribute: each for each in mappings}
    by_column = {each.column: each for each in mappings}
    resolved = []
    for condition in conditions:
        name = condition.column
        mapping = by_column.get(name) or by_attribute.get(name)
        if mapping is None:
            raise StudioError(
                "unknown_column",
                f"column {shown(name)} of a filter",
                f"is not in the dataset {shown(dataset.name)}",
                suggestion(name, [*by_column, *by_attribute])
                or "name one of its columns",
            )
        if mapping.is_personal and condition.comparison != "is_missing":
            raise StudioError(
                "condition_personal",
                f"column {shown(name)} of a filter",
                "holds addresses or numbers of people, which a specification must not",
                "list those people in a dataset of their own",
            )
        resolved.append((condition, column_of(dataset, mapping.column)))
    return resolved


def _refuse_everybody(
    workshop: Workshop,
    specification: AudienceSpecification,
    choice: PeopleSource,
    dataset: Dataset,
    rows: int,
) -> None:
    """A filter on the population's own data must leave somebody to find."""
    population = workshop.catalog.get_dataset(specification.population.dataset)
    same = (population.path, population.table) == (dataset.path, dataset.table)
    if same or population.id == dataset.id:
        raise StudioError(
            "filter_selects_everybody",
            f"filter on {shown(dataset.name)}",
            f"selects everybody: all {rows:,} rows have"
            f" {conditions_text(choice.where)}, so nobody is left to find",
            "narrow it, or name another population",
        )


def _rows(source: Source) -> int:
    return source.profile.rows if source.profile else 0
