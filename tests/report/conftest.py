"""Report tables of a small build, with figures that can be worked out by hand."""

from typing import Any

import pandas as pd
import pytest


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """1,000 candidates, 40 seed people of whom 10 are in the population."""
    return {
        "overlap": pd.DataFrame(
            {
                "seed_rows": [42],
                "seed_people": [40],
                "matched_people": [10],
                "unmatched_people": [30],
                "matched_share": [0.25],
                "population_people": [1010],
                "matched_population_people": [10],
                "filtered_out_people": [0],
                "filtered_out_rows": [0],
                "learning_seed_people": [40],
                "learn_from": ["seed"],
                "duplicate_seed_rows": [2],
                "duplicate_population_rows": [0],
                "population_rows_without_identifier": [0],
            }
        ),
        "cut": pd.DataFrame(
            {
                "population_count": [1010],
                "unscored_count": [0],
                "matched_seed_count": [10],
                "candidate_count": [1000],
                "requested_count": [150],
                "cut_log_odds": [0.4],
                "cut_score": [0.6],
            }
        ),
        "deciles": pd.DataFrame(
            {
                "decile": [2, 1],
                "people_count": [100, 100],
                "seed_count": [8, 20],
                "seed_share": [0.2, 0.5],
                "lift": [2.0, 5.0],
                "cumulative_lift": [3.5, 5.0],
                "least_log_odds": [0.3, 0.9],
                "greatest_log_odds": [0.9, 3.0],
            }
        ),
        "curve": pd.DataFrame(
            {
                "audience_share": [0.1, 0.2, 0.5, 1.0],
                "people_count": [100, 200, 500, 1000],
                "recall": [0.5, 0.7, 0.9, 1.0],
                "lift": [5.0, 3.5, 1.8, 1.0],
            }
        ),
        "attribute_weights": pd.DataFrame(
            {
                "attribute": ["day", "job", "age"],
                "column_name": ["Day", "Job", "Age"],
                "role": ["continuous", "categorical", "continuous"],
                "attribute_weight": [0.0, 0.9, 0.4],
                "model": ["naive_bayes"] * 3,
                "divergence": [0.0, 0.6, 0.45],
                "information_share": [0.0, 0.75, 0.25],
                "signal_share": [0.0, 0.9, 1.0],
                "decorrelation": [1.0, 1.0, 0.4],
                "notice": [None, None, None],
            }
        ),
        "value_terms": pd.DataFrame(
            {
                "attribute": ["job", "job"],
                "value_text": ["clerk", "student"],
                "seed_share": [0.1, 0.3],
                "reference_share": [0.2, 0.05],
                "log_likelihood_ratio": [-0.69, 1.79],
                "contribution": [-0.62, 1.61],
            }
        ),
    }


@pytest.fixture
def histogram() -> pd.DataFrame:
    """Four bins: half of the seed is above 0.75, half of the population above 0.25."""
    return pd.DataFrame(
        {
            "score_from": [0.0, 0.25, 0.5, 0.75],
            "score_to": [0.25, 0.5, 0.75, 1.0],
            "people_count": [500, 300, 150, 50],
            "seed_count": [2, 8, 10, 20],
        }
    )


@pytest.fixture
def quality() -> dict[str, Any]:
    """What quality.json would hold of that build."""

    def sure(people: int, share: float, recall: float) -> dict[str, float]:
        lift = recall / share
        return {
            "people_count": people,
            "audience_share": share,
            "recall": recall,
            "recall_low": recall - 0.05 * (share < 1),
            "recall_high": min(1.0, recall + 0.05),
            "lift": lift,
            "lift_low": lift - 0.5,
            "lift_high": lift + 0.5,
        }

    return {
        "auc": {"value": 0.765, "standard_error": 0.004, "low": 0.757, "high": 0.772},
        "corrected_auc": None,
        "prevalence": None,
        "verdict": {
            "can_be_told": True,
            "method": "permutation",
            "seed_people": 40,
            "auc": 0.764,
            "random_greatest": 0.61,
            "random_mean": 0.5,
            "random_deviation": 0.04,
            "p_value": 0.01,
        },
        "calibration_error": 0.021,
        "reliability": [
            {
                "mean_score": 0.25,
                "seed_share": 0.2,
                "seed_share_low": 0.1,
                "seed_share_high": 0.3,
                "mass": 0.5,
                "people_count": 600,
            },
            {
                "mean_score": 0.75,
                "seed_share": 0.8,
                "seed_share_low": 0.7,
                "seed_share_high": 0.9,
                "mass": 0.5,
                "people_count": 440,
            },
        ],
        "curve": [sure(100, 0.1, 0.5), sure(200, 0.2, 0.7), sure(1_000, 1.0, 1.0)],
        "chosen": sure(150, 0.15, 0.6),
        "recommendation": {
            "people": 100,
            "audience_share": 0.1,
            "least_marginal_lift": 2.0,
            "is_break_even": False,
            "chosen_profit": None,
            "profit": None,
            "most_profitable_people": None,
            "greatest_profit": None,
        },
        "deciles": [
            {
                "first": 1,
                "last": 2,
                "people_count": 200,
                "seed_share": 0.7,
                "lift": 3.5,
                "lift_low": 3.0,
                "lift_high": 4.0,
                "cumulative_lift": 3.5,
                "cumulative_lift_low": 3.0,
                "cumulative_lift_high": 4.0,
            }
        ],
    }
