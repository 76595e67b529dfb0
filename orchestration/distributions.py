"""What a version keeps of its distributions, so that a later one can be compared.

`distributions.json`: the reference's shares for each attribute and the candidates' by
score. Nothing that fewer than 25 people have is told apart.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engines.base import Engine
from python_scoring.drift import Band, Bands, Values
from python_scoring.told_cells import FEWEST_PEOPLE

FILE = "distributions.json"
DISTRIBUTION_RELATIONS = (
    "distribution_bins",
    "distribution_categorical",
    "distribution_continuous",
)
MOST_VALUES = 200
BANDS = 100

Row = dict[str, Any]
Distribution = Values | Bands


def read_distributions(engine: Engine, folder: Path) -> dict[str, Distribution]:
    """The distributions of a build by attribute, and that of the score as `score`."""
    names = [f"main.{name}" for name in (*DISTRIBUTION_RELATIONS, "report_histogram")]
    tables = engine.read_tables(folder, names)
    categorical = _rows(tables["main.distribution_categorical"])
    continuous = _rows(tables["main.distribution_continuous"])
    bins = tables["main.distribution_bins"].sort_by("bin").to_pylist()
    found: dict[str, Distribution] = {}
    for attribute in sorted({row["attribute"] for row in categorical}):
        rows = [row for row in categorical if row["attribute"] == attribute]
        found[attribute] = values_of(rows)
    for row in sorted(continuous, key=lambda each: each["attribute"]):
        own = [each for each in bins if each["attribute"] == row["attribute"]]
        found[row["attribute"]] = bands_of(
            _numbers(own, "least_value", "greatest_value", "reference_count"),
            row["reference_missing_count"],
        )
    histogram = tables["main.report_histogram"].sort_by("score_from").to_pylist()
    found["score"] = bands_of(
        _numbers(histogram, "score_from", "score_to", "people_count"), 0
    )
    return found


def _rows(table: pa.Table) -> list[Row]:
    """The rows of the whole fit."""
    rows: list[Row] = table.filter(pc.equal(table["left_out_fold"], -1)).to_pylist()
    return rows


def _numbers(rows: Iterable[Row], *names: str) -> list[tuple[float, float, int]]:
    least, greatest, count = names
    return [(float(row[least]), float(row[greatest]), int(row[count])) for row in rows]


def values_of(rows: Sequence[Row]) -> Values:
    """The values that at least 25 people of the reference have, as shares.

    At most MOST_VALUES of them, the most frequent; the rest is `other`, which is left
    out where it is fewer than 25 people.
    """
    counts = {
        row["attribute_value"]: row["reference_count"]
        for row in rows
        if not row["is_missing"]
    }
    missing = sum(row["reference_count"] for row in rows if row["is_missing"])
    told = sorted(
        (value for value, count in counts.items() if count >= FEWEST_PEOPLE),
        key=lambda value: (-counts[value], value),
    )[:MOST_VALUES]
    folded = sum(counts.values()) - sum(counts[value] for value in told)
    if missing < FEWEST_PEOPLE:
        folded, missing = folded + missing, 0
    other = folded if folded >= FEWEST_PEOPLE else 0
    people = sum(counts[value] for value in told) + missing + other
    total = max(people, 1)
    return Values(
        people=people,
        shares={value: counts[value] / total for value in told},
        missing=missing / total,
        other=other / total,
    )


def bands_of(bins: Sequence[tuple[float, float, int]], missing: int) -> Bands:
    """Bins in order merged into bands of a hundredth of the people, and of 25."""
    kept_missing = missing if missing >= FEWEST_PEOPLE else 0
    present = sum(count for _, _, count in bins)
    people = present + kept_missing
    wanted = max(FEWEST_PEOPLE, present / BANDS)
    merged: list[tuple[float, float, int]] = []
    for least, greatest, count in bins:
        if count and merged and merged[-1][2] < wanted:
            start, _, before = merged.pop()
            merged.append((start, greatest, before + count))
        elif count:
            merged.append((least, greatest, count))
    if len(merged) > 1 and merged[-1][2] < wanted:
        _, greatest, count = merged.pop()
        start, _, before = merged.pop()
        merged.append((start, greatest, before + count))
    total = max(people, 1)
    return Bands(
        people=people,
        bands=[
            Band(least, greatest, count / total) for least, greatest, count in merged
        ],
        missing=kept_missing / total,
    )


def to_json(distributions: Mapping[str, Distribution]) -> str:
    """The file's text."""
    document = {
        name: {"kind": type(each).__name__.lower(), **asdict(each)}
        for name, each in distributions.items()
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def load(folder: Path) -> dict[str, Distribution]:
    """The distributions of a version; empty where it kept none."""
    path = folder / FILE
    if not path.exists():
        return {}
    found: dict[str, Distribution] = {}
    for name, values in json.loads(path.read_text(encoding="utf-8")).items():
        kind = values.pop("kind")
        if kind == "values":
            found[name] = Values(**values)
        else:
            bands = [Band(**each) for each in values.pop("bands")]
            found[name] = Bands(bands=bands, **values)
    return found
