"""The whole pipeline with the reference system's scorers, against a second reading."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from catalog.errors import StudioError
from tests.oracle.reference_scorers import documented, published_sql
from tests.pipeline.building import build

BANK = Path(__file__).parents[2] / "examples" / "bank"
CATEGORICAL = ["job", "month", "poutcome", "day"]
CONTINUOUS = ["age", "campaign", "pdays", "previous"]
ORACLES = {"documented": documented, "published_sql": published_sql}
# One or two attributes do not tell this seed from random people.
BUILT_KNOWINGLY = {"allow_indistinct": True}
KINDS = (("categorical", ["job"]), ("continuous", ["age"]))
LEARNT_FOR = {
    "documented": {"distribution_moments", "distribution_tenths"},
    "published_sql": {"distribution_moments"},
}


@pytest.fixture(scope="module")
def people():
    """300 converters for a seed, and 8,000 others."""
    customers = pd.read_parquet(BANK / "customers.parquet").sample(8000, random_state=1)
    converters = pd.read_parquet(BANK / "converters.parquet").sample(
        300, random_state=2
    )
    return converters, customers[~customers["user_id"].isin(converters["user_id"])]


@pytest.fixture(scope="module", params=list(ORACLES))
def pair(request, people, tmp_path_factory):
    """The audience of one scorer, and what the oracle says of the same people."""
    seed, population = people
    built = build(
        tmp_path_factory.mktemp(request.param),
        seed,
        population,
        categorical=CATEGORICAL,
        continuous=CONTINUOUS,
        scoring={"model": request.param, "learn_from": "seed"},
        with_report=True,
    )
    log_odds, weights = ORACLES[request.param](
        seed, population, population, CATEGORICAL, CONTINUOUS
    )
    expected = pd.Series(log_odds, index=population["user_id"])
    return request.param, built, expected, weights


def test_log_odds_are_those_of_the_second_reading(pair):
    _, built, expected, _ = pair

    got = built.members.set_index("user_id")["log_odds"]

    assert len(got) == len(expected)
    np.testing.assert_allclose(got, expected.loc[got.index], rtol=1e-9, atol=2e-9)


def test_contributions_sum_to_the_log_odds(pair):
    _, built, _, _ = pair

    total = built.contributions().sum(axis=1).to_numpy()

    assert np.abs(total - built.members["log_odds"].to_numpy()).max() <= 1e-9


def test_the_report_has_the_scorer_s_own_weights(pair):
    model, built, _, weights = pair
    table = built.relation("main.report_attribute_weights").set_index("attribute")

    assert set(table["model"]) == {model}
    if model == "published_sql":
        assert set(table["attribute_weight"]) == {1.0}
    else:
        greatest = max(weights.values())
        for name, divergence in weights.items():
            got = table.loc[name, "attribute_weight"]
            assert got == pytest.approx(divergence / greatest, rel=1e-9), name


def test_only_the_scorer_s_relations_are_built(pair):
    model, built, _, _ = pair
    tables = set(built.relation("information_schema.tables")["table_name"])
    other = "published" if model == "documented" else "documented"

    assert LEARNT_FOR[model] <= tables
    assert not [name for name in tables if name.startswith(f"weight_{other}")]


def test_held_out_figures_are_there_for_every_scorer(pair):
    _, built, _, _ = pair
    deciles = built.relation("main.report_deciles").sort_values("decile")

    assert deciles["seed_count"].sum() == 300
    assert deciles["lift"].iloc[0] > 1.3


def test_people_who_lack_a_value_have_no_score_where_that_is_asked(people, tmp_path):
    seed, population = people

    built = build(
        tmp_path,
        seed,
        population,
        categorical=["job"],
        continuous=["age", "pdays"],
        scoring={
            "model": "published_sql",
            "learn_from": "seed",
            "as_published_nulls": True,
        },
        limits=BUILT_KNOWINGLY,
        with_report=True,
    )

    missing = population["pdays"].isna()
    cut = built.relation("main.audience_cut").iloc[0]
    assert cut["unscored_count"] == missing.sum()
    assert cut["candidate_count"] == (~missing).sum()
    assert cut["population_count"] == len(population)
    assert set(built.members["user_id"]) == set(population["user_id"][~missing])
    expected, _ = published_sql(seed, population, population, ["job"], ["age", "pdays"])
    by_id = pd.Series(expected, index=population["user_id"])
    got = built.members.set_index("user_id")["log_odds"]
    np.testing.assert_allclose(got, by_id.loc[got.index], rtol=0, atol=2e-9)


def test_nobody_with_a_score_is_refused(people, tmp_path):
    seed, population = people

    with pytest.raises(StudioError, match="as_published_nulls"):
        build(
            tmp_path,
            seed,
            population.assign(pdays=np.nan),
            categorical=["job"],
            continuous=["pdays"],
            scoring={
                "model": "published_sql",
                "learn_from": "seed",
                "as_published_nulls": True,
            },
        )


@pytest.fixture(scope="module")
def log_odds_of(people, tmp_path_factory):
    """Log odds by one attribute alone, built once; numbers may all be moved."""

    @cache
    def built(model: str, name: str, shift: float = 0.0) -> pd.Series:
        moved = [side.assign(age=side["age"] + shift) for side in people]
        built = build(
            tmp_path_factory.mktemp(f"{model}_{name}"),
            *moved,
            **{kind: [one for one in names if one == name] for kind, names in KINDS},
            scoring={"model": model},
            limits=BUILT_KNOWINGLY,
        )
        return built.members.set_index("user_id")["log_odds"].sort_index()

    return built


@pytest.mark.parametrize("model", list(ORACLES))
@pytest.mark.parametrize("name", ["job", "age"])
def test_one_kind_of_attribute_alone_is_enough(people, log_odds_of, model, name):
    seed, population = people

    got = log_odds_of(model, name)

    kinds = [[one for one in names if one == name] for _, names in KINDS]
    expected, _ = ORACLES[model](seed, population, population, *kinds)
    by_id = pd.Series(expected, index=population["user_id"])
    np.testing.assert_allclose(got, by_id.loc[got.index], rtol=1e-9, atol=2e-9)


@pytest.mark.parametrize("model", list(ORACLES))
def test_numbers_of_any_magnitude_score_as_the_small_ones(log_odds_of, model):
    # As the test above asks for it, so that it is not built anew.
    scores = [log_odds_of(model, "age"), log_odds_of(model, "age", 1e15)]

    pd.testing.assert_series_equal(*scores, rtol=0, atol=1e-9)
