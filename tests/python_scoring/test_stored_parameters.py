import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_scoring.calibration import Calibration
from python_scoring.model import Model
from python_scoring.parameters import CategoricalParameters, significant
from python_scoring.scorers.naive_bayes import NaiveBayes, fit, from_json
from tests.python_scoring.weight_relations import batch, weight_relations

SCORER = fit(weight_relations())
REMEDY = "build the audience again"


def changed(change):
    document = json.loads(SCORER.to_json())
    change(document)
    return json.dumps(document)


def test_a_document_read_back_is_the_same_scorer():
    text = SCORER.to_json()

    read = from_json(text)

    assert read == SCORER
    assert read.to_json() == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_every_number_and_every_text_comes_back_as_it_was(number, text):
    values = CategoricalParameters("a", 1.0, (text,), (number,), None)
    parameters = SCORER.parameters
    scorer = NaiveBayes(
        type(parameters)(
            left_out_fold=-1,
            seed_total=1,
            reference_total=2,
            smoothing=30.0,
            attributes=(values,),
        )
    )

    assert from_json(scorer.to_json()) == scorer


def test_a_model_comes_back_with_its_calibration():
    model = Model(SCORER, Calibration(0.1, 2 / 3, -0.25))
    people = batch(country=["FR", None], age=[11.0, 3.0])

    read = Model.from_json(model.to_json())

    assert read == model
    mine, its = (each.scorer.log_odds(people) for each in (read, model))
    assert np.array_equal(mine, its)
    assert np.array_equal(read.calibration.score(mine), model.calibration.score(its))


@pytest.mark.parametrize("value", [1 / 3, 1e-300 / 7, -2e300 / 3, 0.0])
def test_twelve_significant_digits_are_kept(value):
    assert significant(value) == pytest.approx(value, rel=1e-11)
    assert significant(significant(value)) == significant(value)
    assert significant(0.1234567890126) == 0.123456789013


@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_a_document_that_was_cut_is_refused(length):
    with pytest.raises(ValueError, match=f"not JSON, or was cut short; {REMEDY}"):
        from_json(SCORER.to_json()[:length])


@pytest.mark.parametrize("text", ["[]", "3", "null", '"naive_bayes"'])
def test_a_document_of_another_shape_is_refused(text):
    with pytest.raises(ValueError, match="not a JSON object"):
        from_json(text)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d.update(schema_version=2), "schema_version is 2, not 1"),
        (lambda d: d.pop("schema_version"), "schema_version is None"),
        (lambda d: d.update(scorer="boosted"), "scorer is 'boosted'"),
        (lambda d: d.pop("scorer"), "scorer is missing"),
        (lambda d: d.pop("parameters"), "parameters is not a JSON object"),
        (lambda d: d["parameters"].pop("smoothing"), "parameters.smoothing is missing"),
        (lambda d: d["parameters"].update(more=1), "parameters.more is not a field"),
        (
            lambda d: d["parameters"].update(seed_total="100"),
            "parameters.seed_total is '100', no whole number",
        ),
        (lambda d: d["parameters"].update(seed_total=True), "seed_total is True"),
        (lambda d: d["parameters"].update(attributes={}), "attributes is {}, no list"),
        (lambda d: d["parameters"].update(attributes=[]), "attributes is empty"),
        (lambda d: d["parameters"].update(smoothing=0), "smoothing is not above 0"),
    ],
)
def test_a_damaged_document_is_refused_by_field(change, named):
    with pytest.raises(ValueError, match=REMEDY) as refused:
        from_json(changed(change))

    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("place", "field", "value", "named"),
    [
        (0, "role", "other", "attributes[0].role is 'other'"),
        (0, "values", ["FR"], "has 2 numbers for 1 values"),
        (0, "values", ["FR", "FR"], "names a value twice"),
        (0, "values", ["FR", None], "attributes[0].values is None, no text"),
        (0, "log_likelihood_ratios", [1.0, None], "is None, not a number"),
        (0, "log_likelihood_ratios", [1.0, math.inf], "not finite"),
        (0, "attribute_weight", -1.0, "attribute_weight is -1.0, not above 0"),
        (0, "attribute", "age", "names an attribute twice"),
        (1, "seed_variance", 0.0, "seed_variance is not above 0"),
        (1, "reference_variance", math.nan, "is nan, not finite"),
        (1, "variance_pooling", 1.5, "variance_pooling is not between 0 and 1"),
        (1, "quantile_clip", 0.0, "quantile_clip is not between 0 and 0.5"),
        (1, "least_values", [], "least_values is empty"),
        (1, "greatest_values", [0.0], "greatest_values does not have 3 numbers"),
        (1, "least_values", [0.0, 30.0, 20.0], "not in order of the bins"),
        (1, "shares_below", [0.0, 0.5, 1.5], "a share outside 0 to 1"),
    ],
)
def test_a_damaged_attribute_is_refused_by_field(place, field, value, named):
    def change(document):
        document["parameters"]["attributes"][place][field] = value

    with pytest.raises(ValueError, match=REMEDY) as refused:
        from_json(changed(change))

    assert named in str(refused.value)


def test_a_damaged_calibration_is_refused_by_field():
    text = Model(SCORER, Calibration(1.0, 1.0, 0.0)).to_json()
    document = json.loads(text)
    document["calibration"]["a"] = "1"

    with pytest.raises(ValueError, match="calibration.a is '1', not a number"):
        Model.from_json(json.dumps(document))
