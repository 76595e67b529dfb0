"""From a fit to people's log odds, attribute by attribute."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.oracle.bins import Bin, person_z
from tests.oracle.fits import Curve, Fit


def contributions_of(
    people: pd.DataFrame, fit: Fit, bins: Mapping[str, list[Bin]], order: Sequence[str]
) -> pd.DataFrame:
    """w t of each person and attribute, in the order of the specification."""
    columns: dict[str, list[float]] = {}
    for name in order:
        weight, terms = fit.weights[name], []
        known: dict[Any, float] = {}
        for value in people[name]:
            key = None if pd.isna(value) else value
            if key not in known:
                known[key] = _term_of_value(fit, name, key, bins)
            terms.append(weight * known[key] if weight else 0.0)
        columns[name] = terms
    return pd.DataFrame(columns, index=people.index)


def _term_of_value(
    fit: Fit, name: str, value: Any, bins: Mapping[str, list[Bin]]
) -> float:
    if name in fit.value_terms:
        return fit.value_terms[name].get(value, 0.0)
    curve = fit.curves.get(name)
    if curve is None or value is None:
        return term_of_z(curve, None)
    return term_of_z(curve, person_z(bins[name], value))


def term_of_z(curve: Curve | None, z: float | None) -> float:
    if curve is None:
        return 0.0
    if z is None:
        return curve.missing_term
    return curve.term(z) + curve.present_term


def log_odds_of(contributions: pd.DataFrame) -> np.ndarray:
    total = np.zeros(len(contributions))
    for name in contributions.columns:
        total = total + contributions[name].to_numpy()
    return np.round(total, 9)
