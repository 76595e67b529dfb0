"""Two scorers together, chosen by the number of seed people.

    below 150    naive_bayes, and half as much weighted_bayes with its ridge towards 0
    to 1,000     weighted_bayes + boosted, 150 trees of depth 2
    above        weighted_bayes + boosted

Each is divided by the standard deviation of its log odds over the sample, so that each
has the say that it is given, and the weighed mean is multiplied by the mean deviation: log
odds again, on the scale of both. What z-scores subtract besides is the same for everybody.

From 150 people on one has more of the say than the other, or all, where held-out people are
told apart better for sure by that: attributes that say something only together are the trees' alone. What has all of
the say is stored under its own name.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from python_scoring.choice import Say, Unasked
from python_scoring.chosen_fit import chosen_fit
from python_scoring.composite import rounded_log_odds
from python_scoring.cross_fitting import (
    FOLDS,
    CrossFit,
    held_out_people,
    log_odds_of,
    members_by_fold,
)
from python_scoring.learning_rows import UNLIKE, effective_people
from python_scoring.parameters import (
    Entries,
    read_json,
    refusal,
    significant,
    write_json,
)
from python_scoring.places import on_scale_of
from python_scoring.scorers import boosted, naive_bayes, weighted_bayes
from python_scoring.scorers.base import Fit, Scorer, scorer_from_json

NAME = "auto"
RELATIONS = tuple(dict.fromkeys([*naive_bayes.RELATIONS, *boosted.RELATIONS]))
IS_TUNED = True
USES_WEIGHTS = True
USES_UNLIKE = True
WHOLE_SEED = -1
LEAST_FOR_TREES = 150
SAY_OF_FEW = 0.5  # of what few people have taught a regression, beside what they count
# An even say gives way to one that is better for sure, and five are many to try. Few
# judges are misled more often, and gain less by what is not plain.
STANDARD_ERRORS = 2.0
STANDARD_ERRORS_OF_FEW = 4.0
# The regression's say beside the trees', in order of preference.
SAYS = {
    "even": (1.0, 1.0),
    "more of the regression": (3.0, 1.0),
    "more of the trees": (1.0, 3.0),
    "the regression": (1.0, 0.0),
    "the trees": (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Part:
    """How one of the scorers is fitted, and its say beside the others."""

    fit: Fit
    say: float = 1.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What `to_json` writes: each scorer's document, and what it is multiplied by."""

    factors: tuple[float, ...]
    scorers: tuple[Mapping[str, object], ...]


@dataclass(frozen=True)
class Auto:
    """A fitted `auto`: the sum of its scorers' log odds, each times its factor."""

    scorers: tuple[Scorer, ...]
    factors: tuple[float, ...]

    @property
    def name(self) -> str:
        """The scorer's name in the registry."""
        return NAME

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes in the order of the specification, dropped ones too."""
        return self.scorers[0].attributes

    @property
    def columns(self) -> tuple[str, ...]:
        """The attributes that a batch must have: those that any of its scorers reads."""
        read = {name for scorer in self.scorers for name in scorer.columns}
        return tuple(name for name in self.attributes if name in read)

    @property
    def is_additive(self) -> bool:
        """True where each of its scorers is."""
        return all(scorer.is_additive for scorer in self.scorers)

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        parts = zip(self.factors, self.scorers, strict=True)
        return rounded_log_odds(
            (factor * scorer.log_odds(batch) for factor, scorer in parts),
            batch.num_rows,
        )

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding."""
        result = np.zeros((batch.num_rows, len(self.attributes)))
        for factor, scorer in zip(self.factors, self.scorers, strict=True):
            result += factor * scorer.contributions(batch)
        return result

    def to_json(self) -> str:
        """All that scoring needs, as text that `from_json` reads."""
        documents = [json.loads(scorer.to_json()) for scorer in self.scorers]
        stored = {"factors": list(self.factors), "scorers": documents}
        return write_json(NAME, {"parameters": stored})


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Scorer:
    """The scorers for a seed of this size, for the whole seed or without a fold.

    From 150 people on each has the say that the held-out people of the other folds
    give it, which takes the six fits of `cross_fit`. Raises NoDifferenceError where
    nothing tells anybody apart, and MissingExtraError where the seed is large enough for
    trees and XGBoost is not installed.
    """
    parts = _parts_of(tables)
    says = tuple(each.say for each in parts)
    if unasked(tables) is None:
        found = cross_fit(tables)
        if left_out_fold == WHOLE_SEED or found.say is None or not found.say.choice:
            return found.scorer
        says = SAYS[found.say.choice.chosen_without[left_out_fold]]
    scorers = tuple(each.fit(tables, left_out_fold) for each in parts)
    return _joined(scorers, _stacked(scorers, tables["canonical_sample"]), says)


def cross_fit(
    tables: Mapping[str, pa.Table], tell: Callable[[float], None] = lambda share: None
) -> CrossFit:
    """Six fits, and the say of each scorer by which held-out people are told apart best.

    The say is another than an even one where that has the greater balanced log loss by more
    than two standard errors, four below 1,000 people. Fewer than 150 are too few to judge, and losses count
    heads, so that weighed seed people leave it even, and so does a negative seed. `tell` hears after each fit which
    share of the work it was. Raises what `fit` raises.
    """
    parts = _parts_of(tables)
    sample = tables["canonical_sample"]
    groups = held_out_people(tables)
    whole = tuple(each.fit(tables, WHOLE_SEED) for each in parts)
    of_sample = _stacked(whole, sample)
    tell(1 / (FOLDS + 1))
    held_out = []
    by_fold = zip(*map(members_by_fold, groups), strict=True)
    for fold, members in enumerate(by_fold):
        if any(map(len, members)):
            fits = [each.fit(tables, fold) for each in parts]
            ranked = [
                _stacked(fits, people.take(pa.array(rows)))
                for people, rows in zip(groups, members, strict=True)
            ]
            held_out.append((members, ranked, _stacked(fits, sample)))
        tell(1 / (FOLDS + 1))

    def with_says(says: Sequence[float]) -> CrossFit:
        heard = [place for place, say in enumerate(says) if say]
        heard_says = [says[place] for place in heard]
        factors = factors_of(spreads_of(of_sample[heard]), heard_says)
        sample_log_odds = _together(of_sample[heard], factors)
        log_odds = [np.zeros(people.num_rows) for people in groups]
        for members, ranked, of_own_sample in held_out:
            own = factors_of(spreads_of(of_own_sample[heard]), heard_says)
            own_sample = _together(of_own_sample[heard], own)
            for found, rows, of_rows in zip(log_odds, members, ranked, strict=True):
                found[rows] = on_scale_of(
                    _together(of_rows[heard], own), own_sample, sample_log_odds
                )
        of_seed, *of_unlike = log_odds
        return CrossFit(
            _joined(whole, of_sample, says),
            of_seed,
            sample_log_odds,
            unlike_log_odds=np.concatenate([np.zeros(0), *of_unlike]),
            say=Say(
                scorers=tuple(each.name for each in whole),
                shares=tuple(significant(say / sum(says)) for say in says),
                unasked=unasked(tables),
            ),
        )

    if unasked(tables) is not None:
        return with_says([each.say for each in parts])
    found = {name: with_says(says) for name, says in SAYS.items()}
    is_searched = boosted.TREES in tables
    is_small = effective_people(tables) < boosted.LEAST_SEED
    errors = STANDARD_ERRORS_OF_FEW if is_small else STANDARD_ERRORS
    chosen = chosen_fit(found, tables, is_searched=is_searched, errors=errors)
    say = chosen.say and replace(chosen.say, choice=chosen.choice)
    return replace(chosen, choice=None, say=say)


def unasked(tables: Mapping[str, pa.Table]) -> Unasked | None:
    """Why no held-out people are asked for the say, None where they are.

    What another say than an even one does to a negative seed's people was not measured, and
    losses count heads.
    """
    if UNLIKE in tables:
        return "unlike"
    people = effective_people(tables)
    if people != tables["canonical_seed"].num_rows:
        return "weighed"
    return "small" if people < LEAST_FOR_TREES else None


def parts_for(seed_people: float, full: boosted.Trees) -> tuple[Part, ...]:
    """The scorers of a seed of so many people; `full` are a large one's trees."""
    if seed_people < LEAST_FOR_TREES:
        unled = partial(weighted_bayes.fit, has_prior=False)
        return Part(naive_bayes.fit), Part(unled, SAY_OF_FEW)
    is_small = seed_people < boosted.LEAST_SEED
    trees = boosted.SHALLOW if is_small else full
    return Part(weighted_bayes.fit), Part(partial(boosted.fit_trees, trees=trees))


def spreads_of(log_odds: np.ndarray) -> np.ndarray:
    """Standard deviation of each scorer's log odds, scorers x people, over the people.

    Sorted first, so that a sum does not know the order of the people.
    """
    return np.array([float(np.std(np.sort(each))) for each in log_odds])


def factors_of(spreads: np.ndarray, says: Sequence[float]) -> tuple[float, ...]:
    """Mean spread over a scorer's own, times its share of the say; 0 where it has none.

    >>> factors_of(np.array([1.0, 3.0]), [1.0, 1.0])
    (1.0, 0.333333333333)
    """
    mean, total = spreads.mean(), sum(says)
    return tuple(
        significant(mean / spread * say / total) if spread > 0 else 0.0
        for spread, say in zip(spreads.tolist(), says, strict=True)
    )


def from_json(text: str, capped: bool = False) -> Auto:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    document = read_json(text)
    if document["scorer"] != NAME:
        raise refusal("scorer", f"is {document['scorer']!r}, not {NAME!r}")
    entries = Entries.of(document.get("parameters"), "parameters", Stored)
    factors, documents = entries.numbers("factors"), entries.items("scorers")
    if not documents or len(factors) != len(documents):
        raise refusal("factors", "has not one number a scorer")
    scorers = (scorer_from_json(json.dumps(each), capped) for each in documents)
    return Auto(tuple(scorers), factors)


def _parts_of(tables: Mapping[str, pa.Table]) -> tuple[Part, ...]:
    """The scorers of a seed of this size, with the trees of a search if there was one."""
    return parts_for(effective_people(tables), boosted.trees_of(tables))


def _joined(
    scorers: Sequence[Scorer], of_sample: np.ndarray, says: Sequence[float]
) -> Scorer:
    """Those that have a say; `of_sample` are their log odds, scorers x people."""
    heard = [place for place, say in enumerate(says) if say]
    if len(heard) == 1:
        return scorers[heard[0]]
    factors = factors_of(spreads_of(of_sample[heard]), [says[each] for each in heard])
    return Auto(tuple(scorers[each] for each in heard), factors)


def _stacked(scorers: Sequence[Scorer], people: pa.Table) -> np.ndarray:
    """Scorers x people: log odds."""
    return np.stack([log_odds_of(each, people) for each in scorers])


def _together(log_odds: np.ndarray, factors: Sequence[float]) -> np.ndarray:
    """The people's log odds by all scorers, each times its factor."""
    parts = zip(factors, log_odds, strict=True)
    return rounded_log_odds(
        (factor * each for factor, each in parts), log_odds.shape[1]
    )
