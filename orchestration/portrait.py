"""The portrait of an audience: its segments in words, its values beside those of others.

One pass over the attributes of the new people of the audience, from the kept codes where
there are any.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from engines.base import Engine
from orchestration.builds import Build
from python_scoring.portrait import (
    coded_attributes,
    codes_of,
    segments_of,
    together,
)
from python_scoring.told_cells import FEWEST_PEOPLE, told_cells
from python_scoring.value_groups import grouped

Portrait = dict[str, Any]
Row = dict[str, Any]


def portrait_of(
    engine: Engine, build: Build, tables: Mapping[str, pa.Table]
) -> Portrait:
    """All of portrait.json; `tables` are the build's report tables.

    `values` has those of report_value_terms with the people of the audience who have
    them; None where they are fewer than 25 (`is_few`) or would give such away, and
    so is the share of the seed.
    """
    roles = build.roles
    names = tuple(roles)
    rows_of: dict[str, list[Row]] = {name: [] for name in names}
    for row in sorted(tables["report_value_terms"].to_pylist(), key=_order):
        rows_of[row["attribute"]].append(row)
    sample = _sample(engine, build, roles)
    attributes = coded_attributes(sample, roles)
    counts = {name: np.zeros(len(rows), np.int64) for name, rows in rows_of.items()}
    coded = [np.zeros((0, len(names)), np.uint8)]
    for batch in engine.stream_people(build.folder, "main.audience_attributes", names):
        coded.append(codes_of(batch, attributes))
        for name, rows in rows_of.items():
            counts[name] += _counts(batch.column(name), rows, roles[name])
    audience = np.concatenate(coded)
    told = {
        name: told_cells(found, others=len(audience) - int(found.sum()))
        for name, found in counts.items()
    }
    segments = segments_of(audience, codes_of(sample, attributes), attributes)
    columns = {
        row["attribute"]: row["column_name"] or row["attribute"]
        for row in tables["report_attribute_weights"].to_pylist()
    }
    return {
        "people": len(audience),
        "fewest_people": FEWEST_PEOPLE,
        "segments": [
            {
                "conditions": [
                    {
                        "attribute": name,
                        "column_name": columns.get(name, name),
                        "value": label,
                    }
                    for name, label in each.conditions
                ],
                "people": each.people,
                "audience_share": each.audience_share,
                "population_share": each.population_share,
                "lift": each.lift,
            }
            for each in segments
        ],
        "together_share": together(segments, audience, attributes),
        "values": [
            _value(
                row,
                people,
                len(audience),
                columns.get(name, name),
                is_told=is_told,
            )
            for name, rows in rows_of.items()
            for row, people, is_told in zip(
                rows, counts[name].tolist(), told[name].tolist(), strict=True
            )
        ],
    }


def _sample(engine: Engine, build: Build, roles: Mapping[str, str]) -> pa.Table:
    """The sample's scored attributes."""
    types = {"continuous": pa.float64(), "categorical": pa.string()}
    schema = pa.schema([(name, types[role]) for name, role in roles.items()])
    batches = engine.stream(build.folder, "main.canonical_sample", tuple(roles))
    return pa.Table.from_batches([batch.cast(schema) for batch in batches], schema)


def _order(row: Row) -> tuple[bool, float, str]:
    """Ranges by their ends, then values by their text, the missing last."""
    return row["is_missing"], row["least_value"] or 0.0, row["value_text"]


def _counts(column: pa.Array, rows: list[Row], role: str) -> np.ndarray:
    """How many of the column's people have the value, or lie in the range, of each row."""
    if role == "continuous":
        return _in_ranges(column, rows)
    places, labels = grouped(column)
    found = np.bincount(places, minlength=len(labels))
    of_label = dict(zip(labels, found, strict=True))
    wanted = (None if row["is_missing"] else row["value_text"] for row in rows)
    return np.array([of_label.get(label, 0) for label in wanted], np.int64)


def _in_ranges(column: pa.Array, rows: list[Row]) -> np.ndarray:
    plain = (
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    )
    numbers = np.sort(plain.drop_null().to_numpy(zero_copy_only=False))
    return np.array(
        [
            plain.null_count
            if row["is_missing"]
            else np.searchsorted(numbers, row["greatest_value"], "right")
            - np.searchsorted(numbers, row["least_value"], "left")
            for row in rows
        ],
        np.int64,
    )


def _value(
    row: Row, people: int, audience: int, column_name: str, *, is_told: bool
) -> Row:
    return {
        "attribute": row["attribute"],
        "column_name": column_name,
        "value": row["value_text"],
        "is_missing": row["is_missing"],
        "audience_people": people if is_told else None,
        "audience_share": people / audience if is_told else None,
        "is_few": people < FEWEST_PEOPLE,
        "population_share": row["reference_share"],
        "seed_share": row["seed_share"],
    }
