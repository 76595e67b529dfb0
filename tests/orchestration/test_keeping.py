"""Members of the version before near the cut (`output.keep_margin`)."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from catalog.errors import StudioError
from orchestration.launch import build_audience, build_directly
from tests.orchestration.conftest import build_and_keep, keep

MARGIN = {"top": 100, "keep_margin": 20}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Version 1, then changed data."""
    kept = build_and_keep(tmp_path_factory.mktemp("margin"), output=MARGIN)
    population = pd.read_parquet(kept.copy / "population.parquet")
    rng = np.random.default_rng(3)
    population["age"] += rng.normal(0, 6, len(population)).round()
    population.to_parquet(kept.copy / "population.parquet")
    return kept


@dataclass(frozen=True)
class Refreshed:
    """Who was in version 1 and is in version 2, everybody's rank, and its figures."""

    before: set[str]
    members: pd.DataFrame
    ranking: list[str]
    facts: dict[str, object]


@pytest.fixture(scope="module")
def refreshed(kept):
    workshop, audience, first = kept.put_back()
    before = set(members(first)["person_key"])
    second = build_directly(workshop, audience, with_report=False).version
    report = json.loads((Path(second.path) / "figures.json").read_text())
    workshop.catalog.close()
    return Refreshed(
        before,
        members(second),
        ranking(workshop, second),
        {each["name"]: each["value"] for each in report["facts"]},
    )


def members(version) -> pd.DataFrame:
    return pd.read_parquet(Path(version.path) / "members.parquet")


def ranking(workshop, version) -> list[str]:
    """Candidates of a build, the most alike first, by person key."""
    folder = workshop.home.build(version.build_id)
    found = workshop.engine.read_table(folder, "main.audience_candidates").to_pandas()
    return found.sort_values("rank")["person_key"].to_list()


def test_members_stay_and_newcomers_wait_within_the_margin(refreshed):
    ranked = refreshed.ranking[:120]
    sure = ranked[:80]
    stay = [key for key in ranked[80:] if key in refreshed.before]
    fill = [key for key in ranked[80:] if key not in refreshed.before]
    expected = set([*sure, *stay, *fill][:100])
    assert set(refreshed.members["person_key"]) == expected
    # What shows that it made a difference: somebody beyond the limit stayed.
    assert expected - set(ranked[:100])


def test_the_margin_keeps_more_people_than_a_sharp_cut(refreshed, published, kept):
    workshop, audience, _ = published
    keep(workshop, kept.folder, output={"top": 100})

    sharp = members(build_directly(workshop, audience, with_report=False).version)

    assert len(refreshed.before & set(refreshed.members["person_key"])) > len(
        refreshed.before & set(sharp["person_key"])
    )
    assert len(refreshed.members) == len(sharp) == 100


def test_ranks_are_those_among_all_candidates(refreshed):
    found, ranked = refreshed.members, refreshed.ranking
    assert [ranked[rank - 1] for rank in found["rank"]] == list(found["person_key"])
    assert (np.diff(found["rank"]) > 0).all()
    assert (np.diff(found["log_odds"]) <= 0).all()
    assert refreshed.facts["cut_score"] == found["score"].min()


def test_the_version_before_is_part_of_the_build_s_name(published):
    workshop, audience, first = published

    second = build_directly(workshop, audience, with_report=False)
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
    plain = build_directly(workshop, audience, with_report=False).version
    keep(workshop, tmp_path, output=MARGIN)
    with_margin = build_directly(workshop, audience, with_report=False).version

    assert with_margin.figures["content_hash"] == plain.figures["content_hash"]
    assert build_audience(workshop, audience).version == with_margin


def test_without_a_margin_nothing_of_the_version_before_is_read(published, kept):
    workshop, audience, _ = published
    keep(workshop, kept.folder, output={"top": 100})

    version = build_directly(workshop, audience, with_report=False).version

    folder = workshop.home.build(version.build_id)
    table = workshop.engine.read_table(folder, "inputs.previous_members")
    assert table.num_rows == 0
    assert (
        "previous"
        not in workshop.catalog.get_build(version.build_id).input_fingerprints
    )


def test_members_that_are_lost_are_told(published):
    workshop, audience, first = published
    shutil.rmtree(first.path)

    with pytest.raises(StudioError, match="version 1") as refusal:
        build_directly(workshop, audience)

    assert refusal.value.code == "previous_version_gone"
    assert "keep_margin" in refusal.value.remedy


def test_a_margin_is_of_a_size(studio, tmp_path):
    workshop, _ = studio

    with pytest.raises(ValidationError, match="keep_margin and min_score"):
        keep(workshop, tmp_path, output={"min_score": 0.5, "keep_margin": 10})
