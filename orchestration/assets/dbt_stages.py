"""The two halves of dbt: `learn` up to the weights, `deliver` from the scores on."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.builds import Build
from orchestration.dbt_runner import (
    OTHER_SCORERS,
    UNLIKE,
    UNNEEDED_TAGS,
    NodeResult,
    build_relations,
    whole_stage,
)
from orchestration.distributions import DISTRIBUTION_RELATIONS
from orchestration.endings import ends_with_us
from orchestration.figures import CORRELATIONS, REPORT_TABLES
from orchestration.partitions import audiences
from orchestration.progress import Progress, tell
from orchestration.project import dbt_environment, manifest
from orchestration.publishing import MEMBER_RELATIONS
from orchestration.resources import Studio
from orchestration.scoring import PEOPLE_RELATIONS, WEIGHT_RELATIONS
from orchestration.stage_manifest import Stage
from orchestration.steps import Step, step
from orchestration.translator import CHECK, TRANSLATOR, check_key, layer_of

Event = dg.MaterializeResult | dg.AssetCheckResult

# The layers of each selector of `selectors.yml`; dagster-dbt cannot read selectors that
# choose their tests by `indirect_selection`.
LAYERS = {
    "learn": ("staging", "canonical", "distributions", "weights"),
    "deliver": ("audience", "report"),
}

READ_BY_PYTHON = {
    "learn": {
        *WEIGHT_RELATIONS,
        *PEOPLE_RELATIONS,
        *DISTRIBUTION_RELATIONS,
        CORRELATIONS,
    },
    "deliver": {*MEMBER_RELATIONS, *REPORT_TABLES},
}


def dbt_stage(name: Stage) -> dg.AssetsDefinition:
    """The assets of one selector of `selectors.yml`, as one step of the run."""

    @dbt_assets(
        manifest=manifest(),
        select=" ".join(f"fqn:lookalike_studio.{layer}" for layer in LAYERS[name]),
        name=name,
        partitions_def=audiences,
        dagster_dbt_translator=TRANSLATOR,
    )
    def stage(
        context: dg.AssetExecutionContext, studio: Studio, dbt: DbtCliResource
    ) -> Iterator[Any]:
        with step(context, studio, name) as work:
            if work.is_done:
                yield from _told_whole(context, work, {"unchanged": True})
            elif studio.dbt_by_command_line:
                yield from _by_command_line(context, work, name, dbt)
            else:
                yield from _in_process(context, work, name)
            if not context.is_subset and not work.is_done:
                work.finish()

    return stage


def _in_process(
    context: dg.AssetExecutionContext, work: Step, stage: Stage
) -> Iterator[Event]:
    """Run dbt in this process: a materialisation a relation, a check a layer."""
    tests: dict[str, list[NodeResult]] = defaultdict(list)
    results = build_relations(
        stage, work.build, work.workshop.engine, _selection(context, work, stage)
    )
    try:
        for result in results:
            tell(Progress(work.name, result.name, result.seconds))
            layer = _layers()[result.unique_id]
            if result.resource_type == "test":
                tests[layer].append(result)
            elif result.status == "success":
                metadata = {"seconds": round(result.seconds, 3)}
                yield from _materialized(context, work.name, result.name, metadata)
    finally:
        wanted = context.selected_asset_check_keys
        told = [layer for layer in LAYERS[work.name] if check_key(layer) in wanted]
        checks = [_check(layer, tests[layer]) for layer in told]
    yield from checks


def _materialized(
    context: dg.AssetExecutionContext,
    stage: str,
    name: str,
    metadata: Mapping[str, Any],
) -> Iterator[dg.MaterializeResult]:
    """Tell Dagster of a relation.

    One that a later step waits for is this step's output; the others are events alone,
    which cost Dagster a fraction of an output.
    """
    key = dg.AssetKey(name)
    if name in _awaited(stage):
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)
    else:
        context.log_event(
            dg.AssetMaterialization(
                key, partition=context.partition_key, metadata=metadata
            )
        )


@cache
def _awaited(stage: str) -> frozenset[str]:
    """Names of a stage's relations that a later step of the run reads."""
    layers = _layers()
    nodes: dict[str, Any] = manifest()["nodes"]
    by_dbt = {
        nodes[parent]["name"]
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model" and layers[unique_id] not in LAYERS[stage]
        for parent in node["depends_on"]["nodes"]
        if parent in nodes and layers[parent] in LAYERS[stage]
    }
    return frozenset(by_dbt | READ_BY_PYTHON[stage])


def _by_command_line(
    context: dg.AssetExecutionContext, work: Step, stage: Stage, dbt: DbtCliResource
) -> Iterator[Any]:
    """Run dbt through the CLI resource of dagster-dbt, by the same selection."""
    arguments = ["build", *_selection(context, work, stage)]
    variables = json.dumps(work.build.dbt_variables())
    with dbt_environment(work.build.folder, work.workshop.engine.settings):
        started = dbt.cli(
            [*arguments, "--vars", variables, "--exclude-resource-type=unit_test"],
            manifest=manifest(),
            dagster_dbt_translator=TRANSLATOR,
            raise_on_error=True,
        )
        with ends_with_us(started.process):
            started.wait()
    yield from _told_whole(context, work, {"by": "command line"})


def _selection(
    context: dg.AssetExecutionContext, work: Step, stage: Stage
) -> list[str]:
    """dbt's arguments for what Dagster selected and this build's scorer needs."""
    if not context.is_subset:
        return whole_stage(stage, work.build)
    chosen = {key.path[-1] for key in context.selected_asset_keys}
    return ["--select", *sorted(chosen - _of_others(*_kind_of(work.build)))]


def _kind_of(build: Build) -> tuple[str, bool]:
    """What decides which relations a build needs: its scorer and its negative seed."""
    return build.model, build.has_unlike


@cache
def _of_others(model: str, has_unlike: bool) -> frozenset[str]:
    """Names of the relations that only builds of another kind read."""
    nodes: dict[str, Any] = manifest()["nodes"]
    unneeded = {UNNEEDED_TAGS.get(model, OTHER_SCORERS)}
    unneeded |= set() if has_unlike else {UNLIKE}
    return frozenset(
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "model" and unneeded & {*node["tags"]}
    )


@cache
def _layers() -> Mapping[str, str]:
    """The layer of each model and test, by dbt's unique id.

    A test of several relations belongs to the last one's layer.
    """
    nodes: dict[str, Any] = manifest()["nodes"]
    order = [layer for layers in LAYERS.values() for layer in layers]
    layers: dict[str, str] = {}
    for unique_id, node in nodes.items():
        parents = [unique_id, *node["depends_on"]["nodes"]]
        found = [layer_of(nodes[one]) for one in parents if one in nodes]
        known = [layer for layer in found if layer in order]
        layers[unique_id] = max(known, key=order.index, default="staging")
    return layers


def _check(layer: str, tests: list[NodeResult]) -> dg.AssetCheckResult:
    """What a layer's data tests found, the broken ones by name."""
    broken = [test for test in tests if test.status not in ("pass", "warn")]
    return dg.AssetCheckResult(
        asset_key=check_key(layer).asset_key,
        check_name=CHECK,
        passed=not broken,
        metadata={
            "tests": len(tests),
            "seconds": round(sum(test.seconds for test in tests), 3),
            "broken": "; ".join(f"{one.name}: {one.failures} rows" for one in broken),
        },
    )


def _told_whole(
    context: dg.AssetExecutionContext, work: Step, metadata: Mapping[str, Any]
) -> Iterator[Event]:
    """Tell of every relation of a stage at once, each after those it reads."""
    chosen = context.selected_asset_keys
    unneeded = _of_others(*_kind_of(work.build))
    for name in _in_order(work.name):
        if dg.AssetKey(name) in chosen and name not in unneeded:
            yield from _materialized(context, work.name, name, metadata)
    for check in sorted(context.selected_asset_check_keys):
        yield dg.AssetCheckResult(
            asset_key=check.asset_key,
            check_name=CHECK,
            passed=True,
            metadata=dict(metadata),
        )


@cache
def _in_order(stage: str) -> tuple[str, ...]:
    """Names of a stage's relations, each after those it reads."""
    nodes: dict[str, Any] = manifest()["nodes"]
    reads = {
        unique_id: node["depends_on"]["nodes"]
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model" and _layers()[unique_id] in LAYERS[stage]
    }
    order = TopologicalSorter(reads).static_order()
    return tuple(nodes[unique_id]["name"] for unique_id in order if unique_id in reads)


learn = dbt_stage("learn")
deliver = dbt_stage("deliver")
