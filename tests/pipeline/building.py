"""From two frames to a published audience, without Dagster, in a home of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from catalog.home import create_home
from catalog.specification_model import AudienceSpecification
from orchestration.builds import load_build
from orchestration.launch import Outcome, build_directly, keep_specification
from orchestration.workshop import Workshop, open_workshop


@dataclass
class Built:
    """A built audience: its files, and the relations it came from."""

    workshop: Workshop
    outcome: Outcome

    @property
    def folder(self) -> Path:
        return Path(self.outcome.version.path)

    @cached_property
    def members(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "members.parquet")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "manifest.json").read_text())

    @property
    def content_hash(self) -> str:
        return self.manifest["content_hash"]

    def relation(self, name: str) -> pd.DataFrame:
        folder = self.workshop.home.build(self.outcome.version.build_id)
        return self.workshop.engine.read_table(folder, name).to_pandas()

    @property
    def measured(self) -> dict[str, Any]:
        """The held-out quality before it is told."""
        record = load_build(self.workshop.home, self.outcome.version.build_id)
        return record.done("scores")["quality"]

    def attributes(self) -> pd.DataFrame:
        """`weight_attributes` of the whole fit, by attribute."""
        found = self.relation("main.weight_attributes")
        return found[found["left_out_fold"] == -1].set_index("attribute")

    def contributions(self) -> pd.DataFrame:
        """The contributions by attribute, in the order of the members."""
        names = [n for n in self.members if n.startswith("contribution_")]
        found = self.members[names]
        return found.set_axis([n.removeprefix("contribution_") for n in names], axis=1)


def build(
    folder: Path,
    seed: pd.DataFrame,
    population: pd.DataFrame,
    *,
    categorical: Sequence[str] = (),
    continuous: Sequence[str] = (),
    output: Mapping[str, Any] | None = None,
    scoring: Mapping[str, Any] | None = None,
    limits: Mapping[str, Any] | None = None,
    economics: Mapping[str, Any] | None = None,
    fairness: Mapping[str, Any] | None = None,
    ending: str = "parquet",
    threads: int = 2,
    with_report: bool = False,
) -> Built:
    """Write both frames, register them and build; by default everybody is ranked.

    The report page, a sixth of the work, is drawn where a test is about it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, frame in (("seed", seed), ("population", population)):
        paths[name] = folder / f"{name}.{ending}"
        if ending == "csv":
            frame.to_csv(paths[name], index=False)
        else:
            frame.to_parquet(paths[name], index=False)
    roles = dict.fromkeys(categorical, "categorical")
    roles |= dict.fromkeys(continuous, "continuous")
    specification = AudienceSpecification.model_validate(
        {
            "name": "people",
            "datasets": {name: {"path": str(path)} for name, path in paths.items()},
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population"},
            "attributes": [{"attribute": a, "role": r} for a, r in roles.items()],
            "output": output or {"best_percent": 100},
            "scoring": {"learn_from": "seed", **(scoring or {})},
            "limits": limits or {},
            "economics": economics or {},
            "fairness": fairness or {},
        }
    )
    return build_specification(
        folder, specification, threads=threads, with_report=with_report
    )


def build_specification(
    folder: Path,
    specification: AudienceSpecification,
    *,
    threads: int = 2,
    with_report: bool = False,
) -> Built:
    """Build a specification whose relative paths count from `folder`."""
    home = create_home(folder / "home")
    workshop = open_workshop(home, threads=threads, memory_limit="1GB")
    audience, _ = keep_specification(workshop, specification, folder)
    return Built(workshop, build_directly(workshop, audience, with_report=with_report))
