"""Held-out AUC of many groups at once: the seed, and random people in its place.

The default scorer's formulas (SCORING in docs/how_it_works.md) on coded people: one
array holds all groups, so that two hundred fits cost what a few cost one by one. Each
group is fitted and judged like a seed: five fits, each without a fold, each judged on
that fold's people against people outside the group.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from python_scoring.coded_people import CodedAttribute, CodedPeople

RIVALS = 2_000  # people outside a group whom its own are compared with
GROUPS_AT_ONCE = 25
WHOLE = -1


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How many imaginary people stand behind shares (m) and curves (k); see Scoring.

    `variance_pooling` None: chosen by held-out gain.
    """

    smoothing: float = 30.0
    gaussian_prior: float = 10.0
    variance_pooling: float | None = None


@dataclass(frozen=True, eq=False)
class Fits:
    """One attribute's fits by group and left-out fold, the whole group last.

    `terms` are groups x fits x codes, `signal_share` groups x fits.
    """

    terms: np.ndarray
    signal_share: np.ndarray


def held_out_aucs(
    people: CodedPeople, groups: int, smoothing: Smoothing, drawn_by: Sequence[int]
) -> np.ndarray:
    """Held-out AUC of the seed, then of `groups` random groups of as many people.

    Groups are drawn from the seed and the sample together: where the seed is nothing
    but random people, it is one of them. `drawn_by` decides which groups they are.
    """
    generator = np.random.default_rng(drawn_by)
    outside = people.people - people.seed_people
    size = people.seed_people + min(RIVALS, outside)
    real = people.seed_people + generator.permutation(outside)
    drawn = np.stack(
        [
            np.concatenate([np.arange(people.seed_people), real])[:size],
            *(generator.permutation(people.people)[:size] for _ in range(groups)),
        ]
    )
    return np.concatenate(
        [
            _aucs(people, drawn[start : start + GROUPS_AT_ONCE], smoothing)
            for start in range(0, len(drawn), GROUPS_AT_ONCE)
        ]
    )


def _aucs(people: CodedPeople, drawn: np.ndarray, smoothing: Smoothing) -> np.ndarray:
    """Mean of the folds' AUCs, by their people, of each row of group and rivals."""
    ends = np.cumsum(people.fold_sizes)
    folds = [
        slice(end - size, end)
        for size, end in zip(people.fold_sizes, ends, strict=True)
    ]
    # Where a person's code stands in an array of groups x codes that is laid out flat.
    groups = np.arange(len(drawn))[:, None]
    places = [
        attribute.codes[drawn] + groups * attribute.code_count
        for attribute in people.attributes
    ]
    fits = [
        _fit(attribute, of_drawn, folds, smoothing)
        for attribute, of_drawn in zip(people.attributes, places, strict=True)
    ]
    rivals_at = [each[:, people.seed_people :] for each in places]
    weights = _weights(fits, rivals_at)
    total = np.zeros(len(drawn))
    for fold, members in enumerate(folds):
        scores = np.zeros((len(drawn), members.stop - members.start))
        rivals = np.zeros((len(drawn), drawn.shape[1] - people.seed_people))
        for fit, at, rival_at, weight in zip(
            fits, places, rivals_at, weights, strict=True
        ):
            terms = fit.terms[:, fold] * weight[:, fold, None]
            scores += terms.take(at[:, members])
            rivals += terms.take(rival_at)
        total += _wins(scores.round(9), rivals.round(9))
    return total / people.seed_people


def _wins(scores: np.ndarray, rivals: np.ndarray) -> np.ndarray:
    """By row, the sum over scores of the share of rivals below; ties count half."""
    ordered = np.sort(rivals, axis=1)
    doubled = [
        (np.searchsorted(row, own, "left") + np.searchsorted(row, own, "right")).sum()
        for row, own in zip(ordered, scores, strict=True)
    ]
    return np.array(doubled) / (2 * rivals.shape[1])


def _fit(
    attribute: CodedAttribute,
    places: np.ndarray,
    folds: list[slice],
    smoothing: Smoothing,
) -> Fits:
    """The attribute's fits of every group, from counts alone."""
    held_out = np.stack(
        [_counts(places[:, members], attribute.code_count) for members in folds],
        axis=1,
    )
    whole = held_out.sum(axis=1, keepdims=True)
    learnt = np.concatenate([whole - held_out, whole], axis=1)
    everybody = np.bincount(attribute.codes, minlength=attribute.code_count)
    reference = everybody - whole
    if attribute.z is None:
        return _categorical(learnt, reference, smoothing)
    return _continuous(attribute.z, learnt, held_out, reference, smoothing)


def _counts(places: np.ndarray, code_count: int) -> np.ndarray:
    """How many of each row have each code."""
    flat = np.bincount(places.ravel(), minlength=len(places) * code_count)
    return flat.reshape(len(places), code_count)


def _categorical(
    learnt: np.ndarray, reference: np.ndarray, smoothing: Smoothing
) -> Fits:
    """t = ln(p / q); D over values with n q >= 1, the others folded into one."""
    people = learnt.sum(axis=2, keepdims=True)
    total = reference.sum(axis=2, keepdims=True)
    q = (reference + 0.5) / (total + 0.5 * reference.shape[2])
    p = (learnt + smoothing.smoothing * q) / (people + smoothing.smoothing)
    is_rare = people * q < 1
    nearly_p = (learnt + q) / (people + 1)
    divergence = np.where(is_rare, 0.0, nearly_p * np.log(nearly_p / q)).sum(axis=2)
    rare_p = np.where(is_rare, nearly_p, 0.0).sum(axis=2)
    rare_q = np.where(is_rare, np.broadcast_to(q, is_rare.shape), 0.0).sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence += np.where(rare_q > 0, rare_p * np.log(rare_p / rare_q), 0.0)
    freedom = (~is_rare).sum(axis=2) + is_rare.any(axis=2) - 1
    return Fits(np.log(p / q), _signal_share(freedom, people[:, :, 0], divergence))


def _continuous(
    z: np.ndarray,
    learnt: np.ndarray,
    held_out: np.ndarray,
    reference: np.ndarray,
    smoothing: Smoothing,
) -> Fits:
    """The Gaussian term by the pooling that foretells held-out people best."""
    is_present = np.isfinite(z)
    places = np.where(is_present, z, 0.0)
    prior = smoothing.gaussian_prior
    present = learnt * is_present
    count, total = present.sum(axis=2), (reference * is_present).sum(axis=2)
    mean_p = (reference * places).sum(axis=2) / np.maximum(total, 1)
    from_mean = np.where(is_present, (places - mean_p[:, :, None]) ** 2, 0.0)
    variance_p = (reference * from_mean).sum(axis=2) / np.maximum(total, 1)
    variance_p = np.where(variance_p > 0, variance_p, 1.0)
    mean = ((present * places).sum(axis=2) + prior * mean_p) / (count + prior)
    squares = (present * (places - mean[:, :, None]) ** 2).sum(axis=2)
    variance = (squares + prior * variance_p) / (count + prior)

    poolings = np.array([1.0, 0.5, 0.0])
    if smoothing.variance_pooling is not None:
        poolings = np.array([smoothing.variance_pooling])
    by_pooling = np.stack(
        [_curve(places, mean, variance, mean_p, variance_p, each) for each in poolings]
    )
    gains = _gains(
        by_pooling[:, :, :WHOLE], held_out * is_present, reference * is_present
    )
    gains[poolings == 1.0] += 1.0
    best = np.argmax(gains, axis=0)
    terms = np.take_along_axis(by_pooling, best[None, :, None, None], 0)[0]
    pooling = poolings[best][:, None]

    used = np.where(
        pooling == 1, variance_p, pooling * variance_p + (1 - pooling) * variance
    )
    ratio = used / variance_p
    divergence = 0.5 * (ratio + (mean - mean_p) ** 2 / variance_p - 1 - np.log(ratio))
    freedom = np.where(pooling == 1, 1, 2)
    missing, people = learnt.sum(axis=2) - count, learnt.sum(axis=2)
    if not is_present.all():
        q0 = 1 - total / np.maximum(reference.sum(axis=2), 1)
        has_missing = (q0 > 0) & (q0 < 1)
        q0 = np.where(has_missing, q0, 0.5)
        p0 = (missing + smoothing.smoothing * q0) / (people + smoothing.smoothing)
        log_missing, log_present = np.log(p0 / q0), np.log((1 - p0) / (1 - q0))
        evidence = np.where(
            is_present, terms + log_present[:, :, None], log_missing[:, :, None]
        )
        terms = np.where(has_missing[:, :, None], evidence, terms * is_present)
        divergence = np.where(
            has_missing,
            (1 - p0) * divergence + p0 * log_missing + (1 - p0) * log_present,
            divergence,
        )
    return Fits(terms, _signal_share(freedom, people, divergence))


def _curve(
    z: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    mean_p: np.ndarray,
    variance_p: np.ndarray,
    pooling: float,
) -> np.ndarray:
    """(1 - lambda) g(z; mu, var) + lambda g(z; mu, var_p), for each code."""
    own, reference = (z - mean[:, :, None]) ** 2, (z - mean_p[:, :, None]) ** 2
    variance, variance_p = variance[:, :, None], variance_p[:, :, None]
    pooled = 0.5 * (reference - own) / variance_p
    separate = 0.5 * (
        reference / variance_p - own / variance + np.log(variance_p / variance)
    )
    return pooling * pooled + (1 - pooling) * separate


def _gains(
    terms: np.ndarray, held_out: np.ndarray, reference: np.ndarray
) -> np.ndarray:
    """Held-out gain by pooling and group: sum over folds of (sum t - n ln mean_R e^t)."""
    greatest = terms.max(axis=3, keepdims=True)
    total = np.maximum(reference.sum(axis=2, keepdims=True), 1)
    means = (reference * np.exp(terms - greatest)).sum(axis=3, keepdims=True) / total
    gains: np.ndarray = (held_out * (terms - greatest - np.log(means))).sum(axis=(2, 3))
    return gains


def _signal_share(
    freedom: np.ndarray, people: np.ndarray, divergence: np.ndarray
) -> np.ndarray:
    """s = max(0, 1 - df / (2 n D)), 0 where D = 0."""
    information = 2 * people * divergence
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(information > 0, 1 - freedom / information, 0.0)
    return np.maximum(share, 0.0)


def _weights(fits: list[Fits], rivals_at: list[np.ndarray]) -> list[np.ndarray]:
    """w = s h, by attribute: groups x fits."""
    terms = np.stack(
        [fit.terms[:, WHOLE].take(at) for fit, at in zip(fits, rivals_at, strict=True)]
    )
    terms -= terms.mean(axis=2, keepdims=True)
    lengths = np.sqrt((terms**2).sum(axis=2, keepdims=True))
    terms /= np.where(lengths > 1e-9, lengths, np.inf)
    squares = np.einsum("jgr,kgr->jkg", terms, terms) ** 2
    count = len(fits)
    squares[range(count), range(count)] = 1.0
    counts = np.stack([fit.signal_share[:, WHOLE] > 0 for fit in fits])
    is_counted = np.broadcast_to(counts[None], squares.shape).copy()
    is_counted[range(count), range(count)] = True
    repetition = (squares * is_counted).sum(axis=1)
    return [
        fit.signal_share / repeated[:, None]
        for fit, repeated in zip(fits, repetition, strict=True)
    ]
