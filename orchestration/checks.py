"""What must hold before an audience is published and SQL cannot say.

Each check is a plain function on the version's files; the asset `audience` runs them
and publishes nothing where one of them fails.
"""

from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.version_files import MANIFEST, differing_files, read_manifest

SUM_TOLERANCE = 1e-9
CONTRIBUTION = "contribution_"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check, with the figures that show it."""

    name: str
    passed: bool
    figures: dict[str, float | int | str] = field(default_factory=dict)


DESCRIPTIONS = {
    "contributions_sum_to_log_odds": (
        "Each person's contributions add up to the log odds, to 1e-9."
    ),
    "everybody_is_there_once": "No two rows are the same person.",
    "members_are_in_order": (
        "Ranks run from 1 without a gap (but for those that kept members or quotas took"
        " the place of), and log odds never rise with the rank."
    ),
    "files_match_their_manifest": (
        "The bytes on disk are those whose hashes the manifest holds."
    ),
}


def check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """The checks as Dagster lists them."""
    return [
        dg.AssetCheckSpec(name, asset=asset, description=text, blocking=True)
        for name, text in DESCRIPTIONS.items()
    ]


def check_version(folder: Path) -> list[Finding]:
    """Run every check on a version's folder, published or about to be."""
    members = pq.read_table(folder / "members.parquet", page_checksum_verification=True)
    manifest = read_manifest(folder)
    has_gaps = (
        manifest["specification"].get("keep_margin") is not None or "quotas" in manifest
    )
    explained = manifest.get("has_contributions", True)
    return [
        *([contributions_sum_to_log_odds(members)] if explained else []),
        everybody_is_there_once(members),
        members_are_in_order(members, may_have_gaps=has_gaps),
        files_match_their_manifest(folder),
    ]


def contributions_sum_to_log_odds(members: pa.Table) -> Finding:
    """The explanation explains the whole number."""
    names = [name for name in members.column_names if name.startswith(CONTRIBUTION)]
    ranked = members.filter(members.column("rank").is_valid())
    total = np.zeros(ranked.num_rows)
    for name in names:
        total += ranked.column(name).to_numpy()
    gap = np.abs(total - ranked.column("log_odds").to_numpy())
    largest = float(gap.max(initial=0.0))
    return Finding(
        "contributions_sum_to_log_odds",
        bool(names) and largest <= SUM_TOLERANCE,
        {"largest gap": largest, "attributes": len(names)},
    )


def everybody_is_there_once(members: pa.Table) -> Finding:
    """A person is delivered once."""
    distinct = pc.count_distinct(members.column("person_key")).as_py()
    repeated = members.num_rows - distinct
    return Finding("everybody_is_there_once", repeated == 0, {"repeated": repeated})


def members_are_in_order(members: pa.Table, *, may_have_gaps: bool = False) -> Finding:
    """The file reads from the most alike person down.

    Where members of the version before stay near the cut, or groups have quotas, those
    they took the place of are missing among the ranks.
    """
    ranked = members.filter(members.column("rank").is_valid())
    ranks = ranked.column("rank").to_numpy()
    falls = np.diff(ranked.column("log_odds").to_numpy()) <= 0
    is_ranked = (
        bool((np.diff(ranks) > 0).all())
        if may_have_gaps
        else np.array_equal(ranks, np.arange(1, len(ranks) + 1))
    )
    return Finding(
        "members_are_in_order",
        bool(is_ranked and falls.all()),
        {"people": len(ranks)},
    )


def files_match_their_manifest(folder: Path) -> Finding:
    """What was hashed is what a reader will get."""
    name = "files_match_their_manifest"
    try:
        manifest = read_manifest(folder)
    except (OSError, ValueError):
        return Finding(name, False, {"files": 0, "changed": MANIFEST})
    wrong = differing_files(folder, manifest)
    return Finding(
        name,
        not wrong,
        {"files": len(manifest["files"]), "changed": ", ".join(wrong)},
    )
