"""Whose score a build of a large population keeps, and that nothing else changes by it."""

import numpy as np
import pandas as pd
import pytest

from orchestration import score_pass
from python_scoring.calibration import UNCALIBRATED
from python_scoring.model import Model
from tests.pipeline import people
from tests.pipeline.building import build

ASKED = {
    "by a score": {"min_score": 0.6},
    "with the seed and a margin": {
        "top": 60,
        "include_seed": True,
        "keep_margin": 50,
    },
    "in tiers": {"best_percent": 6, "tiers": [2, 6]},
}
SHARED = ["person_key", "score", "log_odds", "rank", "percentile"]


def built(folder, seed, population, output, **options):
    return build(
        folder,
        seed,
        population,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        output=output,
        **options,
    )


@pytest.mark.parametrize("asked", ASKED)
def test_most_scores_are_not_kept_and_nothing_else_changes(
    tmp_path, base, seed, population, monkeypatch, asked
):
    monkeypatch.setattr(score_pass, "KEPT_WHOLE", 0)

    found = built(tmp_path, seed, population, ASKED[asked])

    assert len(base.relation("scoring.scores")) == len(population)
    assert len(found.relation("scoring.scores")) < len(population) / 3
    new = found.members
    if "include_seed" in ASKED[asked]:
        new = new[~new["is_seed"]]
        assert len(found.members) - len(new) == len(seed)
    best = base.members.head(len(new))
    pd.testing.assert_frame_equal(
        new[SHARED].reset_index(drop=True),
        best[SHARED],
        check_exact=True,
        check_dtype=False,  # ranks are not whole numbers where the seed has none
    )
    cut = found.relation("main.audience_cut").iloc[0]
    assert len(new) == cut["requested_count"] > 0
    for name in ("report_deciles", "report_score_steps", "report_histogram"):
        mine, its = (each.relation(f"main.{name}") for each in (found, base))
        pd.testing.assert_frame_equal(mine, its)


def test_who_has_no_score_and_who_is_of_the_seed_is_kept(
    tmp_path, seed, population, monkeypatch
):
    monkeypatch.setattr(score_pass, "KEPT_WHOLE", 0)

    found = built(
        tmp_path,
        seed,
        population,
        {"top": 60},
        scoring={"model": "published_sql", "as_published_nulls": True},
    )

    scores = found.relation("scoring.scores")
    cut = found.relation("main.audience_cut").iloc[0]
    matched = found.relation("main.canonical_matched_seed")["row_id"]
    assert scores["log_odds"].isna().sum() >= cut["unscored_count"] > 0
    assert set(matched) <= set(scores["row_id"])
    assert cut["population_count"] == len(population)
    assert len(scores) < len(population)


def test_too_few_kept_are_made_good(tmp_path, base, seed, population, monkeypatch):
    monkeypatch.setattr(score_pass, "KEPT_WHOLE", 0)
    monkeypatch.setattr(score_pass, "lowest_kept", lambda *_: 0.9)

    found = built(tmp_path, seed, population, {"best_percent": 100})

    assert found.content_hash == base.content_hash
    assert len(found.relation("scoring.scores")) == len(population)


def test_with_quotas_all_scores_are_kept(tmp_path, seed, population, monkeypatch):
    monkeypatch.setattr(score_pass, "KEPT_WHOLE", 0)
    quotas = {"attribute": "country", "at_least": {"FR": 0.4}}

    found = built(tmp_path, seed, population, {"top": 60, "quotas": quotas})

    assert len(found.relation("scoring.scores")) == len(population)
    steps = found.relation("scoring.score_steps")
    assert set(steps["quota_group"]) == {-1, 0}


def test_the_lowest_kept_lies_surely_below_the_cut():
    rng = np.random.default_rng(8)
    model = Model(scorer=None, calibration=UNCALIBRATED)
    missed = 0
    for _ in range(50):
        everybody = rng.normal(0, 1, 200_000)
        sample = rng.choice(everybody, 20_000, replace=False)
        asked = score_pass.Asked("top", 2_000, 0.0)
        lowest = score_pass.lowest_kept(asked, model, sample, len(everybody))
        kept = (everybody >= lowest).sum()
        missed += kept < 2_001
        assert kept < 6_000
    assert missed == 0
