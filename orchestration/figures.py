"""From a build's report tables to the figures and charts of `report`."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engines.base import Engine
from orchestration.builds import Build
from orchestration.comparisons import Comparison
from orchestration.fairness import Fairness
from orchestration.quality import Quality
from orchestration.told_figures import told
from python_scoring.model import Model
from python_scoring.scorers.base import Scorer, left_out_notice
from report.charts import (
    attribute_weights_chart,
    deciles_chart,
    reach_chart,
    score_histogram_chart,
)
from report.comparison_chart import comparison_chart
from report.drawing import Chart
from report.fairness_chart import fairness_chart
from report.figures import AudienceFigures, audience_figures
from report.reliability_chart import reliability_chart

WEIGHTS = "report_attribute_weights"
REPORT_TABLES = (
    "audience_cut",
    WEIGHTS,
    "report_curve",
    "report_deciles",
    "report_histogram",
    "report_identities",
    "report_overlap",
    "report_seed_versions",
    "report_value_terms",
)
# Tables of the weights that the report reads as well.
CORRELATIONS = "weight_correlations"
PARTS = "weight_attributes"
WHOLE_SEED = -1


def read_report(engine: Engine, build: Build) -> dict[str, pa.Table]:
    """The build's report tables by name, once it is scored."""
    names = [f"main.{name}" for name in (*REPORT_TABLES, CORRELATIONS, PARTS)]
    names += ["inputs.spec", "scoring.parameters"]
    read = engine.read_tables(build.folder, names)
    tables = {name.partition(".")[2]: table for name, table in read.items()}
    document = tables.pop("parameters").column("parameters")[0].as_py()
    parts = tables.pop(PARTS)
    fitted = as_fitted(tables[WEIGHTS], Model.from_json(document).scorer)
    moved = (build.done("scores") or {}).get("movements", ())
    tables[WEIGHTS] = with_learnt(fitted, parts, moved) if moved else fitted
    return tables


def with_learnt(
    weights: pa.Table, parts: pa.Table, moved: Sequence[Mapping[str, Any]]
) -> pa.Table:
    """report_attribute_weights with what is known of attributes without a learnt weight.

    From weight_attributes how much of the difference is more than chance and how much
    others repeat; from `movements` what the scorer made of each.
    """
    whole = parts.filter(pc.equal(parts["left_out_fold"], WHOLE_SEED)).to_pandas()
    known = whole.set_index("attribute")[["signal_share", "decorrelation"]]
    made = pd.DataFrame(told(moved)).set_index("attribute")
    made = made.rename(columns={"mean": "movement", "share": "movement_share"})
    frame = weights.to_pandas().drop(columns=known.columns)
    frame = frame.join(known, on="attribute").join(made, on="attribute")
    return pa.Table.from_pandas(frame, preserve_index=False)


def as_fitted(weights: pa.Table, scorer: Scorer) -> pa.Table:
    """report_attribute_weights with weight 0 and the reason where the scorer leaves one out.

    What the others carry is shared out among them alone.
    """
    notice = left_out_notice(scorer.name)
    if notice is None:
        return weights
    frame = weights.to_pandas()
    is_out = ~frame["attribute"].isin(scorer.columns) & (frame["attribute_weight"] > 0)
    frame.loc[is_out, ["attribute_weight", "information_share"]] = 0.0
    frame.loc[is_out, "notice"] = notice
    carried = frame["information_share"].sum()
    if carried > 0:
        frame["information_share"] /= carried
    return pa.Table.from_pandas(frame, schema=weights.schema, preserve_index=False)


def chosen_people(tables: Mapping[str, pa.Table]) -> int:
    """New people in the audience: what was asked for, or all there are."""
    cut = tables["audience_cut"].to_pylist()[0]
    return int(min(cut["requested_count"] or 0, cut["candidate_count"]))


def asked_people(tables: Mapping[str, pa.Table]) -> int:
    """New people that were asked for, also where there are fewer."""
    spec = tables["spec"].to_pylist()[0]
    if spec["output_kind"] == "top":
        return int(spec["output_value"])
    return int(tables["audience_cut"].to_pylist()[0]["asked_count"] or 0)


def figures_of(
    build: Build,
    tables: Mapping[str, pa.Table],
    people: int,
    lowest_score: float | None,
    engine: Engine,
    quality: Quality | None = None,
    fairness: Fairness | None = None,
    quotas: Mapping[str, Any] | None = None,
    tiers: Sequence[Mapping[str, Any]] = (),
) -> AudienceFigures:
    """The figures of a build whose audience file has so many people, down to a score."""
    frames = {name: table.to_pandas() for name, table in tables.items()}
    scoring = build.done("scores") or {}
    return audience_figures(
        overlap=frames["report_overlap"],
        cut=frames["audience_cut"].assign(
            requested_count=asked_people(tables), cut_score=lowest_score
        ),
        deciles=frames["report_deciles"],
        curve=frames["report_curve"],
        attribute_weights=with_used_parts(
            frames[WEIGHTS],
            frames["spec"]["attribute_weights"].iloc[0],
        ),
        value_terms=frames["report_value_terms"],
        identities=frames["report_identities"],
        hash_differences=hash_differences(build, tables, engine),
        delivered_people=people,
        added_seed_people=people - chosen_people(tables),
        held_out_auc=scoring.get("held_out_auc"),
        advised_seed=build.advised_seed,
        seed_versions=frames["report_seed_versions"],
        maximum_unknown_share=build.maximum_unknown_share,
        maximum_differing_share=build.maximum_differing_share,
        quality=quality,
        fairness=fairness,
        correlations=frames["weight_correlations"],
        quotas=quotas,
        tiers=tiers,
        has_unlike=build.has_unlike,
    )


def with_used_parts(weights: pd.DataFrame, made_of: str) -> pd.DataFrame:
    """report_attribute_weights without the parts that the weights are not made of.

    Of a scorer without weights they tell of the attributes, whatever was chosen.
    """
    if "movement" in weights:
        return weights
    unused = {
        part: None
        for part, word in (("signal_share", "noise"), ("decorrelation", "decorrelated"))
        if word not in made_of
    }
    return weights.assign(**unused)


def hash_differences(
    build: Build, tables: Mapping[str, pa.Table], engine: Engine
) -> tuple[str, ...]:
    """Why nobody of the seed was found; asked only where nobody was."""
    if tables["report_overlap"].to_pylist()[0]["matched_people"]:
        return ()
    return engine.hash_differences(
        build.folder, build.hashed_identifiers, build.raw_identifiers
    )


def charts_of(
    tables: Mapping[str, pa.Table],
    quality: Quality | None = None,
    comparison: Comparison | None = None,
    fairness: Fairness | None = None,
) -> list[Chart]:
    """The charts of a build, as the report and Dagster show them."""
    frames = {name: table.to_pandas() for name, table in tables.items()}
    cut = tables["audience_cut"].to_pylist()[0]
    charts = [
        reach_chart(frames["report_curve"], chosen_people(tables), quality),
        attribute_weights_chart(frames[WEIGHTS]),
        deciles_chart(frames["report_deciles"], quality),
        score_histogram_chart(frames["report_histogram"], cut["cut_score"]),
    ]
    if quality is not None and quality["reliability"]:
        charts.append(reliability_chart(quality))
    if comparison is not None:
        charts.append(comparison_chart(comparison))
    if fairness is not None:
        charts.append(fairness_chart(fairness))
    return charts
