"""Members of the version before near the cut (`output.keep_margin`)."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from catalog.errors import StudioError
from orchestration.launch import build_audience, build_directly
from tests.orchestration.conftest import keep

MARGIN = {"top": 100, "keep_margin": 20}


@pytest.fixture
def refreshed(studio, tmp_path):
    """Version 1, then changed data; the second build is each test's own."""
    workshop, audience = studio
    keep(workshop, tmp_path, output=MARGIN)
    first = build_directly(workshop, audience).version
    population = pd.read_parquet(tmp_path / "population.parquet")
    rng = np.random.default_rng(3)
    population["age"] += rng.normal(0, 6, len(population)).round()
    population.to_parquet(tmp_path / "population.parquet")
    return workshop, audience, first


def members(version) -> pd.DataFrame:
    return pd.read_parquet(Path(version.path) / "members.parquet")


def ranking(workshop, version) -> list[str]:
    """Candidates of a build, the most alike first, by person key."""
    folder = workshop.home.build(version.build_id)
    found = workshop.engine.read_table(folder, "main.audience_candidates").to_pandas()
    return found.sort_values("rank")["person_key"].to_list()


def test_members_stay_and_newcomers_wait_within_the_margin(refreshed):
    workshop, audience, first = refreshed

    second = build_directly(workshop, audience).version

    before = set(members(first)["person_key"])
    ranked = ranking(workshop, second)[:120]
    sure = ranked[:80]
    stay = [key for key in ranked[80:] if key in before]
    fill = [key for key in ranked[80:] if key not in before]
    expected = set([*sure, *stay, *fill][:100])
    assert set(members(second)["person_key"]) == expected
    # What shows that it made a difference: somebody beyond the limit stayed.
    assert expected - set(ranked[:100])


def test_the_margin_keeps_more_people_than_a_sharp_cut(refreshed, tmp_path):
    workshop, audience, first = refreshed
    kept = build_directly(workshop, audience).version
    workshop.catalog.serve_version(audience.id, first.number)
    keep(workshop, tmp_path, output={"top": 100})

    sharp = build_directly(workshop, audience).version

    before = set(members(first)["person_key"])
    assert len(before & set(members(kept)["person_key"])) > len(
        before & set(members(sharp)["person_key"])
    )
    assert len(members(kept)) == len(members(sharp)) == 100


def test_ranks_are_those_among_all_candidates(refreshed):
    workshop, audience, _ = refreshed

    second = build_directly(workshop, audience).version

    found = members(second)
    ranked = ranking(workshop, second)
    assert [ranked[rank - 1] for rank in found["rank"]] == list(found["person_key"])
    assert (np.diff(found["rank"]) > 0).all()
    assert (np.diff(found["log_odds"]) <= 0).all()
    report = json.loads((Path(second.path) / "figures.json").read_text())
    facts = {each["name"]: each["value"] for each in report["facts"]}
    assert facts["cut_score"] == found["score"].min()


def test_the_version_before_is_part_of_the_build_s_name(refreshed):
    workshop, audience, first = refreshed

    second = build_audience(workshop, audience)
    again = build_audience(workshop, audience)
    forced = build_audience(workshop, audience, force=True)

    build = workshop.catalog.get_build(second.version.build_id)
    assert build.input_fingerprints["previous"] == first.figures["content_hash"]
    assert again.is_unchanged
    assert again.version == second.version
    hashes = [each.version.figures["content_hash"] for each in (second, forced)]
    assert hashes[0] == hashes[1]


def test_a_first_version_is_cut_sharply_and_found_again(studio, tmp_path):
    workshop, audience = studio
    plain = build_directly(workshop, audience).version
    keep(workshop, tmp_path, output=MARGIN)
    with_margin = build_directly(workshop, audience).version

    assert with_margin.figures["content_hash"] == plain.figures["content_hash"]
    assert build_audience(workshop, audience).version == with_margin


def test_without_a_margin_nothing_of_the_version_before_is_read(refreshed, tmp_path):
    workshop, audience, _ = refreshed
    keep(workshop, tmp_path, output={"top": 100})

    version = build_directly(workshop, audience).version

    folder = workshop.home.build(version.build_id)
    table = workshop.engine.read_table(folder, "inputs.previous_members")
    assert table.num_rows == 0
    assert (
        "previous"
        not in workshop.catalog.get_build(version.build_id).input_fingerprints
    )


def test_members_that_are_lost_are_told(refreshed):
    workshop, audience, first = refreshed
    shutil.rmtree(first.path)

    with pytest.raises(StudioError, match="version 1") as refusal:
        build_directly(workshop, audience)

    assert refusal.value.code == "previous_version_gone"
    assert "keep_margin" in refusal.value.remedy


def test_a_margin_is_of_a_size(studio, tmp_path):
    workshop, _ = studio

    with pytest.raises(ValidationError, match="keep_margin and min_score"):
        keep(workshop, tmp_path, output={"min_score": 0.5, "keep_margin": 10})
