"""The reference fit as the weight relations that python_scoring reads.

One pyarrow table a relation, with the columns that the scorer needs, so that the scorer
can be compared with the formulas without a database in between.
"""

from collections.abc import Sequence

import pyarrow as pa

from tests.oracle.naive_bayes import Result


def relations(
    result: Result,
    categorical: Sequence[str],
    continuous: Sequence[str],
    smoothing: float = 30.0,
) -> dict[str, pa.Table]:
    """weight_values, weight_gaussians, weight_attributes, distribution_bins, _totals."""
    order = [*categorical, *continuous]
    values, gaussians, attributes, totals, bins = [], [], [], [], []
    people = result.population
    for fold, fit in result.fits.items():
        totals.append(
            {
                "left_out_fold": fold,
                "seed_total": int((result.seed["fold"] != fold).sum()),
                "reference_total": int((~people["is_seed"]).sum()),
                "smoothing": smoothing,
            }
        )
        for name, terms in fit.value_terms.items():
            values += [
                {
                    "left_out_fold": fold,
                    "attribute": name,
                    "is_missing": value is None,
                    "attribute_value": value or "",
                    "log_likelihood_ratio": term,
                }
                for value, term in terms.items()
            ]
        for name, curve in fit.curves.items():
            gaussians.append(
                {
                    "left_out_fold": fold,
                    "attribute": name,
                    "seed_mean": curve.mu,
                    "seed_variance": curve.var,
                    "reference_mean": curve.mu_p,
                    "reference_variance": curve.var_p,
                    "variance_pooling": curve.pooling,
                    "missing_log_likelihood_ratio": curve.missing_term,
                    "present_log_likelihood_ratio": curve.present_term,
                    "quantile_clip": result.bins[name][0].clip,
                }
            )
        attributes += [
            {
                "left_out_fold": fold,
                "attribute": name,
                "role": "categorical" if name in categorical else "continuous",
                "position": position,
                "attribute_weight": fit.weights[name],
            }
            for position, name in enumerate(order)
        ]
    for name in continuous:
        bins += [
            {
                "attribute": name,
                "bin": place,
                "least_value": float(each.least),
                "greatest_value": float(each.greatest),
                "reference_count": each.reference_count,
                "share_below": each.share_below,
                "reference_share": each.reference_share,
                "z": each.z,
            }
            for place, each in enumerate(result.bins[name])
        ]
    named = {
        "weight_values": values,
        "weight_gaussians": gaussians,
        "weight_attributes": attributes,
        "distribution_bins": bins,
        "distribution_totals": totals,
    }
    return {name: pa.Table.from_pylist(rows) for name, rows in named.items()}
