"""What a what-if answers: values that a command prints and a REST route returns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from catalog.datasets import Frozen
from catalog.specification_model import Output
from report import advice_words as words
from report.reading import band_of
from studio.services.estimates import Interval

if TYPE_CHECKING:
    from orchestration.expectation import Cut, Expectation, Question
    from orchestration.outlook import Outlook


class Size(Frozen):
    """One size of an audience: how many people, and what they reach of the held-out seed."""

    people: int
    audience_share: float
    recall: Interval
    lift: Interval


class Chosen(Frozen):
    """The limit that is asked for, as a size, a percent and a score.

    Of a size the score at which it ends is estimated, of a least score the size. None
    where the sample holds too few people at the cut to say.
    """

    people: Interval
    percent: Interval
    score: Interval | None
    recall: Interval | None
    lift: Interval | None


class Overlap(Frozen):
    """How much of `former` (in words) stays: the share of its people, where it can be told."""

    former: str
    stays: Interval | None


class Answer(Frozen):
    """What an audience would be. `reading` says what the AUC means in a word or two.

    `curve` goes from small to everybody. `can_be_told` is false where random people in
    place of the seed would reach as much. `estimated_from` and `notes` are sentences.
    """

    attributes: tuple[str, ...]
    model: str
    output: Output
    auc: Interval
    reading: str
    can_be_told: bool
    chosen: Chosen
    curve: tuple[Size, ...]
    overlap: Overlap | None
    estimated_from: str
    notes: tuple[str, ...]
    seconds: float


def answer_of(
    question: "Question",
    outlook: "Outlook",
    found: "Expectation",
    overlap: Overlap | None,
    *,
    notes: Sequence[str],
    seconds: float,
) -> Answer:
    """The figures as they are returned."""
    people = outlook.people
    sizes = tuple(
        Size(
            people=int(row["people_count"]),
            audience_share=float(row["audience_share"]),
            recall=_interval(row, "recall"),
            lift=_interval(row, "lift"),
        )
        for row in found.ranked.curve.to_dict("records")
    )
    return Answer(
        attributes=question.attributes,
        model=question.model,
        output=question.output,
        auc=_of(found.ranked.auc),
        reading=band_of(found.ranked.auc.value).name,
        can_be_told=found.verdict.can_be_told,
        chosen=_chosen(found.cut, found, people),
        curve=sizes,
        overlap=overlap,
        estimated_from=words.expected_text(
            len(found.ranked.seed),
            outlook.tables["canonical_seed"].num_rows,
            len(found.ranked.sample),
            people,
        ),
        notes=(*notes, *outlook.plan.notes),
        seconds=round(seconds, 3),
    )


def _chosen(cut: "Cut", found: "Expectation", people: int) -> Chosen:
    percent = 100.0 / people
    row = found.chosen
    return Chosen(
        people=_of(cut.people),
        percent=Interval(
            value=cut.people.value * percent,
            low=cut.people.low * percent,
            high=cut.people.high * percent,
        ),
        score=Interval.of(cut.score),
        recall=None if row is None else _interval(row, "recall"),
        lift=None if row is None else _interval(row, "lift"),
    )


def _of(estimate: Any) -> Interval:
    return Interval(value=estimate.value, low=estimate.low, high=estimate.high)


def _interval(row: Any, name: str) -> Interval:
    return Interval(
        value=float(row[name]),
        low=float(row[f"{name}_low"]),
        high=float(row[f"{name}_high"]),
    )
