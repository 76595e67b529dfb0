import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from python_scoring.evaluation import (
    auc_pu,
    balanced_calibration_error,
    recall_curve,
)

few = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=30)


@given(few, few)
def test_auc_is_the_rank_sum_with_ties_halved(seed, population):
    expected = mannwhitneyu(seed, population).statistic / len(seed) / len(population)

    assert auc_pu(np.array(seed), np.array(population)) == pytest.approx(expected)


def test_auc_of_nobody_is_no_number():
    assert np.isnan(auc_pu(np.array([]), np.array([1.0])))


def test_recall_and_lift_by_hand():
    seed = np.array([9.0, 8.0, 5.0, 1.0])
    population = np.array([9.0, 7.0, 5.0, 5.0, 5.0, 5.0, 4.0, 3.0, 2.0, 1.0])

    got = recall_curve(seed, population, [0.1, 0.2, 0.4, 1.0])

    # the first holds 9; the second also 8, which ranks with the 7 below it; two of the
    # four tied at 5 hold half of the seed person tied with them
    assert got["people_count"].tolist() == [1, 2, 4, 10]
    assert got["recall"].tolist() == [0.25, 0.5, 0.625, 1.0]
    assert got["lift"].tolist() == [2.5, 2.5, 1.5625, 1.0]


@given(few, few)
def test_a_larger_audience_never_reaches_less(seed, population):
    got = recall_curve(np.array(seed), np.array(population))

    assert (np.diff(got["recall"]) >= -1e-12).all()
    assert got["recall"].iloc[-1] == 1.0


def test_the_order_of_the_people_does_not_matter():
    rng = np.random.default_rng(4)
    seed, population = rng.integers(0, 9, 50) / 9, rng.integers(0, 9, 500) / 9
    mixed = rng.permutation(seed), rng.permutation(population)

    assert auc_pu(*mixed) == auc_pu(seed, population)
    assert recall_curve(*mixed).equals(recall_curve(seed, population))
    assert balanced_calibration_error(*mixed) == pytest.approx(
        balanced_calibration_error(seed, population), abs=1e-15
    )


def test_a_balanced_score_that_tells_the_share_has_no_error():
    # of the mass that scores 1/4 a quarter is the seed's, of that at 3/4 three quarters
    seed = np.repeat([0.25, 0.75], [1_000, 3_000])
    population = np.repeat([0.25, 0.75], [3_000, 1_000])

    # the person on the border of the two bins counts in the upper one
    got = balanced_calibration_error(seed, population, 2)

    assert got == pytest.approx(0.0, abs=1e-3)


def test_a_balanced_score_that_is_always_wrong_by_a_tenth_has_that_error():
    seed = np.repeat([0.35, 0.85], [1_000, 3_000])
    population = np.repeat([0.35, 0.85], [3_000, 1_000])

    got = balanced_calibration_error(seed, population, 2)

    assert got == pytest.approx(0.1, abs=1e-3)
