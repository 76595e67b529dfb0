import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_scoring.scorers.base import NoDifferenceError, fit_scorer, scorer_from_json
from python_scoring.scorers.naive_bayes import NaiveBayes, fit, from_json
from tests.python_scoring.weight_relations import (
    LN2,
    LN4,
    WEIGHTS,
    batch,
    weight_relations,
)

SCORER = fit(weight_relations())

numbers = st.one_of(
    st.none(),
    st.floats(),
    st.sampled_from([0.0, -0.0, 10.0, 12.5, 15.0, 17.5, 1e300, -1e300, 1e-300]),
)
texts = st.sampled_from([None, "FR", "DE", "", "red", "never seen", "é\n'\"{{x}}"])
people = st.lists(st.tuples(texts, numbers, texts, numbers), max_size=20)


def batch_of(rows):
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return batch(
        **dict(
            zip(("country", "age", "colour", "visits"), map(list, columns), strict=True)
        )
    )


def test_contributions_by_hand():
    people = batch(
        country=["FR", "DE", None],
        age=[10.0, None, 12.5],
        colour=["red", "", None],
        visits=[1.0, 3.0, None],
    )

    got = SCORER.contributions(people)

    # age: seed N(1, 1/2), reference N(0, 1), present term 1/8, weight 0.8.
    # At z = 0: (ln 2 + 0 - 2) / 2; at z = 0.5244005: (ln 2 + z^2 - 2 (z - 1)^2) / 2.
    z = 0.5244005127080407
    at_half, at_seven_tenths = (LN2 - 2) / 2, (LN2 + z**2 - 2 * (z - 1) ** 2) / 2
    # visits: variance pooled, so 0.5 z - 0.125 at z = -+0.6744898, weight 0.25
    low, high = 0.25 * (-0.3372449 - 0.125), 0.25 * (0.3372449 - 0.125)
    assert got == pytest.approx(
        np.array(
            [
                [0.5 * LN2, 0.8 * (at_half + 0.125), -1.0, low, 0.0],
                [-0.5 * LN4, 0.8 * -0.5, 1.0, high, 0.0],
                [0.5 * 0.25, 0.8 * (at_seven_tenths + 0.125), 0.0, 0.0, 0.0],
            ]
        ),
        abs=1e-8,
    )


def test_attributes_keep_their_order_and_only_those_that_count_are_read():
    assert SCORER.attributes == ("country", "age", "colour", "visits", "constant")
    assert SCORER.columns == ("country", "age", "colour", "visits")
    assert SCORER.attribute_weights == tuple(WEIGHTS.values())


def test_unknown_values_are_counted_by_attribute():
    people = batch(country=["XX", None, "FR"], colour=["blue", None, "red"])

    # nobody's colour was missing when the weights were made, some countries were
    assert SCORER.unknown_values(people) == {"country": 1, "colour": 2}


@given(people)
def test_contributions_sum_to_the_log_odds_and_are_finite(rows):
    people = batch_of(rows)

    log_odds, contributions = SCORER.log_odds(people), SCORER.contributions(people)

    assert contributions.shape == (len(rows), 5)
    assert np.isfinite(log_odds).all()
    assert log_odds == pytest.approx(contributions.sum(axis=1), abs=1e-9)


@given(people, st.randoms())
def test_the_order_of_the_people_changes_nothing(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)

    shuffled = SCORER.log_odds(batch_of([rows[place] for place in order]))

    assert np.array_equal(shuffled, SCORER.log_odds(batch_of(rows))[order])


@given(people, st.integers(0, 20))
def test_where_a_batch_is_split_changes_nothing(rows, place):
    whole = batch_of(rows)

    parts = [
        SCORER.log_odds(whole.slice(0, place)),
        SCORER.log_odds(whole.slice(place)),
    ]

    assert np.array_equal(np.concatenate(parts), SCORER.log_odds(whole))


def test_where_a_large_batch_is_split_changes_nothing():
    rng = np.random.default_rng(7)
    whole = batch(
        country=rng.choice(["FR", "DE", "XX"], 10_007).tolist(),
        age=rng.normal(12, 5, 10_007).tolist(),
    )

    one_by_one = [SCORER.log_odds(whole.slice(row, 1)) for row in range(0, 10_007, 501)]

    assert np.array_equal(np.concatenate(one_by_one), SCORER.log_odds(whole)[::501])


@given(people)
def test_a_dictionary_column_scores_as_its_strings(rows):
    plain = batch_of(rows)
    encoded = pa.record_batch(
        {
            name: column.dictionary_encode()
            if pa.types.is_string(column.type)
            else column
            for name, column in zip(plain.schema.names, plain.columns, strict=True)
        }
    )

    assert np.array_equal(SCORER.log_odds(encoded), SCORER.log_odds(plain))


def test_an_empty_batch_has_no_scores():
    assert SCORER.log_odds(batch()).shape == (0,)
    assert SCORER.contributions(batch()).shape == (0, 5)


def test_a_batch_without_an_attribute_is_refused_by_name():
    with pytest.raises(ValueError, match="no column age"):
        SCORER.log_odds(batch(country=["FR"]).drop_columns(["age"]))


def test_capped_terms_stay_within_what_the_seed_could_show():
    relations = weight_relations()
    capped = from_json(fit(relations).to_json(), capped=True)
    values = relations["weight_values"].to_pylist()
    values[0]["log_likelihood_ratio"] = 50.0
    relations["weight_values"] = pa.Table.from_pylist(values)
    extreme = NaiveBayes(fit(relations).parameters, capped=True)
    people = batch(country=["FR"], age=[10.0], colour=["red"], visits=[1.0])

    # ln(100 seed people + smoothing 30), times the weight 0.5
    assert extreme.contributions(people)[0, 0] == pytest.approx(0.5 * math.log(130))
    # terms inside the bound are what they were
    assert np.array_equal(capped.log_odds(people), SCORER.log_odds(people))


def test_a_capped_gaussian_term_includes_its_present_term():
    relations = weight_relations()
    gaussians = relations["weight_gaussians"].to_pylist()
    gaussians[0] |= {"seed_variance": 1e-4, "missing_log_likelihood_ratio": -99.0}
    relations["weight_gaussians"] = pa.Table.from_pylist(gaussians)
    capped = NaiveBayes(fit(relations).parameters, capped=True)

    got = capped.contributions(batch(age=[0.0, None]))[:, 1]

    assert got == pytest.approx([-0.8 * math.log(130)] * 2)


@pytest.mark.parametrize("count", [1, 2, 100])
def test_any_number_of_attributes_can_be_scored(count):
    names = [f"a{number}" for number in range(count)]
    one = {"left_out_fold": -1, "is_missing": False, "attribute_value": "x"}
    relations = weight_relations() | {
        "weight_attributes": pa.Table.from_pylist(
            [
                {
                    "left_out_fold": -1,
                    "attribute": name,
                    "role": "categorical",
                    "position": place,
                    "attribute_weight": 0.5,
                }
                for place, name in enumerate(names)
            ]
        ),
        "weight_values": pa.Table.from_pylist(
            [one | {"attribute": name, "log_likelihood_ratio": 0.25} for name in names]
        ),
    }
    people = pa.record_batch({name: pa.array(["x"]) for name in names})

    assert fit(relations).log_odds(people).tolist() == [0.125 * count]


def test_a_seed_that_differs_nowhere_is_refused():
    with pytest.raises(
        NoDifferenceError, match="the seed does not differ from the pop"
    ):
        fit(weight_relations(dict.fromkeys(WEIGHTS, 0.0)))


def test_a_fold_that_differs_nowhere_scores_nothing():
    scorer = fit(weight_relations(dict.fromkeys(WEIGHTS, 0.0), fold=3), left_out_fold=3)

    assert scorer.log_odds(batch(country=["FR", None])).tolist() == [0.0, 0.0]


def test_another_fold_has_other_weights_and_its_own():
    relations = weight_relations()
    other = weight_relations({"country": 1.0}, fold=2)
    both = {
        name: pa.concat_tables([relations[name], other[name]])
        if name != "distribution_bins"
        else relations[name]
        for name in relations
    }

    scorer = fit_scorer("naive_bayes", both, left_out_fold=2)

    assert scorer.log_odds(batch(country=["FR"])).tolist() == [round(LN2, 9)]
    assert fit_scorer("naive_bayes", both).to_json() == SCORER.to_json()


def test_a_fold_without_weights_is_refused():
    with pytest.raises(ValueError, match="left_out_fold 4; build the weights first"):
        fit(weight_relations(), left_out_fold=4)


def test_the_order_of_the_relations_rows_changes_nothing():
    shuffled = {
        name: table.take(list(reversed(range(table.num_rows))))
        for name, table in weight_relations().items()
    }

    assert fit(shuffled).to_json() == SCORER.to_json()


def test_an_unknown_scorer_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="choose one of naive_bayes"):
        fit_scorer("oracle", {})


def test_a_scorer_is_found_by_the_name_in_its_document():
    assert scorer_from_json(SCORER.to_json()) == SCORER
