"""Versions: their number, their tags, what a refresh tells, and files that were lost."""

import json
import shutil
from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow.parquet as pq
import pytest

from catalog.errors import StudioError
from catalog.version_store import BORN_WITH, INTERMEDIATE
from orchestration.definitions import build_defs
from orchestration.distributions import (
    bands_of,
    load,
    values_of,
)
from orchestration.instance import open_instance
from orchestration.launch import build_audience, build_directly
from orchestration.refresh import compare, version_before
from python_scoring.told_cells import FEWEST_PEOPLE
from tests.orchestration.conftest import files_below, keep

ASK = "--force"


def manifest_of(version) -> dict:
    return json.loads((Path(version.path) / "manifest.json").read_text())


def report_of(version) -> dict:
    return json.loads((Path(version.path) / "figures.json").read_text())


def test_manifest_and_file_say_which_version_they_are(story):
    """B18."""
    for outcome in (story.first, story.forced):
        version = outcome.version
        metadata = pq.read_schema(Path(version.path) / "members.parquet").metadata
        assert manifest_of(version)["version"] == version.number
        assert metadata[b"version"] == str(version.number).encode()
        assert metadata[b"audience"] == b"people"
        assert metadata[b"specification"] == b"1"
        assert metadata[b"build"] == version.build_id.encode()


def test_the_content_hash_is_over_rows_and_not_over_the_number(story):
    first, forced = story.first.version, story.forced.version

    assert first.number != forced.number
    assert first.figures["content_hash"] == forced.figures["content_hash"]
    assert first.figures["content_hash"] == manifest_of(first)["content_hash"]


def test_work_tables_carry_the_tag_that_hides_them():
    """B21: every stage but the audience itself, which carries those it is born with."""
    specs = {
        spec.key.to_user_string(): spec
        for spec in build_defs().resolve_all_asset_specs()
    }

    hidden = {name for name, spec in specs.items() if INTERMEDIATE in spec.tags}

    assert hidden == specs.keys() - {"datasets", "audience"}
    assert set(BORN_WITH) <= specs["audience"].tags.keys()


def test_an_audience_is_born_with_its_tags(published):
    workshop, audience, version = published

    assert set(version.tags) == set(BORN_WITH)
    assert set(workshop.catalog.get_audience(audience.id).tags) == set(BORN_WITH)


# Refresh


def test_a_first_version_has_nothing_to_be_compared_with(story):
    assert report_of(story.first.version)["refresh"] is None


def test_the_same_people_again_have_stayed_and_nothing_has_moved(story):
    refresh = report_of(story.forced.version)["refresh"]

    assert refresh["from_version"] == 1
    assert (refresh["entered"], refresh["left"], refresh["kept"]) == (0, 0, 100)
    assert refresh["score_drift"]["psi"] == 0
    assert [each["psi"] for each in refresh["attributes"]] == [0.0] * 5
    assert {each["verdict"] for each in refresh["attributes"]} == {"stable"}


def test_dagster_shows_the_refresh(story):
    (event,) = [
        record.dagster_event.step_materialization_data.materialization
        for record in story.instance.all_logs(
            story.forced.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        if record.dagster_event.asset_key == dg.AssetKey("audience")
    ]

    assert event.metadata["entered people"].value == 0
    assert event.metadata["kept people"].value == 100
    assert event.metadata["compared with version"].value == 1
    assert len(event.metadata["drift"].records) == 5


def test_who_entered_left_and_stayed_are_counted_by_person(published, kept):
    workshop, audience, first = published
    population = pd.read_parquet(kept.folder / "population.parquet")
    population["age"] += 10
    population.to_parquet(kept.folder / "population.parquet")

    second = build_directly(workshop, audience, with_report=False).version

    before, after = (
        set(pd.read_parquet(Path(each.path) / "members.parquet")["person_key"])
        for each in (first, second)
    )
    refresh = report_of(second)["refresh"]
    assert refresh["entered"] == len(after - before) > 0
    assert refresh["left"] == len(before - after)
    assert refresh["kept"] == len(before & after)
    assert second.figures["entered_people"] == refresh["entered"]
    psi = {each["attribute"]: each for each in refresh["attributes"]}
    assert psi["age"]["verdict"] in ("moved", "changed")
    assert psi["plan"]["psi"] == 0


def test_an_attribute_of_one_version_alone_is_named(published, kept):
    workshop, audience, first = published
    keep(workshop, kept.folder, attributes=["age", "income"])

    second = build_directly(workshop, audience, with_report=False).version

    refresh = report_of(second)["refresh"]
    assert refresh["not_compared"] == ["country", "plan", "visits"]
    assert {each["attribute"] for each in refresh["attributes"]} == {"age", "income"}


def test_what_few_people_have_is_not_told_apart():
    """B54: 24 people are folded away, 25 are told."""
    rows = [
        {"attribute_value": value, "is_missing": False, "reference_count": count}
        for value, count in (("a", 100), ("b", 25), ("c", 24), ("d", 2))
    ]
    rows.append({"attribute_value": "", "is_missing": True, "reference_count": 3})

    found = values_of(rows)

    assert found.people == 154
    assert set(found.shares) == {"a", "b"}
    assert found.missing == 0
    assert found.other * found.people == pytest.approx(24 + 2 + 3)


def test_a_rest_of_few_people_is_left_out():
    rows = [
        {"attribute_value": value, "is_missing": False, "reference_count": count}
        for value, count in (("a", 100), ("b", 24))
    ]

    found = values_of(rows)

    assert (found.people, found.shares, found.other) == (100, {"a": 1.0}, 0.0)


def test_bands_have_at_least_so_many_people():
    found = bands_of([(n, n, 10) for n in range(10)], missing=24)

    assert found.people == 100
    counts = [round(band.share * found.people) for band in found.bands]
    assert counts == [30, 30, 40]
    assert [(band.least, band.greatest) for band in found.bands] == [
        (0, 2),
        (3, 5),
        (6, 9),
    ]
    assert found.missing == 0


def test_the_kept_distributions_fold_small_groups(story):
    for each in load(Path(story.first.version.path)).values():
        shares = list(each.shares.values()) if hasattr(each, "shares") else []
        shares += [band.share for band in getattr(each, "bands", [])]
        assert min(shares) * each.people >= FEWEST_PEOPLE - 1e-6
        assert sum(shares) + each.missing + getattr(each, "other", 0) == pytest.approx(
            1
        )


# Lost files


def test_a_version_whose_folder_is_gone_is_put_back_by_a_build(published):
    workshop, audience, version = published
    before = manifest_of(version)
    shutil.rmtree(version.path)

    outcome = build_directly(workshop, audience)

    assert outcome.version == version
    assert outcome.is_unchanged
    after = manifest_of(version)
    assert after["content_hash"] == before["content_hash"]
    assert after["files"].keys() == before["files"].keys()
    changed = {
        name for name, said in after["files"].items() if said != before["files"][name]
    }
    assert changed <= {"report.html"}, "it states the time it was written"
    assert len(workshop.catalog.versions(audience.id)) == 1
    folder = workshop.home.audience(audience.id)
    assert [each.name for each in folder.iterdir()] == ["1"]


def test_it_is_put_back_too_where_the_build_s_folder_is_gone(published):
    workshop, audience, version = published
    shutil.rmtree(version.path)
    shutil.rmtree(workshop.home.build(version.build_id))

    outcome = build_audience(workshop, audience)

    assert outcome.version == version
    assert manifest_of(version)["content_hash"] == version.figures["content_hash"]


def test_lost_and_damaged_files_are_put_back(published):
    workshop, audience, version = published
    whole = files_hashes(version)
    folder = Path(version.path)

    (folder / "figures.json").unlink()
    members = (folder / "members.parquet").read_bytes()
    (folder / "members.parquet").write_bytes(members[: len(members) // 2])
    build_directly(workshop, audience)
    assert files_hashes(version) == whole

    (folder / "manifest.json").write_text("{")
    build_directly(workshop, audience)
    assert files_hashes(version) == whole
    assert manifest_of(version)["content_hash"] == version.figures["content_hash"]


def files_hashes(version) -> dict:
    """The hash of every file but the two that have the time they were written."""
    from orchestration.version_files import file_hash

    return {
        path.name: file_hash(path)
        for path in sorted(Path(version.path).iterdir())
        if path.name not in {"manifest.json", "report.html"}
    }


def test_other_people_never_take_the_place_of_a_version(published, monkeypatch):
    """The catalog knows the hash of what was published."""
    workshop, audience, version = published
    shutil.rmtree(version.path)
    from orchestration import publishing

    def other(*arguments, **options):
        draft = genuine(*arguments, **options)
        return type(draft)(draft.folder, draft.number, "0" * 64, draft.figures)

    genuine = publishing.write_version
    monkeypatch.setattr(publishing, "write_version", other)

    with pytest.raises(StudioError) as refusal:
        build_directly(workshop, audience)

    assert refusal.value.code == "version_not_restorable"
    assert ASK in refusal.value.remedy
    assert list(workshop.home.audience(audience.id).iterdir()) == []


def test_a_new_version_of_what_was_lost_can_be_forced(published):
    workshop, audience, version = published
    shutil.rmtree(version.path)

    outcome = build_audience(workshop, audience, force=True)

    assert outcome.version.number == 2
    assert not outcome.is_unchanged
    assert report_of(outcome.version)["refresh"] is None


def test_a_damaged_version_is_not_compared_with(published):
    workshop, audience, version = published
    path = Path(version.path) / "members.parquet"
    path.write_bytes(path.read_bytes()[:100])

    assert version_before(workshop.catalog, audience.id, 2) is None


def test_versions_are_compared_in_both_directions(published, kept):
    workshop, audience, first = published
    keep(workshop, kept.folder, output={"top": 60})
    second = build_directly(workshop, audience, with_report=False).version

    forth = compare(Path(first.path), Path(second.path), 1)
    back = compare(Path(second.path), Path(first.path), 2)

    assert (forth.entered, forth.left, forth.kept) == (0, 40, 60)
    assert (back.entered, back.left, back.kept) == (40, 0, 60)


# Resume


def broken(*arguments, **options):
    raise StudioError("model_failed", "model 'audience_cut'", "fell over", "try again")


def test_a_build_that_fails_late_goes_on_where_it_stopped(studio, monkeypatch):
    """B29: asked for again, it finds its folder; what was finished stays as it is."""
    workshop, audience = studio

    def deliver_breaks(stage, *arguments):
        if stage == "deliver":
            broken()
        return genuine(stage, *arguments)

    from orchestration.assets import dbt_stages

    genuine = dbt_stages.build_relations
    with monkeypatch.context() as patch:
        patch.setattr(dbt_stages, "build_relations", deliver_breaks)
        with pytest.raises(StudioError, match="fell over"):
            build_audience(workshop, audience)
    failed = workshop.catalog.newest_build(audience.id)
    done = files_below(workshop.home.build(failed.build_id) / "done")
    assert set(done) == {"inputs.json", "learn.json", "scores.json"}

    outcome = build_audience(workshop, audience)

    assert outcome.version.build_id == failed.build_id
    after = files_below(workshop.home.build(failed.build_id) / "done")
    assert {name: after[name] for name in done} == done
    with open_instance(workshop.home) as instance:
        unchanged = {
            record.dagster_event.asset_key.to_user_string()
            for record in instance.all_logs(
                outcome.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
            )
            if "unchanged"
            in record.dagster_event.step_materialization_data.materialization.metadata
        }
    assert {"weight_values", "canonical_members"} <= unchanged
    assert "audience_members" not in unchanged


def test_a_changed_specification_begins_at_the_beginning(studio, tmp_path, monkeypatch):
    """B29: another build, another folder, no stage of the old one."""
    workshop, audience = studio
    with monkeypatch.context() as patch:
        patch.setattr("orchestration.launch.score_population", broken)
        with pytest.raises(StudioError):
            build_directly(workshop, audience)
    old = workshop.catalog.newest_build(audience.id).build_id
    before = files_below(workshop.home.build(old))
    keep(workshop, tmp_path, scoring={"smoothing": 60})

    outcome = build_directly(workshop, audience, with_report=False)

    assert outcome.version.build_id != old
    assert files_below(workshop.home.build(old)) == before
    spec = workshop.engine.read_table(
        workshop.home.build(outcome.version.build_id), "inputs.spec"
    ).to_pylist()
    assert [row["smoothing"] for row in spec] == [60]


@pytest.mark.parametrize("build", [build_directly, build_audience])
def test_a_specification_edited_while_its_build_runs_is_the_next_version(
    studio, tmp_path, build
):
    """The running build publishes what it was asked for."""
    workshop, audience = studio

    def edit(progress):
        if progress.stage == "deliver" and progress.seconds is None:
            keep(workshop, tmp_path, output={"top": 50})

    running = build(workshop, audience, listener=edit)
    edited = build(workshop, audience)

    assert (running.version.number, running.specification.number) == (1, 1)
    assert running.version.figures["delivered_people"] == 100
    assert (edited.version.number, edited.specification.number) == (2, 2)
    assert edited.version.figures["delivered_people"] == 50
