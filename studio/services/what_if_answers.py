"""What a what-if answers: values that a command prints and a REST route returns."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from catalog.datasets import Frozen
from catalog.specification_output import Output
from catalog.specification_settings import Economics
from report import advice_words as words
from report.quality_words import recommendation_text
from report.reading import band_of
from report.words import number_text
from studio.services.estimates import Interval, told_interval

if TYPE_CHECKING:
    from orchestration.expectation import Cut, Expectation, Question
    from orchestration.outlook import Outlook


class Size(Frozen):
    """One size of an audience: how many people, and what they reach of the held-out seed.

    `marginal_lift` is the lift of the people let in last.
    """

    people: int
    audience_share: float
    recall: Interval
    lift: Interval
    marginal_lift: Interval


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
    """How much of `former` (in words) stays: the share of its people, where it can be told.

    `version` is the number of the version that it is; None for a specification.
    """

    former: str
    version: int | None
    stays: Interval | None


class Recommended(Frozen):
    """The largest size whose last people are surely worth it; None where no size is.

    `text` says why in sentences.
    """

    people: int | None
    percent: float | None
    text: str


class Answer(Frozen):
    """What an audience would be. `reading` says what the AUC means in a word or two.

    `curve` goes from small to everybody. `can_be_told` is false where random people in
    place of the seed would reach as much, `stops` true where a build would be stopped
    for it. `estimated_from` and `notes` are sentences.
    """

    attributes: tuple[str, ...]
    model: str
    output: Output
    auc: Interval
    reading: str
    can_be_told: bool
    stops: bool
    recommended: Recommended
    chosen: Chosen
    curve: tuple[Size, ...]
    overlap: Overlap | None
    estimated_from: str
    notes: tuple[str, ...]
    seconds: float

    def told(self) -> "Answer":
        """The answer for programs: its held-out figures rounded, all else as it is."""
        return self.model_copy(
            update={
                "auc": told_interval(self.auc),
                "chosen": _told(self.chosen, ("recall", "lift")),
                "curve": tuple(
                    _told(each, ("recall", "lift", "marginal_lift"))
                    for each in self.curve
                ),
            }
        )


def _told(figures: Any, names: Sequence[str]) -> Any:
    known = {name: getattr(figures, name) for name in names}
    return figures.model_copy(
        update={
            name: told_interval(each)
            for name, each in known.items()
            if each is not None
        }
    )


def _size_notes(output: Output, people: int) -> tuple[str, ...]:
    """What follows where more people are asked for than can be chosen, as a plan says."""
    if output.top is None or output.top <= people:
        return ()
    return (
        f"{number_text(output.top)} people are asked for and {number_text(people)} can be"
        " chosen: everybody who is not in the seed is delivered, and nothing is chosen",
    )


def answer_of(
    question: "Question",
    outlook: "Outlook",
    found: "Expectation",
    overlap: Overlap | None,
    economics: Economics,
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
            marginal_lift=_interval(row, "marginal_lift"),
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
        stops=found.verdict.stops,
        recommended=recommended(sizes, economics),
        chosen=_chosen(found.cut, found, people),
        curve=sizes,
        overlap=overlap,
        estimated_from=words.expected_text(
            len(found.ranked.seed),
            outlook.tables["canonical_seed"].num_rows,
            len(found.ranked.sample),
            people,
        ),
        notes=(*notes, *_size_notes(question.output, people), *outlook.plan.notes),
        seconds=round(seconds, 3),
    )


def recommended(curve: Sequence[Size], asked: Economics) -> Recommended:
    """The size that a build would recommend, by the estimated curve."""
    import pandas as pd

    from orchestration.quality import economics_of
    from python_scoring.recommendation import recommend

    reach = pd.DataFrame(
        {
            "people_count": [each.people for each in curve],
            "audience_share": [each.audience_share for each in curve],
            "lift": [each.lift.value for each in curve],
            "marginal_lift_low": [each.marginal_lift.low for each in curve],
        }
    )
    found = recommend(reach, asked.least_marginal_lift, economics_of(asked))
    share = found.audience_share
    return Recommended(
        people=found.people,
        percent=None if share is None else 100 * share,
        text=recommendation_text({"recommendation": asdict(found)}),
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
