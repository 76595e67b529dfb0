"""The whole pipeline on real data against the formulas written out a second time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.oracle.drawn_people import FOLDS, WHOLE
from tests.oracle.naive_bayes import Result, naive_bayes
from tests.oracle.settings import Settings
from tests.pipeline.building import Built, build

BANK = Path(__file__).parents[2] / "examples" / "bank"
CATEGORICAL = [
    "job",
    "marital",
    "education",
    "in_default",
    "housing",
    "loan",
    "contact",
    "day",
    "month",
    "poutcome",
]
CONTINUOUS = ["age", "balance", "campaign", "pdays", "previous"]
ROUNDING_STEP = 1.000001e-9


@dataclass
class Pair:
    """The same audience twice: by the pipeline and by the oracle."""

    built: Built
    oracle: Result


@pytest.fixture(
    scope="module",
    params=["seed outside the population", "seed inside the population"],
)
def pair(request, tmp_path_factory):
    """30 % of the converters; they stay in the population, or are taken out of it."""
    customers = pd.read_parquet(BANK / "customers.parquet")
    converters = pd.read_parquet(BANK / "converters.parquet")
    seed = converters.sample(frac=0.3, random_state=20)
    is_inside = request.param == "seed inside the population"
    population = customers.sample(n=20_000, random_state=21)
    population = population[~population["user_id"].isin(seed["user_id"])]
    if is_inside:
        population = pd.concat([population, seed])
    learn_from = "population" if is_inside else "seed"
    built = build(
        tmp_path_factory.mktemp("oracle"),
        seed,
        population,
        categorical=CATEGORICAL,
        continuous=CONTINUOUS,
        scoring={"learn_from": learn_from},
    )
    oracle = naive_bayes(
        seed,
        population,
        "user_id",
        CATEGORICAL,
        CONTINUOUS,
        settings=Settings(learn_from=learn_from),
    )
    return Pair(built, oracle)


def test_log_odds_and_scores_are_those_of_the_formulas(pair):
    members = pair.built.members

    expected = pair.oracle.population.set_index("id").loc[members["user_id"]]

    assert len(members) == (~pair.oracle.population["is_seed"]).sum()
    assert not expected["is_seed"].any()
    gap = np.abs(members["log_odds"].to_numpy() - expected["log_odds"].to_numpy())
    assert gap.max() <= ROUNDING_STEP
    np.testing.assert_allclose(members["score"], expected["score"], rtol=0, atol=1e-9)


def test_contributions_are_those_of_the_formulas(pair):
    place = pair.oracle.population.assign(row=range(len(pair.oracle.population)))
    rows = place.set_index("id").loc[pair.built.members["user_id"], "row"]

    got = pair.built.contributions()

    expected = pair.oracle.contributions.iloc[rows]
    for name in (*CATEGORICAL, *CONTINUOUS):
        np.testing.assert_allclose(got[name], expected[name], rtol=0, atol=1e-10)


def test_weights_are_those_of_the_formulas_in_every_fold(pair):
    relation = pair.built.relation("main.weight_attributes")

    for fold in (WHOLE, *FOLDS):
        got = relation[relation["left_out_fold"] == fold].set_index("attribute")
        fit = pair.oracle.fits[fold]
        for name in (*CATEGORICAL, *CONTINUOUS):
            expected = {
                "attribute_weight": fit.weights[name],
                "divergence": fit.divergence[name],
                "jensen_shannon_divergence": fit.jensen_shannon[name],
                "signal_share": fit.signal_share[name],
                "decorrelation": pair.oracle.decorrelation[name],
            }
            row = {column: got.loc[name, column] for column in expected}
            assert row == pytest.approx(expected, rel=1e-9, abs=1e-11), (fold, name)
            assert got.loc[name, "degrees_of_freedom"] == fit.degrees_of_freedom[name]


def test_the_seed_s_own_scores_are_out_of_fold(pair):
    got = pair.built.relation("scoring.seed_scores").set_index("person_key")

    expected = pair.oracle.seed.set_index("person_key")

    assert set(got.index) == set(expected.index)
    expected = expected.loc[got.index]
    assert (got["fold"] == expected["fold"]).all()
    gap = np.abs(got["log_odds"] - expected["log_odds"])
    assert gap.max() <= ROUNDING_STEP
    np.testing.assert_allclose(got["score"], expected["score"], rtol=0, atol=1e-9)


def test_ranks_and_percentiles_follow_from_the_formulas_log_odds(pair):
    """Percentile: mid-rank among the ranked, 100 for the most alike."""
    members = pair.built.members
    ours = members.sort_values(["log_odds", "person_key"], ascending=[False, True])

    count = len(members)

    assert ours["rank"].tolist() == list(range(1, count + 1))
    middle = members["log_odds"].rank(method="average", ascending=True)
    expected = 100 * (middle - 0.5) / count
    np.testing.assert_allclose(members["percentile"], expected, rtol=0, atol=1e-9)
