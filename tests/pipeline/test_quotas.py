"""Quotas: each group by rank as far as its quota lets it, and what that costs."""

import json

import numpy as np
import pytest

from catalog.errors import StudioError
from orchestration.plan_document import plan_as_json
from tests.pipeline import people
from tests.pipeline.test_seeds import Studio

SEED = {"dataset": "seed"}
SCORED = ["plan", "age"]
QUOTAS = {
    "attribute": "country",
    "exactly": {"FR": 0.25},
    "at_least": {"IT": 0.31},
    "at_most": {"DE": 0.29},
}
# The filter is there too, and people of Luxembourg are the others.
POPULATION = {
    "dataset": "population",
    "where": [{"column": "visits", "at_most": 4}],
}
OUTPUT = {"top": 300, "quotas": QUOTAS, "tiers": [100, 300]}


@pytest.fixture(scope="module")
def everybody():
    return people.population(3_000)


@pytest.fixture(scope="module")
def studio(tmp_path_factory, everybody):
    studio = Studio(tmp_path_factory.mktemp("quotas"))
    studio.write("population", everybody)
    studio.write("seed", people.seed_of(everybody, 400))
    return studio


@pytest.fixture(scope="module")
def built(studio):
    return studio.build(
        SEED,
        attributes=SCORED,
        population=POPULATION,
        output=OUTPUT,
        with_report=True,
    )


def by_hand(everybody, scores, matched, size, least, most):
    """Row ids of the audience, filled greedily in plain Python, ties by person key."""
    import hashlib

    keys = [
        hashlib.md5(f"user_id:{one}".encode()).hexdigest()  # noqa: S324
        for one in everybody["user_id"]
    ]
    candidates = scores[~scores["row_id"].isin(matched)].assign(
        key=lambda frame: [keys[row] for row in frame["row_id"]],
        group=lambda frame: everybody["country"].to_numpy()[frame["row_id"]],
    )
    ordered = candidates.sort_values(["log_odds", "key"], ascending=[False, True])
    taken: list[int] = []
    counts: dict[str, int] = {}
    for sure in (True, False):
        for row, group in zip(ordered["row_id"], ordered["group"], strict=True):
            room = least.get(group, 0) if sure else most.get(group, size)
            is_free = row not in taken and counts.get(group, 0) < room
            if is_free and len(taken) < size:
                taken.append(row)
                counts[group] = counts.get(group, 0) + 1
    return set(taken), counts


def test_groups_are_filled_by_rank_within_their_quotas(built, everybody):
    scores = built.relation("scoring.scores")
    matched = set(built.relation("main.canonical_matched_seed")["row_id"])
    rows, counts = by_hand(
        everybody, scores, matched, 300, {"FR": 75, "IT": 93}, {"FR": 75, "DE": 87}
    )

    members = built.relation("main.audience_members")
    assert set(members["row_id"]) == rows
    assert counts["FR"] == 75 and counts["IT"] >= 93 and counts["DE"] <= 87
    assert len(members) == 300
    found = built.members["quota_group"].value_counts()
    assert {group: found.get(group, 0) for group in ("FR", "IT", "DE")} == {
        group: counts.get(group, 0) for group in ("FR", "IT", "DE")
    }


def test_quotas_and_tiers_divide_the_same_people(built):
    assert list(built.members["tier"]) == ["1-100"] * 100 + ["101-300"] * 200
    ranks = built.members["rank"]
    assert (np.diff(ranks) > 0).all()
    assert ranks.iloc[-1] > 300


def test_what_each_group_got_and_what_it_cost_is_told(built):
    quotas = json.loads((built.folder / "figures.json").read_text())["quotas"]
    members = built.members
    everyone = built.relation("scoring.scores")
    matched = built.relation("main.canonical_matched_seed")["row_id"]
    candidates = everyone[~everyone["row_id"].isin(matched)]
    best = candidates.nlargest(300, "log_odds")

    groups = {each["value"]: each for each in quotas["groups"]}
    assert groups["FR"]["people_count"] == 75
    assert groups["FR"]["asked"] == "exactly 25 %"
    assert groups["IT"]["least_people"] == 93
    assert sum(each["candidates"] for each in groups.values()) == len(candidates)
    for value in ("FR", "DE", "IT"):
        own = members[members["quota_group"] == value]
        assert groups[value]["mean_score"] == pytest.approx(own["score"].mean())
    assert quotas["mean_score"] == pytest.approx(members["score"].mean())
    assert quotas["mean_score_without"] == pytest.approx(best["score"].mean(), abs=3e-4)
    assert quotas["mean_score_without"] >= quotas["mean_score"]
    assert quotas["lift_low"] < quotas["lift"] < quotas["lift_high"]
    assert quotas["seed_share_low"] < quotas["seed_share"] < quotas["seed_share_high"]
    share = quotas["people_count"] / len(candidates)
    # told with four digits
    assert quotas["lift"] == pytest.approx(quotas["seed_share"] / share, rel=1e-3)
    held_out = built.relation("scoring.seed_scores")["log_odds"]
    reached = (held_out >= best["log_odds"].min()).mean()
    assert quotas["lift_without"] == pytest.approx(reached / share, rel=0.01)


def test_numbers_of_a_group_of_few_are_not_told(studio, everybody):
    """Nor those of the only other group, from which they would be subtracted."""
    built = studio.build(
        SEED,
        name="few of a group",
        attributes=SCORED,
        output={
            "top": 300,
            "quotas": {"attribute": "country", "unit": "people", "at_least": {"LU": 5}},
        },
        with_report=True,
    )

    assert 5 <= (built.members["quota_group"] == "LU").sum() < 25
    quotas = json.loads((built.folder / "figures.json").read_text())["quotas"]
    assert [each["people_count"] for each in quotas["groups"]] == [None, None]
    assert quotas["groups"][0]["mean_score"] is None
    page = (built.folder / "report.html").read_text(encoding="utf-8")
    assert "Numbers of groups of fewer than 25 people are not told" in page


def test_recall_and_lift_are_those_of_these_people(built):
    """Not those of the best 300, whom the curve is of."""
    told = json.loads((built.folder / "figures.json").read_text())
    facts = {each["name"]: each["value"] for each in told["facts"]}
    quality = json.loads((built.folder / "quality.json").read_text())

    assert facts["lift"] == told["quotas"]["lift"]
    assert facts["recall"] == told["quotas"]["seed_share"]
    assert quality["chosen"] is None
    page = (built.folder / "report.html").read_text()
    assert "What the quotas cost" in page
    assert "The best of this size, without quotas" in page
    assert built.manifest["quotas"]["attribute"] == "country"


def test_the_plan_says_how_it_is_shared_out(studio):
    plan = studio.plan(SEED, attributes=SCORED, output=OUTPUT)

    summary = plan_as_json(plan)["summary"]
    assert summary["delivers"].endswith("people, as far as the quotas let them in")
    assert summary["quotas"] == (
        "by country: 'FR' exactly 25 %, 'IT' at least 31 %, 'DE' at most 29 %; places"
        " that a group cannot fill go to the others"
    )


def test_a_group_that_is_too_small_is_told_before(studio, everybody):
    quotas = {"attribute": "country", "unit": "people", "at_least": {"LU": 200}}
    plan = studio.plan(SEED, attributes=SCORED, output={"top": 300, "quotas": quotas})

    rows = everybody["country"].eq("LU").sum()
    assert any(
        f"'LU' is to have at least 200 people and {rows} rows have it: the others take"
        in note
        for note in plan.notes
    )


@pytest.mark.parametrize(
    ("quotas", "code", "words"),
    [
        (
            {"attribute": "county", "at_most": {"FR": 0.1}},
            "unknown_attribute",
            "country",
        ),
        (
            {"attribute": "age", "at_most": {"30": 0.1}},
            "quotas_need_groups",
            "continuous",
        ),
        (
            {"attribute": "user_id", "at_most": {"x": 0.1}},
            "quotas_need_groups",
            "identity",
        ),
        ({"attribute": "country", "at_most": {"F": 0.1}}, "unknown_group", "'FR'"),
        (
            {"attribute": "country", "at_most": {"<script>{{ 1 }}'": 0.1}},
            "unknown_group",
            "<script>{{ 1 }}'",
        ),
    ],
)
def test_quotas_that_the_population_has_no_groups_for_are_refused(
    studio, quotas, code, words
):
    with pytest.raises(StudioError) as refusal:
        studio.plan(SEED, attributes=SCORED, output={"top": 300, "quotas": quotas})

    assert refusal.value.code == code
    assert words in str(refusal.value)
