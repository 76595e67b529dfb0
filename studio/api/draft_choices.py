"""What can be chosen in a draft, in REST: people, joins, attributes, quotas; and why not."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from catalog.names import LONGEST_NAME
from studio.api.dependencies import DraftId, Opened
from studio.api.models.datasets import Asked
from studio.services import (
    attribute_changes,
    choices,
    draft_estimates,
    draft_joins,
    draft_quotas,
    drafts,
    seed_changes,
)
from studio.services.advice import Advice
from studio.services.attribute_sides import AttributeSides
from studio.services.choices import AttributeChoices, PeopleChoice
from studio.services.draft_joins import JoinChoice
from studio.services.draft_quotas import QuotaValues
from studio.services.draft_store import Draft

router = APIRouter(prefix="/drafts", tags=["drafts"])


def kept(draft_id: DraftId, opened: Opened) -> Draft:
    """The draft of an address; refused where there is none."""
    return drafts.read(opened.workshop, draft_id)


Kept = Annotated[Draft, Depends(kept)]


class QuotaGroup(Asked):
    """A value of a column, that is, the people who have it."""

    column: str = Field(max_length=LONGEST_NAME, examples=["job"])
    value: str = Field(max_length=1_000, examples=["student"])


@router.get("/seeds")
def list_seeds(
    opened: Opened,
    audiences: Annotated[bool, Query(description="Audiences too.")] = False,
) -> tuple[PeopleChoice, ...]:
    """Every dataset as a seed, with reason and remedy where it does not fit."""
    return choices.seeds(opened.workshop, show_audiences=audiences)


@router.get("/{draft_id}/weight-columns")
def list_weight_columns(draft: Kept, opened: Opened) -> list[str]:
    """The columns of the seed by which its people can count."""
    seed = draft.choices.seed
    return [] if seed is None else seed_changes.weight_columns(opened.workshop, seed)


@router.get("/{draft_id}/negative-seeds")
def list_negative_seeds(draft: Kept, opened: Opened) -> tuple[PeopleChoice, ...]:
    """Every dataset as the people one does not want more of."""
    return seed_changes.negative_seeds(opened.workshop, draft)


@router.get("/{draft_id}/populations")
def list_populations(draft: Kept, opened: Opened) -> tuple[PeopleChoice, ...]:
    """Every dataset as the population of the draft's seed."""
    return choices.populations(opened.workshop, draft)


@router.get("/{draft_id}/joins")
def list_joins(draft: Kept, opened: Opened) -> JoinChoice:
    """The identifiers that can join seed and population, and those that do."""
    return draft_joins.join_choice(opened.workshop, draft.choices)


@router.get("/{draft_id}/attributes")
def list_attributes(draft: Kept, opened: Opened) -> AttributeChoices:
    """The attributes of both sides, what is chosen of them, and the join keys."""
    return choices.attributes(opened.workshop, draft)


@router.get("/{draft_id}/sides")
def compare_sides(draft: Kept, opened: Opened) -> tuple[AttributeSides, ...]:
    """Seed against population, attribute by attribute; seconds the first time."""
    with_all = attribute_changes.with_all(draft)
    return draft_estimates.sides(opened.workshop, with_all)


@router.get("/{draft_id}/advice")
def advise(draft: Kept, opened: Opened) -> Advice:
    """Which attributes to take, and why; takes seconds the first time."""
    with_all = attribute_changes.with_all(draft)
    return draft_estimates.advice(opened.workshop, with_all)


@router.get("/{draft_id}/quota-columns")
def list_quota_columns(draft: Kept, opened: Opened) -> list[str]:
    """The columns of the population whose values can have quotas."""
    return draft_quotas.group_columns(opened.workshop, draft)


@router.get("/{draft_id}/quota-values")
def list_quota_values(
    draft: Kept,
    opened: Opened,
    column: Annotated[
        str, Query(max_length=LONGEST_NAME, description="One of `quota-columns`.")
    ],
) -> QuotaValues:
    """The values that quotas of a column may name, the most frequent first."""
    return draft_quotas.group_values(opened.workshop, draft, column)


@router.post("/{draft_id}/quota-check", status_code=204)
def check_quota(draft: Kept, wanted: QuotaGroup, opened: Opened) -> None:
    """Refuse a group that nobody who may be chosen is in, with values near it."""
    draft_quotas.refuse_unknown_group(
        opened.workshop, draft, wanted.column, wanted.value
    )
