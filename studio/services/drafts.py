"""What a person does with drafts: begin, change, put away, edit an audience, create it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.name_store import new_id
from catalog.names import LONGEST_NAME, display_name, shown, slug_of
from catalog.specification import (
    AudienceSpecification,
    specification_of,
    workflow_to_yaml,
)
from catalog.specification_faults import told
from catalog.visible_text import first_forbidden
from studio.services import draft_store
from studio.services.audiences import keep_specification
from studio.services.audit import Verb, actor, record
from studio.services.draft_joins import still_joined
from studio.services.draft_store import (
    Draft,
    DraftChoices,
    DraftState,
    SeenDataset,
    Step,
)

if TYPE_CHECKING:
    from catalog.records import SpecificationVersion
    from catalog.run_records import Run
    from orchestration.workshop import Workshop
    from studio.services.studio import Studio

STEPS = tuple(Step)
FIRST_SIZE = 1_000


class NameCheck(Frozen):
    """Whether an audience may have a name; `slug` is its address, `cause` why not.

    `told` is a sentence on what the name means.
    """

    is_free: bool
    slug: str = ""
    code: str = ""
    cause: str = ""
    remedy: str = ""
    told: str = ""


class Summary(Frozen):
    """What a build of a draft would do: labelled lines, what is left out, caveats."""

    lines: dict[str, str]
    left_out: tuple[dict[str, str], ...]
    caveats: tuple[str, ...]


class Workflow(Frozen):
    """The document that a draft makes, and a name for its file."""

    text: str
    file_name: str


def begin(workshop: "Workshop", owner: str = "") -> Draft:
    """A new draft in which nothing is chosen."""
    return _new(workshop, owner=owner)


def newest_open(workshop: "Workshop") -> Draft | None:
    """The open draft of a new audience that the person at work began and changed last."""
    found = overview(workshop, state=DraftState.open, own=True)
    return next((each for each in found if each.audience is None), None)


def is_own(draft: Draft) -> bool:
    """True of a draft that the person at work began."""
    return draft.begun_by == actor()


def overview(
    workshop: "Workshop", *, state: DraftState | None = None, own: bool = False
) -> list[Draft]:
    """Every draft, those put away too, the newest change first.

    Those in one state, and with `own` those that the person at work began.
    """
    return [
        each
        for each in draft_store.overview(workshop.home)
        if state in (None, each.state) and not (own and not is_own(each))
    ]


def read(workshop: "Workshop", draft_id: str) -> Draft:
    """One draft with every choice."""
    return draft_store.read(workshop.home, draft_id)


def change(
    workshop: "Workshop",
    draft_id: str,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    step: Step | None = None,
) -> Draft:
    """Change some choices, named and written as in a specification; keep the rest.

    `version` is that of the draft which the person sees. Raises StudioError for a value
    that no specification may have, and where the draft was changed meanwhile. A join key
    that another seed or population does not share goes with the one before.
    """
    draft = open_draft(workshop, draft_id)
    choices = _choices(draft.choices, values)
    if {"seed", "population"} & values.keys() and "join_key" not in values:
        choices = still_joined(workshop, choices)
    update: dict[str, Any] = {"choices": choices, "step": step or draft.step}
    if {"seed", "population"} & values.keys():
        update["seen"] = _seen(workshop, choices)
    return draft_store.changed(
        workshop.home, draft_id, version or draft.version, **update
    )


def go_to(workshop: "Workshop", draft_id: str, step: Step) -> Draft:
    """Remember the step that the person is at."""
    draft = read(workshop, draft_id)
    if draft.step is step or draft.state is not DraftState.open:
        return draft
    return draft_store.moved(workshop.home, draft_id, step)


def accept(workshop: "Workshop", draft_id: str, version: int) -> Draft:
    """Go on with datasets and audience as they are now; no more is said of what changed."""
    draft = open_draft(workshop, draft_id)
    newest = _newest(workshop, draft)
    return draft_store.changed(
        workshop.home,
        draft_id,
        version,
        seen=_seen(workshop, draft.choices),
        based_on=draft.based_on if newest is None else newest.number,
    )


def give_owner(workshop: "Workshop", draft_id: str, owner: str, version: int) -> Draft:
    """Say who works on a draft."""
    open_draft(workshop, draft_id)
    _refuse_owner(owner)
    return draft_store.changed(workshop.home, draft_id, version, owner=owner)


def _refuse_owner(owner: str) -> None:
    """Refuse what no draft can hold."""
    if len(owner) > LONGEST_NAME:
        cause, remedy = f"has {len(owner)} characters", f"give at most {LONGEST_NAME}"
    elif wrong := first_forbidden(owner, allowed="\n\t\r"):
        cause, remedy = f"holds the control character U+{ord(wrong):04X}", "remove it"
    else:
        return
    raise StudioError("owner_invalid", "the owner", cause, remedy)


def start_over(workshop: "Workshop", draft_id: str) -> Draft:
    """A new draft; the one before stays among the drafts, put away."""
    draft = read(workshop, draft_id)
    if draft.state is DraftState.open:
        draft_store.changed(
            workshop.home, draft_id, draft.version, state=DraftState.put_away
        )
    return begin(workshop, draft.owner)


def duplicate(workshop: "Workshop", draft_id: str) -> Draft:
    """A new open draft with the same choices, under a name that is free."""
    draft = read(workshop, draft_id)
    name = free_name(workshop, draft.choices.name) if draft.choices.name else ""
    return _new(
        workshop,
        owner=draft.owner,
        step=draft.step,
        choices=draft.choices.model_copy(update={"name": name}),
        seen=draft.seen,
    )


def delete(workshop: "Workshop", draft_id: str) -> None:
    """Remove a draft for good."""
    draft_store.remove(workshop.home, draft_id)
    record(workshop.home, Verb.draft_deleted, f"draft/{draft_id}")


def of_audience(
    workshop: "Workshop", name: str, number: int | None = None, owner: str = ""
) -> Draft:
    """A draft with every choice of an audience, to change it (B22)."""
    catalog = workshop.catalog
    audience = catalog.get_audience(name)
    kept = (
        catalog.newest_specification(audience.id)
        if number is None
        else catalog.specification(audience.id, number)
    )
    newest = catalog.newest_specification(audience.id).number
    return _of_specification(workshop, kept.specification, owner, audience.id, newest)


def copy_of_audience(
    workshop: "Workshop", name: str, new_name: str | None = None, owner: str = ""
) -> Draft:
    """A draft with every choice of an audience under another name, which must be free."""
    audience = workshop.catalog.get_audience(name)
    kept = workshop.catalog.newest_specification(audience.id).specification
    if new_name is None:
        new_name = free_name(workshop, kept.name)
    checked = display_name(new_name, "audience")
    workshop.catalog.refuse_taken_name(checked, "audience")
    named = kept.model_copy(update={"name": checked})
    return _of_specification(workshop, named, owner)


def missing_step(draft: Draft, step: Step) -> Step | None:
    """The first step before this one at which something must be chosen still."""
    needed = {
        Step.seed: draft.choices.seed is None,
        Step.population: draft.choices.population is None,
        Step.attributes: draft.choices.attributes == (),
    }
    for before in STEPS[: STEPS.index(step)]:
        if needed.get(before):
            return before
    return None


def open_steps(draft: Draft) -> tuple[Step, ...]:
    """The steps that can be gone to: nothing is missing of those before."""
    return tuple(each for each in STEPS if missing_step(draft, each) is None)


def step_shown(workshop: "Workshop", draft: Draft, step: Step) -> Step:
    """The step, or the one before it at which something must be chosen first."""
    missing = missing_step(draft, step)
    if missing is not None:
        return missing
    is_after = STEPS.index(step) > STEPS.index(Step.attributes)
    return Step.attributes if is_after and _has_gone(workshop, draft) else step


def _has_gone(workshop: "Workshop", draft: Draft) -> bool:
    """True where a chosen attribute is no more in the population."""
    population = draft.choices.population
    if population is None or not draft.choices.attributes:
        return False
    try:
        found = workshop.catalog.mapped_dataset(population.dataset)
    except StudioError:
        return False  # the remarks say that the dataset is gone
    there = {name for each in found.mappings for name in (each.attribute, each.column)}
    return any(each.attribute not in there for each in draft.choices.attributes)


def remarks(workshop: "Workshop", draft: Draft) -> tuple[str, ...]:
    """What changed since of the chosen datasets and the edited audience, in sentences."""
    found = [] if (told := _overtaken(workshop, draft)) is None else [f"{told}."]
    now = {each.dataset.name: each for each in workshop.catalog.mapped_datasets()}
    for seen in draft.seen:
        there, name = now.get(seen.name), shown(seen.name)
        if there is None:
            found.append(
                f"The dataset {name} is gone. Choose another; all other choices stay."
            )
            continue
        gone = set(seen.columns) - {each.name for each in there.dataset.columns}
        if gone:
            told_gone = ", ".join(shown(each) for each in sorted(gone)[:5])
            found.append(f"The dataset {name} no longer has {told_gone}.")
        if there.dataset.id != seen.dataset_id:
            found.append(f"The dataset {name} was removed and added again.")
        elif there.profile is not None and there.profile.id != seen.profile_id:
            found.append(
                f"The dataset {name} was loaded again: {_rows(seen.rows)} rows then,"
                f" {_rows(there.profile.rows)} now."
            )
    return tuple(found)


def suggested_name(workshop: "Workshop", draft: Draft) -> str:
    """A name that is free, from whom the audience is alike to."""
    seed = draft.choices.seed
    of = (seed.audience or seed.dataset) if seed is not None else None
    return free_name(workshop, f"Like {of}"[:190] if of else "New audience")


def free_name(workshop: "Workshop", name: str) -> str:
    """The name, with the first number behind it that makes it free."""
    for number in range(1, 1_000):
        candidate = name if number == 1 else f"{name[:190]} {number}"
        if _name_fault(workshop, candidate) is None:
            return candidate
    return name


def check_name(workshop: "Workshop", draft: Draft, name: str) -> NameCheck:
    """Whether the draft's audience may be called so; an edited one keeps its own name."""
    own = None if draft.audience is None else _audience_name(workshop, draft.audience)
    fault = None if own is not None and name == own else _name_fault(workshop, name)
    if fault is None:
        slug = slug_of(name)
        told_name = (
            "A new version of this audience will be built."
            if own is not None
            else f"The name is free. Its address will be {slug}."
        )
        return NameCheck(is_free=True, slug=slug, told=told_name)
    return NameCheck(
        is_free=False, code=fault.code, cause=fault.cause, remedy=fault.remedy
    )


def specification(workshop: "Workshop", draft: Draft) -> AudienceSpecification:
    """The specification that a draft makes, with what was not chosen by default.

    Raises StudioError `draft_incomplete` where seed or population is not chosen, or no
    attribute is.
    """
    missing = missing_step(draft, Step.finalise)
    if missing is not None:
        raise StudioError(
            "draft_incomplete",
            "the draft",
            f"has no {missing.value} yet",
            f"choose the {missing.value} first",
        )
    values = draft.choices.model_dump(mode="json", by_alias=True)
    values["name"] = draft.choices.name or suggested_name(workshop, draft)
    values["owner"] = draft.owner
    values["output"] = values["output"] or {"top": FIRST_SIZE}
    return specification_of(values)


def summary(workshop: "Workshop", draft: Draft) -> Summary:
    """What a build of the draft would do on the data as they are now (B25)."""
    from orchestration.plan import plan_build, with_found_rows
    from orchestration.plan_document import plan_as_json

    plan = plan_build(workshop, specification(workshop, draft))
    found = plan_as_json(with_found_rows(workshop, plan))
    return Summary(
        lines=found["summary"],
        left_out=tuple(found["left_out"]),
        caveats=tuple(found["caveats"]),
    )


def workflow(workshop: "Workshop", draft: Draft) -> Workflow:
    """The workflow document of a draft, to keep in git or to submit (B23)."""
    asked = specification(workshop, draft)
    return Workflow(
        text=workflow_to_yaml(asked, trigger_immediately=True),
        file_name=f"{slug_of(asked.name)}.yml",
    )


def create(studio: "Studio", draft_id: str, version: int | None = None) -> "Run":
    """Keep the draft's specification as an audience's and begin its build.

    Raises StudioError, and keeps nothing, where the name is taken, the draft incomplete
    or changed meanwhile, or the audience cannot be built. The draft is open until the
    build is asked for: what fails or is killed before is tried again, as an edit of the
    audience where that was kept.
    """
    workshop = studio.workshop
    draft = open_draft(workshop, draft_id)
    asked = specification(workshop, draft)
    named = draft.choices.model_copy(update={"name": asked.name})
    with workshop.catalog.alone():
        fault = check_name(workshop, draft, asked.name)
        if not fault.is_free:
            raise StudioError(
                fault.code, f"audience {shown(asked.name)}", fault.cause, fault.remedy
            )
        overtaken = _overtaken(workshop, draft)
        if overtaken is not None:
            raise StudioError(
                "audience_changed",
                f"audience {shown(asked.name)}",
                "was changed by somebody else since this draft began",
                "load the page anew: it says what to do",
            )
        # Before anything is kept: of two browsers with one version one goes on.
        draft_store.changed(
            workshop.home, draft_id, version or draft.version, step=Step.finalise
        )
        audience, kept = keep_specification(workshop, asked, None)
        draft_store.changed(
            workshop.home,
            draft_id,
            None,
            audience=audience.id,
            based_on=kept.number,
            choices=named,
        )
    # Asked for twice, by a draft that was killed here, it is one build.
    run = studio.runs.start(
        audience.slug,
        specification=kept.number,
        request=f"{draft_id}-{kept.number}",
    )
    draft_store.changed(
        workshop.home,
        draft_id,
        None,
        state=DraftState.created,
        created=audience.slug,
        run=run.run_id,
    )
    return run


def open_draft(workshop: "Workshop", draft_id: str) -> Draft:
    """A draft that may be changed; StudioError `draft_closed` for any other."""
    draft = read(workshop, draft_id)
    if draft.state is DraftState.open:
        return draft
    what = "became an audience" if draft.created else "was put away"
    raise StudioError(
        "draft_closed",
        f"draft {shown(draft.choices.name or draft.id)}",
        what,
        "duplicate it, or edit the audience",
    )


def _new(workshop: "Workshop", owner: str, **values: Any) -> Draft:
    _refuse_owner(owner)
    moment = draft_store.now()
    draft = Draft(
        id=new_id(),
        owner=owner,
        begun_by=actor(),
        created_at=moment,
        updated_at=moment,
        **values,
    )
    return draft_store.write(workshop.home, draft)


def _of_specification(
    workshop: "Workshop",
    kept: AudienceSpecification,
    owner: str,
    audience: str | None = None,
    based_on: int | None = None,
) -> Draft:
    fields = DraftChoices.model_fields.keys()
    choices = DraftChoices(**{name: getattr(kept, name) for name in fields})
    return _new(
        workshop,
        owner=owner or kept.owner,
        audience=audience,
        based_on=based_on,
        choices=choices,
        seen=_seen(workshop, choices),
    )


def _newest(workshop: "Workshop", draft: Draft) -> "SpecificationVersion | None":
    """The newest specification of the audience that a draft edits."""
    if draft.audience is None or _audience_name(workshop, draft.audience) is None:
        return None
    return workshop.catalog.newest_specification(draft.audience)


def _overtaken(workshop: "Workshop", draft: Draft) -> str | None:
    """That the edited audience was given another specification since, and by which."""
    newest = _newest(workshop, draft)
    if newest is None or draft.based_on in (None, newest.number):
        return None
    with suppress(StudioError):  # what is not chosen yet is no specification
        if newest.specification == specification(workshop, draft):
            return None  # this very change, kept before it was cut short
    return (
        f"The audience {shown(newest.specification.name)} has specification"
        f" {newest.number} since, this draft began from {draft.based_on}: what was changed"
        " there is lost where you go on. Edit the audience anew to have both"
    )


def _choices(known: DraftChoices, values: Mapping[str, Any]) -> DraftChoices:
    """The choices with some of them changed, checked as a specification's are."""
    merged = {**known.model_dump(mode="json", by_alias=True), **values}
    try:
        found = DraftChoices.model_validate(merged)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        schema = DraftChoices.model_json_schema()
        raise told(detail, detail["loc"], "the draft", schema) from error
    seed, population = found.seed, found.population
    if "population" in values or seed is None or population is None:
        return found
    # A new seed that is all of the population leaves nobody to find there.
    is_same = seed.is_whole(population.dataset)
    return found.model_copy(update={"population": None}) if is_same else found


def _seen(workshop: "Workshop", choices: DraftChoices) -> tuple[SeenDataset, ...]:
    there = {each.dataset.name: each for each in workshop.catalog.mapped_datasets()}
    named = dict.fromkeys(
        each.dataset
        for each in (choices.seed, choices.population)
        if each is not None and each.dataset is not None
    )
    return tuple(
        SeenDataset(
            name=found.dataset.name,
            dataset_id=found.dataset.id,
            profile_id=found.profile.id if found.profile else None,
            rows=found.profile.rows if found.profile else None,
            columns=tuple(column.name for column in found.dataset.columns),
        )
        for name in named
        if (found := there.get(name)) is not None
    )


def _name_fault(workshop: "Workshop", name: str) -> StudioError | None:
    try:
        checked = display_name(name, "audience")
        workshop.catalog.refuse_taken_name(checked, "audience")
    except StudioError as error:
        return error
    return None


def _audience_name(workshop: "Workshop", audience_id: str) -> str | None:
    try:
        return workshop.catalog.get_audience(audience_id).name
    except StudioError:
        return None


def _rows(rows: int | None) -> str:
    return "unknown" if rows is None else f"{rows:,}"
