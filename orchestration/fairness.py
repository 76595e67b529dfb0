"""Fairness of a build: how often people of each protected group were chosen.

People are counted in one pass over the protected attributes of everybody, from the kept
codes where there are any.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engines.base import Engine
from orchestration.builds import Build
from orchestration.proxies import SCORE
from orchestration.row_ids import sorted_ids
from python_scoring.proxies import PROTECTED_BANDS
from python_scoring.selection_rates import selection_rates
from python_scoring.sorted_sets import is_among
from python_scoring.told_cells import FEWEST_PEOPLE
from python_scoring.value_groups import (
    Label,
    NumberBands,
    grouped,
    number_bands,
    numbers_of,
)

Fairness = dict[str, Any]
Counts = dict[Label, tuple[int, int]]


def fairness_of(
    engine: Engine, build: Build, tables: Mapping[str, pa.Table]
) -> Fairness | None:
    """All of fairness.json; None where nothing is protected.

    `tables` are the build's report tables.
    """
    if not build.protected_columns:
        return None
    counts = count_groups(engine, build)
    scored = {
        row["attribute"]: row["column_name"] or row["attribute"]
        for row in tables["report_attribute_weights"].to_pylist()
    }
    proxies = (build.done("scores") or {}).get("proxies", [])
    return {
        "mode": build.fairness_mode,
        "fewest_people": FEWEST_PEOPLE,
        "protected": [
            {
                "attribute": slug,
                "column_name": column,
                "role": build.protected_roles[slug],
                **asdict(selection_rates(counts[slug])),
            }
            for slug, column in build.protected_columns.items()
        ],
        "proxies": [
            {
                **each,
                "column_name": scored.get(each["attribute"], each["attribute"]),
                "protected_column_name": build.protected_columns[each["protected"]],
                "is_score": each["attribute"] == SCORE,
            }
            for each in proxies
        ],
    }


def count_groups(engine: Engine, build: Build) -> dict[str, Counts]:
    """Ranked candidates and chosen people by protected attribute and group.

    Candidates are everybody with a score who is in neither seed. Bands are in their
    order, values the most frequent first, people without a value last.
    """
    bands = _bands(engine, build)
    chosen = _chosen(engine, build)
    left_out = _not_ranked(engine, build)
    slugs = tuple(build.protected_columns)
    totals: dict[str, dict[Label, np.ndarray]] = {
        slug: {label: np.zeros(2, np.int64) for label in bands[slug].labels}
        if slug in bands
        else {}
        for slug in slugs
    }
    for batch in engine.stream_people(build.folder, "main.canonical_members", slugs):
        row_ids = batch.column("row_id").to_numpy()
        is_ranked = ~is_among(left_out, row_ids)
        is_chosen = is_among(chosen, row_ids)
        for slug in slugs:
            places, labels = grouped(batch.column(slug), bands.get(slug))
            counts = np.stack(
                [
                    np.bincount(places[mask], minlength=len(labels))
                    for mask in (is_ranked, is_chosen)
                ],
                axis=1,
            )
            for label, count in zip(labels, counts, strict=True):
                before = totals[slug].get(label, np.zeros(2, np.int64))
                totals[slug][label] = before + count
    return {
        slug: _in_order(found, is_banded=slug in bands)
        for slug, found in totals.items()
    }


def _in_order(counts: Mapping[Label, np.ndarray], *, is_banded: bool) -> Counts:
    def place(label: Label) -> tuple[bool, int, str]:
        size = 0 if is_banded else -int(counts[label][0])
        return label is None, size, "" if is_banded else label or ""

    return {
        label: (int(counts[label][0]), int(counts[label][1]))
        for label in sorted(counts, key=place)
    }


def _bands(engine: Engine, build: Build) -> dict[str, NumberBands]:
    """The bands of the continuous ones, from the sample of the build."""
    names = build.protected_continuous
    if not names:
        return {}
    batches = engine.stream(build.folder, "main.canonical_sample", names)
    schema = pa.schema([(name, pa.float64()) for name in names])
    sample = pa.Table.from_batches([batch.cast(schema) for batch in batches], schema)
    return {
        name: number_bands(numbers_of(sample[name]), PROTECTED_BANDS) for name in names
    }


def _chosen(engine: Engine, build: Build) -> np.ndarray:
    """Row ids of the new people of the audience, sorted."""
    return sorted_ids(
        batch.column("row_id").filter(pc.invert(batch.column("is_seed")))
        for batch in engine.stream(
            build.folder, "main.audience_members", ("row_id", "is_seed")
        )
    )


def _not_ranked(engine: Engine, build: Build) -> np.ndarray:
    """Row ids of the people of both seeds, and of those without a score, sorted."""
    seeds = ["main.canonical_matched_seed"]
    if build.has_unlike:
        seeds.append("main.canonical_unlike")
    left_out = [
        batch.column("row_id")
        for name in seeds
        for batch in engine.stream(build.folder, name, ("row_id",))
    ]
    if (build.done("scores") or {}).get("unscored_people"):
        left_out += [
            batch.column("row_id").filter(pc.is_null(batch.column("log_odds")))
            for batch in engine.stream(
                build.folder, "scoring.scores", ("row_id", "log_odds")
            )
        ]
    return sorted_ids(left_out)
