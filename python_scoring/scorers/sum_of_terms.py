"""What the scorers have in common whose log odds add up one term an attribute."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from python_scoring.composite import rounded_log_odds
from python_scoring.parameters import DroppedParameters
from python_scoring.scorers.base import columns_of
from python_scoring.scorers.stored import StoredScorer
from python_scoring.terms import ListedTerms, TermsOfColumn


@dataclass(frozen=True)
class SumOfTerms(StoredScorer):
    """A fitted scorer: its weights come from SQL, and its terms are summed.

    `capped`, for stored parameters that score another population, keeps each term within
    what the seed it was learnt from could show.
    """

    capped: bool = False
    is_additive: ClassVar[bool] = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The attributes that a batch must have: those with a weight above 0."""
        return tuple(self._terms)

    @property
    def attribute_weights(self) -> tuple[float, ...]:
        """Weight of each of `attributes`; 0 where it was dropped."""
        return tuple(
            0.0 if isinstance(each, DroppedParameters) else each.attribute_weight
            for each in self.parameters.attributes
        )

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        columns = columns_of(batch, self._terms)
        return rounded_log_odds(
            (terms.of(columns[name]) for name, terms in self._listed.items()),
            batch.num_rows,
        )

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding."""
        result = np.zeros((batch.num_rows, len(self.attributes)))
        for name, column in columns_of(batch, self._terms).items():
            result[:, self.attributes.index(name)] = self._listed[name].of(column)
        return result

    @cached_property
    def _listed(self) -> dict[str, ListedTerms]:
        """The same terms, by the list of values where a batch comes with one."""
        return {name: ListedTerms(terms) for name, terms in self._terms.items()}

    @cached_property
    def _terms(self) -> Mapping[str, TermsOfColumn]:
        """What each attribute that counts contributes, weight and bound included."""
        bound = float(np.log(self._most_shown)) if self.capped else np.inf
        return {
            each.attribute: self._weighted_terms(each, bound)
            for each in self.parameters.attributes
            if not isinstance(each, DroppedParameters)
        }

    @property
    @abstractmethod
    def _most_shown(self) -> float:
        """How many times as frequent as elsewhere the seed could show a value to be."""

    @staticmethod
    @abstractmethod
    def _weighted_terms(parameters: Any, bound: float) -> TermsOfColumn:
        """An attribute's terms times its weight, each within `bound` before that."""
