"""What `output` asks for, and the order in which an audience is made (B15, B16, B18)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.pipeline import people
from tests.pipeline.building import build

STRANGERS = 5
SEED = 120


@pytest.fixture(scope="module")
def everybody():
    return people.population(700)


@pytest.fixture(scope="module")
def seed(everybody):
    """Seed people, five of whom are not in the population."""
    known = people.seed_of(everybody, SEED)
    unknown = known.head(STRANGERS).assign(
        user_id=[f"stranger {n}" for n in range(STRANGERS)]
    )
    return pd.concat([known, unknown], ignore_index=True)


@pytest.fixture(scope="module")
def with_seed(tmp_path_factory, seed, everybody):
    """The 40 best and the seed; 30 people of the population have two rows."""
    twice = pd.concat([everybody, everybody.head(30)], ignore_index=True)
    return build(
        tmp_path_factory.mktemp("with_seed"),
        seed,
        twice,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        output={"top": 40, "include_seed": True},
        with_report=True,
    )


def test_columns_are_exactly_those(with_seed):
    contributions = [f"contribution_{a}" for a in people.CATEGORICAL]
    contributions += [f"contribution_{a}" for a in people.CONTINUOUS]

    assert list(with_seed.members) == [
        "person_key",
        "user_id",
        "score",
        "log_odds",
        "rank",
        "percentile",
        "is_seed",
        *contributions,
    ]


def test_seed_people_are_added_over_and_above_the_limit(with_seed):
    members = with_seed.members

    assert (~members["is_seed"]).sum() == 40
    assert members["is_seed"].sum() == SEED + STRANGERS


def test_seed_people_have_the_score_1_and_are_not_ranked(with_seed):
    added = with_seed.members[with_seed.members["is_seed"]]

    assert (added["score"] == 1.0).all()
    assert added[["log_odds", "rank", "percentile"]].isna().all().all()
    contributions = [name for name in added if name.startswith("contribution_")]
    assert added[contributions].isna().all().all()


def test_seed_people_absent_from_the_population_are_there_with_their_identifier(
    with_seed,
):
    added = with_seed.members[with_seed.members["is_seed"]]

    strangers = {f"stranger {n}" for n in range(STRANGERS)}
    assert strangers <= set(added["user_id"])
    assert added["user_id"].notna().all()


def test_the_order_of_operations(with_seed, seed, everybody):
    """B18: resolve, take out the seed, score and rank, cut, and then add the seed.

    Were the seed taken out after the cut, fewer than 40 would be new; were it added
    before, it would be ranked; were rows resolved after the cut, a person would count
    twice.
    """
    members = with_seed.members
    new = members[~members["is_seed"]]
    cut = with_seed.relation("main.audience_cut").iloc[0]

    # Resolved: 730 rows are 700 people, each delivered once.
    assert cut["population_count"] == len(everybody) == 700
    assert members["person_key"].is_unique
    # Seed taken out, before anybody is ranked.
    assert cut["candidate_count"] == 700 - SEED
    assert not set(new["user_id"]) & set(seed["user_id"])
    # Scored and ranked among the candidates alone.
    assert list(new["rank"]) == list(range(1, 41))
    assert new["percentile"].max() == 100 * (700 - SEED - 0.5) / (700 - SEED)
    assert (np.diff(new["log_odds"]) <= 0).all()
    # Cut to the limit; then the seed is added.
    assert cut["requested_count"] == 40
    assert members["is_seed"].to_list() == [False] * 40 + [True] * (SEED + STRANGERS)


def test_new_people_only_is_the_same_without_the_seed(
    with_seed, seed, everybody, tmp_path
):
    alone = build(
        tmp_path,
        seed,
        everybody,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        output={"top": 40},
    )

    new = with_seed.members[~with_seed.members["is_seed"]]
    assert list(alone.members["person_key"]) == list(new["person_key"])
    assert not alone.members["is_seed"].any()


@pytest.mark.parametrize(
    "output", [{"top": 100_000}, {"best_percent": 100}, {"min_score": 0}]
)
def test_more_than_there_are_gives_all_and_says_so(seed, everybody, tmp_path, output):
    found = build(
        tmp_path,
        seed,
        everybody,
        categorical=people.CATEGORICAL,
        output=output,
    )

    assert len(found.members) == 700 - SEED
    report = json.loads((Path(found.folder) / "figures.json").read_text())
    (told,) = [
        each["message"]
        for each in report["warnings"]
        if each["code"] == "fewer_than_requested"
    ] or [None]
    expected = "100,000 people were asked for; there are 580 candidates."
    assert told == (expected if "top" in output else None)


def test_a_score_of_one_is_a_threshold_that_may_find_nobody(seed, everybody, tmp_path):
    from catalog.errors import StudioError

    with pytest.raises(StudioError) as refusal:
        build(
            tmp_path,
            seed,
            everybody,
            categorical=people.CATEGORICAL,
            output={"min_score": 1},
        )

    assert refusal.value.code == "no_candidates"
    assert "580 candidates" in refusal.value.cause


@pytest.mark.parametrize("learn_from", ["seed", "population"])
def test_a_seed_that_is_the_population_is_refused(everybody, tmp_path, learn_from):
    from catalog.errors import StudioError

    with pytest.raises(StudioError) as refusal:
        build(
            tmp_path,
            everybody,
            everybody,
            categorical=people.CATEGORICAL,
            continuous=people.CONTINUOUS,
            scoring={"learn_from": learn_from},
        )

    assert refusal.value.code == "no_candidates"
    assert "all 700 people in the population are seed people" in refusal.value.cause


def test_everybody_at_or_above_the_threshold_is_in(seed, everybody, tmp_path):
    found = build(
        tmp_path,
        seed,
        everybody,
        categorical=people.CATEGORICAL,
        output={"min_score": 0.55},
    )

    scores = found.relation("scoring.scores")
    matched = set(found.relation("main.canonical_matched_seed")["row_id"])
    candidates = scores[~scores["row_id"].isin(matched)]
    assert len(found.members) == (candidates["score"] >= 0.55).sum()
    assert found.members["score"].min() >= 0.55
