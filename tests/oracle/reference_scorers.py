"""The reference system's two formulas written out a second time, in numpy on raw values.

`seed` and `reference` are frames of text and numbers; `people` are scored. Nothing is
shared with the project: no centre, no scale, no bins.
"""

from collections import Counter

import numpy as np
import pandas as pd


def published_sql(seed, reference, people, categorical, continuous):
    """Log odds of each person by the published SQL, and the value weights."""
    totals, matched = np.zeros(len(people)), np.zeros(len(people))
    weights = {}
    for name in categorical:
        ours, theirs = (Counter(side[name].dropna()) for side in (seed, reference))
        known = set(ours) | set(theirs)
        weights[name] = {
            value: np.clip(
                np.log((ours[value] + 1) / (len(seed) + len(known)))
                - np.log((theirs[value] + 1) / (len(reference) + len(known))),
                -3,
                3,
            )
            for value in known
            if ours[value] + theirs[value] >= 5
        }
        for row, value in enumerate(people[name]):
            if value in weights[name]:
                totals[row] += weights[name][value]
                matched[row] += 1
    log_odds = np.where(matched > 0, totals / np.maximum(matched, 1), 0.0)
    for name in continuous:
        values = seed[name].dropna().astype(float)
        deviation = values.std(ddof=1)
        if deviation > 0:
            z = (people[name].astype(float) - values.mean()) / deviation
            log_odds += np.exp(-0.5 * z**2).fillna(0.0).to_numpy()
    return log_odds, weights


def documented(seed, reference, people, categorical, continuous):
    """Log odds of each person by the page, and each attribute's divergence."""
    terms, divergences = {}, {}
    for name in categorical:
        ours, theirs = (Counter(side[name].dropna()) for side in (seed, reference))
        known = sorted(set(ours) | set(theirs))
        n, size = sum(ours.values()), sum(theirs.values())
        ratio = {
            value: np.log((ours[value] + 1) / (n + len(known)))
            - np.log((theirs[value] + 1) / (size + len(known)))
            for value in known
        }
        terms[name] = np.array([ratio.get(value, 0.0) for value in people[name]])
        divergences[name] = _divergence(
            [ours[value] for value in known], [theirs[value] for value in known]
        )
    for name in continuous:
        ours, theirs = (
            side[name].dropna().astype(float).to_numpy() for side in (seed, reference)
        )
        mean, variance = ours.mean(), ours.var(ddof=1)
        density = -((people[name].astype(float) - mean) ** 2) / (2 * variance)
        typical = np.mean(-((theirs - mean) ** 2) / (2 * variance))
        terms[name] = (density - typical).fillna(0.0).to_numpy()
        divergences[name] = _divergence(*_tenths(ours, theirs))
    greatest = max(divergences.values())
    return sum(
        terms[name] * divergences[name] / greatest for name in terms
    ), divergences


def _divergence(seed_counts, reference_counts):
    ours, theirs = np.array(seed_counts, float), np.array(reference_counts, float)
    q = (theirs + 0.5) / (theirs.sum() + 0.5 * len(theirs))
    p = (ours + q) / (ours.sum() + 1)
    return float(np.sum(p * np.log(p / q)))


def _tenths(ours, theirs):
    """Counts of both sides by value of a fifth or more, else by tenth of the others.

    For references of at most 1,024 values; a seed's own value counts as the nearest one.
    """
    counts = pd.Series(theirs).value_counts().sort_index()
    alone = counts >= 0.2 * counts.sum()
    others = counts.where(~alone, 0)
    middle = (others.cumsum() - others / 2) / max(others.sum(), 1)
    tenth = np.minimum((10 * middle).astype(int), 9).where(~alone, 10)
    place = (alone.cumsum() - alone) * 11 + tenth
    values = counts.index.to_numpy()
    nearest = values[[np.argmin(np.abs(values - value)) for value in ours]]
    in_seed = pd.Series(nearest).value_counts().reindex(values, fill_value=0)
    frame = pd.DataFrame({"ours": in_seed, "theirs": counts, "place": place})
    by_place = frame.groupby("place").sum()
    return by_place["ours"], by_place["theirs"]
