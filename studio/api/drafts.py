"""Drafts in REST: begun, changed, looked at as what they would become, created."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from catalog.names import LONGEST_NAME
from catalog.run_records import Run
from catalog.specification_output import Output
from studio.api.dependencies import DraftId, Opened, Shown
from studio.api.draft_choices import Kept
from studio.api.models.datasets import Asked
from studio.api.paging import Page, Paged, page_of
from studio.services import draft_estimates, draft_files, drafts
from studio.services.comparing import ComparisonRun
from studio.services.draft_estimates import DraftEstimate
from studio.services.draft_store import Draft, DraftChoices, DraftState, Step
from studio.services.drafts import NameCheck, Summary, Workflow

router = APIRouter(prefix="/drafts", tags=["drafts"])
ShortText = Annotated[str, Field(max_length=LONGEST_NAME)]


class NewDraft(Asked):
    """Where a draft begins: with nothing, an audience to edit, or a copy of one."""

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


class DraftChange(Asked):
    """Some choices, as a specification has them; those left out stay."""

    version: int = Field(ge=1, description="Of the draft as it was read.", examples=[1])
    step: Step | None = Field(None, description="Where the person is.")
    choices: DraftChoices = Field(
        description="The fields that change.",
        examples=[
            {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
        ],
    )


class DraftVersion(Asked):
    """The draft as it was read."""

    version: int | None = Field(None, ge=1, description="Left out: as it is.")


class DraftOwner(Asked):
    """Who works on a draft."""

    version: int = Field(ge=1, description="Of the draft as it was read.", examples=[1])
    owner: ShortText = Field(examples=["Ada"])


class Remarked(BaseModel):
    """A draft, and in sentences what changed since of its datasets and its audience.

    `steps` are those that can be gone to: nothing is missing of those before.
    """

    draft: Draft
    remarks: tuple[str, ...]
    steps: tuple[Step, ...]


class SuggestedName(BaseModel):
    """A name that no other audience has."""

    name: str


class AskedOutput(Asked):
    """A size to estimate; left out, the draft's own."""

    output: Output | None = Field(None, examples=[{"top": 1000}])


@router.get("")
def list_drafts(
    opened: Opened,
    paging: Paged,
    state: Annotated[
        DraftState | None, Query(description="What became of them.")
    ] = None,
    own: Annotated[bool, Query(description="Those that you began alone.")] = False,
) -> Page[Draft]:
    """Every draft, those put away too, the newest change first."""
    found = drafts.overview(opened.workshop, state=state, own=own)
    return Page[Draft].model_validate(page_of(found, paging))


@router.post("", status_code=201)
def begin_draft(wanted: NewDraft, opened: Opened) -> Draft:
    """Begin a draft."""
    workshop, owner = opened.workshop, wanted.owner
    if wanted.audience is None:
        return drafts.begin(workshop, owner)
    if wanted.new_name is None:
        return drafts.of_audience(workshop, wanted.audience, owner=owner)
    return drafts.copy_of_audience(workshop, wanted.audience, wanted.new_name, owner)


@router.get("/{draft_id}")
def get_draft(draft: Kept, opened: Opened) -> Remarked:
    """One draft with every choice."""
    files = draft_files.changed_files(opened.workshop, draft)
    told = tuple(each.told for each in files)
    return Remarked(
        draft=draft,
        remarks=drafts.remarks(opened.workshop, draft) + told,
        steps=drafts.open_steps(draft),
    )


@router.patch("/{draft_id}")
def change_draft(draft_id: DraftId, change: DraftChange, opened: Opened) -> Draft:
    """Change some choices; refused where the draft was changed meanwhile."""
    values = change.choices.model_dump(
        mode="json", by_alias=True, include=change.choices.model_fields_set
    )
    return drafts.change(
        opened.workshop, draft_id, values, version=change.version, step=change.step
    )


@router.post("/{draft_id}/accept")
def accept_changes(draft: Kept, wanted: DraftVersion, opened: Opened) -> Draft:
    """Go on with datasets and audience as they are now: the remarks are read."""
    version = wanted.version or draft.version
    return drafts.accept(opened.workshop, draft.id, version)


@router.put("/{draft_id}/owner")
def give_owner(draft_id: DraftId, wanted: DraftOwner, opened: Opened) -> Draft:
    """Say who works on a draft, and answers for the audience."""
    return drafts.give_owner(opened.workshop, draft_id, wanted.owner, wanted.version)


@router.post("/{draft_id}/comparison", status_code=202)
def compare_scorers(
    draft: Kept, request: Request, response: Response, opened: Opened
) -> ComparisonRun:
    """Ask for a comparison of the scorers; its place is in the header `Location`."""
    run = opened.comparisons.start_draft(draft)
    response.headers["Location"] = request.url_for("get_comparison", run_id=run.id).path
    return run


@router.delete("/{draft_id}", status_code=204)
def delete_draft(draft_id: DraftId, opened: Opened) -> None:
    """Remove a draft for good."""
    drafts.delete(opened.workshop, draft_id)


@router.post("/{draft_id}/duplicate", status_code=201)
def duplicate_draft(draft_id: DraftId, opened: Opened) -> Draft:
    """A new open draft with the same choices."""
    return drafts.duplicate(opened.workshop, draft_id)


@router.post("/{draft_id}/start-over", status_code=201)
def start_over(draft_id: DraftId, opened: Opened) -> Draft:
    """A new draft; this one is put away."""
    return drafts.start_over(opened.workshop, draft_id)


@router.post("/{draft_id}/estimate")
def estimate(draft: Kept, asked: AskedOutput, opened: Opened) -> DraftEstimate:
    """What an audience of a size would be; nothing is kept of it."""
    return draft_estimates.estimate(opened.workshop, draft, asked.output)


@router.get("/{draft_id}/name")
def check_name(
    draft: Kept,
    name: Annotated[str, Query(max_length=1_000, description="As typed.")],
    opened: Opened,
) -> NameCheck:
    """Whether the draft's audience may have a name."""
    return drafts.check_name(opened.workshop, draft, name)


@router.get("/{draft_id}/suggested-name")
def suggest_name(draft: Kept, opened: Opened) -> SuggestedName:
    """A name that is free, from whom the audience is to be alike to."""
    return SuggestedName(name=drafts.suggested_name(opened.workshop, draft))


@router.get("/{draft_id}/summary")
def summarise(draft: Kept, opened: Opened) -> Summary:
    """What a build would do, in plain words."""
    return drafts.summary(opened.workshop, draft)


@router.get("/{draft_id}/workflow")
def get_workflow(draft: Kept, opened: Opened) -> Workflow:
    """The workflow document of the draft."""
    return drafts.workflow(opened.workshop, draft)


@router.post("/{draft_id}/create", status_code=202)
def create(
    draft_id: DraftId,
    wanted: DraftVersion,
    request: Request,
    response: Response,
    opened: Opened,
    shown: Shown,
) -> Run:
    """Keep the audience and ask for its build."""
    run = drafts.create(opened, draft_id, wanted.version)
    response.headers["Location"] = request.url_for("get_run", run_id=run.run_id).path
    return shown(run)
