"""The reference implementation against hand-worked figures, and the scorer against it."""

import hashlib
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_scoring.calibration import fit_calibration
from python_scoring.evaluation import auc_pu
from python_scoring.places import on_scale_of
from python_scoring.scorers.naive_bayes import fit
from python_scoring.terms import Bins
from tests.oracle.bins import Bin, Profile, make_bins, nearest_bin, person_z
from tests.oracle.naive_bayes import Result, naive_bayes
from tests.oracle.relations import relations
from tests.oracle.settings import Settings

CATEGORICAL = ["country", "plan"]
CONTINUOUS = ["age", "income", "visits"]


def people(count: int, seed: int) -> pd.DataFrame:
    """A population with every oddity: missing, infinite, rare and tied values."""
    rng = np.random.default_rng(seed)
    income = rng.lognormal(10, 1, count)
    income[rng.random(count) < 0.2] = 0.0
    income[rng.random(count) < 0.1] = np.nan
    income[:2] = [np.inf, 1e300]
    return pd.DataFrame(
        {
            "user_id": [f"user {number}" for number in range(count)],
            "country": rng.choice(
                ["FR", "DE", "IT", "LU"], count, p=[0.5, 0.3, 0.19, 0.01]
            ),
            "plan": rng.choice(["basic", "plus", None], count),
            "age": rng.integers(18, 90, count).astype(float),
            "income": income,
            "visits": rng.poisson(2, count).astype(float),
        }
    )


def seed_of(population: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """People in the middle of the ages, with more of one country."""
    rng = np.random.default_rng(seed)
    age, country = population["age"], population["country"]
    odds = np.where(age.between(40, 55), 6.0, 1.0) * np.where(country == "DE", 3.0, 1.0)
    chosen = rng.choice(len(population), count, replace=False, p=odds / odds.sum())
    return population.iloc[np.sort(chosen)]


def batch(frame: pd.DataFrame) -> pa.RecordBatch:
    columns = {name: pa.array(frame[name], pa.string()) for name in CATEGORICAL}
    numbers = {name: pa.array(frame[name], pa.float64()) for name in CONTINUOUS}
    return pa.record_batch(columns | numbers)


@pytest.fixture(scope="module")
def population() -> pd.DataFrame:
    return people(6_000, 1)


@pytest.fixture(scope="module")
def seed(population: pd.DataFrame) -> pd.DataFrame:
    return seed_of(population, 400, 2)


@pytest.fixture(scope="module")
def result(seed: pd.DataFrame, population: pd.DataFrame) -> Result:
    return naive_bayes(seed, population, "user_id", CATEGORICAL, CONTINUOUS)


def test_the_scorer_gives_everyone_the_reference_s_log_odds(population, result):
    scorer = fit(relations(result, CATEGORICAL, CONTINUOUS))

    got = scorer.log_odds(batch(population))

    assert np.abs(got - result.population["log_odds"]).max() < 1.5e-9


def test_the_scorer_gives_everyone_the_reference_s_contributions(population, result):
    scorer = fit(relations(result, CATEGORICAL, CONTINUOUS))

    got = scorer.contributions(batch(population))

    assert np.abs(got - result.contributions.to_numpy()).max() < 1e-10


def test_the_scorer_gives_the_held_out_seed_the_reference_s_log_odds(
    population, seed, result
):
    tables = relations(result, CATEGORICAL, CONTINUOUS)
    folds = result.seed["fold"].to_numpy()
    # fewer than a sample, so that everybody else is in it
    others = population[~result.population["is_seed"].to_numpy()]

    for fold in range(5):
        scorer = fit(tables, left_out_fold=fold)
        of_fold = result.seed[folds == fold].sort_values("person_key")
        got = on_scale_of(
            scorer.log_odds(batch(seed.iloc[of_fold.index])),
            scorer.log_odds(batch(others)),
            result.sample_log_odds,
        )
        assert np.abs(got - of_fold["log_odds"].to_numpy()).max() < 1.5e-9


def test_the_calibration_is_the_reference_s(result):
    got = fit_calibration(result.seed["log_odds"].to_numpy(), result.sample_log_odds)

    assert [got.a, got.b, got.c] == pytest.approx(result.calibration, abs=1e-9)
    scores = got.score(result.population["log_odds"].to_numpy())
    assert np.abs(scores - result.population["score"]).max() < 1e-9


def test_the_seed_is_left_out_of_the_reference(seed, result):
    assert result.population["is_seed"].sum() == 400
    assert len(result.sample_log_odds) == 5_600
    assert sum(each.reference_count for each in result.bins["visits"]) == 5_600


def test_folds_come_from_the_key_of_the_person(result):
    first = result.seed.iloc[0]

    key = hashlib.md5(
        f"user_id:{first['id']}".encode(), usedforsecurity=False
    ).hexdigest()

    assert first["person_key"] == key
    assert first["fold"] == int(key[:8], 16) % 5


def test_value_terms_by_hand():
    # reference: 30 FR, 10 DE; seed: 3 FR, 1 missing, none of them in the population
    population = pd.DataFrame(
        {
            "id": [f"p{number}" for number in range(40)],
            "country": ["FR"] * 30 + ["DE"] * 10,
        }
    )
    seed = pd.DataFrame({"id": ["a", "b", "c", "d"], "country": ["FR"] * 3 + [None]})

    fit_ = naive_bayes(
        seed,
        population,
        "id",
        ["country"],
        [],
        settings=Settings(attribute_weights="none"),
    ).fits[-1]

    # three values: 40 + 3/2 in all; 4 + 30 seed people with the smoothing
    total = 41.5
    assert fit_.value_terms["country"] == pytest.approx(
        {
            "FR": math.log((3 + 30 * 30.5 / total) / 34 / (30.5 / total)),
            "DE": math.log((0 + 30 * 10.5 / total) / 34 / (10.5 / total)),
            None: math.log((1 + 30 * 0.5 / total) / 34 / (0.5 / total)),
        },
        abs=1e-11,
    )
    # only the missing are expected less than once (4 * 0.5 / 41.5): folded, yet alone
    assert fit_.degrees_of_freedom["country"] == 2


def test_gaussian_parameters_by_hand():
    # two values of 50 people each: mid-ranks 1/4 and 3/4, z = -+0.6744897501960817
    population = pd.DataFrame(
        {"id": [f"p{number}" for number in range(100)], "age": [1.0, 2.0] * 50}
    )
    seed = pd.DataFrame({"id": ["a", "b", "c"], "age": [2.0, 2.0, np.nan]})

    result = naive_bayes(
        seed, population, "id", [], ["age"], settings=Settings(attribute_weights="none")
    )

    z = 0.6744897501960817
    curve = result.fits[-1].curves["age"]
    mu = 2 * z / 12
    assert (curve.mu_p, curve.var_p) == pytest.approx((0.0, z * z), abs=1e-11)
    assert curve.mu == pytest.approx(mu)
    assert curve.var == pytest.approx((2 * (z - mu) ** 2 + 10 * z * z) / 12)
    # nobody's age is missing in the population: a missing one says nothing
    assert (curve.missing_term, curve.present_term) == (0.0, 0.0)
    # the one missing of three seed people still takes its share of the information
    gaussian = 0.5 * mu * mu / (z * z)
    assert result.pooling["age"] == 1.0
    assert result.fits[-1].divergence["age"] == pytest.approx((1 - 1 / 33) * gaussian)


def test_copies_of_an_attribute_share_one_weight(population, seed):
    twice = population.assign(again=population["country"])

    one, two = (
        naive_bayes(
            seed, twice, "user_id", names, [], settings=Settings(learn_from=side)
        )
        for names, side in ((["country"], "seed"), (["country", "again"], "population"))
    )

    assert two.decorrelation == pytest.approx({"country": 0.5, "again": 0.5})
    assert one.decorrelation == {"country": 1.0}


def test_an_attribute_that_no_seed_person_has_is_dropped(population, seed):
    without = seed.assign(country=None, income=np.nan)

    result = naive_bayes(without, population, "user_id", CATEGORICAL, CONTINUOUS)

    weights = result.fits[-1].weights
    assert (weights["country"], weights["income"]) == (0.0, 0.0)
    assert weights["age"] > 0


@pytest.mark.parametrize(
    "choice", ["none", "kl", "js", "noise", "decorrelated", "noise_decorrelated"]
)
def test_every_choice_of_weights_lies_between_0_and_1(population, seed, choice):
    weights = (
        naive_bayes(
            seed,
            population,
            "user_id",
            ["country"],
            ["age", "visits"],
            settings=Settings(attribute_weights=choice),
        )
        .fits[-1]
        .weights
    )

    assert all(0 <= weight <= 1 for weight in weights.values())
    if choice in ("none", "kl", "js"):
        assert max(weights.values()) == 1.0


def test_a_seed_in_the_middle_of_the_ages_is_found():
    rng = np.random.default_rng(11)
    population = people(20_000, 12)
    is_alike = population["age"].between(45, 60) & (rng.random(20_000) < 0.8)
    alike = population[is_alike]
    seed = alike.sample(len(alike) // 3, random_state=13)

    result = naive_bayes(seed, population, "user_id", CATEGORICAL, CONTINUOUS)

    log_odds = result.population["log_odds"].to_numpy()
    is_candidate = ~result.population["is_seed"].to_numpy()
    hidden = log_odds[is_candidate & is_alike.to_numpy()]
    others = log_odds[is_candidate & ~is_alike.to_numpy()]
    assert result.pooling["age"] == 0.0
    assert auc_pu(hidden, others) >= 0.83


def test_frequent_values_are_bins_of_their_own_and_the_rest_are_about_equal():
    rng = np.random.default_rng(3)
    values = pd.Series(
        np.where(rng.random(50_000) < 0.3, 7.0, rng.normal(7, 2, 50_000))
    )

    bins, place = make_bins(
        values,
        pd.Series(np.zeros(50_000, bool)),
        Profile(7.0, 2.5, (7.0,)),
        50_000,
        Settings(),
    )

    frequent = bins[place(7.0)]
    assert (frequent.least, frequent.greatest) == (7.0, 7.0)
    assert frequent.reference_count == (values == 7.0).sum()
    assert sum(each.reference_count for each in bins) == 50_000
    assert all(a.greatest < b.least for a, b in zip(bins, bins[1:], strict=False))
    others = [each.reference_count for each in bins if each is not frequent]
    assert 600 < len(bins) < 800  # seven tenths of 1,024
    assert max(others) < 3 * 50_000 / 1024


ends = st.lists(
    st.floats(-1e6, 1e6).map(lambda value: value + 0.0),
    min_size=2,
    max_size=24,
    unique=True,
)


@given(
    ends,
    st.lists(st.booleans(), min_size=12, max_size=12),
    st.lists(st.floats(-2e6, 2e6)),
)
def test_a_person_s_z_is_the_reference_s(numbers, are_single, values):
    ordered = sorted(numbers)
    ordered = ordered[: len(ordered) // 2 * 2]
    share = 2 / len(ordered)
    bins = []
    for place, single in zip(range(len(ordered) // 2), are_single, strict=False):
        least, greatest = ordered[2 * place : 2 * place + 2]
        bins.append(Bin(least, least if single else greatest, 1, place * share, share))
    bins = [Bin(b.least, b.greatest, 1, b.share_below, share, _middle(b)) for b in bins]
    asked = np.array([*values, *ordered])
    mine = Bins(
        np.array([each.least for each in bins]),
        np.array([each.greatest for each in bins]),
        np.array([each.share_below for each in bins]),
        np.array([each.reference_share for each in bins]),
        0.001,
    )

    assert mine.find(asked).tolist() == [nearest_bin(bins, value) for value in asked]
    expected = [person_z(bins, value) for value in asked]
    assert mine.z(asked) == pytest.approx(expected, abs=1e-9)


def _middle(each: Bin) -> float:
    from scipy.stats import norm

    middle = each.share_below + 0.5 * each.reference_share
    return float(norm.ppf(min(max(middle, 0.001), 0.999)))
