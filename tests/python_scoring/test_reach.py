import numpy as np
import pandas as pd
import pytest
from scipy.optimize import isotonic_regression

from python_scoring.evaluation import recall_curve
from python_scoring.reach import (
    concave_slopes,
    decile_intervals,
    reach_with_intervals,
)

GENERATOR = np.random.default_rng(1)
SEED = GENERATOR.normal(1.0, 1.0, 300)
POPULATION = GENERATOR.normal(0.0, 1.0, 5_000)


def reach(seed=SEED, population=POPULATION) -> pd.DataFrame:
    curve = recall_curve(seed, population)
    return reach_with_intervals(
        curve["people_count"].to_numpy(),
        curve["audience_share"].to_numpy(),
        curve["recall"].to_numpy(),
        len(seed),
    )


def test_intervals_are_those_of_drawing_the_seed_people_anew():
    drawn = np.random.default_rng(2)
    at_tenth = [
        recall_curve(drawn.choice(SEED, len(SEED)), POPULATION, [0.1])["recall"][0]
        for _ in range(1_000)
    ]

    got = reach().set_index("people_count").loc[500]

    assert got["recall_low"] == pytest.approx(np.quantile(at_tenth, 0.025), abs=0.01)
    assert got["recall_high"] == pytest.approx(np.quantile(at_tenth, 0.975), abs=0.01)
    assert got["lift_low"] == pytest.approx(10 * got["recall_low"])


def test_slopes_of_the_concave_curve_are_the_falling_regression_of_the_cells():
    shares = np.sort(GENERATOR.uniform(0, 1, 12))
    shares[-1] = 1.0
    recalls = np.sort(GENERATOR.uniform(0, 1, 12))
    widths = np.diff(shares, prepend=0.0)

    (got,) = concave_slopes(shares, recalls[None])

    expected = isotonic_regression(
        np.diff(recalls, prepend=0.0) / widths, weights=widths, increasing=False
    )
    assert got == pytest.approx(expected.x)


def test_the_marginal_lift_never_rises_and_its_area_is_everybody():
    got = reach()

    assert (np.diff(got["marginal_lift"]) <= 1e-12).all()
    widths = np.diff(got["audience_share"], prepend=0.0)
    assert (got["marginal_lift"] * widths).sum() == pytest.approx(1.0, abs=0.02)
    assert (got["marginal_lift_low"] <= got["marginal_lift"] + 1e-9).all()


def sure(recalls, seed_people, people=(200, 500, 1_000)):
    people = np.array(people)
    return reach_with_intervals(
        people, people / people[-1], np.array(recalls), seed_people
    )


def test_a_size_that_holds_all_of_25_people_may_hold_fewer_of_others():
    """All of 25 is still likely (2.5 %) where 0.863 of their kind are there."""
    got = sure([1.0, 1.0, 1.0], 25)

    first, middle, last = (row for _, row in got.iterrows())
    assert first["recall_low"] == pytest.approx(0.025 ** (1 / 25), abs=0.03)
    assert (first["recall"], first["recall_high"]) == (1.0, 1.0)
    assert (first["lift"], first["lift_high"]) == (5.0, 5.0)
    assert first["lift_low"] == pytest.approx(5 * first["recall_low"])
    assert first["recall_low"] <= middle["recall_low"] < 1.0
    assert (last["recall_low"], last["lift_low"], last["lift_high"]) == (1.0, 1.0, 1.0)


def test_a_size_that_holds_nobody_of_25_people_may_hold_some_of_others():
    got = sure([0.0, 0.5, 1.0], 25).iloc[0]

    assert (got["recall"], got["recall_low"]) == (0.0, 0.0)
    assert 0.03 < got["recall_high"] < 0.15


def test_of_thousands_the_imaginary_person_changes_nothing():
    recalls = [0.6, 0.9, 1.0]

    got = sure(recalls, 20_000)

    error = 1.96 * np.sqrt(0.6 * 0.4 / 20_000)
    assert got["recall_low"][0] == pytest.approx(0.6 - error, abs=0.001)
    assert got["recall_high"][0] == pytest.approx(0.6 + error, abs=0.001)


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95, 0.98])
def test_the_interval_of_25_people_holds_the_true_recall(share):
    generator = np.random.default_rng(7)
    recalled = generator.binomial(25, share, 300) / 25

    held = [
        got["recall_low"][0] <= share <= got["recall_high"][0]
        for got in (sure([each, 1.0], 25, (200, 1_000)) for each in recalled)
    ]

    assert np.mean(held) >= 0.93


def test_sizes_of_fewer_than_25_people_are_not_told():
    got = reach(population=POPULATION[:1_000])

    assert got["people_count"].min() == 30


def test_the_same_seed_gives_the_same_intervals():
    pd.testing.assert_frame_equal(reach(), reach(), check_exact=True)


def test_deciles_have_their_lift_within_its_interval():
    seed = np.array([60, 40, 30, 20, 15, 12, 9, 7, 4, 3])

    got = decile_intervals(np.full(10, 500), seed)

    assert got["lift"].tolist() == pytest.approx((seed / 20).tolist())
    # a binomial of 200 draws with 30 %: 1.96 * sqrt(0.3 * 0.7 / 200) = 0.0635
    assert got["lift_low"][0] == pytest.approx(3.0 - 0.635, abs=0.06)
    assert got["lift_high"][0] == pytest.approx(3.0 + 0.635, abs=0.06)
    assert got["cumulative_lift"].iloc[-1] == pytest.approx(1.0)


def test_tenths_of_fewer_than_25_people_are_joined():
    got = decile_intervals(np.full(10, 10), np.full(10, 4))

    assert got["people_count"].tolist() == [30, 30, 40]
    assert got[["first", "last"]].to_numpy().tolist() == [[1, 3], [4, 6], [7, 10]]
