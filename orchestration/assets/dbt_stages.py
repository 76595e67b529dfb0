"""The two halves of dbt: `learn` up to the weights, `deliver` from the scores on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from engines.connection import WORK_DATABASE
from orchestration.dbt_runner import NodeResult, build_relations
from orchestration.faults import RETRY_POLICY
from orchestration.partitions import audiences
from orchestration.progress import Progress, tell
from orchestration.project import manifest_path, set_dbt_environment
from orchestration.resources import Studio
from orchestration.steps import Step, step
from orchestration.translator import TRANSLATOR

Event = dg.MaterializeResult | dg.AssetCheckResult


# The layers of each selector of `selectors.yml`; dagster-dbt cannot read selectors that
# choose their tests by `indirect_selection`.
LAYERS = {
    "learn": ("staging", "canonical", "distributions", "weights"),
    "deliver": ("audience", "report"),
}


def dbt_stage(name: str) -> dg.AssetsDefinition:
    """The assets of one selector of `selectors.yml`, as one step of the run."""

    @dbt_assets(
        manifest=manifest_path(),
        select=" ".join(f"fqn:lookalike_studio.{layer}" for layer in LAYERS[name]),
        name=name,
        partitions_def=audiences,
        dagster_dbt_translator=TRANSLATOR,
        retry_policy=RETRY_POLICY,
    )
    def stage(
        context: dg.AssetExecutionContext, studio: Studio, dbt: DbtCliResource
    ) -> Iterator[Any]:
        with step(context, studio, name) as work:
            if studio.dbt_by_command_line:
                yield from _by_command_line(context, work, dbt)
            else:
                yield from _in_process(context, work)

    return stage


def _in_process(context: dg.AssetExecutionContext, work: Step) -> Iterator[Event]:
    """Run dbt in this process; a finished stage is told again, not done again."""
    resources = _resources_of(context)
    if work.is_done:
        yield from _unchanged(context)
        return
    selection = _selection(context, work.name, resources)
    for result in build_relations(selection, work.build, work.workshop.engine):
        tell(Progress(work.name, result.name, result.seconds))
        yield from _events(result, resources, context)
    if not context.is_subset:
        work.finish()


def _by_command_line(
    context: dg.AssetExecutionContext, work: Step, dbt: DbtCliResource
) -> Iterator[Any]:
    """Run dbt through the CLI resource of dagster-dbt."""
    if work.is_done:
        yield from _unchanged(context)
        return
    settings = work.workshop.engine.settings
    set_dbt_environment(
        work.build.folder / WORK_DATABASE, settings.thread_count, settings.memory
    )
    arguments = [
        "build",
        "--vars",
        json.dumps(work.build.dbt_variables()),
        "--exclude-resource-type=unit_test",
    ]
    yield from dbt.cli(arguments, context=context).stream()
    if not context.is_subset:
        work.finish()


def _selection(
    context: dg.AssetExecutionContext,
    name: str,
    resources: Mapping[str, dg.AssetKey | dg.AssetCheckKey],
) -> list[str]:
    """dbt's arguments for what Dagster selected."""
    if not context.is_subset:
        return ["--selector", name]
    chosen: set[Any] = {*context.selected_asset_keys, *context.selected_asset_check_keys}
    return ["--select", *(one.split(".")[2] for one, key in resources.items() if key in chosen)]


def _resources_of(
    context: dg.AssetExecutionContext,
) -> dict[str, dg.AssetKey | dg.AssetCheckKey]:
    """dbt's unique ids and what each of them is in Dagster."""
    manifest = json.loads(manifest_path().read_bytes())
    resources: dict[str, dg.AssetKey | dg.AssetCheckKey] = {}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "model":
            resources[unique_id] = TRANSLATOR.get_asset_spec(manifest, unique_id, None).key
    names = {key.name: key for key in context.selected_asset_check_keys}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "test" and node["name"] in names:
            resources[unique_id] = names[node["name"]]
    return resources


def _events(
    result: NodeResult,
    resources: Mapping[str, dg.AssetKey | dg.AssetCheckKey],
    context: dg.AssetExecutionContext,
) -> Iterator[Event]:
    """What Dagster is told of one node."""
    key = resources.get(result.unique_id)
    metadata = {"seconds": round(result.seconds, 3)}
    if isinstance(key, dg.AssetKey) and result.status == "success":
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata=metadata)
    elif isinstance(key, dg.AssetCheckKey):
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=result.status == "pass",
            severity=(
                dg.AssetCheckSeverity.WARN
                if result.status == "warn"
                else dg.AssetCheckSeverity.ERROR
            ),
            metadata={**metadata, "rows that break it": result.failures},
        )


def _unchanged(context: dg.AssetExecutionContext) -> Iterator[Event]:
    """Tell that this stage of the build was finished before."""
    for key in sorted(context.selected_asset_keys):
        yield dg.MaterializeResult(asset_key=key, metadata={"unchanged": True})


learn = dbt_stage("learn")
deliver = dbt_stage("deliver")
