"""Where people stand in the sample by one fit, as log odds of another.

Fits of different people have different scales: the same attributes give a person a little
more by one than by the other. Beside people whom another fit has ranked, a held-out
person would stand before or behind all who are alike. So a person is ranked among the
sample as their own fit ranks it, and told on the scale of the fit that ranks everybody.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PRECISION = 9  # decimals of log odds


def on_scale_of(
    log_odds: np.ndarray, sample: np.ndarray, other_sample: np.ndarray
) -> np.ndarray:
    """Log odds by another fit of who has the same place in the sample; NaN stays.

    `sample` and `other_sample` are the log odds of the same people by the two fits.
    Between two of them a place runs linearly, beyond all of them the distance counts, in
    spreads of the sample. Who is as alike as some of the sample takes their places,
    several people one after the other in the order given: so a tie of both fits stays
    one, and where the other fit tells these people apart, nobody is favoured.

    >>> on_scale_of(np.array([1.5, 4.0]), np.array([1.0, 2, 3]), np.array([10.0, 20, 30]))
    array([15., 40.])
    >>> two_cells, other_scale = np.array([0.0, 0, 1]), np.array([0.2, 0.2, 0.9])
    >>> on_scale_of(np.array([1.0, 0.0, 0.0]), two_cells, other_scale)
    array([0.9, 0.2, 0.2])
    """
    ordered, others = (_ordered(each) for each in (sample, other_sample))
    found = np.full(len(log_odds), np.nan)
    if not len(ordered) or not len(others):
        return found
    is_known = ~np.isnan(log_odds)
    known = log_odds[is_known]
    below = np.searchsorted(ordered, known, side="left")
    up_to = np.searchsorted(ordered, known, side="right")
    ends = np.clip(known, ordered[0], ordered[-1])
    spread = ordered.std()
    stretch = others.std() / spread if spread > 0 else 0.0
    same_number = np.linspace(0, len(others) - 1, len(ordered))
    scale = np.interp(same_number, np.arange(len(others)), others)
    placed = np.interp(known, ordered, scale)
    placed[known < ordered[0]] = scale[0]
    placed[known > ordered[-1]] = scale[-1]
    placed += stretch * (known - ends)
    is_tied = up_to > below
    places = _shared(below[is_tied], up_to[is_tied])
    placed[is_tied] = scale[places.astype(int)]
    found[is_known] = np.round(placed, PRECISION)
    return found


def in_key_order(people: pa.Table) -> np.ndarray:
    """Rows by person key: an order that no relation's own order changes."""
    rows: np.ndarray = pc.sort_indices(people.column("person_key")).to_numpy()
    return rows


def _ordered(log_odds: np.ndarray) -> np.ndarray:
    return np.sort(log_odds[~np.isnan(log_odds)])


def _shared(below: np.ndarray, up_to: np.ndarray) -> np.ndarray:
    """Places of people who share some: in the middle of equal parts, in order."""
    order = np.argsort(below, kind="stable")
    _, first, count = np.unique(below[order], return_index=True, return_counts=True)
    part = np.empty(len(below))
    part[order] = (np.arange(len(below)) - np.repeat(first, count) + 0.5) / np.repeat(
        count, count
    )
    return below + part * (up_to - below)
