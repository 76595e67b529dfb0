"""What an audience of chosen attributes would be, estimated from an outlook.

The scorer is fitted by the very function that a build calls, on the relations of the
chosen attributes; what a build counts among everybody is counted in the sample.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd
import pyarrow as pa

from catalog.errors import StudioError
from catalog.specification_output import Output
from orchestration.fitting import cross_fitted, fitted
from orchestration.scoring import known
from python_scoring.attribute_weights import AttributeWeights
from python_scoring.calibration import Calibration, fit_calibration
from python_scoring.chosen_attributes import of_attributes
from python_scoring.cross_fitting import FOLDS, log_odds_of, out_of_fold_log_odds
from python_scoring.evaluation import CURVE_SHARES, recall_at
from python_scoring.held_out import NORMAL_95, Estimate, held_out_auc
from python_scoring.reach import reach_with_intervals
from python_scoring.scorers.base import own_cross_fit, settled
from python_scoring.told_cells import FEWEST_PEOPLE
from python_scoring.verdict import Verdict, by_variance

NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: attributes in order, the limit, the scorer."""

    attributes: tuple[str, ...]
    output: Output
    model: str


@dataclass(frozen=True, eq=False)
class Ranked:
    """A question's ranking of the people who are looked at; NaN: left without a score.

    `sample` is in the order of the outlook's sample, whatever was asked; `people` are
    outside the seed. What does not depend on the size is worked out once.
    """

    seed: np.ndarray
    sample: np.ndarray
    calibration: Calibration
    people: int

    @cached_property
    def scored(self) -> np.ndarray:
        """The sample's log odds, best first."""
        ordered: np.ndarray = np.sort(known(self.sample))[::-1]
        return ordered

    @property
    def candidates(self) -> int:
        """How many of all people have a score, by the sample."""
        return round(self.people * len(self.scored) / len(self.sample))

    @cached_property
    def auc(self) -> Estimate:
        """The AUC of the held-out seed."""
        return held_out_auc(known(self.seed), self.scored)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The reach at CURVE_SHARES."""
        return self.reach(CURVE_SHARES)

    def reach(self, shares: Sequence[float]) -> pd.DataFrame:
        """Recall and lift with intervals at shares for which the sample has people enough."""
        seed, sample = known(self.seed), self.scored
        least = min(FEWEST_PEOPLE / len(sample), 1.0)
        told = np.array([share for share in shares if share >= least])
        recalls = recall_at(told * len(sample), seed, sample)
        counts = np.ceil(np.round(told * self.candidates, 6))
        drawn_from = len(sample) if len(sample) < self.candidates else None
        return reach_with_intervals(counts, told, recalls, len(seed), drawn_from)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where an audience ends: as a size, as a share, as a score.

    `people` and `score` have their intervals: of a size the score is estimated, of a least
    score the size. `share` is that of the people who could be in it. The score is None
    where the sample holds too few people at the cut.
    """

    share: float
    people: Estimate
    log_odds: float | None
    score: Estimate | None


@dataclass(frozen=True, eq=False)
class Expectation:
    """The figures of one question: of its ranking, and of the size where it is cut.

    `chosen` is the reach there, None where the sample holds fewer than 25 people above the cut.
    """

    ranked: Ranked
    verdict: Verdict
    cut: Cut
    chosen: pd.Series | None


def rank(
    tables: Mapping[str, pa.Table],
    weights: AttributeWeights,
    attributes: Sequence[str],
    model: str,
    people: int,
    tell: Callable[[float], None] = lambda share: None,
) -> Ranked:
    """Fit and rank by these attributes; raises StudioError as a build of them would.

    `people` are outside the seed. `tell` hears after each fit which share of the work it was.
    """
    chosen = of_attributes(model, tables, weights, attributes)
    if own_cross_fit(model) is not None:
        fit = cross_fitted(model, chosen, tell)
        return _ranked(fit.seed_log_odds, fit.sample_log_odds, people)
    tell_fit = partial(tell, 1 / (FOLDS + 1))
    scorer = fitted(model, chosen)
    sample = log_odds_of(scorer, chosen["canonical_sample"])
    tell_fit()
    chosen |= settled(scorer)
    seed = out_of_fold_log_odds(
        model, chosen, chosen["canonical_seed"], sample, tell_fit
    )
    return _ranked(seed, sample, people)


def _ranked(seed: np.ndarray, sample: np.ndarray, people: int) -> Ranked:
    calibration = fit_calibration(known(seed), known(sample))
    return Ranked(seed, sample, calibration, people)


def expect(ranked: Ranked, output: Output) -> Expectation:
    """What a ranking promises for a limit.

    Raises StudioError `nobody_scored` where the scorer leaves all but a few without a
    score.
    """
    seed, sample = known(ranked.seed), ranked.scored
    if min(len(seed), len(sample)) < FEWEST_PEOPLE:
        raise StudioError(
            "nobody_scored",
            "the population",
            f"has a missing continuous value in all but {len(sample):,} of"
            f" {len(ranked.sample):,} sampled people, and in all but {len(seed):,} of"
            f" {len(ranked.seed):,} seed people, who are left without a score",
            "set scoring.as_published_nulls to false, or leave out the attribute that"
            " hardly anybody has",
        )
    cut = cut_of(ranked, output)
    at_cut = ranked.reach(_around(cut.share))
    at_cut = at_cut[np.isclose(at_cut["audience_share"], cut.share, rtol=1e-12, atol=0)]
    return Expectation(
        ranked=ranked,
        verdict=by_variance(ranked.auc.value, len(seed), len(sample)),
        cut=cut,
        chosen=None if at_cut.empty else at_cut.iloc[0],
    )


def _around(share: float) -> list[float]:
    """A size among its neighbours on the curve, from which its interval is drawn."""
    below = [each for each in CURVE_SHARES if each < share][-NEIGHBOURS:]
    above = [each for each in CURVE_SHARES if each > share][:NEIGHBOURS]
    return sorted({*below, share, *above, 1.0})


def staying(former: tuple[Ranked, Cut], later: tuple[Ranked, Cut]) -> Estimate | None:
    """The share of the former audience who are in the later one too.

    None where the sample holds fewer than 25 people of the former.
    """
    before, after = (_members(ranked, cut) for ranked, cut in (former, later))
    if len(before) < FEWEST_PEOPLE:
        return None
    return share_of(len(np.intersect1d(before, after)), len(before))


def share_of(count: int, people: int) -> Estimate:
    """A share of drawn people with its interval (Wilson, JASA 22, 1927)."""
    from scipy.stats import binomtest

    share = count / people
    interval = binomtest(count, people).proportion_ci(method="wilson")
    error = float(np.sqrt(share * (1 - share) / people))
    return Estimate(share, error, float(interval.low), float(interval.high))


def _members(ranked: Ranked, cut: Cut) -> np.ndarray:
    """Who of the sample is in the audience, by their places in it."""
    ordered = np.argsort(-ranked.sample, kind="stable")
    return ordered[: round(cut.share * len(ranked.scored))]


def cut_of(ranked: Ranked, output: Output) -> Cut:
    """The limit as a size, a share and a score."""
    sample, people = ranked.scored, ranked.candidates
    if output.kind == "min_score":
        scores = ranked.calibration.score(sample)
        found = share_of(int(np.sum(scores >= output.value)), len(sample))
        size = Estimate(
            *(people * each for each in astuple(found)),
        )
        exact = Estimate(output.value, 0.0, output.value, output.value)
        return Cut(found.value, size, None, exact)
    wanted = output.value if output.kind == "top" else output.value * people / 100
    count = float(min(np.floor(wanted + 1e-9), people))
    share = count / people
    size = Estimate(count, 0.0, count, count)
    place = share * len(sample)
    if place < FEWEST_PEOPLE:
        return Cut(share, size, None, None)
    spread = NORMAL_95 * float(np.sqrt(place * (1 - share)))
    ranks = np.clip(np.array([place, place + spread, place - spread]), 1, len(sample))
    log_odds = np.interp(ranks, np.arange(1, len(sample) + 1), sample)
    value, low, high = map(float, ranked.calibration.score(log_odds))
    score = Estimate(value, (high - low) / (2 * NORMAL_95), low, high)
    return Cut(share, size, float(log_odds[0]), score)
