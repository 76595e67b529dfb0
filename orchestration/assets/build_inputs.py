"""The first step: which build this is, and its inputs in the work database."""

import dagster as dg

from catalog.version_store import INTERMEDIATE
from orchestration.endings import stop_if_cancelled
from orchestration.intake import prepare_build
from orchestration.jobs import FORCE_TAG, SPECIFICATION_TAG
from orchestration.partitions import audiences
from orchestration.progress import Progress, tell
from orchestration.resources import Studio
from orchestration.steps import refusals_recorded, root_run_id, told_to_dagster

datasets = dg.AssetSpec(
    "datasets",
    description=(
        "The registered datasets: seeds and populations, profiled once for each content."
    ),
    group_name="datasets",
    kinds={"parquet"},
)


@dg.asset(
    deps=[datasets],
    partitions_def=audiences,
    group_name="inputs",
    kinds={"python", "duckdb"},
    tags={INTERMEDIATE: ""},
)
def build_inputs(
    context: dg.AssetExecutionContext, studio: Studio
) -> dg.MaterializeResult:
    """The build's inputs: views of seed, population and sample under attribute slugs.

    Beside them stand the specification's numbers and one row per scored attribute. Here
    the build gets its name: specification, fingerprints and code version.
    """
    tell(Progress("inputs"))
    with told_to_dagster(context):
        stop_if_cancelled(context.instance, context.run)
        workshop = studio.open()
        tags = context.run.tags
        slug, run_id = context.partition_key, root_run_id(context)
        told = tags.get(SPECIFICATION_TAG)
        number = int(told) if told else None
        with refusals_recorded(workshop, slug, number, run_id, context.retry_number):
            prepared = prepare_build(
                workshop,
                slug=slug,
                specification_number=number,
                force=tags.get(FORCE_TAG, ""),
                root_run_id=run_id,
            )
    tell(Progress("inputs", seconds=prepared.seconds))
    return dg.MaterializeResult(metadata=prepared.as_metadata())
