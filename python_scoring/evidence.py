"""What each attribute says of each person, so that any choice of attributes can be tried.

Terms of `naive_bayes` before they are weighed. Each fold of the seed is judged by the fit
without it, and so are the people of the sample that it is compared with: then an
attribute that says nothing gains nothing, however its weights differ from fold to fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_scoring.attribute_weights import (
    FOLDS,
    AttributeWeights,
    attribute_weights,
)
from python_scoring.composite import rounded_log_odds
from python_scoring.held_out import Estimate, placed_auc, shares_below
from python_scoring.learning_rows import one_batch, thinned
from python_scoring.scorers import naive_bayes

MOST_SEED = 10_000
MOST_SAMPLE = 10_000


@dataclass(frozen=True, eq=False)
class Placed:
    """Each person's share of the other side below them, or above for the sample's.

    Of the sample it is the mean over the folds, by their people.
    """

    seed: np.ndarray
    sample: np.ndarray

    @property
    def auc(self) -> float:
        """Chance that a held-out seed person ranks above one of the sample."""
        return float(np.sort(self.seed).mean())

    @property
    def estimate(self) -> Estimate:
        """The AUC with its interval."""
        return placed_auc(self.seed, self.sample)

    def error_beyond(self, before: "Placed") -> float:
        """Standard error of the difference of two AUCs of the same people (DeLong)."""
        variance = 0.0
        for one, other in ((self.seed, before.seed), (self.sample, before.sample)):
            variance += float(np.sort(one - other).var(ddof=1)) / len(one)
        return float(np.sqrt(variance))


@dataclass(frozen=True, eq=False)
class Evidence:
    """Terms by fold and attribute, and what weighs them.

    `seed` and `sample` have one entry a fold: attributes x people, the seed's being
    those of that fold.
    """

    weights: AttributeWeights
    seed: tuple[np.ndarray, ...]
    sample: tuple[np.ndarray, ...]

    @property
    def seed_people(self) -> int:
        """How many seed people are looked at."""
        return sum(terms.shape[1] for terms in self.seed)

    @property
    def sample_people(self) -> int:
        """How many people of the sample are looked at."""
        return self.sample[0].shape[1]

    def placed(self, attributes: Sequence[str]) -> Placed:
        """Where everybody ranks by these attributes; all alike where there are none."""
        weights = self.weights.of(attributes)
        places = self.weights.places(attributes)
        of_seed = []
        of_sample = np.zeros(self.sample_people)
        for seed, sample, of_fit in zip(self.seed, self.sample, weights, strict=False):
            own, others = (
                rounded_log_odds(
                    (
                        weight * terms[place]
                        for weight, place in zip(of_fit, places, strict=True)
                    ),
                    terms.shape[1],
                )
                for terms in (seed, sample)
            )
            of_seed.append(shares_below(own, others))
            if len(own):
                of_sample += len(own) * (1.0 - shares_below(others, own))
        return Placed(np.concatenate(of_seed), of_sample / self.seed_people)


def evidence_of(tables: Mapping[str, pa.Table], choice: str) -> Evidence:
    """The evidence in the relations of `naive_bayes`, of at most so many of either side.

    Every so manieth is taken: of the seed in order of the person key, of the sample in
    order of the attributes. `choice` weighs the terms.
    """
    weights = attribute_weights(tables, choice)
    seed = thinned(tables["canonical_seed"].sort_by("person_key"), MOST_SEED)
    sample = tables["canonical_sample"].select(weights.attributes)
    by_content = sample.sort_by([(name, "ascending") for name in weights.attributes])
    others = one_batch(thinned(by_content, MOST_SAMPLE))
    folds = seed.column("fold").to_numpy()
    unweighed = _unweighed(tables)
    of_seed, of_sample = [], []
    for fold in range(FOLDS):
        fit = naive_bayes.fit(unweighed, fold)
        members = one_batch(seed.take(pa.array(np.flatnonzero(folds == fold))))
        of_seed.append(fit.contributions(members).T.copy())
        of_sample.append(fit.contributions(others).T.copy())
    return Evidence(weights, tuple(of_seed), tuple(of_sample))


def _unweighed(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The relations with the weight 1 for each attribute that is not dropped."""
    rows = tables["weight_attributes"]
    is_dropped = rows["is_dropped"].to_numpy(zero_copy_only=False)
    place = rows.column_names.index("attribute_weight")
    ones = pa.array(np.where(is_dropped, 0.0, 1.0))
    return {
        **tables,
        "weight_attributes": rows.set_column(place, "attribute_weight", ones),
    }
