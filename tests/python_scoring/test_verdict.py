import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import norm

from python_scoring.coded_people import code_people
from python_scoring.quality import held_out_quality
from python_scoring.random_seeds import Smoothing
from python_scoring.verdict import by_permutation, by_variance


def side(generator, people, shift=0.0):
    return {
        "colour": pa.array(generator.choice(["red", "green", "blue"], people).tolist()),
        "age": pa.array(generator.normal(shift, 1.0, people)),
        "height": pa.array(generator.normal(0.0, 1.0, people)),
    }


def seed_and_sample(generator, people, shift=0.0):
    seed = side(generator, people, shift)
    seed["fold"] = pa.array(generator.integers(0, 5, people))
    return pa.table(seed), pa.table(side(generator, 3_000))


def verdict_of(generator, people, shift=0.0):
    seed, sample = seed_and_sample(generator, people, shift)
    coded = code_people(seed, sample, ["colour", "age", "height"])
    return by_permutation(coded, Smoothing())


def test_random_people_cannot_be_told_but_once_in_a_hundred():
    verdicts = [verdict_of(np.random.default_rng(n), 200) for n in range(40)]

    assert sum(each.can_be_told for each in verdicts) <= 2
    assert all(each.stops != each.can_be_told for each in verdicts)


def test_people_who_differ_are_told():
    verdicts = [verdict_of(np.random.default_rng(n), 200, 0.6) for n in range(5)]

    assert all(each.can_be_told and each.auc > 0.6 for each in verdicts)


def test_few_people_who_are_not_told_stop_nothing():
    got = verdict_of(np.random.default_rng(1), 60)

    assert not got.can_be_told
    assert not got.stops


def test_the_border_by_the_variance_is_doubled_for_shared_training():
    deviation = np.sqrt(2 * 20_301 / (12 * 300 * 20_000))

    got = by_variance(0.56, 300, 20_000)

    assert got.random_greatest == pytest.approx(0.5 + norm.ppf(0.99) * deviation)
    assert got.p_value == pytest.approx(norm.sf(0.06 / deviation))


def quality(generator, model="naive_bayes", people=200, **options):
    seed, sample = seed_and_sample(generator, people, 0.6)
    log_odds = [np.asarray(table["age"]) for table in (seed, sample)]
    options = {"smoothing": Smoothing(), **options}
    return held_out_quality(model, seed, sample, *log_odds, **options)


def test_the_figures_are_json_and_the_same_each_time():
    got = quality(np.random.default_rng(1), prevalence=0.1)

    again = quality(np.random.default_rng(1), prevalence=0.1)
    text = json.dumps(asdict(got), allow_nan=False)
    assert text == json.dumps(asdict(again))
    assert got.corrected_auc.value == pytest.approx((got.auc.value - 0.05) / 0.9)


def test_other_scorers_are_judged_by_the_variance():
    got = quality(np.random.default_rng(1), model="documented")

    assert got.verdict.method == "variance"
    assert got.verdict.auc == got.auc.value


def test_fewer_than_25_people_are_not_judged():
    got = quality(np.random.default_rng(1), people=24)

    assert got.verdict is None
    assert got.reliability == []


def test_people_without_a_score_are_left_out():
    generator = np.random.default_rng(1)
    seed, sample = seed_and_sample(generator, 100, 0.6)
    log_odds = np.asarray(seed["age"]).copy()
    log_odds[:10] = np.nan

    got = held_out_quality(
        "published_sql",
        seed,
        sample,
        log_odds,
        np.asarray(sample["age"]),
        smoothing=Smoothing(),
    )

    assert got.verdict.seed_people == 90
