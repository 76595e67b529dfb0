"""The last step: checks, contributions, and the publication of a version."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq

from catalog.version_store import BORN_WITH
from orchestration.checks import check_specs
from orchestration.distributions import DISTRIBUTION_RELATIONS
from orchestration.figures import CORRELATIONS, PARTS, REPORT_TABLES
from orchestration.jobs import TRACKING_TAG
from orchestration.leases import give_back
from orchestration.partitions import audiences
from orchestration.publishing import MEMBER_RELATIONS, Published, publish
from orchestration.reporting import REPORT, pictures_of
from orchestration.resources import Studio
from orchestration.steps import Step, step
from orchestration.tracking import track_build
from report.drawing import as_markdown
from report.learnt_words import share_of_ranking, weight_text


@dg.asset(
    name="audience",
    deps=[
        *MEMBER_RELATIONS,
        *REPORT_TABLES,
        *DISTRIBUTION_RELATIONS,
        CORRELATIONS,
        PARTS,
    ],
    partitions_def=audiences,
    group_name="published",
    kinds={"python", "parquet"},
    tags=dict.fromkeys(BORN_WITH, ""),
    check_specs=check_specs("audience"),
)
def audience(
    context: dg.AssetExecutionContext, studio: Studio
) -> Iterator[dg.MaterializeResult]:
    """One row per person of the audience, with identifiers, score and contributions.

    Published as an immutable version: what is served is the old one or the whole new
    one.
    """
    with step(context, studio, "audience") as work:
        published = publish(work.workshop, work.build, work.lease)
        yield dg.MaterializeResult(
            metadata=_metadata(published, work),
            check_results=[
                dg.AssetCheckResult(
                    check_name=finding.name,
                    passed=finding.passed,
                    metadata=dict(finding.figures),
                )
                for finding in published.findings
            ],
        )
        give_back(work.workshop, work.lease)
        place = context.run.tags.get(TRACKING_TAG)
        untold = track_build(work.workshop, work.build, published.version, place)
        if untold:
            context.log.warning(untold)


def _metadata(published: Published, work: Step) -> dict[str, Any]:
    """Figures to follow over time, the members' first lines of figures, and plots."""
    folder = Path(published.version.path)
    members = pq.read_metadata(folder / "members.parquet")
    figures = {
        name.replace("_", " "): value
        for name, value in published.version.figures.items()
        if isinstance(value, int | float | str)
    }
    told = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    charts = {
        picture.name: dg.MetadataValue.md(as_markdown(picture))
        for picture in pictures_of(work.workshop.engine, work.build)
    }
    return {
        "dagster/row_count": members.num_rows,
        "version": published.version.number,
        "unchanged": published.is_unchanged,
        "restored": published.is_restored,
        "members": dg.MetadataValue.path(str(folder / "members.parquet")),
        "report": dg.MetadataValue.path(str(folder / REPORT)),
        "attributes": dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "attribute": each["column_name"],
                        "weight": weight_text(each),
                        "share of the ranking": share_of_ranking(each),
                        "because": each["reason"],
                    }
                )
                for each in told["attributes"]
            ]
        ),
        **_drift(told.get("refresh")),
        **figures,
        **charts,
    }


def _drift(refresh: dict[str, Any] | None) -> dict[str, Any]:
    """How the attributes moved since the version before, most of all first."""
    if refresh is None:
        return {}
    return {
        "compared with version": refresh["from_version"],
        "drift": dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "attribute": each["attribute"],
                        "PSI": each["psi"],
                        "verdict": each["verdict"],
                    }
                )
                for each in refresh["attributes"]
            ]
        ),
    }
