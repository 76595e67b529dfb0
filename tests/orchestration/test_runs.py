"""Runs of the job: what they leave in Dagster, in the catalog and on disk."""

from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from catalog.errors import StudioError
from engines.failures import explained
from orchestration.definitions import build_defs
from orchestration.instance import open_instance
from orchestration.launch import build_audience, build_directly, main_job
from orchestration.leases import LEASE_SECONDS, lease_owner
from orchestration.partitions import add_partitions
from orchestration.project import manifest_folder
from orchestration.resources import Studio
from tests.orchestration.conftest import SLUG, files_below, keep


def events_of(story, run_id, kind):
    records = story.instance.all_logs(run_id, of_type=kind)
    return [record.dagster_event for record in records]


def materializations(story, run_id):
    found = events_of(story, run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
    return {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization
        for event in found
    }


# Relations that scorers other than the key read, by how their names begin.
OF_OTHERS = {
    "naive_bayes": (
        "distribution_moments",
        "distribution_tenths",
        "weight_documented",
        "weight_published",
    ),
    "documented": ("weight_published",),
    "published_sql": ("distribution_tenths", "weight_documented"),
}
# Relations of builds with a negative seed alone.
OF_UNLIKE = (
    "stg_unlike",
    "canonical_unlike",
    "distribution_contrast",
    "distribution_unlike",
)


def keys_for(model):
    """Every asset of the job that a run of that scorer makes."""
    keys = {
        key.to_user_string() for key in main_job().asset_layer.executable_asset_keys
    }
    unneeded = (*OF_OTHERS[model], *OF_UNLIKE)
    return {key for key in keys if not key.startswith(unneeded)}


def test_a_run_materialises_every_asset_that_its_scorer_needs(story):
    found = materializations(story, story.first.run_id)

    assert set(found) == keys_for("naive_bayes")
    assert {each.partition for each in found.values()} == {SLUG}


def test_every_check_of_a_run_has_passed(story):
    expected = {
        (key.asset_key.to_user_string(), key.name)
        for key in main_job().asset_layer.asset_graph.asset_check_keys
        if not key.asset_key.to_user_string().startswith(OF_UNLIKE)
    }

    events = events_of(
        story, story.first.run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    found = [event.asset_check_evaluation_data for event in events]

    assert {(e.asset_key.to_user_string(), e.check_name) for e in found} == expected
    assert all(each.passed for each in found)


def test_the_audience_s_metadata_holds_figures_and_plots(story):
    metadata = materializations(story, story.first.run_id)["audience"].metadata

    values = {name: value.value for name, value in metadata.items()}
    members = pd.read_parquet(values["members"])
    assert values["dagster/row_count"] == len(members) == 100
    assert values["version"] == 1
    assert values["seed people"] == 100
    plots = [v for v in metadata.values() if isinstance(v, dg.MarkdownMetadataValue)]
    assert len(plots) == 5
    assert all("data:image/" in plot.md_str for plot in plots)


def test_a_run_knows_its_audience_specification_and_build(story):
    run = story.instance.get_run_by_id(story.first.run_id)

    build = story.workshop.catalog.build_of_run(run.run_id)
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert run.tags["dagster/partition"] == SLUG
    assert run.tags["lookalike/specification"] == "1"
    assert build.build_id == story.first.version.build_id
    assert build.root_run_id == run.run_id


def test_the_same_again_is_the_same_version(story):
    """B29: one build of the same specification, inputs and code."""
    metadata = materializations(story, story.again.run_id)

    assert story.again.is_unchanged
    assert not story.first.is_unchanged
    assert story.again.version == story.first.version
    assert metadata["audience"].metadata["unchanged"].value is True
    assert metadata["weight_values"].metadata["unchanged"].value is True


def test_force_builds_a_new_version_of_the_same_content(story):
    manifests = [
        pd.read_json(Path(each.version.path) / "manifest.json", typ="series")
        for each in (story.first, story.forced)
    ]

    assert story.forced.version.number == 2
    assert story.forced.version.build_id != story.first.version.build_id
    assert manifests[0]["content_hash"] == manifests[1]["content_hash"]
    served = story.workshop.catalog.served_version(story.audience.id)
    assert served.number == 2


def test_no_identifier_of_anybody_is_in_the_event_log(story):
    people = pd.read_parquet(Path(story.first.version.path) / "members.parquet")

    logs = "\n".join(str(each) for each in story.instance.all_logs(story.first.run_id))

    assert len(logs) > 10_000
    assert not any(
        f"'{one}'" in logs or f'"{one}"' in logs for one in people["user_id"]
    )
    assert not any(key in logs for key in people["person_key"])


def test_a_failed_run_goes_on_where_it_stopped(story, studio, monkeypatch):
    """F18: the retry builds nothing that was finished, and ends as if unharmed.

    The story's first run is of the same audience, in another home and without a failure.
    """
    workshop, audience = studio

    def broken(*arguments: object, **options: object) -> None:
        raise StudioError("broken", "the scores", "fell over", "stand up again")

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.assets.scores.score_population", broken)
        with pytest.raises(StudioError, match="the scores fell over"):
            build_audience(workshop, audience)
    build = workshop.catalog.newest_build(audience.id)
    folder = workshop.home.build(build.build_id)
    learnt = (folder / "done" / "learn.json").stat().st_mtime_ns
    assert build.state == "failed"
    assert build.error["cause"] == "fell over"
    assert workshop.catalog.served_version(audience.id) is None

    with open_instance(workshop.home) as instance:
        (failed,) = instance.get_runs(limit=1)
        with dg.execute_job(
            dg.reconstructable(main_job),
            instance=instance,
            tags=failed.tags,
            reexecution_options=dg.ReexecutionOptions.from_failure(
                failed.run_id, instance
            ),
        ) as result:
            steps = {event.step_key for event in result.get_step_success_events()}
            assert result.success

    assert steps == {"scores", "deliver", "audience"}
    assert (folder / "done" / "learn.json").stat().st_mtime_ns == learnt
    version = workshop.catalog.served_version(audience.id)
    assert version.build_id == build.build_id
    assert workshop.catalog.newest_build(audience.id).state == "succeeded"
    assert content_hash(version.path) == content_hash(story.first.version.path)


def content_hash(folder) -> str:
    return pd.read_json(Path(folder) / "manifest.json", typ="series")["content_hash"]


def test_dbt_by_its_command_line_gives_the_same_audience(story, studio):
    workshop, audience = studio
    by_command_line = Studio(
        home=str(workshop.home.root),
        threads=2,
        memory_limit="1GB",
        dbt_by_command_line=True,
    )
    job = build_defs(studio=by_command_line).resolve_job_def("build_audience")

    with open_instance(workshop.home) as instance:
        add_partitions(instance, [audience.slug])
        result = job.execute_in_process(partition_key=SLUG, instance=instance)

    assert result.success
    version = workshop.catalog.served_version(audience.id)
    assert content_hash(version.path) == content_hash(story.first.version.path)


def assets_made(workshop, audience):
    """Keys of all that a run of the job makes, which is to succeed."""
    resource = Studio(home=str(workshop.home.root), threads=2, memory_limit="1GB")
    job = build_defs(studio=resource).resolve_job_def("build_audience")
    with open_instance(workshop.home) as instance:
        add_partitions(instance, [audience.slug])
        result = job.execute_in_process(partition_key=SLUG, instance=instance)
        made = result.get_asset_materialization_events()
    assert result.success
    assert workshop.catalog.served_version(audience.id).number == 1
    return {event.asset_key.to_user_string() for event in made}


@pytest.mark.parametrize("model", ["documented", "published_sql"])
def test_a_run_of_another_scorer_ends_with_its_relations_alone(studio, tmp_path, model):
    workshop, _ = studio
    audience = keep(workshop, tmp_path, scoring={"model": model})

    assert assets_made(workshop, audience) == keys_for(model)


def test_a_run_with_a_negative_seed_makes_its_relations_too(studio, tmp_path):
    workshop, _ = studio
    everybody = pd.read_parquet(tmp_path / "population.parquet")
    everybody.tail(60).to_parquet(tmp_path / "unwanted.parquet")
    audience = keep(
        workshop,
        tmp_path,
        datasets={
            name: {"path": f"{name}.parquet"}
            for name in ("seed", "population", "unwanted")
        },
        seed={"dataset": "seed", "unlike": {"dataset": "unwanted"}},
    )

    made = assets_made(workshop, audience)

    assert made == keys_for("naive_bayes") | {
        "canonical_unlike",
        "canonical_unlike_identities",
        "distribution_contrast_bins",
        "distribution_unlike_counts",
        "stg_unlike",
    }


def test_what_fails_leaves_the_served_version_as_it_is(published, kept, monkeypatch):
    """A failed check, an overtaken worker, an input that changed: nothing moves."""
    workshop, audience, _ = published
    folder = workshop.home.audience(audience.id)
    before = files_below(folder)
    changed = keep(workshop, kept.folder, output={"top": 50})

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.publishing.check_version", failing_check)
        with pytest.raises(StudioError, match="always_fails") as failure:
            build_directly(workshop, changed)
    assert failure.value.code == "check_failed"
    assert files_below(folder) == before

    def overtake(progress):
        if progress.stage == "deliver":
            workshop.catalog.acquire_lease(
                audience.id, "another run", LEASE_SECONDS, is_alive=lambda owner: False
            )

    with pytest.raises(StudioError) as fenced:
        build_directly(workshop, changed, listener=overtake)
    assert fenced.value.code == "fenced"
    assert files_below(folder) == before
    served = workshop.catalog.served_version(audience.id)
    assert served.number == 1
    assert len(workshop.catalog.versions(audience.id)) == 1


def failing_check(folder):
    from orchestration.checks import Finding

    return [Finding("always_fails", False)]


def test_an_audience_is_built_by_one_run_at_a_time(studio):
    """F04: the second is told who builds, and leaves no folder."""
    workshop, audience = studio
    workshop.catalog.acquire_lease(audience.id, lease_owner("first"), LEASE_SECONDS)

    with pytest.raises(StudioError, match="run first") as refusal:
        build_directly(workshop, audience)

    assert refusal.value.code == "already_building"
    assert list((workshop.home.root / "builds").iterdir()) == []


def test_a_holder_that_died_is_passed_over(studio):
    """A lease whose process is gone is nobody's; the token still grows."""
    workshop, audience = studio
    owner = lease_owner("first")
    host = owner.partition("@")[2].split(":")[0]
    held = workshop.catalog.acquire_lease(
        audience.id, f"first@{host}:999999999:1", LEASE_SECONDS
    )

    from orchestration.leases import leased

    with leased(workshop, audience.id, "second") as lease:
        assert lease.token == held.token + 1


def test_a_column_that_is_gone_is_told_before_anything_is_built(published, kept):
    """I24: the version in use stays; a new column is no matter."""
    workshop, audience, _ = published
    seed = pd.read_parquet(kept.folder / "seed.parquet")
    seed.assign(extra=1).drop(columns="age").to_parquet(kept.folder / "seed.parquet")
    builds = sorted((workshop.home.root / "builds").iterdir())

    with pytest.raises(StudioError, match="'age' is gone") as refusal:
        build_directly(workshop, audience)

    assert refusal.value.code == "columns_changed"
    assert sorted((workshop.home.root / "builds").iterdir()) == builds
    assert workshop.catalog.served_version(audience.id).number == 1


def test_a_build_that_is_refused_while_it_is_planned_has_failed(studio, tmp_path):
    """Lists and history tell of it; what is mended is built as ever."""
    workshop, audience = studio
    seed = tmp_path / "seed.parquet"
    aside = seed.rename(tmp_path / "aside")

    with pytest.raises(StudioError) as refusal:
        build_audience(workshop, audience)

    failed = workshop.catalog.newest_build(audience.id)
    assert (failed.state, failed.is_planned) == ("failed", False)
    assert failed.error == refusal.value.as_dict()
    assert list((workshop.home.root / "builds").glob("*")) == []

    aside.rename(seed)
    outcome = build_audience(workshop, audience)

    newest, before = workshop.catalog.history(audience.id)
    assert newest.version == outcome.version
    assert (before.build, before.version) == (failed, None)


def test_inputs_that_cannot_be_written_leave_no_build_at_work(studio, monkeypatch):
    workshop, audience = studio

    def full(*arguments, **options):
        raise StudioError("disk_full", "the disk", "is full", "make room")

    monkeypatch.setattr("orchestration.intake.write_inputs", full)

    with pytest.raises(StudioError, match="is full"):
        build_audience(workshop, audience)

    failed = workshop.catalog.newest_build(audience.id)
    assert (failed.state, failed.error["code"]) == ("failed", "disk_full")
    assert failed.is_planned


def test_an_input_that_changes_during_the_build_is_not_published(studio, tmp_path):
    """F15."""
    workshop, audience = studio
    path = tmp_path / "seed.parquet"

    def change(progress):
        if progress.stage == "deliver" and progress.seconds is None:
            frame = pd.read_parquet(path)
            frame.head(len(frame) - 1).to_parquet(path)

    with pytest.raises(StudioError):
        build_directly(workshop, audience, listener=change)

    assert workshop.catalog.served_version(audience.id) is None


def test_the_manifest_is_parsed_once(story):
    assert (manifest_folder() / "ready").exists()


def in_duckdb(asked):
    """All that DuckDB leaves of an interrupt that came while a statement ran."""
    with explained("table 'scores'"):
        raise RuntimeError("Query interrupted")


def unheard(asked):
    asked.append("a signal")
    raise RuntimeError("the callback failed")


@pytest.mark.parametrize("interrupted", [in_duckdb, unheard])
def test_a_run_that_a_person_interrupts_is_cancelled_however_that_is_told(
    studio, monkeypatch, interrupted
):
    workshop, audience = studio
    asked = []

    def score(*arguments: object, **options: object) -> None:
        interrupted(asked)

    monkeypatch.setattr("orchestration.assets.scores.score_population", score)

    with pytest.raises(KeyboardInterrupt):
        build_audience(workshop, audience, was_asked=lambda: bool(asked))

    with open_instance(workshop.home) as instance:
        assert [run.status for run in instance.get_runs()] == [
            dg.DagsterRunStatus.CANCELED
        ]
    assert workshop.catalog.newest_build(audience.id).state == "canceled"
