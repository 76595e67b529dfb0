"""Quotas of a draft: the groups that can have them, and whether anybody is in one."""

from typing import TYPE_CHECKING

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.names import shown, suggestion
from catalog.personal_columns import names_people
from catalog.roles import Role
from catalog.specification_output import Output
from report.words import FEWEST_PEOPLE
from studio.services import drafts
from studio.services.draft_estimates import with_values
from studio.services.draft_store import Draft

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

MOST_VALUES = 100


class QuotaValues(Frozen):
    """The most frequent values of a column among those who may be chosen.

    `are_all` is false where there are others, also such as fewer than 25 rows have.
    """

    column: str
    values: tuple[str, ...]
    are_all: bool


def group_columns(workshop: "Workshop", draft: Draft) -> list[str]:
    """The columns of the population whose values can have quotas; never people's names."""
    population = draft.choices.population
    if population is None:
        return []
    found = workshop.catalog.mapped_dataset(population.dataset)
    return [
        each.column
        for each in found.mappings
        if each.role is Role.categorical
        and not (each.is_personal or names_people(each.column))
    ]


def group_values(workshop: "Workshop", draft: Draft, column: str) -> QuotaValues:
    """The values that a column's quotas may name, the most frequent first.

    Raises StudioError `unknown_column` for one that can have no quotas.
    """
    from orchestration.populations import population_of

    columns = group_columns(workshop, draft)
    if column not in columns:
        raise StudioError(
            "unknown_column",
            f"column {shown(column)}",
            "is none of the population whose values can have quotas",
            suggestion(column, columns) or "name a categorical column",
        )
    population = population_of(workshop, drafts.specification(workshop, draft))
    rows = workshop.engine.count_values(
        population.source, column, population.conditions
    )
    told = [value for value, count in rows.items() if count >= FEWEST_PEOPLE]
    told.sort(key=lambda value: (-rows[value], value))
    return QuotaValues(
        column=column,
        values=tuple(told[:MOST_VALUES]),
        are_all=len(rows) == len(told) <= MOST_VALUES,
    )


def refuse_unknown_group(
    workshop: "Workshop", draft: Draft, column: str, value: str
) -> None:
    """Raise StudioError where nobody who may be chosen has the value, as a build would."""
    from orchestration.populations import population_of
    from orchestration.quotas import quotas_of

    quotas = {"attribute": column, "at_most": {value: 1}}
    output = with_values(Output(top=drafts.FIRST_SIZE), {"quotas": quotas})
    asked = drafts.specification(workshop, draft).model_copy(update={"output": output})
    mapped = workshop.catalog.mapped_dataset(asked.population.dataset)
    quotas_of(workshop, asked, population_of(workshop, asked), mapped)
