"""How far each attribute moves people's log odds: what a learnt scorer made of it.

A scorer that learns from people has no weight an attribute. What it made of one shows in
what the attribute adds to people of the population: much to some and little to others, or
the same to everybody, which ranks nobody.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_scoring.learning_rows import in_content_order, one_batch, thinned
from python_scoring.scorers.base import Scorer

MOST_PEOPLE = 1_000  # trees take half a second to explain so many


@dataclass(frozen=True, slots=True)
class Movement:
    """What one attribute does to the log odds of people of the population.

    `mean` is how far its contribution is from its own mean, on average; `share` is that
    beside what all attributes do.
    """

    attribute: str
    mean: float
    share: float


def movements(scorer: Scorer, sample: pa.Table) -> tuple[Movement, ...]:
    """The movement of each of the scorer's attributes among people of `canonical_sample`.

    Where there are more than 1,000, every so manieth in order of the attributes, so that
    the order of the rows changes nothing.
    """
    people = thinned(in_content_order(sample, scorer.columns), MOST_PEOPLE)
    parts = scorer.contributions(one_batch(people))
    means = np.abs(parts - parts.mean(axis=0)).mean(axis=0).tolist()
    total = sum(means)
    return tuple(
        Movement(attribute, mean, mean / total if total > 0 else 0.0)
        for attribute, mean in zip(scorer.attributes, means, strict=True)
    )
