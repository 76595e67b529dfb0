"""How well a fit keeps away from the negative seed: by people of it that it has not counted."""

from dataclasses import dataclass

import numpy as np

from python_scoring.evaluation import recall_curve
from python_scoring.held_out import Estimate, held_out_auc
from python_scoring.told_cells import FEWEST_PEOPLE

TOP_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class UnlikeQuality:
    """Held-out seed people against held-out people of the negative seed.

    `people` of it are in the population and learnt away from; `both` it names of the seed,
    who are no seed people then, None for 1 to 24 of them. `top_share` of the people would rank among the most
    alike tenth of the population; a tenth would if they were like anybody.
    """

    people: int
    both: int | None
    auc: Estimate
    top_share: float


def unlike_quality(
    seed: np.ndarray,
    unlike: np.ndarray,
    population: np.ndarray,
    *,
    people: int,
    both: int,
) -> UnlikeQuality:
    """The figures of out-of-fold log odds of both seeds, and of the population's sample.

    `unlike` are those of its `people` by whom no settings were chosen.
    """
    top = recall_curve(unlike, population, [TOP_SHARE])
    return UnlikeQuality(
        people=people,
        both=None if 0 < both < FEWEST_PEOPLE else both,
        auc=held_out_auc(seed, unlike),
        top_share=float(top["recall"].iloc[0]),
    )
