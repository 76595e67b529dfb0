"""Which attributes to take, and why not the others: figures from held-out people alone.

The words are in `report`. An attribute that ranks the seed first all by itself is taken
for what records that somebody is in the seed, and is left out of all that follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from python_scoring.attribute_weights import WHOLE, AttributeWeights
from python_scoring.coded_people import code_people
from python_scoring.evidence import Evidence, evidence_of
from python_scoring.forward_selection import Gain, choose_attributes
from python_scoring.held_out import Estimate
from python_scoring.learning_rows import thinned
from python_scoring.random_seeds import Smoothing
from python_scoring.terms import as_numbers
from python_scoring.verdict import LEVEL, SHARED_TRAINING, Verdict, by_permutation

PERFECT_FROM = 0.98
MOST_INFORMATION = 0.6
LEAST_CORRELATION = 0.5
LEAST_CHOSEN, MOST_CHOSEN = 3, 8
MOST_SEED_PERMUTED = 2_000


@dataclass(frozen=True, slots=True)
class Repetition:
    """Two attributes whose terms say the same, by their correlation over the sample.

    `counts` is what each weighs beside the other: 1 / (1 + r^2).
    """

    attribute: str
    other_attribute: str
    correlation: float

    @property
    def counts(self) -> float:
        """The part of its weight that each of the two keeps.

        >>> Repetition("phone", "mobile", 1.0).counts
        0.5
        """
        return 1.0 / (1.0 + self.correlation**2)


@dataclass(frozen=True, slots=True)
class Alone:
    """One attribute by itself. `presence_auc` is that of having a value, or of having none.

    `information_share` is its part of all attributes' weighed information, leaks not
    counted; None for a leak. `notice` says why it has no weight.
    """

    attribute: str
    auc: Estimate
    presence_auc: float
    information_share: float | None
    notice: str | None

    @property
    def is_leak(self) -> bool:
        """True where it tells the seed almost perfectly by itself."""
        return max(self.auc.value, self.presence_auc) >= PERFECT_FROM


@dataclass(frozen=True, eq=False)
class AttributeAdvice:
    """The attributes alone, what repeats what, and the choice that was made of them.

    `chosen` and `others` are empty where the seed cannot be told. `auc` is that of the
    chosen, `auc_of_all` that of all that are no leak. `verdict` is there where the gains
    alone did not settle whether the seed can be told.
    """

    alone: tuple[Alone, ...]
    repetitions: tuple[Repetition, ...]
    can_be_told: bool
    verdict: Verdict | None
    chosen: tuple[Gain, ...]
    others: tuple[Gain, ...]
    auc: Estimate | None
    auc_of_all: Estimate | None
    seed_people: int
    sample_people: int


def advise(
    tables: Mapping[str, pa.Table],
    attribute_weights: str,
    smoothing: Smoothing,
) -> AttributeAdvice:
    """The advice of the relations of `naive_bayes` and `weight_correlations`."""
    evidence = evidence_of(tables, attribute_weights)
    weights = evidence.weights
    alone = _alone(tables, evidence)
    names = [each.attribute for each in alone if not each.is_leak]
    chosen = choose_attributes(evidence, names, least=LEAST_CHOSEN, most=MOST_CHOSEN)
    verdict = None
    can_be_told = bool(chosen.steps) and _is_beyond_doubt(chosen.steps[0], len(names))
    if names and not can_be_told:
        verdict = _verdict(tables, names, smoothing)
        can_be_told = verdict.can_be_told
    of_all = evidence.placed(names).estimate if names else None
    taken = [step.attribute for step in chosen.steps]
    return AttributeAdvice(
        alone=alone,
        repetitions=repetitions(weights, weights.attributes),
        can_be_told=can_be_told,
        verdict=verdict,
        chosen=chosen.steps if can_be_told else (),
        others=chosen.others if can_be_told else (),
        auc=evidence.placed(taken).estimate if can_be_told else None,
        auc_of_all=of_all,
        seed_people=evidence.seed_people,
        sample_people=evidence.sample_people,
    )


def repetitions(
    weights: AttributeWeights, attributes: Sequence[str]
) -> tuple[Repetition, ...]:
    """Pairs that say the same, in part at least, the strongest first."""
    found = [
        Repetition(one, other, float(weights.correlations[i, j]))
        for (i, one), (j, other) in combinations(
            zip(weights.places(attributes), attributes, strict=True), 2
        )
        if abs(weights.correlations[i, j]) >= LEAST_CORRELATION
    ]
    return tuple(sorted(found, key=lambda each: -abs(each.correlation)))


def _alone(tables: Mapping[str, pa.Table], evidence: Evidence) -> tuple[Alone, ...]:
    """Each attribute by itself, in their order."""
    weights = evidence.weights
    rows = tables["weight_attributes"].to_pylist()
    notices = {
        row["attribute"]: row["notice"] for row in rows if row["left_out_fold"] == WHOLE
    }
    aucs = {name: evidence.placed([name]).estimate for name in weights.attributes}
    presence = {name: _presence_auc(tables, name) for name in weights.attributes}
    honest = [
        name
        for name in weights.attributes
        if max(aucs[name].value, presence[name]) < PERFECT_FROM
    ]
    shares = _information_shares(weights, honest)
    return tuple(
        Alone(name, aucs[name], presence[name], shares.get(name), notices[name])
        for name in weights.attributes
    )


def _presence_auc(tables: Mapping[str, pa.Table], name: str) -> float:
    """How well having a value, or having none, tells the seed from the sample."""
    shares = [
        _share_with_value(tables[side].column(name))
        for side in ("canonical_seed", "canonical_sample")
    ]
    return 0.5 + 0.5 * abs(shares[0] - shares[1])


def _share_with_value(column: pa.ChunkedArray) -> float:
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return float(np.isfinite(as_numbers(column.combine_chunks())).mean())
    return 1.0 - column.null_count / len(column)


def _information_shares(
    weights: AttributeWeights, attributes: Sequence[str]
) -> dict[str, float]:
    """Weight times divergence of each over that of all, by the whole fit."""
    if not attributes:
        return {}
    places = weights.places(attributes)
    information = weights.of(attributes)[WHOLE] * weights.divergence[WHOLE, places]
    total = float(information.sum())
    shares = information / total if total > 0 else information
    return dict(zip(attributes, shares.tolist(), strict=True))


def _is_beyond_doubt(first: Gain, candidates: int) -> bool:
    """True where the best attribute alone tells more than random people would reach.

    By the build's own level and the variance of random seeds (see `verdict`), for the
    best of so many.
    """
    from scipy.special import ndtri

    border = float(ndtri(1.0 - LEVEL / candidates)) * SHARED_TRAINING**0.5
    return first.gain > border * first.standard_error


def _verdict(
    tables: Mapping[str, pa.Table], attributes: Sequence[str], smoothing: Smoothing
) -> Verdict:
    """Whether all of these attributes together tell the seed, by permutation."""
    by_key = tables["canonical_seed"].sort_by("person_key")
    people = code_people(
        thinned(by_key, MOST_SEED_PERMUTED), tables["canonical_sample"], attributes
    )
    return by_permutation(people, smoothing)
