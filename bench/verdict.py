"""How often the verdict is right: on random people, and on seeds that are real.

A random seed must be judged "cannot be told", but for one in a hundred; a real one of 5 %
of the positives or more "can". Uses the same code as a build, without the build around it.
"""

from pathlib import Path

import numpy as np

from bench.labelled import Labelled, labelled
from python_scoring.random_seeds import Smoothing
from python_scoring.verdict import Verdict, by_permutation

RANDOM_RUNS = 40
RANDOM_SIZES = (300, 100)
REAL_SIZES = ("0.05", "0.1", "0.3", "0.6", "100")
REAL_SPLITS = 5


def run(data: Path | None) -> int:
    """Print the rates by data set; 1 where one is not what it must be."""
    failed = 0
    with labelled(data) as found:
        for people in found:
            for size in RANDOM_SIZES:
                verdicts = judged(people, random_seeds(people, size))
                cannot = sum(not each.can_be_told for each in verdicts)
                tell(people, f"random {size}", "cannot be told", cannot, verdicts)
                failed += size >= 300 and cannot < RANDOM_RUNS - 2
            for size in REAL_SIZES:
                seeds = [people.real_seed(size, split) for split in range(REAL_SPLITS)]
                verdicts = judged(people, seeds)
                can = sum(each.can_be_told for each in verdicts)
                tell(people, f"real {size}", "can be told", can, verdicts)
                failed += float(size) < 1 and can < REAL_SPLITS
    return int(failed > 0)


def random_seeds(people: Labelled, size: int) -> list[np.ndarray]:
    """Seeds of random people, another draw each."""
    return [
        np.sort(np.random.default_rng([size, run]).choice(len(people.frame), size, False))
        for run in range(RANDOM_RUNS)
    ]


def judged(people: Labelled, seeds: list[np.ndarray]) -> list[Verdict]:
    """The verdict on each seed."""
    return [by_permutation(people.coded(rows), Smoothing()) for rows in seeds]


def tell(
    people: Labelled, seed: str, what: str, count: int, verdicts: list[Verdict]
) -> None:
    """One line of the table."""
    aucs = [each.auc for each in verdicts]
    random = np.mean([each.random_greatest for each in verdicts])
    independent = 1 / (12 * verdicts[0].seed_people) + 1 / (12 * 2_000)
    spread = np.mean([each.random_deviation**2 for each in verdicts]) / independent
    print(
        f"{people.name:<10} {seed:<11} {verdicts[0].seed_people:>6,} people"
        f"  {count:>2} of {len(verdicts)} {what:<15} AUC {np.mean(aucs):.3f}"
        f" ({min(aucs):.3f} to {max(aucs):.3f})  random people up to {random:.3f},"
        f" variance {spread:.2f} times that of independent people",
        flush=True,
    )
