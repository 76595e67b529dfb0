"""What holds for every audience: sums, limits, copies, SQL and Python agreeing."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import rankdata, spearmanr

from orchestration.scoring import WEIGHT_RELATIONS
from python_scoring.scorers.base import fit_scorer
from tests.pipeline import people
from tests.pipeline.building import build


def test_contributions_add_up_to_the_log_odds(base):
    total = base.contributions().sum(axis=1)

    assert len(total) == 2_700
    np.testing.assert_allclose(total, base.members["log_odds"], rtol=0, atol=1e-9)


def test_every_score_is_finite_and_between_0_and_1(base):
    members = base.members

    assert np.isfinite(members[["score", "log_odds", "percentile"]]).all(axis=None)
    assert members["score"].between(0, 1).all()
    assert members["percentile"].between(0, 100).all()


def test_nobody_of_the_seed_is_in_the_audience(base, seed, population):
    expected = set(population["user_id"]) - set(seed["user_id"])

    assert set(base.members["user_id"]) == expected


def test_a_larger_limit_contains_the_smaller_audience(tmp_path, base, seed, population):
    small = build(
        tmp_path,
        seed,
        population,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        output={"top": 150, "include_seed": True},
    )

    new, added = (
        small.members[small.members["is_seed"] == is_seed] for is_seed in (False, True)
    )

    assert new["user_id"].tolist() == base.members["user_id"].tolist()[:150]
    assert (new["score"].to_numpy() == base.members["score"].to_numpy()[:150]).all()
    assert set(added["user_id"]) == set(seed["user_id"])
    assert (added["score"] == 1.0).all()
    assert added[["log_odds", "rank", "percentile"]].isna().all(axis=None)


def test_a_least_score_keeps_all_at_or_above_it(tmp_path, base, seed, population):
    """The limit is the very score of somebody: that person stays."""
    limit = float(base.members["score"].iloc[99])

    chosen = build(
        tmp_path,
        seed,
        population,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        output={"min_score": limit},
    )

    expected = base.members[base.members["score"] >= limit]
    assert chosen.members["user_id"].tolist() == expected["user_id"].tolist()


def test_two_copies_of_an_attribute_share_its_weight(tmp_path, base, seed, population):
    """h = 1 / (sum of squared correlations): a copy adds 1 to its own sum and the
    squared correlation to everybody else's, and changes no share of signal."""
    correlations = base.relation("main.weight_correlations").pivot_table(
        index="attribute", columns="other_attribute", values="correlation"
    )
    before = base.attributes()
    assert (before["signal_share"] > 0).sum() >= 3
    assert before.loc["country", "signal_share"] > 0
    of_all = [name for name in before.index if before.loc[name, "signal_share"] > 0]

    doubled = build(
        tmp_path,
        seed.assign(country_copy=seed["country"]),
        population.assign(country_copy=population["country"]),
        categorical=[*people.CATEGORICAL, "country_copy"],
        continuous=people.CONTINUOUS,
    )

    after = doubled.attributes()["attribute_weight"]
    for name in before.index:
        sum_of_squares = sum(
            correlations.loc[name, other] ** 2 for other in {*of_all, name}
        )
        with_copy = sum_of_squares + correlations.loc[name, "country"] ** 2
        expected = before.loc[name, "signal_share"] / with_copy
        assert after[name] == pytest.approx(expected, rel=1e-9), name
    assert after["country_copy"] == after["country"]
    assert after["country"] == pytest.approx(
        before.loc["country", "attribute_weight"] / 2, rel=0.02
    )
    ours = doubled.members.set_index("user_id")["log_odds"]
    theirs = base.members.set_index("user_id")["log_odds"]
    assert spearmanr(ours, theirs[ours.index]).statistic > 0.999


def test_sql_per_bin_and_python_per_person_give_the_same_gaussian_term(base):
    """At the middle of a bin with one value, and in every fold."""
    in_sql = base.relation("main.weight_bins").merge(
        base.relation("main.distribution_bins"), on=["attribute", "bin"]
    )
    single = in_sql[in_sql["least_value"] == in_sql["greatest_value"]]
    tables = {
        name: pa.Table.from_pandas(base.relation(f"main.{name}"), preserve_index=False)
        for name in WEIGHT_RELATIONS
    }
    compared = 0
    for fold in range(-1, 5):
        scorer = fit_scorer("naive_bayes", tables, left_out_fold=fold)
        weights = base.relation("main.weight_attributes").query(
            "left_out_fold == @fold"
        )
        weight = weights.set_index("attribute")["attribute_weight"]
        for name in people.CONTINUOUS:
            rows = single.query("left_out_fold == @fold and attribute == @name")
            if not len(rows) or weight[name] == 0:
                continue
            batch = pa.record_batch(
                {
                    column: pa.array(rows["least_value"], pa.float64())
                    if column == name
                    else pa.nulls(
                        len(rows),
                        pa.float64() if column in people.CONTINUOUS else pa.string(),
                    )
                    for column in scorer.columns
                }
            )
            place = list(scorer.attributes).index(name)
            in_python = scorer.contributions(batch)[:, place] / weight[name]
            np.testing.assert_allclose(
                in_python, rows["log_likelihood_ratio"], rtol=1e-9, atol=1e-10
            )
            compared += len(rows)
    assert compared > 6 * 72  # every age from 18 to 89, in six fits


def test_an_age_band_in_the_middle_of_the_population_is_found(tmp_path):
    """Seven in ten of the people between 40 and 52 are wanted, one in fifty of the
    others; nothing else tells them apart. The best any score of the age can do is
    AUC 0.9 or so."""
    rng = np.random.default_rng(11)
    count = 4_000
    age = rng.integers(18, 76, count).astype(float)
    wanted = rng.random(count) < np.where((age >= 40) & (age <= 52), 0.7, 0.02)
    everybody = pd.DataFrame(
        {
            "user_id": [f"p{number}" for number in range(count)],
            "age": age,
            "noise": rng.normal(size=count),
            "colour": rng.choice(["red", "blue", "green"], count),
        }
    )
    is_seed = wanted & (rng.random(count) < 0.4)
    built = build(
        tmp_path,
        everybody[is_seed],
        everybody,
        categorical=["colour"],
        continuous=["age", "noise"],
    )

    hits = dict(zip(everybody["user_id"], wanted, strict=True))
    is_hit = built.members["user_id"].map(hits).to_numpy()
    ranks = rankdata(built.members["log_odds"])
    hit_count, miss_count = is_hit.sum(), (~is_hit).sum()
    auc = (ranks[is_hit].sum() - hit_count * (hit_count + 1) / 2) / (
        hit_count * miss_count
    )
    assert auc >= 0.83
