"""The example as a data set for the quality tool: everybody, with who converted."""

import json
from pathlib import Path

import pandas as pd

EXAMPLE = Path(__file__).parent.parent / "examples" / "bank"
CONTINUOUS = ["age", "balance", "campaign", "pdays", "previous"]


def write_data_set(folder: Path) -> Path:
    """Write `bank/users.parquet` and `bank/schema.json` below the folder; its path.

    The splits are a function of names, labels and row order, so they are the splits
    that the reference figures were measured on.
    """
    customers = pd.read_parquet(EXAMPLE / "customers.parquet")
    converters = pd.read_parquet(EXAMPLE / "converters.parquet")
    customers["converted"] = customers["user_id"].isin(converters["user_id"]).astype(int)
    categorical = [
        name
        for name in customers.columns
        if name not in {"user_id", "converted", *CONTINUOUS}
    ]
    target = folder / "bank"
    target.mkdir(parents=True, exist_ok=True)
    customers.to_parquet(target / "users.parquet", index=False)
    schema = {
        "name": "bank",
        "file": "users.parquet",
        "id": "user_id",
        "label": "converted",
        "other_labels": [],
        "categorical": categorical,
        "continuous": CONTINUOUS,
        "rows": len(customers),
        "positives": {"converted": int(customers["converted"].sum())},
    }
    (target / "schema.json").write_text(json.dumps(schema))
    return folder
