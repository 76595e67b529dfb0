"""Weight relations small enough to score by hand."""

from typing import Any

import pyarrow as pa

LN2 = 0.6931471805599453
LN4 = 1.3862943611198906

VALUES = [
    # attribute, is_missing, attribute_value, log_likelihood_ratio
    ("country", False, "FR", LN2),
    ("country", False, "DE", -LN4),
    ("country", True, "", 0.25),
    ("colour", False, "", 1.0),
    ("colour", False, "red", -1.0),
]
BINS = [
    # attribute, bin, least_value, greatest_value, share_below, reference_share
    ("age", 0, 0.0, 0.0, 0.0, 0.5),
    ("age", 1, 10.0, 15.0, 0.5, 0.4),
    ("age", 2, 20.0, 20.0, 0.9, 0.1),
    ("visits", 0, 1.0, 1.0, 0.0, 0.5),
    ("visits", 1, 3.0, 3.0, 0.5, 0.5),
]
WEIGHTS = {"country": 0.5, "age": 0.8, "colour": 1.0, "visits": 0.25, "constant": 0.0}


def weight_relations(
    weights: dict[str, float] | None = None, fold: int = -1
) -> dict[str, pa.Table]:
    """Two categorical and two continuous attributes, and one of weight 0."""
    return {
        "weight_values": _table(
            ["attribute", "is_missing", "attribute_value", "log_likelihood_ratio"],
            VALUES,
            fold,
        ),
        "weight_gaussians": _table(
            [
                "attribute",
                "seed_mean",
                "seed_variance",
                "reference_mean",
                "reference_variance",
                "variance_pooling",
                "missing_log_likelihood_ratio",
                "present_log_likelihood_ratio",
                "quantile_clip",
            ],
            [
                ("age", 1.0, 0.5, 0.0, 1.0, 0.0, -0.5, 0.125, 0.001),
                ("visits", 0.5, 2.0, 0.0, 1.0, 1.0, None, None, 0.001),
            ],
            fold,
        ),
        "weight_attributes": _table(
            ["attribute", "role", "position", "attribute_weight"],
            [
                (
                    name,
                    "continuous" if name in ("age", "visits") else "categorical",
                    position,
                    weight,
                )
                for position, (name, weight) in enumerate((weights or WEIGHTS).items())
            ],
            fold,
        ),
        "distribution_bins": _table(
            [
                "attribute",
                "bin",
                "least_value",
                "greatest_value",
                "share_below",
                "reference_share",
            ],
            BINS,
        ),
        "distribution_totals": _table(
            ["seed_total", "reference_total", "smoothing"], [(100, 1000, 30.0)], fold
        ),
    }


def batch(**columns: list[Any]) -> pa.RecordBatch:
    """A batch of people; what is not given is missing."""
    count = len(next(iter(columns.values()))) if columns else 0
    text, number = pa.string(), pa.float64()
    kinds = {"country": text, "age": number, "colour": text, "visits": number}
    return pa.record_batch(
        {
            name: pa.array(columns.get(name, [None] * count), kind)
            for name, kind in kinds.items()
        }
    )


def _table(
    names: list[str], rows: list[tuple[Any, ...]], fold: int | None = None
) -> pa.Table:
    more = {} if fold is None else {"left_out_fold": fold}
    return pa.Table.from_pylist(
        [more | dict(zip(names, row, strict=True)) for row in rows]
    )
