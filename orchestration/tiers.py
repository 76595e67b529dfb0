"""The tiers of a build: where they end, and what each holds."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.errors import StudioError
from catalog.names import shown
from catalog.specification_output import Output
from engines.base import Engine
from orchestration.builds import Build
from python_scoring.divisions import parts_with_intervals, seed_people_at
from python_scoring.told_cells import FEWEST_PEOPLE

Tier = dict[str, Any]


def tiers_of(output: Output) -> tuple[tuple[str, float], ...]:
    """Name and end of each tier, in the limit's unit."""
    ends = (tier.up_to for tier in output.tiers)
    return tuple(zip(output.tier_names, ends, strict=True))


def refuse_empty_tiers(output: Output, rows: int) -> None:
    """StudioError `empty_tier` where so many rows of the population cannot fill each."""
    before = 0
    for name, up_to in tiers_of(output):
        end = min(_people(output.kind, up_to, rows), rows)
        if end <= before:
            raise StudioError(
                "empty_tier",
                f"tier {shown(name)}",
                f"would be empty: the tiers before it reach down to person {before:,}, and"
                f" it to {end:,} of the {rows:,} rows that may be chosen",
                "end it further down, or drop it",
            )
        before = end


def tier_ends(
    build: Build, tables: Mapping[str, pa.Table]
) -> tuple[tuple[str, int], ...]:
    """How many of the audience's new people each tier reaches down to."""
    cut, spec = (tables[name].to_pylist()[0] for name in ("audience_cut", "spec"))
    return tuple(
        (name, _people(spec["output_kind"], up_to, cut["candidate_count"]))
        for name, up_to in build.tiers
    )


def tier_figures(engine: Engine, build: Build, members: Path) -> list[Tier]:
    """Of each tier: people, range of scores, share of the held-out seed, and lift.

    Those of few people are None, but for the people, whom the limit says.
    """
    if not build.tiers:
        return []
    people = pq.read_table(members, columns=["tier", "rank", "score"])
    steps = engine.read_table(build.folder, "main.report_score_steps").to_pandas()
    found: list[Tier] = []
    seed_people: list[float] = []
    for name, _ in build.tiers:
        own = people.filter(pc.equal(people["tier"], name))
        is_told = own.num_rows >= FEWEST_PEOPLE
        scores = pc.min_max(own["score"] if is_told else own["score"][:0]).as_py()
        found.append(
            {
                "name": name,
                "people_count": own.num_rows,
                "least_score": scores["min"],
                "greatest_score": scores["max"],
            }
        )
        ranks = own["rank"].to_numpy()
        seed_people.append(float(seed_people_at(ranks, steps).sum()))
    seed_total = int(steps["seed_count"].sum())
    if not seed_total:
        return found
    parts = parts_with_intervals(
        np.array([each["people_count"] for each in found]),
        np.array(seed_people),
        candidates=int(steps["people_count"].sum()),
        seed_total=seed_total,
    )
    told = parts.astype(object).where(parts.notna(), None).to_dict("records")
    return [
        tier | {str(name): value for name, value in part.items()}
        for tier, part in zip(found, told, strict=True)
    ]


def tier_counts(tiers: Sequence[Tier]) -> list[dict[str, Any]]:
    """Names and people, for the manifest."""
    return [{name: tier[name] for name in ("name", "people_count")} for tier in tiers]


def _people(kind: str, up_to: float, candidates: int) -> int:
    """People down to where a tier ends; as the cut itself, in whole people."""
    return int(up_to) if kind == "top" else math.floor(up_to * candidates / 100)
