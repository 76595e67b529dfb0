"""What is said of a draft from the data before it is built: advice, sides, reach.

Reads as much as half a build the first time and is quick after that.
"""

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from math import floor, log
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.names import shown
from catalog.specification import AudienceSpecification
from catalog.specification_output import Output
from catalog.specification_people import AttributeChoice
from report.reading import pairs_text
from report.words import share_text
from studio.services import drafts
from studio.services.advice import Advice
from studio.services.attribute_sides import AttributeSides
from studio.services.draft_store import Draft, Step
from studio.services.open_what_ifs import OPEN
from studio.services.what_if import WhatIf
from studio.services.what_if_answers import Answer, Overlap, Recommended, recommended

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

PREPARING = threading.Lock()
SLIDER_ENDS = 1_000
SMALLEST = 100
STAND_IN = "a draft"
SCORE_STEPS = 10**6
DIVIDES_A_SIZE = {
    "tiers": "the tiers",
    "quotas": "the quotas",
    "keep_margin": "the margin for members",
}


class CurvePoint(Frozen):
    """One size: how much of the held-out seed it reaches, how many times chance that is."""

    people: int
    percent: float
    recall: float
    lift: float
    lift_low: float
    lift_high: float


class DraftEstimate(Frozen):
    """One size of the draft's audience as numbers and as a person reads them.

    `position` is where it stands between the slider's ends, 0 and SLIDER_ENDS.
    `candidates` are all who could be in it. `stops` is true where a build would be stopped,
    as random people would be told from the population as well. Texts are empty where
    nothing can be said.
    """

    output: Output
    candidates: int
    people: int
    percent: float
    score: float | None
    position: int
    people_text: str
    percent_text: str
    score_text: str
    lift_text: str
    recall_text: str
    quality_text: str
    stays_text: str
    can_be_told: bool
    stops: bool
    recommended: Recommended
    curve: tuple[CurvePoint, ...]
    estimated_from: str
    notes: tuple[str, ...]


def advice(workshop: "Workshop", draft: Draft) -> Advice:
    """What to take of all that could be scored; takes seconds the first time."""
    return OPEN.advice(workshop, _opened_for(workshop, draft))


def sides(workshop: "Workshop", draft: Draft) -> tuple[AttributeSides, ...]:
    """Seed against population for each attribute that could be scored."""
    return OPEN.sides(workshop, _opened_for(workshop, draft))


def prepare(workshop: "Workshop", draft: Draft) -> None:
    """Begin what estimates need, as far as the draft says it: their libraries, the data.

    One draft at a time; another is read when it is asked for. What stands in the way is
    told by whoever asks for an estimate.
    """
    if not PREPARING.acquire(blocking=False):
        return
    try:
        _prepare(workshop, draft)
    finally:
        PREPARING.release()


def _prepare(workshop: "Workshop", draft: Draft) -> None:
    if drafts.missing_step(draft, Step.finalise) is None:
        with (
            suppress(StudioError),
            OPEN.what_if(workshop, _opened_for(workshop, draft)),
        ):
            pass  # it stays open for who asks next
    else:
        import_module("dbt.cli.main")
        import_module("orchestration.outlook")
        import_module("orchestration.expectation")


def estimate(
    workshop: "Workshop", draft: Draft, output: Output | None = None
) -> DraftEstimate:
    """What the audience would be at a size, without one at the draft's own.

    Raises StudioError where nothing could be built of the draft.
    """
    opened_for = _opened_for(workshop, draft)
    chosen = draft.choices.attributes
    names = None if chosen is None else [each.attribute for each in chosen]
    wanted = output or draft.choices.output or Output(top=drafts.FIRST_SIZE)
    with OPEN.what_if(workshop, opened_for) as what_if:
        try:
            return _told(draft, what_if.answer(names, wanted), what_if)
        except StudioError:
            if names is None:
                raise
    # One that is not proposed and named all the same is counted for itself.
    named = opened_for.model_copy(update={"attributes": chosen})
    with OPEN.what_if(workshop, named) as what_if:
        return _told(draft, what_if.answer(names, wanted), what_if)


def least_size(candidates: int) -> int:
    """The size at the slider's lower end.

    >>> least_size(40_000), least_size(60)
    (100, 60)
    """
    return max(1, min(SMALLEST, candidates))


def output_at(position: int, candidates: int, include_seed: bool = False) -> Output:
    """The size at a place of the slider; steps are larger where there are more people.

    >>> output_at(0, 40_000).top, output_at(1_000, 40_000).top
    (100, 40000)
    """
    least = least_size(candidates)
    share = max(0, min(position, SLIDER_ENDS)) / SLIDER_ENDS
    people = least * (candidates / least) ** share
    return Output(top=_rounded(people, candidates), include_seed=include_seed)


def in_unit(found: DraftEstimate, unit: str) -> Output:
    """The same people by another limit: `top`, `best_percent` or `min_score`."""
    include_seed = found.output.include_seed
    if unit == "best_percent":
        percent = _percent(max(1, found.people), found.candidates)
        return Output(best_percent=percent, include_seed=include_seed)
    if unit == "min_score" and found.score is not None:
        # Rounded down, so that who stands at the cut stays in.
        score = floor(found.score * SCORE_STEPS) / SCORE_STEPS
        return Output(min_score=score, include_seed=include_seed)
    return Output(top=max(1, found.people), include_seed=include_seed)


def with_values(known: Output, values: Mapping[str, Any]) -> Output:
    """The output with some fields changed; a new limit takes the place of the old one.

    Raises StudioError for what no output may be.
    """
    limits = ("top", "min_score", "best_percent")
    try:
        if values.keys() & set(limits):
            return resized(known, Output.model_validate(dict(values)))
        return Output.model_validate({**known.model_dump(mode="json"), **values})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        cause, _, remedy = first["msg"].removeprefix("Value error, ").partition(": ")
        raise StudioError(
            "output_invalid", "the size", cause, remedy or "give another"
        ) from error


def resized(known: Output, wanted: Output) -> Output:
    """The wanted size with what else was chosen of the output, as far as it still fits.

    Tiers keep their shares of the size. `taken_off` tells what does not fit.
    """
    found = wanted.model_copy(update={"include_seed": known.include_seed})
    before = known.model_dump(mode="json")
    for name in DIVIDES_A_SIZE:
        value = _tiers(known, wanted) if name == "tiers" else before.get(name)
        if value:
            values = {**found.model_dump(mode="json"), name: value}
            with suppress(ValidationError):
                found = Output.model_validate(values)
    return found


def taken_off(known: Output, found: Output) -> str:
    """A sentence on what another limit took off the output; empty where it took nothing.

    >>> taken_off(Output(top=10, keep_margin=5), Output(min_score=0.5))
    'A lowest score is no size that could be divided. Taken off: the margin for members.'
    """
    lost = [
        words
        for name, words in DIVIDES_A_SIZE.items()
        if getattr(known, name) and not getattr(found, name)
    ]
    is_same = (known.kind, known.value) == (found.kind, found.value)
    if is_same or not lost:
        return ""
    why = (
        "A lowest score is no size that could be divided"
        if found.kind == "min_score"
        else "This size does not allow all that was chosen"
    )
    return f"{why}. Taken off: {' and '.join(lost)}."


def equal_tiers(known: Output, count: int) -> list[dict[str, Any]]:
    """So many tiers of one size each, the best first; none for a count below two."""
    if count < 2:
        return []
    return [{"up_to": _end(known, at / count)} for at in range(1, count + 1)]


def typed_tiers(known: Output, typed: str) -> list[dict[str, Any]]:
    """Tiers of the ends that somebody typed, counted as the limit is.

    Names stay where there are as many tiers as before.

    >>> typed_tiers(Output(best_percent=5), "1 %, 3 %; 5 %")
    [{'name': None, 'up_to': 1.0}, {'name': None, 'up_to': 3.0}, {'name': None, 'up_to': 5.0}]
    """
    ends = []
    for word in re.split(r"[\s,;%]+", typed.strip(" ,;%")):
        try:
            ends.append(float(word))
        except ValueError as error:
            raise StudioError(
                "output_invalid",
                "the tiers",
                f"end at {shown(word)}, which is no number",
                "give where each ends, such as 1, 3, 5",
            ) from error
    names = [each.name for each in known.tiers]
    if len(names) != len(ends):
        names = [None] * len(ends)
    return [{"name": name, "up_to": end} for name, end in zip(names, ends, strict=True)]


def tier_ends(known: Output) -> str:
    """Where the tiers end, as they are typed.

    >>> tier_ends(Output(best_percent=3, tiers=[0.5, 3]))
    '0.5, 3'
    """
    return ", ".join(f"{each.up_to:.15g}" for each in known.tiers)


def with_quota(
    known: Output, attribute: str, value: str, rule: str, percent: float
) -> dict[str, Any]:
    """The quotas with one more; another attribute's take the place of those before."""
    kept = known.quotas
    quotas: dict[str, Any] = {"attribute": attribute, "unit": "share"}
    if kept is not None and (kept.attribute, kept.unit) == (attribute, "share"):
        quotas = kept.model_dump(mode="json")
    others = {
        each: {
            name: amount
            for name, amount in quotas.get(each, {}).items()
            if name != value
        }
        for each in ("exactly", "at_least", "at_most")
    }
    others[rule][value] = percent / 100
    return {**quotas, **others}


def without_quota(known: Output, rule: str, value: str) -> dict[str, Any] | None:
    """The quotas without what one rule says of one group; None where none is left."""
    if known.quotas is None:
        return None
    quotas = known.quotas.model_dump(mode="json")
    quotas[rule].pop(value, None)
    is_left = any(quotas[each] for each in ("exactly", "at_least", "at_most"))
    return quotas if is_left else None


def _tiers(known: Output, wanted: Output) -> list[dict[str, Any]]:
    """The tiers at the same shares of the wanted size."""
    return [
        {"name": each.name, "up_to": _end(wanted, each.up_to / known.value)}
        for each in known.tiers
    ]


def _percent(people: int, candidates: int) -> float:
    """The percent with the fewest figures that makes just so many people.

    >>> _percent(100, 880), _percent(4_200, 40_045)
    (11.4, 10.49)
    """
    for figures in range(2, 16):
        percent = min(100.0, float(f"{100 * people / candidates:.{figures}g}"))
        if floor(percent * candidates / 100 + 1e-9) == people:
            break
    return percent


def _end(output: Output, share: float) -> float:
    """Where a share of the size ends; all of it just where the size does."""
    if output.kind == "top":
        return round(share * output.value)
    return output.value if share == 1 else round(share * output.value, 6)


def _opened_for(workshop: "Workshop", draft: Draft) -> AudienceSpecification:
    """The specification without what a what-if can be asked for anew each time."""
    asked = drafts.specification(workshop, draft)
    with_roles = tuple(
        AttributeChoice(attribute=each.attribute, role=each.role)
        for each in asked.attributes or ()
        if each.role is not None
    )
    name = asked.name if draft.audience is not None else STAND_IN
    return AudienceSpecification(
        name=name,
        seed=asked.seed,
        population=asked.population,
        join_key=asked.join_key,
        attributes=with_roles or None,
        exclude=asked.exclude,
        fairness=asked.fairness,
        output=Output(top=drafts.FIRST_SIZE),
        scoring=asked.scoring,
        limits=asked.limits.model_copy(update={"allow_indistinct": False}),
    )


def _told(draft: Draft, answer: Answer, what_if: WhatIf) -> DraftEstimate:
    candidates, chosen = what_if.outlook.people, answer.chosen
    people = round(chosen.people.value)
    recall = chosen.recall
    return DraftEstimate(
        output=answer.output,
        candidates=candidates,
        people=people,
        percent=chosen.percent.value,
        score=chosen.score.value if chosen.score else answer.output.min_score,
        position=_position(people, candidates),
        people_text=chosen.people.text(0),
        percent_text=f"{chosen.percent.text(2)} %",
        score_text=chosen.score.text(3) if chosen.score else "",
        lift_text=chosen.lift.text(2) if chosen.lift else "",
        recall_text=share_text(recall.value) if recall else "",
        quality_text=f"{answer.reading}: {pairs_text(answer.auc.value)}"
        f"; held-out AUC {answer.auc.text(3)}",
        stays_text=_stays_text(answer.overlap),
        can_be_told=answer.can_be_told,
        stops=answer.stops,
        recommended=recommended(answer.curve, draft.choices.economics),
        curve=tuple(
            CurvePoint(
                people=each.people,
                percent=100 * each.audience_share,
                recall=each.recall.value,
                lift=each.lift.value,
                lift_low=each.lift.low,
                lift_high=each.lift.high,
            )
            for each in answer.curve
        ),
        estimated_from=answer.estimated_from,
        notes=answer.notes,
    )


def _stays_text(overlap: Overlap | None) -> str:
    """How many stay of an audience that is edited; empty where none is in use."""
    if overlap is None or overlap.version is None or overlap.stays is None:
        return ""
    share = share_text(overlap.stays.value)
    return f"About {share} of the people of version {overlap.version} stay."


def _position(people: int, candidates: int) -> int:
    least = min(SMALLEST, candidates)
    if people <= least or candidates <= least:
        return 0
    place = SLIDER_ENDS * log(people / least) / log(candidates / least)
    return max(0, min(SLIDER_ENDS, round(place)))


def _rounded(people: float, candidates: int) -> int:
    """Two figures and a half are enough for a size: 12,345 becomes 12,500."""
    step = 10 ** max(0, len(str(int(people))) - 2) / 2
    whole = int(round(people / step) * step)
    return candidates if people >= candidates else max(1, min(whole, candidates))
