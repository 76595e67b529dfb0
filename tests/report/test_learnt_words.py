"""What is told of attributes whose weights are learnt: facts, and no weight."""

import pandas as pd
import pytest

from report.charts import attribute_weights_chart
from report.figures import attribute_figures


@pytest.fixture
def weights():
    """`phone` and `mobile` are copies of which the scorer uses one; `old` is left out."""
    return pd.DataFrame(
        {
            "attribute": ["phone", "mobile", "age", "old"],
            "column_name": ["Phone", "Mobile", "Age", "Old"],
            "role": ["categorical"] * 4,
            "attribute_weight": [1.0, 1.0, 1.0, 0.0],
            "model": ["boosted"] * 4,
            "information_share": [0.45, 0.45, 0.1, 0.0],
            "signal_share": [0.98, 1.0, 0.0, 0.0],
            "decorrelation": [0.5, 0.5, 1.0, 1.0],
            "notice": [None, None, None, "has one value alone"],
            "movement": [0.2, 0.0, 0.6, 0.0],
            "movement_share": [0.25, 0.0, 0.75, 0.0],
        }
    )


@pytest.fixture
def correlations():
    rows = [("phone", "mobile", 1.0), ("phone", "age", 0.5), ("mobile", "age", 0.0)]
    rows += [(b, a, r) for a, b, r in rows]
    return pd.DataFrame(rows, columns=["attribute", "other_attribute", "correlation"])


@pytest.fixture
def told(weights, correlations):
    terms = pd.DataFrame(columns=["attribute", "contribution", "seed_share"])
    found = attribute_figures(weights, terms, correlations)
    return {each.attribute: each for each in found}


def test_what_moves_people_most_comes_first(told):
    assert list(told) == ["age", "phone", "mobile", "old"]
    assert [each.ranking_share for each in told.values()] == [0.75, 0.25, 0.0, 0.0]


def test_the_parts_are_told_and_what_was_learnt_from_them(told):
    assert told["phone"].reason == (
        "What it adds to a person is learnt from people: it moves log odds by 0.20 on"
        " average, 25.0 % of what all attributes move. By itself it has 45.0 % of the"
        " information; 98.0 % of its difference is more than chance. “Mobile” says the"
        " same; which of them counts is learnt."
    )


def test_an_attribute_that_is_not_used_is_said_to_rank_nobody(told):
    assert told["mobile"].reason.startswith(
        "What it adds to a person is learnt from people: the same to everybody, which"
        " ranks nobody. By itself it has 45.0 % of the information."
    )


def test_what_differs_by_chance_alone_may_be_used_all_the_same(told):
    assert told["age"].reason == (
        "What it adds to a person is learnt from people: it moves log odds by 0.60 on"
        " average, 75.0 % of what all attributes move. By itself it differs by no more"
        " than chance would. Part of it “Phone” says too."
    )


def test_no_weight_is_claimed_that_is_not_used(told):
    assert [each.weight_text for each in told.values()] == ["learnt"] * 3 + ["0.00"]
    for each in told.values():
        assert "each counts" not in each.reason
        assert "counts." not in each.reason
    assert told["old"].reason == "has one value alone"


def test_the_chart_shows_the_movement(weights):
    chart = attribute_weights_chart(weights)

    assert [bar["percent"] for bar in chart.spec["data"]["values"]] == [
        75.0,
        25.0,
        0.0,
        0.0,
    ]
    assert [bar["words"] for bar in chart.spec["data"]["values"]] == [
        "75.0 %",
        "25.0 %",
        "0 %",
        "0 % · weight 0.00",
    ]
    assert chart.title == (
        "“Age” carries 75.0 % of what ranks people. 2 of 4 carry nothing."
    )
    assert "There are no weights" in chart.subtitle
