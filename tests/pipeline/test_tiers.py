"""Tiers of an audience: disjoint, together all of it, each with its own figures."""

import json

import numpy as np
import pandas as pd
import pytest

from catalog.errors import StudioError
from orchestration.plan_document import plan_as_json
from tests.pipeline import people
from tests.pipeline.test_seeds import Studio
from tests.studio.conftest import ask, assert_refused

SEED = {"dataset": "seed"}
SCORED = ["country", "age"]
HOSTILE = "<script>alert('{{ 1 }}')</script> \"quoted\""
OUTPUT = {
    "top": 500,
    "include_seed": True,
    "tiers": [{"name": HOSTILE, "up_to": 100}, 480, {"name": "rest", "up_to": 500}],
}
NAMES = [HOSTILE, "101-480", "rest"]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    studio = Studio(tmp_path_factory.mktemp("tiers"))
    everybody = people.population(3_000)
    studio.write("population", everybody)
    studio.write("seed", people.seed_of(everybody, 400))
    return studio


@pytest.fixture(scope="module")
def built(studio):
    return studio.build(SEED, attributes=SCORED, output=OUTPUT, with_report=True)


def test_tiers_are_the_audience_in_parts_by_rank(built):
    new = built.members[~built.members["is_seed"]]

    assert list(new["tier"]) == [NAMES[0]] * 100 + [NAMES[1]] * 380 + [NAMES[2]] * 20
    assert built.members[built.members["is_seed"]]["tier"].isna().all()
    assert list(built.members.columns).index("tier") == (
        list(built.members.columns).index("is_seed") + 1
    )


def test_a_tier_holds_what_the_curve_says_between_its_ends(built):
    """Recall at each end, found anew from the steps by interpolation."""
    tiers = json.loads((built.folder / "figures.json").read_text())["tiers"]
    steps = built.relation("main.report_score_steps").sort_values(
        "step", ascending=False
    )
    counts = np.append(0, steps["people_count"].cumsum())
    recalls = np.append(0, steps["seed_count"].cumsum()) / steps["seed_count"].sum()
    is_last = np.append(np.diff(counts) > 0, True)
    # Held-out people above every candidate belong to whoever comes first.
    ends = np.append(0, np.interp([100, 480], counts[is_last], recalls[is_last]))
    candidates = counts[-1]

    assert [each["people_count"] for each in tiers] == [100, 380, 20]
    shares = [each["seed_share"] for each in tiers[:2]]
    assert shares == [float(f"{each:.4g}") for each in np.diff(ends)]
    for tier, share, size in zip(tiers, shares, (100, 380), strict=False):
        assert tier["lift"] == pytest.approx(share / (size / candidates), rel=1e-3)
        assert tier["seed_share_low"] < share < tier["seed_share_high"]
        assert tier["least_score"] <= tier["greatest_score"]
    assert tiers[0]["least_score"] >= tiers[1]["greatest_score"]
    # Too few to tell anything of them.
    assert tiers[2]["seed_share"] is None and tiers[2]["lift_low"] is None
    assert tiers[2]["least_score"] is None and tiers[2]["greatest_score"] is None


def test_tiers_stand_in_report_manifest_and_plan(studio, built):
    page = (built.folder / "report.html").read_text()
    plan = plan_as_json(studio.plan(SEED, attributes=SCORED, output=OUTPUT))

    assert built.manifest["tiers"] == [
        {"name": name, "people_count": count}
        for name, count in zip(NAMES, (100, 380, 20), strict=True)
    ]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#39;{{ 1 }}&#39;)" in page
    assert plan["summary"]["tiers"].startswith("3 disjoint parts of it, best first: ")
    assert "'101-480', 'rest'" in plan["summary"]["tiers"]


def test_an_audience_without_tiers_is_the_same_people(studio, built):
    plain = studio.build(
        SEED,
        attributes=SCORED,
        output={"top": 500, "include_seed": True},
        name="without tiers",
    )

    assert "tier" not in plain.members
    assert "tiers" not in plain.manifest
    pd.testing.assert_frame_equal(plain.members, built.members.drop(columns="tier"))


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"top": 9_000, "tiers": [4_000, 9_000]}, "'4001-9000' would be empty"),
        ({"best_percent": 5, "tiers": [0.01, 5]}, "'0-0.01 %' would be empty"),
    ],
)
def test_a_tier_that_the_population_cannot_fill_is_refused(studio, output, words):
    with pytest.raises(StudioError) as refusal:
        studio.plan(SEED, attributes=SCORED, output=output)

    assert refusal.value.code == "empty_tier"
    assert words in str(refusal.value)


@pytest.fixture
def commands(studio, built, monkeypatch):
    """The command line in the studio's home, with two audiences."""
    monkeypatch.setenv("LOOKALIKE_HOME", str(studio.workshop.home.root))
    return ask


def test_a_tier_is_exported_alone(built, commands, tmp_path):
    target = tmp_path / "first.csv"
    answer = commands(
        *("audience", "export", "people", "--tier", HOSTILE, "--out", target, "--json")
    )
    whole = commands("audience", "export", "people", "--out", tmp_path / "all.parquet")

    assert answer.json["people"] == 100
    exported = pd.read_csv(target)
    assert list(exported["person_key"]) == list(built.members["person_key"][:100])
    assert set(exported["tier"]) == {HOSTILE}
    assert whole.code == 0
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "all.parquet"), built.members
    )


def test_an_export_that_cannot_be_meant_is_refused(commands, tmp_path):
    target = tmp_path / "out.csv"
    export = ("audience", "export", "people", "--out")

    assert_refused(commands(*export, target, "--tier", "Rest"), "'Rest'", "'rest'")
    assert_refused(commands(*export, tmp_path / "out.xls"), "out.xls")
    assert_refused(commands(*export, tmp_path / "gone" / "out.csv"), "gone")
    target.write_text("mine")
    assert_refused(commands(*export, target), "is there already")
    assert target.read_text() == "mine"


def test_audiences_and_tiers_are_compared(built, commands):
    plain = commands("audience", "overlap", "people", "without tiers", "--json").json
    tiers = commands("audience", "overlap", "people", "--tiers", "--json").json
    printed = commands("audience", "overlap", "people", "without tiers").out

    (pair,) = plain["pairs"]
    people = len(built.members)
    assert pair["people_of_first"] == pair["people_of_second"] == people
    assert pair["jaccard"] == pair["share_of_first"] == 1
    assert pair["compared_by"] == ["person_key"]
    assert f"{people:,} (100 %)" in printed
    assert [each["tier"] for each in tiers["audiences"]] == NAMES
    assert [each["people"] for each in tiers["audiences"]] == [100, 380, 20]
    assert [each["people_of_first"] for each in tiers["pairs"]] == [0, 0, 0]
    # Nobody's identifier is told.
    assert built.members["user_id"][0] not in printed


def test_an_overlap_that_cannot_be_meant_is_refused(commands):
    overlap = ("audience", "overlap")

    assert_refused(commands(*overlap, "people"), "'people'", "named alone")
    assert_refused(commands(*overlap, "without tiers", "--tiers"), "has no tiers")
    assert_refused(commands(*overlap, "people", "People"), "named twice")
    assert_refused(commands(*overlap, "people", "without tires"), "without tiers")
