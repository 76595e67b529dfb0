"""Who judges the scorers of a comparison: the same people of both seeds for each."""

import numpy as np
import pyarrow as pa
import pytest

from orchestration.builds import Build
from orchestration.comparing import Ground, judges_of


def people_of(count: int) -> pa.Table:
    folds = np.arange(count) % 5
    return pa.table({"fold": folds, "seed_weight": np.ones(count)})


SEED, UNLIKE = people_of(1_000), people_of(30)
BOTH = {"canonical_seed": SEED, "canonical_unlike": UNLIKE}


@pytest.mark.parametrize(
    ("trials", "models", "folds"),
    [
        (3, ["naive_bayes", "boosted"], [0, 1, 2]),
        (3, ["naive_bayes", "weighted_bayes"], [0, 1, 2, 3, 4]),
        (0, ["naive_bayes", "boosted"], [0, 1, 2, 3, 4]),
    ],
)
def test_who_had_a_say_in_settings_judges_no_scorer_in_either_seed(
    trials, models, folds
):
    build = Build.model_construct(trials=trials)

    judges = judges_of(build, models, BOTH)

    ground = Ground(build, None, {**BOTH, "other": SEED}, judges, None, 0, None)
    for name, everybody in BOTH.items():
        kept = ground.judging[name]["fold"].to_pylist()
        assert kept == [each for each in everybody["fold"].to_pylist() if each in folds]
    assert ground.judging["other"] is SEED


def test_without_a_negative_seed_the_seed_judges_alone():
    build = Build.model_construct(trials=0)

    assert list(judges_of(build, ["auto"], {"canonical_seed": SEED})) == [
        "canonical_seed"
    ]
