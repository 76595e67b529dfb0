import numpy as np
import pytest

from python_scoring.calibration import fit_calibration
from python_scoring.evaluation import balanced_calibration_error
from python_scoring.reliability import (
    calibration_error,
    held_out_scores,
    reliability,
)


def test_a_score_that_tells_the_share_has_no_error():
    # of the mass that scores 1/4 a quarter is the seed's, of that at 3/4 three quarters
    seed = np.repeat([0.25, 0.75], [1_000, 3_000])
    population = np.repeat([0.25, 0.75], [3_000, 1_000])

    got = reliability(seed, population)

    assert got["mean_score"].tolist() == [0.25, 0.75]
    assert got["seed_share"].tolist() == [0.25, 0.75]
    assert calibration_error(got) == 0.0


def test_a_score_that_is_wrong_by_a_tenth_has_that_error():
    seed = np.repeat([0.35, 0.85], [1_000, 3_000])
    population = np.repeat([0.35, 0.85], [3_000, 1_000])

    assert calibration_error(reliability(seed, population)) == pytest.approx(0.1)


def test_the_error_is_near_that_of_people_sorted_one_by_one():
    generator = np.random.default_rng(1)
    seed, population = generator.beta(3, 2, 800), generator.beta(2, 3, 4_000)

    got = reliability(seed, population)

    assert len(got) == 15
    assert got["mass"].sum() == pytest.approx(1.0)
    assert calibration_error(got) == pytest.approx(
        balanced_calibration_error(seed, population), abs=0.003
    )


def test_the_interval_of_a_bin_is_about_its_binomial_one():
    seed, population = np.full(400, 0.5), np.full(400, 0.5)

    (row,) = (
        reliability(
            np.append(seed, np.full(600, 0.9)), np.append(population, np.full(600, 0.1))
        )
        .query("mean_score == 0.5")
        .to_dict("records")
    )

    # drawn anew, each side's part of 0.4 varies by sqrt(0.4 * 0.6 / 1000)
    part = 0.5 * np.sqrt(2) * np.sqrt(0.4 * 0.6 / 1_000) / 0.8
    assert row["seed_share"] == 0.5
    assert row["seed_share_high"] - 0.5 == pytest.approx(1.96 * part, abs=0.005)


def test_bins_of_fewer_than_25_people_are_joined():
    got = reliability(np.linspace(0.6, 0.9, 30), np.linspace(0.1, 0.5, 60))

    assert got["people_count"].sum() == 90
    assert got["people_count"].min() >= 25


def test_nobodys_score_comes_of_a_calibration_that_has_seen_them():
    generator = np.random.default_rng(2)
    seed, folds = generator.normal(1, 1, 200), np.arange(200) % 5
    sample = np.sort(generator.normal(0, 1, 1_000))

    got = held_out_scores(seed, folds, sample)

    others = np.arange(1_000) % 5 != 3
    without = fit_calibration(seed[folds != 3], sample[others])
    assert got.seed[folds == 3] == pytest.approx(without.score(seed[folds == 3]))
    assert got.sample[~others] == pytest.approx(without.score(sample[~others]))
