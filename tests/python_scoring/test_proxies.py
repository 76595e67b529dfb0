"""Proxy strength: 0 for what says nothing, 1 for what tells all, corrected for chance."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import matthews_corrcoef

from python_scoring.proxies import association, proxies_of, score_proxies, strong


@pytest.fixture(scope="module")
def people():
    """4,000 people: `copy` tells the group, `half` does for half of them."""
    rng = np.random.default_rng(3)
    group = rng.choice(["a", "b", "c"], 4_000)
    return pd.DataFrame(
        {
            "group": group,
            "copy": pd.Series(group).map({"a": "x", "b": "y", "c": None}),
            "half": np.where(rng.random(4_000) < 0.5, group, "?"),
            "noise": rng.choice(list("pqrs"), 4_000),
            "number": rng.normal(size=4_000) + 3 * (group == "a"),
            "many": rng.integers(0, 2_000, 4_000).astype(str),
        }
    )


def strengths(people, **roles):
    found = proxies_of(pa.Table.from_pandas(people), roles, {"group": "categorical"})
    return {each.attribute: each for each in found}


def test_of_two_groups_it_is_the_correlation():
    rng = np.random.default_rng(0)
    one = rng.random(50_000) < 0.3
    other = np.where(rng.random(50_000) < 0.6, one, rng.random(50_000) < 0.3)

    found = association(pd.crosstab(one, other).to_numpy())

    # Of two by two phi is the Matthews correlation; the correction is 1 / 50,000.
    assert found.cramers_v == pytest.approx(matthews_corrcoef(one, other), abs=1e-4)
    assert found.effect == pytest.approx(found.cramers_v, abs=1e-4)


def test_a_copy_tells_all_also_where_its_value_is_missing(people):
    found = strengths(people, copy="categorical")["copy"]

    assert found.cramers_v == pytest.approx(1.0, abs=1e-3)
    assert found.strength == "strong"


def test_what_says_nothing_is_weak_however_many_values_it_has(people):
    found = strengths(people, noise="categorical", many="categorical")

    assert found["noise"].cramers_v < 0.05
    assert found["many"].cramers_v < 0.2
    assert {each.strength for each in found.values()} == {"weak"}


def test_a_number_is_cut_in_tenths(people):
    found = strengths(people, number="continuous")["number"]

    assert found.strength == "strong"
    assert 0.5 < found.cramers_v < 0.75


def test_numbers_and_groups_change_places_without_a_difference(people):
    table = pa.Table.from_pandas(people)
    bands, values = {"number": "continuous"}, {"noise": "categorical"}

    (one,) = proxies_of(table, values, bands)
    (other,) = proxies_of(table, {"group": "categorical"}, {"half": "categorical"})
    (back,) = proxies_of(table, {"half": "categorical"}, {"group": "categorical"})

    assert one.protected == "number"
    assert other.cramers_v == pytest.approx(back.cramers_v)


@pytest.mark.parametrize("counts", [[[10, 20]], [[10], [20]], [[5, 0], [7, 0]]])
def test_one_group_alone_cannot_be_told(counts):
    assert association(np.array(counts)).cramers_v == 0.0


def test_ids_of_one_person_each_tell_nothing():
    assert association(np.eye(40, dtype=int)[:, [0] * 20 + [1] * 20]).effect == 0.0


def test_the_score_is_measured_like_an_attribute(people):
    table = pa.Table.from_pandas(people)
    log_odds = people["number"].to_numpy().copy()
    log_odds[:100] = np.nan

    (found,) = score_proxies(table, log_odds, {"group": "categorical"}, "the score")

    assert (found.attribute, found.strength) == ("the score", "strong")
    assert (
        score_proxies(table, np.full(4_000, np.nan), {"group": "categorical"}, "x")
        == ()
    )


def test_strong_ones_are_told_strongest_first(people):
    found = strengths(
        people, number="continuous", copy="categorical", noise="categorical"
    )

    assert [each.attribute for each in strong([*found.values()])] == ["copy", "number"]
