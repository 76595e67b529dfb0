"""What Dagster shows before anything has run: assets, edges, groups, kinds, checks."""

import json

import dagster as dg
import pytest

from orchestration.definitions import build_defs
from orchestration.project import manifest_path
from orchestration.stage_manifest import WHOLE, stage_manifest

LAYERS = {"staging", "canonical", "distributions", "weights", "audience", "report"}
INPUTS, SCORES = {"inputs": "build_inputs", "scoring": "scores"}, "scores"


@pytest.fixture(scope="module")
def definitions():
    # Dagster resolves definitions through the instance opened last, which the tests
    # before may have left closed.
    with dg.DagsterInstance.ephemeral():
        yield build_defs()


@pytest.fixture(scope="module")
def specs(definitions):
    return {
        spec.key.to_user_string(): spec
        for spec in definitions.resolve_all_asset_specs()
    }


@pytest.fixture(scope="module")
def manifest():
    return json.loads(manifest_path().read_bytes())


def relation_parents(manifest, unique_id):
    """Names of the assets that a model reads, by dbt's own manifest.

    A source is the asset that writes its schema; an ephemeral model is part of those
    that read it.
    """
    found = set()
    for parent in manifest["nodes"][unique_id]["depends_on"]["nodes"]:
        if parent in manifest["sources"]:
            found.add(INPUTS[manifest["sources"][parent]["schema"]])
        elif manifest["nodes"][parent]["config"]["materialized"] == "ephemeral":
            found |= relation_parents(manifest, parent)
        else:
            found.add(manifest["nodes"][parent]["name"])
    return found


def models(manifest):
    return {
        node["name"]: unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] != "ephemeral"
    }


def parents(spec):
    return {dependency.asset_key.to_user_string() for dependency in spec.deps}


def test_every_model_is_an_asset_and_nothing_else_but_the_python_steps(specs, manifest):
    python = {"datasets", "build_inputs", "scores", "audience"}

    assert set(specs) == set(models(manifest)) | python


def test_edges_are_those_of_dbt_s_manifest(specs, manifest):
    for name, unique_id in models(manifest).items():
        assert parents(specs[name]) == relation_parents(manifest, unique_id), name


def test_python_steps_hang_between_the_two_halves_of_dbt(specs):
    assert parents(specs["build_inputs"]) == {"datasets"}
    assert parents(specs["scores"]) >= {"weight_values", "weight_gaussians"}
    assert parents(specs["scores"]) >= {"canonical_members", "canonical_seed"}
    assert parents(specs["audience"]) >= {"audience_members", "report_deciles"}
    assert not parents(specs["audience"]) & {"scores"}


def test_groups_are_the_layers(specs, manifest):
    for name, unique_id in models(manifest).items():
        assert specs[name].group_name == manifest["nodes"][unique_id]["fqn"][1]
    groups = {spec.group_name for spec in specs.values()}
    assert groups == LAYERS | {"datasets", "inputs", "scores", "published"}


def test_kinds_say_what_makes_a_relation(specs):
    assert "python" in specs["scores"].kinds
    assert "python" in specs["audience"].kinds
    assert "dbt" in specs["weight_values"].kinds
    assert "duckdb" in specs["build_inputs"].kinds


def test_every_asset_says_what_one_row_is(specs):
    for name, spec in specs.items():
        assert spec.description, name


def test_every_layer_and_the_audience_have_checks(definitions):
    graph = definitions.resolve_asset_graph()
    keys = graph.asset_check_keys

    groups = {graph.get(key.asset_key).group_name for key in keys}
    of_audience = {k.name for k in keys if k.asset_key == dg.AssetKey("audience")}
    assert groups >= {"canonical", "weights", "audience", "report", "published"}
    assert of_audience >= {
        "contributions_sum_to_log_odds",
        "members_are_in_order",
        "files_match_their_manifest",
    }


def test_the_job_builds_everything_for_one_audience(definitions, specs):
    job = definitions.resolve_job_def("build_audience")

    assert job.partitions_def.name == "audiences"
    wanted = {name for name in specs if name != "datasets"}
    assert {
        key.to_user_string() for key in job.asset_layer.executable_asset_keys
    } == wanted


def test_one_schedule_and_one_sensor_ask_for_the_job(definitions):
    repository = definitions.get_repository_def()

    assert [each.name for each in repository.schedule_defs] == ["refresh_due_audiences"]
    assert [each.name for each in repository.sensor_defs] == ["changed_inputs"]
    assert repository.schedule_defs[0].cron_schedule == "* * * * *"


def test_a_stage_gets_a_manifest_of_what_it_uses():
    from dbt.contracts.graph.manifest import Manifest

    folder = manifest_path().parent
    whole = Manifest.from_msgpack((folder / WHOLE).read_bytes())
    learn = Manifest.from_msgpack(stage_manifest(folder, "learn").read_bytes())
    deliver = Manifest.from_msgpack(stage_manifest(folder, "deliver").read_bytes())

    for name, node in whole.nodes.items():
        assert (name in learn.nodes) or "learn" not in node.tags
        assert (name in deliver.nodes) or "deliver" not in node.tags
    assert "model.lookalike_studio.audience_cut" not in learn.nodes
    assert len(learn.macros) < len(whole.macros) / 2
    assert learn.sources == whole.sources
    for each in (learn, deliver):
        names = {macro.name for macro in each.macros.values()}
        own = {
            macro.name
            for macro in whole.macros.values()
            if macro.package_name == "lookalike_studio"
        }
        forms = {name for name in own if "__" in name}
        assert forms
        assert {name for name in forms if name.partition("__")[2] in names} <= names
