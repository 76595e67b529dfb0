"""Where a comparison of scorers stands, and how a build of the same choices finds it.

A comparison is named by all that its figures depend on: the specification without its
scorer, name and refresh, the inputs as they are read, and the code.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from catalog.home import Home
from catalog.specification import AudienceSpecification, specification_hash
from catalog.specification_settings import Economics, Refresh
from engines.atomic import write_text_whole
from engines.sealed import read_sealed, write_sealed
from orchestration.builds import Build, remove_work
from orchestration.plan import Plan
from orchestration.project import code_version

COMPARISON = "comparison.json"
PLOT = "comparison.svg"
LOCK = "lock"
KEPT = frozenset({COMPARISON, PLOT, LOCK})
NAME_LENGTH = 16

Comparison = dict[str, Any]


def without_scorer(specification: AudienceSpecification) -> AudienceSpecification:
    """The specification with what makes no difference to a comparison at its default."""
    scoring = specification.scoring.model_copy(
        update={"model": "naive_bayes", "as_published_nulls": False}
    )
    return specification.model_copy(
        update={
            "name": "comparison",
            "description": "",
            "tags": (),
            "datasets": {},
            "scoring": scoring,
            "economics": Economics(),
            "refresh": Refresh(),
        }
    )


def comparison_id(plan: Plan) -> str:
    """The folder's name: 16 hex digits, the same for every scorer of the same choices."""
    parts = {
        "specification": specification_hash(without_scorer(plan.specification)),
        "inputs": plan.fingerprints(),
        "code": code_version(),
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:NAME_LENGTH]


def keep_comparison(folder: Path, comparison: Comparison, plot: str) -> None:
    """Write the figures and their plot, each whole or not at all."""
    write_text_whole(folder / PLOT, plot)
    write_sealed(folder / COMPARISON, comparison)


def bring_comparison(home: Home, build: Build, plan: Plan) -> None:
    """Lay a comparison of the same inputs and choices into the build's folder."""
    found = read_sealed(home.comparison(comparison_id(plan)) / COMPARISON)
    if found is not None:
        build.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_sealed(build.folder / COMPARISON, found)


def comparison_of(build: Build) -> Comparison | None:
    """The comparison of the build's inputs and choices, where one was made before it."""
    return read_sealed(build.folder / COMPARISON)


def sweep_comparisons(home: Home, kept: int) -> None:
    """Remove the work files of all comparisons but the newest; their figures stay."""
    folders = [each for each in home.comparison("").iterdir() if each.is_dir()]
    by_age = sorted(folders, key=lambda each: each.stat().st_mtime, reverse=True)
    for folder in by_age[kept:]:
        try:
            with FileLock(folder / LOCK, timeout=0):
                remove_work(folder, KEPT)
        except Timeout:
            continue  # it is being made
