"""Drafts in REST: the five steps of the builder, what can be chosen, and create."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from catalog.names import LONGEST_NAME
from catalog.run_records import Run
from catalog.specification_model import Output
from studio.api.dependencies import Shown, studio
from studio.services import choices, draft_estimates, draft_files, drafts
from studio.services.advice import Advice
from studio.services.attribute_sides import AttributeSides
from studio.services.choices import AttributeChoices, PeopleChoice
from studio.services.comparing import ComparisonRun
from studio.services.draft_estimates import DraftEstimate
from studio.services.draft_store import Draft, DraftChoices, Step
from studio.services.drafts import NameCheck, Summary, Workflow
from studio.services.studio import Studio

router = APIRouter(prefix="/drafts", tags=["drafts"])
Opened = Annotated[Studio, Depends(studio)]
ShortText = Annotated[str, Field(max_length=LONGEST_NAME)]


class NewDraft(BaseModel):
    """Where a draft begins: with nothing, an audience to edit, or a copy of one."""

    model_config = ConfigDict(extra="forbid")

    owner: ShortText = Field("", description="Who works on it.", examples=["Ada"])
    audience: ShortText | None = Field(
        None,
        description="Name or slug of the audience whose choices it begins with.",
        examples=["spring_buyers"],
    )
    new_name: ShortText | None = Field(
        None,
        description="With `audience`: begin a copy of it under this name.",
        examples=["Summer buyers"],
    )


class DraftChange(BaseModel):
    """Some choices, as a specification has them; those left out stay."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="Of the draft as it was read.", examples=[1])
    step: Step | None = Field(None, description="Where the person is.")
    choices: DraftChoices = Field(
        description="The fields that change.",
        examples=[
            {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
        ],
    )


class DraftVersion(BaseModel):
    """The draft as it was read."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(None, ge=1, description="Left out: as it is.")


class DraftOwner(BaseModel):
    """Who works on a draft."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="Of the draft as it was read.", examples=[1])
    owner: ShortText = Field(examples=["Ada"])


class Remarked(BaseModel):
    """A draft, and in sentences what changed since of its datasets and its audience."""

    draft: Draft
    remarks: tuple[str, ...]


class AskedOutput(BaseModel):
    """A size to estimate; left out, the draft's own."""

    model_config = ConfigDict(extra="forbid")

    output: Output | None = Field(None, examples=[{"top": 1000}])


@router.get("")
def list_drafts(opened: Opened) -> list[Draft]:
    """Every draft, those put away too, the newest change first."""
    return drafts.overview(opened.workshop)


@router.post("", status_code=201)
def begin_draft(wanted: NewDraft, opened: Opened) -> Draft:
    """Begin a draft."""
    workshop, owner = opened.workshop, wanted.owner
    if wanted.audience is None:
        return drafts.begin(workshop, owner)
    if wanted.new_name is None:
        return drafts.of_audience(workshop, wanted.audience, owner=owner)
    return drafts.copy_of_audience(workshop, wanted.audience, wanted.new_name, owner)


@router.get("/seeds")
def list_seeds(opened: Opened, audiences: bool = False) -> tuple[PeopleChoice, ...]:
    """Every dataset as a seed, with reason and remedy where it does not fit."""
    return choices.seeds(opened.workshop, show_audiences=audiences)


@router.get("/{draft_id}")
def get_draft(draft_id: str, opened: Opened) -> Remarked:
    """One draft with every choice."""
    draft = drafts.read(opened.workshop, draft_id)
    files = draft_files.changed_files(opened.workshop, draft)
    told = tuple(each.told for each in files)
    return Remarked(draft=draft, remarks=drafts.remarks(opened.workshop, draft) + told)


@router.patch("/{draft_id}")
def change_draft(draft_id: str, change: DraftChange, opened: Opened) -> Draft:
    """Change some choices; refused where the draft was changed meanwhile."""
    values = change.choices.model_dump(
        mode="json", by_alias=True, include=change.choices.model_fields_set
    )
    return drafts.change(
        opened.workshop, draft_id, values, version=change.version, step=change.step
    )


@router.post("/{draft_id}/accept")
def accept_changes(draft_id: str, wanted: DraftVersion, opened: Opened) -> Draft:
    """Go on with datasets and audience as they are now: the remarks are read."""
    version = wanted.version or drafts.read(opened.workshop, draft_id).version
    return drafts.accept(opened.workshop, draft_id, version)


@router.put("/{draft_id}/owner")
def give_owner(draft_id: str, wanted: DraftOwner, opened: Opened) -> Draft:
    """Say who works on a draft, and answers for the audience."""
    return drafts.give_owner(opened.workshop, draft_id, wanted.owner, wanted.version)


@router.post("/{draft_id}/comparison", status_code=202)
def compare_scorers(draft_id: str, response: Response, opened: Opened) -> ComparisonRun:
    """Ask for a comparison of the scorers; its place is in the header `Location`."""
    run = opened.comparisons.start_draft(drafts.read(opened.workshop, draft_id))
    response.headers["Location"] = f"/api/v1/comparisons/{run.id}"
    return run


@router.delete("/{draft_id}", status_code=204)
def delete_draft(draft_id: str, opened: Opened) -> None:
    """Remove a draft for good."""
    drafts.delete(opened.workshop, draft_id)


@router.post("/{draft_id}/duplicate", status_code=201)
def duplicate_draft(draft_id: str, opened: Opened) -> Draft:
    """A new open draft with the same choices."""
    return drafts.duplicate(opened.workshop, draft_id)


@router.post("/{draft_id}/start-over", status_code=201)
def start_over(draft_id: str, opened: Opened) -> Draft:
    """A new draft; this one is put away."""
    return drafts.start_over(opened.workshop, draft_id)


@router.get("/{draft_id}/populations")
def list_populations(draft_id: str, opened: Opened) -> tuple[PeopleChoice, ...]:
    """Every dataset as the population of the draft's seed."""
    draft = drafts.read(opened.workshop, draft_id)
    return choices.populations(opened.workshop, draft)


@router.get("/{draft_id}/attributes")
def list_attributes(draft_id: str, opened: Opened) -> AttributeChoices:
    """The attributes of both sides, what is chosen of them, and the join keys."""
    draft = drafts.read(opened.workshop, draft_id)
    return choices.attributes(opened.workshop, draft)


@router.get("/{draft_id}/sides")
def compare_sides(draft_id: str, opened: Opened) -> tuple[AttributeSides, ...]:
    """Seed against population, attribute by attribute; seconds the first time."""
    draft = drafts.read(opened.workshop, draft_id)
    return draft_estimates.sides(opened.workshop, draft)


@router.get("/{draft_id}/advice")
def advise(draft_id: str, opened: Opened) -> Advice:
    """Which attributes to take, and why; takes seconds the first time."""
    draft = drafts.read(opened.workshop, draft_id)
    return draft_estimates.advice(opened.workshop, draft)


@router.post("/{draft_id}/estimate")
def estimate(draft_id: str, asked: AskedOutput, opened: Opened) -> DraftEstimate:
    """What an audience of a size would be; nothing is kept of it."""
    draft = drafts.read(opened.workshop, draft_id)
    return draft_estimates.estimate(opened.workshop, draft, asked.output)


@router.get("/{draft_id}/name")
def check_name(
    draft_id: str, name: Annotated[str, Query(max_length=1_000)], opened: Opened
) -> NameCheck:
    """Whether the draft's audience may have a name."""
    draft = drafts.read(opened.workshop, draft_id)
    return drafts.check_name(opened.workshop, draft, name)


@router.get("/{draft_id}/summary")
def summarise(draft_id: str, opened: Opened) -> Summary:
    """What a build would do, in plain words."""
    draft = drafts.read(opened.workshop, draft_id)
    return drafts.summary(opened.workshop, draft)


@router.get("/{draft_id}/workflow")
def get_workflow(draft_id: str, opened: Opened) -> Workflow:
    """The workflow document of the draft."""
    draft = drafts.read(opened.workshop, draft_id)
    return drafts.workflow(opened.workshop, draft)


@router.post("/{draft_id}/create", status_code=202)
def create(
    draft_id: str,
    wanted: DraftVersion,
    response: Response,
    opened: Opened,
    shown: Shown,
) -> Run:
    """Keep the audience and ask for its build."""
    run = drafts.create(opened, draft_id, wanted.version)
    response.headers["Location"] = f"/api/v1/runs/{run.run_id}"
    return shown(run)
