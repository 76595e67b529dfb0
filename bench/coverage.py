"""Is the AUC that a report foretells the true one? Held-out beside hidden positives.

For each split the seed's held-out AUC against the whole population, corrected by the
prevalence that the script knows, is compared with the AUC of the finished ranking between
the hidden positives and the others. They agree where they differ by no more than 1.645
times the root of the sum of both variances.

The ranking is made by `tests/oracle`, the plain reading of the formulas that the pipeline
agrees with to a rounding step: a minute of dbt less for each of 60 splits.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.labelled import Labelled, labelled
from python_scoring.held_out import corrected_auc, held_out_auc
from tests.oracle.naive_bayes import naive_bayes

SIZES = ("0.6", "0.3", "0.05", "100")
SPLITS = 5
BORDER = 1.645


@dataclass(frozen=True, slots=True)
class Foretold:
    """What was foretold of one split, and what was so."""

    foretold: float
    true: float
    deviation: float

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than chance allows."""
        return abs(self.foretold - self.true) <= BORDER * self.deviation


def run(data: Path | None) -> int:
    """Print the agreement by data set and size; 1 where it is below 80 %."""
    every: list[Foretold] = []
    with labelled(data) as found:
        for people in found:
            for size in SIZES:
                splits = [foretell(people, size, split) for split in range(SPLITS)]
                errors = [each.foretold - each.true for each in splits]
                print(
                    f"{people.name:<10} seed {size:<5}"
                    f"  {sum(each.agrees for each in splits)} of {SPLITS} agree"
                    f"  true AUC {np.mean([each.true for each in splits]):.4f}"
                    f"  foretold {np.mean(errors):+.4f}"
                    f" (deviation {np.mean([each.deviation for each in splits]):.4f})",
                    flush=True,
                )
                every += splits
    share = sum(each.agrees for each in every) / len(every)
    print(f"{sum(each.agrees for each in every)} of {len(every)} agree: {share:.0%}")
    return int(share < 0.8)


def foretell(people: Labelled, size: str, split: int) -> Foretold:
    """Held-out AUC, corrected, beside the AUC against hidden positives."""
    rows = people.real_seed(size, split)
    seed, rest = people.frame.iloc[rows], people.frame.drop(people.frame.index[rows])
    result = naive_bayes(
        seed,
        rest,
        people.id_column,
        people.categorical,
        people.continuous,
        identifier_type="user_id",
    )
    is_positive = rest[people.label].to_numpy() == 1
    log_odds = result.population["log_odds"].to_numpy()
    measured = held_out_auc(result.seed["log_odds"].to_numpy(), result.sample_log_odds)
    foretold = corrected_auc(measured, float(is_positive.mean()))
    true = held_out_auc(log_odds[is_positive], log_odds[~is_positive])
    return Foretold(
        foretold.value,
        true.value,
        float(np.hypot(foretold.standard_error, true.standard_error)),
    )
