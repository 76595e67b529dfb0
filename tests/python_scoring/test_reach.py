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


def test_a_share_of_the_top_that_is_all_alike_has_the_lift_of_its_share():
    # 200 of 1,000 hold every seed person, whatever is drawn
    curve = pd.DataFrame({"people": [200, 1000], "recall": [1.0, 1.0]})

    got = reach_with_intervals(
        curve["people"].to_numpy(), np.array([0.2, 1.0]), curve["recall"].to_numpy(), 90
    )

    first = got.iloc[0]
    assert (first["lift_low"], first["lift"], first["lift_high"]) == (5.0, 5.0, 5.0)


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
