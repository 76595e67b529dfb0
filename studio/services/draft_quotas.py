"""Quotas of a draft: whether anybody who may be chosen is in a group."""

from typing import TYPE_CHECKING

from catalog.specification_model import Output
from studio.services import drafts
from studio.services.draft_estimates import with_values
from studio.services.draft_store import Draft

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


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
