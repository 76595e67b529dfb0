import json
import math

import numpy as np
import pyarrow as pa
import pytest

from python_scoring.raw_terms import RawGaussian, RawKernel, RawScale
from python_scoring.scorers.base import (
    SCORERS,
    NoDifferenceError,
    fit_scorer,
    relations_of,
    scorer_from_json,
)

FOLD = {"left_out_fold": -1}
SHAPE = FOLD | {"centre": 40.0, "scale": 10.0, "seed_mean": 1.0}
TABLES = {
    "distribution_totals": [FOLD | {"seed_total": 9}],
    "weight_documented_attributes": [
        FOLD
        | {
            "attribute": "job",
            "role": "categorical",
            "position": 0,
            "attribute_weight": 1.0,
        },
        FOLD
        | {
            "attribute": "age",
            "role": "continuous",
            "position": 1,
            "attribute_weight": 0.5,
        },
        FOLD
        | {
            "attribute": "flat",
            "role": "continuous",
            "position": 2,
            "attribute_weight": 0.0,
        },
    ],
    "weight_documented_values": [
        FOLD
        | {
            "attribute": "job",
            "attribute_value": "a",
            "log_likelihood_ratio": math.log(5),
        },
        FOLD
        | {"attribute": "job", "attribute_value": "b", "log_likelihood_ratio": -0.5},
    ],
    "weight_documented_gaussians": [
        SHAPE
        | {"attribute": "age", "seed_variance": 0.25, "reference_mean_square": 4.25}
    ],
    "weight_published_attributes": [
        FOLD | {"attribute": "job", "role": "categorical", "position": 0},
        FOLD | {"attribute": "day", "role": "categorical", "position": 1},
        FOLD | {"attribute": "rare", "role": "categorical", "position": 2},
        FOLD | {"attribute": "age", "role": "continuous", "position": 3},
        FOLD | {"attribute": "flat", "role": "continuous", "position": 4},
    ],
    "weight_published_values": [
        FOLD | {"attribute": "job", "attribute_value": "a", "value_weight": 3.0},
        FOLD | {"attribute": "job", "attribute_value": "b", "value_weight": -1.0},
        FOLD | {"attribute": "day", "attribute_value": "x", "value_weight": 0.5},
    ],
    "weight_published_kernels": [
        SHAPE | {"attribute": "age", "seed_deviation": 0.5, "is_required": False},
        SHAPE | {"attribute": "flat", "seed_deviation": 0.0, "is_required": False},
    ],
}


def tables(**changed):
    rows = TABLES | changed
    return {name: pa.Table.from_pylist(each) for name, each in rows.items()}


def people(**columns):
    return pa.RecordBatch.from_pydict(columns)


PEOPLE = people(
    job=["a", "b", None, "never seen"],
    day=["x", None, "x", None],
    age=[50.0, 60.0, None, math.inf],
)


def test_documented_by_hand():
    scorer = fit_scorer("documented", tables())

    got = scorer.contributions(PEOPLE)

    # 50 is 1 scale from 40, the seed's mean; 60 is 2: squares 0 and 1 over 2 * 0.25
    at_mean, one_off = 0.5 * 4.25 / 0.5, 0.5 * (4.25 - 1) / 0.5
    expected = [[math.log(5), at_mean, 0], [-0.5, one_off, 0], [0, 0, 0], [0, 0, 0]]
    assert got == pytest.approx(np.array(expected), abs=1e-11)
    assert scorer.attribute_weights == (1.0, 0.5, 0.0)
    assert scorer.columns == ("job", "age")


def test_published_sql_by_hand():
    scorer = fit_scorer("published_sql", tables())

    got = scorer.contributions(PEOPLE)

    # two attributes match in the first row: each counts half; 60 is 2 deviations off
    one_off = math.exp(-2)
    expected = [
        [1.5, 0.25, 0, 1, 0],
        [-1, 0, 0, one_off, 0],
        [0, 0.5, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    assert got == pytest.approx(np.array(expected), abs=1e-12)
    assert scorer.log_odds(PEOPLE) == pytest.approx(
        [2.75, one_off - 1, 0.5, 0], abs=1e-9
    )
    assert scorer.attribute_weights == (1.0, 1.0, 0.0, 1.0, 0.0)


def test_a_required_value_that_is_missing_leaves_no_score():
    kernels = [
        each | {"is_required": True} for each in TABLES["weight_published_kernels"]
    ]
    scorer = fit_scorer("published_sql", tables(weight_published_kernels=kernels))
    batch = people(
        job=["a"] * 3, day=["x"] * 3, age=[50.0, None, 50.0], flat=[1.0, 1.0, math.nan]
    )

    got = scorer.log_odds(batch)

    assert scorer.columns == ("job", "day", "age", "flat")
    assert np.isnan(got).tolist() == [False, True, True]
    assert got[0] == 2.75


@pytest.mark.parametrize("name", ["documented", "published_sql"])
def test_stored_parameters_score_the_same(name):
    scorer = fit_scorer(name, tables())

    again = scorer_from_json(scorer.to_json())

    assert again == scorer
    assert (again.log_odds(PEOPLE) == scorer.log_odds(PEOPLE)).all()
    total = scorer.contributions(PEOPLE).sum(axis=1)
    assert np.abs(total - scorer.log_odds(PEOPLE)).max() <= 1e-9


def damaged(document, place, field, value):
    attribute = document["parameters"]["attributes"][place]
    if value is None:
        del attribute[field]
    else:
        attribute[field] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("name", "place", "field", "value"),
    [
        ("documented", 0, "log_likelihood_ratios", [1.0]),
        ("documented", 0, "values", ["a", "a"]),
        ("documented", 0, "kind", "curves"),
        ("documented", 1, "seed_variance", 0.0),
        ("documented", 1, "scale", -1.0),
        ("documented", 1, "attribute", "job"),
        ("documented", 1, "attribute_weight", 0.0),
        ("published_sql", 0, "value_weights", [3.5, 0.0]),
        ("published_sql", 3, "seed_deviation", -1.0),
        ("published_sql", 3, "is_required", 1),
        ("published_sql", 3, "centre", None),
        ("published_sql", 3, "more", 1.0),
    ],
)
def test_damaged_parameters_are_refused_with_the_remedy(name, place, field, value):
    document = json.loads(fit_scorer(name, tables()).to_json())

    with pytest.raises(ValueError, match="stored parameters: .*build the audience"):
        scorer_from_json(damaged(document, place, field, value))


def test_weights_that_say_nothing_are_refused():
    nothing = {
        "weight_documented_attributes": [
            each | {"attribute_weight": 0.0}
            for each in TABLES["weight_documented_attributes"]
        ],
        "weight_published_values": [
            each | {"value_weight": 0.0} for each in TABLES["weight_published_values"]
        ],
        "weight_published_kernels": [
            each | {"seed_deviation": 0.0}
            for each in TABLES["weight_published_kernels"]
        ],
    }

    for name in ("documented", "published_sql"):
        with pytest.raises(NoDifferenceError):
            fit_scorer(name, tables(**nothing))


def test_a_capped_documented_says_no_more_than_its_seed_could_show():
    text = fit_scorer("documented", tables()).to_json()

    got = scorer_from_json(text, capped=True).contributions(PEOPLE)

    assert got[0] == pytest.approx([math.log(5), 0.5 * math.log(10), 0])


def test_terms_stay_finite_and_bounded_at_both_ends():
    column = pa.array([1e300, -1e300, 0.0, None, math.nan])
    scale = RawScale(0.0, 1e-300)

    gaussian = RawGaussian(scale, 0.0, 1e-14, 1e12).of(column)
    kernel = RawKernel(scale, 0.0, 1e-7).of(column)

    assert np.abs(gaussian).max() <= 45_000
    assert gaussian[3:].tolist() == [0, 0]
    assert kernel.tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize("name", ["documented", "published_sql"])
def test_an_empty_batch_has_no_scores(name):
    scorer = fit_scorer(name, tables())

    assert len(scorer.log_odds(PEOPLE.slice(0, 0))) == 0


@pytest.mark.parametrize("name", SCORERS)
def test_every_scorer_says_what_it_is_made_from(name):
    assert relations_of(name)
