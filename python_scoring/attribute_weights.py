"""What attributes weigh among each other, for any choice of those that were learnt.

Of a weight only the decorrelation and the divisor of `kl` and `js` depend on which other
attributes are chosen. All else stands in `weight_attributes` and `weight_correlations`,
so that a choice of attributes is weighed here as dbt's model weighs a build of it; one
test compares the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_scoring.scorers.base import table_of

WHOLE = -1
FOLDS = 5
RELATIONS = ("weight_attributes", "weight_correlations")


@dataclass(frozen=True, eq=False)
class AttributeWeights:
    """What weights are made of, fits x attributes: without fold 0 to 4, then the whole fit.

    `correlations` are attributes x attributes; `choice` is the specification's
    `scoring.attribute_weights`.
    """

    attributes: tuple[str, ...]
    choice: str
    divergence: np.ndarray
    jensen_shannon_divergence: np.ndarray
    signal_share: np.ndarray
    is_dropped: np.ndarray
    correlations: np.ndarray

    def places(self, attributes: Sequence[str]) -> list[int]:
        """Where these attributes stand."""
        return [self.attributes.index(name) for name in attributes]

    def decorrelation(self, attributes: Sequence[str]) -> np.ndarray:
        """h of each: 1 / sum of r^2 over those of them that carry a signal, and itself."""
        places = self.places(attributes)
        squares = self.correlations[np.ix_(places, places)] ** 2
        is_counted = self.signal_share[WHOLE, places] > 0
        if self.choice == "decorrelated":
            is_counted = np.ones(len(places), bool)
        own = np.eye(len(places), dtype=bool)
        repetition: np.ndarray = np.where(own | is_counted, squares, 0.0).sum(axis=1)
        return 1.0 / repetition

    def of(self, attributes: Sequence[str]) -> np.ndarray:
        """Fits x attributes: the weight of each where these alone are chosen."""
        places = self.places(attributes)
        signal, ones = self.signal_share[:, places], np.ones((FOLDS + 1, len(places)))
        is_dropped = self.is_dropped[:, places]
        if self.choice == "none":
            weights = ones
        elif self.choice == "noise":
            weights = signal
        elif self.choice == "decorrelated":
            weights = ones * self.decorrelation(attributes)
        elif self.choice == "noise_decorrelated":
            weights = signal * self.decorrelation(attributes)
        else:
            kinds = {"kl": self.divergence, "js": self.jensen_shannon_divergence}
            weights = _of_greatest(kinds[self.choice][:, places], is_dropped)
        return np.where(is_dropped, 0.0, weights)


def attribute_weights(tables: Mapping[str, pa.Table], choice: str) -> AttributeWeights:
    """The parts of the weights in `RELATIONS`, attributes in their order."""
    rows = table_of(tables, "weight_attributes").to_pandas()
    # the whole fit, -1, goes behind the folds
    rows["fit"] = rows["left_out_fold"] % (FOLDS + 1)
    rows = rows.sort_values(["fit", "position"])
    whole = rows[rows["left_out_fold"] == WHOLE]
    names = tuple(whole["attribute"])

    def grid(column: str) -> np.ndarray:
        return rows[column].to_numpy().reshape(FOLDS + 1, len(names))

    pairs = table_of(tables, "weight_correlations").to_pandas()
    by_pair = pairs.set_index(["attribute", "other_attribute"])["correlation"]
    return AttributeWeights(
        attributes=names,
        choice=choice,
        divergence=grid("divergence"),
        jensen_shannon_divergence=grid("jensen_shannon_divergence"),
        signal_share=grid("signal_share"),
        is_dropped=grid("is_dropped").astype(bool),
        correlations=by_pair.unstack().loc[list(names), list(names)].to_numpy(),
    )


def _of_greatest(divergence: np.ndarray, is_dropped: np.ndarray) -> np.ndarray:
    """Each fit's divergences over the greatest of them; 0 where there is none."""
    greatest = np.where(is_dropped, 0.0, divergence).max(axis=1, keepdims=True)
    shares: np.ndarray = np.where(
        greatest > 0, divergence / np.where(greatest > 0, greatest, 1.0), 0.0
    )
    return shares
