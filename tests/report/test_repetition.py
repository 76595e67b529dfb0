"""Who says the same as an attribute, by name."""

import pandas as pd
import pytest

from report.figures import attribute_figures
from report.repetition import Repetition, repeated_by


@pytest.fixture
def weights():
    """`phone` and `mobile` are copies; `age` goes with them a little."""
    return pd.DataFrame(
        {
            "attribute": ["phone", "mobile", "age", "silent"],
            "column_name": ["Phone", "Mobile <b>", "Age", "Silent"],
            "role": ["categorical"] * 4,
            "attribute_weight": [0.5, 0.5, 0.8, 0.0],
            "model": ["naive_bayes"] * 4,
            "divergence": [0.5, 0.5, 0.5, 0.0],
            "information_share": [0.3, 0.3, 0.4, 0.0],
            "signal_share": [1.0] * 4,
            "decorrelation": [0.495, 0.495, 0.8, 1.0],
            "notice": [None, None, None, "the seed and the reference do not differ"],
        }
    )


@pytest.fixture
def correlations():
    pairs = {
        ("phone", "mobile"): 0.99,
        ("phone", "age"): 0.4,
        ("mobile", "age"): 0.35,
        ("phone", "silent"): 0.95,
        ("mobile", "silent"): 0.0,
        ("age", "silent"): 0.0,
    }
    rows = [(a, b, r) for (a, b), r in pairs.items()]
    rows += [(b, a, r) for a, b, r in rows]
    rows += [(a, a, 1.0) for a in ("phone", "mobile", "age", "silent")]
    return pd.DataFrame(rows, columns=["attribute", "other_attribute", "correlation"])


def test_copies_name_each_other_and_count_half_each(weights, correlations):
    terms = pd.DataFrame(columns=["attribute", "contribution", "seed_share"])

    reasons = {
        each.attribute: each.reason
        for each in attribute_figures(weights, terms, correlations)
    }

    assert reasons["phone"] == "“Mobile <b>” says the same; each counts half."
    assert reasons["mobile"] == "“Phone” says the same; each counts half."


def test_what_goes_with_it_in_part_is_named_and_what_weighs_nothing_is_not(
    weights, correlations
):
    found = repeated_by(weights, correlations)

    assert found["age"] == Repetition(part=("Phone", "Mobile <b>"))
    assert found["phone"].same == ("Mobile <b>",)


def test_without_correlations_nobody_is_named(weights):
    assert repeated_by(weights, None) == {}
