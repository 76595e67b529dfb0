"""Counting everybody's log odds in small steps, against pandas."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from python_scoring import score_steps
from python_scoring.calibration import UNCALIBRATED, Calibration
from python_scoring.score_steps import SCORE_STEPS, ScoreSteps, score_bins_of, steps_of

KEYS = ["step", "score_bin", "quota_group"]
VALUE = 0.62


def by_hand(log_odds, calibration, groups):
    """The same counts, person by person."""
    scores = calibration.score(log_odds)
    people = pd.DataFrame(
        {
            "step": np.floor(log_odds * 1024).clip(-(2.0**53), 2.0**53).astype(int),
            "score_bin": np.floor(scores * 20).clip(0, 19).astype(int),
            "quota_group": groups,
            "is_over": scores >= VALUE,
            "log_odds": log_odds,
        }
    )
    return people.groupby(KEYS, as_index=False).agg(
        people_count=("log_odds", "size"),
        over_value_count=("is_over", "sum"),
        least_log_odds=("log_odds", "min"),
        greatest_log_odds=("log_odds", "max"),
    )


@pytest.fixture
def log_odds():
    """Many in one step, a score's borders inside steps, and some far out."""
    rng = np.random.default_rng(4)
    near = np.round(rng.normal(0, 0.05, 4_000), 9)
    far = np.array([-1e300, -745.0, 800.0, 1e17, 1e300, 0.0, -0.0])
    return np.concatenate([near, np.round(rng.normal(0, 3, 1_000), 9), far])


@pytest.mark.parametrize("calibration", [UNCALIBRATED, Calibration(0.4, 1.7, 0.3)])
@pytest.mark.parametrize("has_groups", [True, False])
def test_batches_are_counted_as_one_person_after_the_other(
    log_odds, calibration, has_groups, monkeypatch
):
    monkeypatch.setattr(score_steps, "COUNTED_AT_ONCE", 700)
    groups = np.random.default_rng(5).integers(-1, 3, len(log_odds))
    steps = ScoreSteps(calibration, VALUE)
    for part in np.array_split(np.arange(len(log_odds)), 13):
        steps.add(log_odds[part], groups[part] if has_groups else None)

    found = steps.table()

    assert found.schema == SCORE_STEPS
    assert not pd.Series(found["step"].to_numpy()).diff().gt(0).any()
    expected = by_hand(log_odds, calibration, groups if has_groups else -1)
    got = found.to_pandas().sort_values(KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(got, expected, check_dtype=False, check_exact=True)


def test_nobody_is_no_step():
    steps = ScoreSteps(UNCALIBRATED, VALUE)
    steps.add(np.zeros(0))
    steps.add(np.zeros(0), np.zeros(0, np.int16))

    assert steps.table().num_rows == 0
    assert steps.table().schema == SCORE_STEPS


def test_places_are_those_of_sql(log_odds):
    scores = UNCALIBRATED.score(log_odds)
    (steps, bins) = (
        duckdb.sql(
            """
        select
            cast(greatest(least(floor(log_odds * 1024), 9007199254740992),
                          -9007199254740992) as bigint),
            cast(greatest(least(floor(score * 20), 19), 0) as integer)
        from (select unnest($1::double[]) as log_odds, unnest($2::double[]) as score)
        """,
            params=[log_odds.tolist(), scores.tolist()],
        )
        .fetchnumpy()
        .values()
    )

    assert np.array_equal(steps_of(log_odds), steps)
    assert np.array_equal(score_bins_of(scores), bins)
