"""Everything Dagster is told; assembles and does nothing else."""

import sys
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.assets.audience import audience
from orchestration.assets.build_inputs import build_inputs, datasets
from orchestration.assets.dbt_stages import deliver, learn
from orchestration.assets.scores import scores
from orchestration.jobs import build_audience
from orchestration.project import ROOT
from orchestration.resources import Studio
from orchestration.schedules import refresh_due_audiences
from orchestration.sensors import changed_inputs


def build_defs(**resources: Any) -> dg.Definitions:
    """The definitions; `resources` replace those of the same name."""
    return dg.Definitions(
        assets=[datasets, build_inputs, learn, scores, deliver, audience],
        jobs=[build_audience],
        schedules=[refresh_due_audiences],
        sensors=[changed_inputs],
        resources={
            "studio": Studio(),
            "dbt": DbtCliResource(
                project_dir=str(ROOT),
                profiles_dir=str(ROOT),
                dbt_executable=str(Path(sys.executable).with_name("dbt")),
            ),
            **resources,
        },
    )


defs = build_defs()
