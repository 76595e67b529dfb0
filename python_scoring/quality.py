"""What a fit is worth before anything is spent: all from held-out seed people.

The one place that puts the parts together: the AUC and its correction, the verdict, the
calibration. What depends on the audience's size is in `reach`.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.coded_people import code_people
from python_scoring.held_out import Estimate, corrected_auc, held_out_auc
from python_scoring.held_out_value import ValueQuality, value_quality
from python_scoring.learning_rows import WEIGHT, weights_of
from python_scoring.random_seeds import Smoothing
from python_scoring.reliability import calibration_error, held_out_scores, reliability
from python_scoring.unlike_quality import UnlikeQuality
from python_scoring.verdict import (
    FEWEST_JUDGED,
    MOST_PERMUTED,
    Verdict,
    by_permutation,
    by_variance,
)

PERMUTED_MODEL = "naive_bayes"
ROW_COLUMNS = frozenset({"row_id", "person_key", "fold", WEIGHT})


@dataclass(frozen=True, eq=False)
class HeldOutQuality:
    """Figures of one fit, of JSON types when taken apart.

    `corrected_auc` is None without a prevalence, or with one that the AUC contradicts.
    `verdict` and the calibration are None with fewer than 25 people on a side.
    `reliability` has a row for each bin of scores. `by_value` counts seed people by their
    weight, where they have one; all other figures but the verdict count each once.
    `unlike` is about the negative seed; all other figures are against the population.
    """

    auc: Estimate
    corrected_auc: Estimate | None
    verdict: Verdict | None
    calibration_error: float | None
    reliability: list[dict[Hashable, Any]]
    by_value: ValueQuality | None = None
    unlike: UnlikeQuality | None = None


def held_out_quality(
    model: str,
    seed: pa.Table,
    sample: pa.Table,
    seed_log_odds: np.ndarray,
    sample_log_odds: np.ndarray,
    *,
    smoothing: Smoothing,
    prevalence: float | None = None,
    is_weighed: bool = False,
) -> HeldOutQuality | None:
    """The quality of a fit on people it has not counted; None where nobody can be asked.

    `seed` and `sample` are the people of both sides with their attributes, the seed with
    its `fold`; the log odds are theirs in the same order, the seed's out of fold, NaN
    where the scorer leaves a person without. With weights (`is_weighed`) the verdict is
    on the AUC by value and the effective number of people: what the fit was made for.
    """
    is_scored = ~np.isnan(seed_log_odds)
    scored, drawn = (
        seed_log_odds[is_scored],
        sample_log_odds[~np.isnan(sample_log_odds)],
    )
    if min(len(scored), len(drawn)) < 2:
        return None
    auc = held_out_auc(scored, drawn)
    corrected = None if prevalence is None else corrected_auc(auc, prevalence)
    by_value = None
    if is_weighed:
        by_value = value_quality(scored, weights_of(seed)[is_scored], drawn)
    if min(len(scored), len(drawn)) < FEWEST_JUDGED:
        return HeldOutQuality(auc, corrected, None, None, [], by_value)
    folds = seed.column("fold").to_numpy()[is_scored]
    scores = held_out_scores(scored, folds, drawn)
    bins = reliability(scores.seed, scores.sample)
    if by_value is not None:
        people = max(int(by_value.effective_people), 1)
        verdict = by_variance(by_value.auc.value, people, len(drawn))
    elif model == PERMUTED_MODEL and seed.num_rows <= MOST_PERMUTED:
        names = [name for name in seed.column_names if name not in ROW_COLUMNS]
        verdict = by_permutation(code_people(seed, sample, names), smoothing)
    else:
        verdict = by_variance(auc.value, len(scored), len(drawn))
    return HeldOutQuality(
        auc,
        corrected,
        verdict,
        calibration_error(bins),
        bins.to_dict("records"),
        by_value,
    )
