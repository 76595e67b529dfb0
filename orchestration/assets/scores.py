"""The Python step between the two halves of dbt."""

import dagster as dg

from catalog.version_store import INTERMEDIATE
from orchestration.partitions import audiences
from orchestration.resources import Studio
from orchestration.scoring import (
    PEOPLE_RELATIONS,
    WEIGHT_RELATIONS,
    score_population,
)
from orchestration.steps import step
from orchestration.told_figures import told_scoring


@dg.asset(
    deps=[*WEIGHT_RELATIONS, *PEOPLE_RELATIONS],
    partitions_def=audiences,
    group_name="scores",
    kinds={"python", "numpy"},
    tags={INTERMEDIATE: ""},
)
def scores(context: dg.AssetExecutionContext, studio: Studio) -> dg.MaterializeResult:
    """One row per person who may be chosen: the log odds, and the score from 0 to 1.

    Gaussian terms and the composite are computed here for everybody, in Arrow batches;
    the weights come from the relations before. `score_steps` counts everybody by log
    odds; `seed_scores` has one row per learning-seed person, out of fold.
    """
    with step(context, studio, "scores") as work:
        figures = work.build.done("scores")
        if figures is None:
            summary = score_population(work.workshop.engine, work.build)
            figures = summary.as_figures()
            work.finish(figures)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": figures["people"],
                **{
                    name.replace("_", " "): value
                    for name, value in told_scoring(figures).items()
                },
            }
        )
