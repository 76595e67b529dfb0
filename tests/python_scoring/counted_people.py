"""Relations of a fit on a seed and a population of text values, counted here."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

SMOOTHING = 30.0


def counted_people(
    seed: pd.DataFrame,
    population: pd.DataFrame,
    folds: np.ndarray,
    unlike: pd.DataFrame | None = None,
    unlike_folds: np.ndarray | None = None,
) -> Mapping[str, pa.Table]:
    """What scorers that learn from people read, of the whole seed; the sample is everybody.

    With `unlike` the seed is compared with half the population, half those people.
    """
    values, attributes = [], []
    for position, name in enumerate(seed):
        a, b = seed[name].value_counts(), population[name].value_counts()
        known = a.index.union(b.index)
        if unlike is not None:
            u = unlike[name].value_counts()
            known = known.union(u.index)
        a, b = (each.reindex(known, fill_value=0) for each in (a, b))
        if unlike is not None:
            u = len(population) * u.reindex(known, fill_value=0)
            b = b / 2 + (u + SMOOTHING * b) / (len(unlike) + SMOOTHING) / 2
        q = (b + 0.5) / (len(population) + 0.5 * len(known))
        p = (a + SMOOTHING * q) / (len(seed) + SMOOTHING)
        values += [
            {
                "left_out_fold": -1,
                "attribute": name,
                "is_missing": False,
                "attribute_value": value,
                "reference_share": q[value],
                "log_likelihood_ratio": np.log(p[value] / q[value]),
            }
            for value in known
        ]
        attributes.append(
            {
                "left_out_fold": -1,
                "attribute": name,
                "role": "categorical",
                "position": position,
                "is_dropped": False,
            }
        )
    totals = {
        "left_out_fold": -1,
        "seed_total": len(seed),
        "reference_total": len(population),
        "smoothing": SMOOTHING,
    }
    keys = [f"{place:06}" for place in range(len(seed))]
    whole = seed.assign(person_key=keys, fold=folds, seed_weight=1.0)
    unwanted = {}
    if unlike is not None:
        keys = [f"u{place:06}" for place in range(len(unlike))]
        frame = unlike.assign(person_key=keys, fold=unlike_folds)
        unwanted = {
            "canonical_unlike": pa.Table.from_pandas(frame, preserve_index=False)
        }
    return {
        **unwanted,
        "weight_values": pa.Table.from_pylist(values),
        "weight_attributes": pa.Table.from_pylist(attributes),
        "distribution_totals": pa.Table.from_pylist([totals]),
        "weight_gaussians": pa.table({"left_out_fold": pa.array([], pa.int64())}),
        "distribution_bins": pa.table({"attribute": pa.array([], pa.string())}),
        "canonical_seed": pa.Table.from_pandas(whole, preserve_index=False),
        "canonical_sample": pa.Table.from_pandas(population, preserve_index=False),
    }
