"""The report page of a build: published with it, hashed with it, drawn once for both."""

import json
import re
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from orchestration.checks import files_match_their_manifest
from orchestration.launch import build_directly
from orchestration.reporting import pictures_of
from tests.orchestration.conftest import keep
from tests.report.pages import Html


def page_of(outcome):
    return (Path(outcome.version.path) / "report.html").read_text(encoding="utf-8")


def test_every_figure_of_figures_json_is_on_the_page(story):
    folder = Path(story.first.version.path)
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))

    text = Html(page_of(story.first)).text

    assert len(figures["facts"]) > 10
    for fact in figures["facts"]:
        assert f"{fact['label']} {fact['text']} {fact['unit']} {fact['name']}" in text
    for sentence in figures["sentences"]:
        assert sentence in text
    for attribute in figures["attributes"]:
        assert attribute["column_name"] in text
        assert attribute["reason"] in text
    for remark in (*figures["warnings"], *figures["notes"]):
        assert f"{remark['message']} {remark['consequence']}" in text


def test_the_page_says_from_what_it_was_made(story):
    manifest = json.loads(
        (Path(story.first.version.path) / "manifest.json").read_text(encoding="utf-8")
    )

    text = Html(page_of(story.first)).text

    written_at = manifest["written_at"].replace("T", " ").replace("+00:00", " UTC")
    assert (
        f"Version 1 Built {written_at} Seed seed (100 rows) Population population ("
        in text
    )
    assert f"Build {manifest['build']} Specification number 1, " in text
    assert manifest["code"] in text
    for value in (
        manifest["specification"]["hash"],
        manifest["content_hash"],
        *manifest["inputs"].values(),
    ):
        assert value[:12] in text
    for name, version in manifest["libraries"].items():
        assert f"{name} {version}" in text


def test_the_manifest_holds_the_page_and_a_changed_page_is_found(story, tmp_path):
    for path in Path(story.first.version.path).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())

    assert files_match_their_manifest(tmp_path).passed
    with (tmp_path / "report.html").open("a") as file:
        file.write(" ")

    finding = files_match_their_manifest(tmp_path)
    assert not finding.passed
    assert finding.figures["changed"] == "report.html"


def test_the_same_build_again_has_the_same_page_but_for_times_and_names(story):
    first, forced = story.first.version, story.forced.version

    def unnamed(outcome):
        text = page_of(outcome).replace(outcome.version.build_id, "BUILD")
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME", text)
        return re.sub(r"(?i)(version[ <>/dt]*)\d+", r"\1N", text)

    assert (first.number, forced.number) == (1, 2)
    assert page_of(story.first) != page_of(story.forced)
    assert unnamed(story.first) == unnamed(story.forced)


def test_dagster_shows_the_pictures_of_the_page(story):
    for outcome in (story.first, story.again):
        (event,) = (
            record.dagster_event
            for record in story.instance.all_logs(
                outcome.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
            )
            if record.dagster_event.asset_key.to_user_string() == "audience"
        )
        metadata = event.step_materialization_data.materialization.metadata
        pictures = [
            value.md_str.partition("](")[2].rstrip(")")
            for value in metadata.values()
            if isinstance(value, dg.MarkdownMetadataValue)
        ]
        shown = [image["src"] for image in Html(page_of(story.first)).named("img")]

        assert len(pictures) == 5
        assert sorted(pictures) == sorted(shown)
        assert Path(metadata["report"].value).read_text("utf-8") == page_of(story.first)


def test_a_build_s_charts_are_drawn_once(story, monkeypatch):
    from orchestration.builds import load_build

    build = load_build(story.workshop.home, story.forced.version.build_id)
    monkeypatch.setattr("orchestration.reporting.draw", pytest.fail)

    pictures = pictures_of(story.workshop.engine, build)

    assert [picture.name for picture in pictures] == [
        "reach",
        "attribute_weights",
        "deciles",
        "score_histogram",
        "reliability",
    ]


def test_what_was_left_out_is_told_with_its_remedy(studio, tmp_path):
    workshop, _ = studio
    for name in ("seed", "population"):
        frame = pd.read_parquet(tmp_path / f"{name}.parquet")
        frame.assign(planet="earth <b>").to_parquet(tmp_path / f"{name}_2.parquet")
    names = {"seed": "seed 2", "population": "population <2>"}
    audience = keep(
        workshop,
        tmp_path,
        name="two",
        datasets={names[side]: {"path": f"{side}_2.parquet"} for side in names},
        **{side: {"dataset": name} for side, name in names.items()},
    )

    outcome = build_directly(workshop, audience)

    text = Html(page_of(outcome)).text
    assert "Seed seed 2 (100 rows) Population population <2> (" in text
    assert (
        "planet has one value alone leave it out: it tells nobody apart constant"
    ) in text


def test_a_build_that_nobody_will_look_at_has_no_page(studio):
    workshop, audience = studio

    outcome = build_directly(workshop, audience, with_report=False)

    folder = Path(outcome.version.path)
    assert not (folder / "report.html").exists()
    assert files_match_their_manifest(folder).passed
