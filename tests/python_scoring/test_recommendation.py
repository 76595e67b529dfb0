import numpy as np
import pandas as pd
import pytest

from python_scoring.evaluation import CURVE_SHARES
from python_scoring.reach import reach_with_intervals
from python_scoring.recommendation import Economics, recommend

REACH = pd.DataFrame(
    {
        "people_count": [100, 200, 500, 1_000],
        "audience_share": [0.1, 0.2, 0.5, 1.0],
        "lift": [4.0, 3.0, 1.6, 1.0],
        "marginal_lift_low": [3.0, 1.5, 0.5, 0.2],
    }
)


@pytest.mark.parametrize(
    ("least", "people"), [(2.0, 100), (1.5, 200), (0.1, 1_000), (3.1, None)]
)
def test_the_largest_size_whose_last_people_are_surely_worth_it(least, people):
    assert recommend(REACH, least).people == people


def test_with_economics_the_border_is_where_a_contact_pays():
    # a conversion of 1 % brings 0.5, a contact costs 0.3: 0.6 times as many must convert
    economics = Economics(prevalence=0.01, conversion_value=50.0, contact_cost=0.3)

    got = recommend(REACH, 2.0, economics, REACH.iloc[2])

    assert got.least_marginal_lift == pytest.approx(0.6)
    assert got.people == 200
    # people * (1 % * lift * 50 - 0.3)
    assert got.profit == pytest.approx(200 * (1.5 - 0.3))
    assert got.chosen_profit == pytest.approx(500 * (0.8 - 0.3))
    assert (got.most_profitable_people, got.greatest_profit) == (
        500,
        pytest.approx(250.0),
    )


def test_where_nothing_pays_the_most_profitable_size_is_nobody():
    economics = Economics(prevalence=0.01, conversion_value=1.0, contact_cost=0.3)

    got = recommend(REACH, 2.0, economics)

    assert (got.people, got.most_profitable_people, got.greatest_profit) == (None, 0, 0)


def test_no_more_than_everybody_converts():
    profit = Economics(0.5, 10.0, 1.0).profit(np.array([100]), np.array([4.0]))

    assert profit == pytest.approx([100 * (10.0 - 1.0)])


@pytest.mark.parametrize("seed_people", [100, 300, 1_000])
@pytest.mark.parametrize(
    ("border", "lift"), [(0.01, 20.0), (0.05, 4.8)], ids=["few, very", "more, less"]
)
def test_whom_a_size_lets_in_last_are_as_alike_as_is_told(seed_people, border, lift):
    """A few are alike, the rest are not: the mean of a cell across the border says more."""
    shares = np.array(CURVE_SHARES)
    rest = (1 - border * lift) / (1 - border)
    recalls = np.minimum(shares, border) * lift + np.maximum(shares - border, 0) * rest
    wrong = 0
    for run in range(40):
        generator = np.random.default_rng([run, seed_people])
        drawn = generator.multinomial(seed_people, np.diff(recalls, prepend=0.0))
        reach = reach_with_intervals(
            (shares * 100_000).astype(int),
            shares,
            np.cumsum(drawn) / seed_people,
            seed_people,
        )
        share = recommend(reach, 2.0).audience_share
        wrong += share is not None and share > border

    assert wrong <= 3
