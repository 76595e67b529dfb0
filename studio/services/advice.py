"""Which attributes to take for an audience, told before it is built; reasons in words."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from catalog.attributes import TypeFamily, type_family
from catalog.datasets import Frozen
from catalog.specification import (
    AudienceSpecification,
    attributes_to_yaml,
    to_yaml,
)
from catalog.specification_people import AttributeChoice
from report import advice_words as words
from report.quality_words import auc_text, verdict_text
from report.words import counted
from studio.services.audiences import read_request
from studio.services.estimates import Interval
from studio.services.opening import write_new

if TYPE_CHECKING:
    from orchestration.outlook import Outlook
    from orchestration.workshop import Workshop
    from python_scoring.attribute_advice import Alone, AttributeAdvice

Kind = Literal[
    "advised",
    "leak",
    "repeats",
    "adds_nothing",
    "enough",
    "tells_nobody",
    "not_proposed",
]


class AdvisedAttribute(Frozen):
    """One attribute: whether it is advised and why; `question` is to be asked of it.

    `code` tells the kind for machines, that of the exclusion where it is not proposed.
    `step` counts the advised ones in order. `auc` is that of the attribute alone, `gain` what it adds to the AUC of those before it, or of the advised
    ones, with `gain_error`, one standard error. Figures are None where none was made.
    """

    attribute: str
    column: str | None
    role: str | None
    is_advised: bool
    kind: Kind
    code: str
    reason: str
    remedy: str = ""
    question: str = ""
    step: int | None = None
    auc: Interval | None = None
    gain: float | None = None
    gain_error: float | None = None
    information_share: float | None = None


class RepeatingPair(Frozen):
    """Two attributes that say the same: `meaning` says what follows for their weights."""

    attribute: str
    other_attribute: str
    correlation: float
    meaning: str


class Advice(Frozen):
    """The advice on all attributes of a specification: advised ones first, in order.

    `chosen` are the advised ones as a specification names them, `attributes_yaml` the
    same as text to paste. `auc` is that of the advised set on held-out people,
    `auc_of_all` that of everything that could be scored, leaks left out.
    """

    audience: str
    can_be_told: bool
    summary: str
    attributes: tuple[AdvisedAttribute, ...]
    repetitions: tuple[RepeatingPair, ...]
    chosen: tuple[AttributeChoice, ...]
    attributes_yaml: str
    auc: Interval | None
    auc_of_all: Interval | None
    seed_people: int
    sample_people: int
    estimated_from: str
    notes: tuple[str, ...]


def suggest(
    workshop: "Workshop",
    request: str,
    *,
    listener: Callable[[Any], None] | None = None,
) -> tuple[AudienceSpecification, Path | None, Advice]:
    """The advice for a file or an audience's name, with what was asked."""
    specification, folder = read_request(workshop, request)
    return specification, folder, advise(workshop, specification, folder, listener)


def advise(
    workshop: "Workshop",
    specification: AudienceSpecification,
    folder: Path | None = None,
    listener: Callable[[Any], None] | None = None,
) -> Advice:
    """What to take of all that could be scored; reads the data, builds nothing."""
    from orchestration.outlook import open_outlook
    from orchestration.plan import specification_row
    from python_scoring import attribute_advice
    from python_scoring.random_seeds import Smoothing

    outlook = open_outlook(workshop, specification, folder, listener=listener)
    row = specification_row(specification)
    found = attribute_advice.advise(
        outlook.tables,
        row.attribute_weights,
        Smoothing(row.smoothing, row.gaussian_prior, row.variance_pooling),
    )
    return advice_of(specification, outlook, found)


def advice_of(
    specification: AudienceSpecification, outlook: "Outlook", found: "AttributeAdvice"
) -> Advice:
    """The figures in words, with what is not proposed at all behind them."""
    advised = _advised(outlook, found)
    left_out = _left_out(outlook, found)
    chosen = _choices(specification, outlook, [each.attribute for each in advised])
    learning_seed = outlook.tables["canonical_seed"].num_rows
    return Advice(
        audience=specification.name,
        can_be_told=found.can_be_told,
        summary=_summary(found),
        attributes=(*advised, *left_out, *_not_proposed(outlook)),
        repetitions=tuple(
            RepeatingPair(
                attribute=each.attribute,
                other_attribute=each.other_attribute,
                correlation=each.correlation,
                meaning=words.repetition_text(
                    each.attribute, each.other_attribute, each.correlation, each.counts
                ),
            )
            for each in found.repetitions
        ),
        chosen=chosen,
        attributes_yaml=attributes_to_yaml(chosen) if chosen else "",
        auc=Interval.of(found.auc),
        auc_of_all=Interval.of(found.auc_of_all),
        seed_people=found.seed_people,
        sample_people=found.sample_people,
        estimated_from=words.estimated_text(
            found.seed_people, learning_seed, found.sample_people, outlook.people
        ),
        notes=outlook.plan.notes,
    )


def write_advised(
    specification: AudienceSpecification,
    folder: Path | None,
    advice: Advice,
    path: Path,
) -> None:
    """Write the specification with the advised attributes to a file that is new.

    Paths of datasets that it declares count from the new file's folder. Raises
    StudioError `file_exists` where the file is there, and ValueError without a choice.
    """
    if not advice.chosen:
        raise ValueError("no attribute is advised")
    datasets = {
        name: source
        if folder is None
        else source.model_copy(update={"path": str(source.resolved(folder))})
        for name, source in specification.datasets.items()
    }
    if path.absolute().parent == folder:
        datasets = dict(specification.datasets)
    written = specification.model_copy(
        update={"attributes": advice.chosen, "datasets": datasets}
    )
    write_new(path, to_yaml(written))


def _summary(found: "AttributeAdvice") -> str:
    if not found.can_be_told:
        told = "None of the attributes tells the seed from the population."
        if found.verdict is None:
            return told
        return f"{told} {verdict_text(_as_row(found.verdict))}"
    assert found.auc is not None and found.auc_of_all is not None  # noqa: S101
    advised = counted(len(found.chosen), "attribute is", "attributes are")
    return (
        f"{advised} advised. Together they reach a held-out AUC"
        f" of {auc_text(_as_row(found.auc))}; all that could be scored reach"
        f" {auc_text(_as_row(found.auc_of_all))}."
    )


def _as_row(value: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(value)


def _choices(
    specification: AudienceSpecification, outlook: "Outlook", names: Sequence[str]
) -> tuple[AttributeChoice, ...]:
    """The attributes as a specification names them, with the roles that it gave."""
    slugs = {each.column: each.slug for each in outlook.plan.attributes}
    roles = {
        slugs.get(each.attribute, each.attribute): each.role
        for each in specification.attributes or ()
    }
    return tuple(
        AttributeChoice(attribute=name, role=roles.get(name)) for name in names
    )


def _advised(
    outlook: "Outlook", found: "AttributeAdvice"
) -> tuple[AdvisedAttribute, ...]:
    alone = {each.attribute: each for each in found.alone}
    before: list[str] = []
    advised = []
    for place, step in enumerate(found.chosen, 1):
        gain = words.gain_text(step.gain, step.standard_error)
        reason = words.chosen_reason(
            place, step.auc, gain, before, is_sure=step.is_sure
        )
        advised.append(
            _attribute(
                outlook,
                alone[step.attribute],
                is_advised=True,
                kind="advised",
                reason=reason,
                step=place,
                gain=step.gain,
                gain_error=step.standard_error,
            )
        )
        before.append(step.attribute)
    return tuple(advised)


def _left_out(
    outlook: "Outlook", found: "AttributeAdvice"
) -> tuple[AdvisedAttribute, ...]:
    """Attributes that could be scored and are not advised, with the reason of each."""
    from python_scoring.attribute_advice import PERFECT_FROM
    from python_scoring.forward_selection import SAME_FROM

    taken = [step.attribute for step in found.chosen]
    gains = {each.attribute: each for each in found.others}
    left_out = []
    for each in found.alone:
        if each.attribute in taken:
            continue
        facts: dict[str, Any] = {"is_advised": False}
        if each.is_leak:
            facts["kind"] = "leak"
            facts["remedy"] = (
                "leave it out; name it under attributes only where it was known before"
                " the seed was chosen"
            )
            facts["reason"] = words.leak_reason(
                each.auc.value, each.presence_auc, PERFECT_FROM
            )
        elif each.attribute not in gains:
            facts["kind"] = "tells_nobody"
            facts["reason"] = each.notice or words.useless_reason(
                auc_text(_as_row(each.auc))
            )
        else:
            step = gains[each.attribute]
            gain = words.gain_text(step.gain, step.standard_error)
            facts |= {"gain": step.gain, "gain_error": step.standard_error}
            twin = next(
                (
                    pair
                    for pair in found.repetitions
                    if each.attribute in (pair.attribute, pair.other_attribute)
                    and {pair.attribute, pair.other_attribute} & set(taken)
                    and abs(pair.correlation) >= SAME_FROM
                ),
                None,
            )
            if twin is not None and not step.is_sure:
                other = (
                    twin.other_attribute
                    if twin.attribute == each.attribute
                    else twin.attribute
                )
                facts["kind"] = "repeats"
                facts["reason"] = words.repeated_reason(other, twin.correlation, gain)
            elif each.notice is not None:
                facts["kind"] = "tells_nobody"
                facts["reason"] = each.notice
            else:
                facts["kind"] = "enough" if step.is_sure else "adds_nothing"
                facts["reason"] = words.left_out_reason(
                    gain, step.gain, taken, is_sure=step.is_sure
                )
        left_out.append(_attribute(outlook, each, **facts))
    return tuple(left_out)


def _attribute(outlook: "Outlook", alone: "Alone", **facts: Any) -> AdvisedAttribute:
    (planned,) = (
        each for each in outlook.plan.attributes if each.slug == alone.attribute
    )
    return AdvisedAttribute(
        attribute=alone.attribute,
        column=planned.column,
        role=planned.role,
        code=facts["kind"],
        question=_question(outlook, alone, planned.column, planned.role),
        auc=Interval.of(alone.auc),
        information_share=alone.information_share,
        **facts,
    )


def _question(outlook: "Outlook", alone: "Alone", column: str, role: str) -> str:
    """What a person alone can answer of an attribute; empty where nothing is odd."""
    from python_scoring.attribute_advice import MOST_INFORMATION

    asked = []
    if (alone.information_share or 0.0) > MOST_INFORMATION:
        asked.append(words.information_question(alone.information_share or 0.0))
    profile = outlook.plan.population.profile
    if profile is not None and role == "continuous":
        held = profile.column(column)
        limit = outlook.plan.specification.limits.maximum_distinct_share
        is_whole = type_family(held.type) is TypeFamily.integer
        if is_whole and held.distinct > limit * profile.rows:
            asked.append(words.number_question(held.distinct, profile.rows))
    return "; ".join(asked)


def _not_proposed(outlook: "Outlook") -> tuple[AdvisedAttribute, ...]:
    """Columns that no build proposes, unless they were named and so looked at."""
    looked_at = {each.slug for each in outlook.plan.attributes}
    return tuple(
        AdvisedAttribute(
            attribute=each.subject,
            column=None,
            role=None,
            is_advised=False,
            kind="not_proposed",
            code=each.code,
            reason=each.reason,
            remedy=each.remedy,
        )
        for each in outlook.not_proposed
        if each.subject not in looked_at
    )
