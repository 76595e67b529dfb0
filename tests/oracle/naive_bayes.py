"""`naive_bayes` from data frames to scores, written from the formulas and nothing else.

Shares no code with the SQL or with python_scoring, and prefers clarity to speed: one
function a formula, a value at a time where that reads better. The pipeline's numbers
are compared with these.

Both frames have one row a person (a key is refused if it occurs twice) and the key in
the column `id_column`. Readings taken where the formulas leave a choice stand beside the
line that takes them.
"""

import bisect
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize, root

WHOLE = -1
FOLDS = (0, 1, 2, 3, 4)
POOLINGS = (1.0, 0.5, 0.0)


@dataclass(frozen=True)
class Settings:
    """The fields of a specification that scoring knows."""

    smoothing: float = 30.0
    gaussian_prior: float = 10.0
    variance_pooling: float | None = None
    attribute_weights: str = "noise_decorrelated"
    learn_from: str = "seed"
    sample_size: int = 20_000
    sample_minimum: int = 2_000
    bin_count: int = 1_024
    identifier_is_hash: bool = False


@dataclass(frozen=True)
class Profile:
    """What the profile keeps of a continuous attribute's sample."""

    centre: float
    scale: float
    frequent_values: tuple[float, ...] = ()


@dataclass
class Bin:
    """A stretch of values of the population that counts as one."""

    least: float
    greatest: float
    reference_count: int
    share_below: float = 0.0
    reference_share: float = 0.0
    z: float = 0.0
    clip: float = 0.001


@dataclass
class Curve:
    """The Gaussian parameters of one attribute in one fit."""

    mu: float
    var: float
    mu_p: float
    var_p: float
    pooling: float
    missing_term: float
    present_term: float
    p0: float
    q0: float

    def ratio(self, z: float, mu: float, var: float) -> float:
        """g(z; mu, var)."""
        own = -0.5 * math.log(var) - (z - mu) ** 2 / (2 * var)
        reference = -0.5 * math.log(self.var_p) - (z - self.mu_p) ** 2 / (
            2 * self.var_p
        )
        return own - reference

    def term(self, z: float) -> float:
        """t without the present term."""
        return (1 - self.pooling) * self.ratio(z, self.mu, self.var) + (
            self.pooling * self.ratio(z, self.mu, self.var_p)
        )


@dataclass
class Fit:
    """Terms and weights of all attributes for one left-out fold."""

    weights: dict[str, float] = field(default_factory=dict)
    divergence: dict[str, float] = field(default_factory=dict)
    jensen_shannon: dict[str, float] = field(default_factory=dict)
    degrees_of_freedom: dict[str, int] = field(default_factory=dict)
    signal_share: dict[str, float] = field(default_factory=dict)
    value_terms: dict[str, dict[str | None, float]] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


@dataclass
class Result:
    """Everything worth comparing. `population` keeps its row order."""

    population: pd.DataFrame  # id, is_seed, log_odds, score
    contributions: pd.DataFrame  # of the population, one column an attribute
    seed: (
        pd.DataFrame
    )  # learning seed: id, person_key, fold, out-of-fold log_odds, score
    sample_log_odds: np.ndarray
    calibration: tuple[float, float, float]
    fits: dict[int, Fit]
    decorrelation: dict[str, float]
    pooling: dict[str, float]
    held_out_gain: dict[str, dict[float, float]]
    bins: dict[str, list[Bin]]


def naive_bayes(
    seed: pd.DataFrame,
    population: pd.DataFrame,
    id_column: str,
    categorical: Sequence[str],
    continuous: Sequence[str],
    *,
    settings: Settings = Settings(),
    profiles: Mapping[str, Profile] | None = None,
    order: Sequence[str] | None = None,
    identifier_type: str | None = None,
) -> Result:
    """Fit on the seed, score everyone in the population.

    `profiles` replaces what would be taken from the sample; `order` is that of the
    specification (categorical first by default).
    """
    order = list(order or [*categorical, *continuous])
    seed = _clean(seed, id_column, categorical, continuous)
    population = _clean(population, id_column, categorical, continuous)
    is_seed = population["id"].isin(set(seed["id"]))
    reference = population[~is_seed]
    learning = population[is_seed] if settings.learn_from == "population" else seed
    learning = learning.copy()
    prefix = identifier_type or id_column
    learning["person_key"] = [_md5(f"{prefix}:{each}") for each in learning["id"]]
    learning["fold"] = [int(key[:8], 16) % 5 for key in learning["person_key"]]

    profile_sample = _draw(population, settings)
    sample = profile_sample[~profile_sample["id"].isin(set(seed["id"]))]
    if len(sample) < settings.sample_minimum:
        sample = _draw(reference, settings)

    bins: dict[str, list[Bin]] = {}
    seed_z: dict[str, list[float | None]] = {}
    sample_z: dict[str, list[float | None]] = {}
    poolings: dict[str, float] = {}
    gains: dict[str, dict[float, float]] = {}
    for name in continuous:
        profile = (profiles or {}).get(name) or profile_of(
            profile_sample[name], settings
        )
        bins[name], place = make_bins(
            population[name], is_seed, profile, len(reference), settings
        )
        # SQL's fits use the bin's mid-rank z, also where terms are correlated
        seed_z[name] = [_mid_rank(bins[name], place(x)) for x in learning[name]]
        sample_z[name] = [_mid_rank(bins[name], place(x)) for x in sample[name]]

    fits: dict[int, Fit] = {}
    fold_of = learning["fold"].to_numpy()
    for name in continuous:
        gains[name] = held_out_gains(seed_z[name], fold_of, bins[name], settings)
        poolings[name] = choose_pooling(gains[name], settings)
    for left_out in (WHOLE, *FOLDS):
        keep = fold_of != left_out
        fits[left_out] = fit = Fit()
        n = int(keep.sum())
        for name in categorical:
            _fit_values(
                fit,
                name,
                seed=learning[name],
                keep=keep,
                reference=reference[name],
                settings=settings,
            )
        for name in continuous:
            _fit_curve(
                fit,
                name,
                seed_z=seed_z[name],
                keep=keep,
                bins=bins[name],
                reference=reference[name],
                pooling=poolings[name],
                settings=settings,
            )
        for name in order:
            information = fit.divergence[name]
            fit.signal_share[name] = (
                max(0.0, 1 - fit.degrees_of_freedom[name] / (2 * n * information))
                if information > 0
                else 0.0
            )

    whole = fits[WHOLE]
    sample_terms = pd.DataFrame(
        {
            name: [
                whole.value_terms.get(name, {}).get(value, 0.0)
                for value in sample[name]
            ]
            if name in categorical
            else [_term_of_z(whole.curves.get(name), z) for z in sample_z[name]]
            for name in order
        }
    )
    decorrelation = decorrelate(sample_terms, whole.signal_share, settings)
    for fit in fits.values():
        _weigh(fit, decorrelation, order, settings)
    if all(weight == 0 for weight in whole.weights.values()):
        raise ValueError(
            "the seed does not differ from the population on the chosen attributes"
        )

    sample_log_odds = _log_odds(contributions_of(sample, whole, bins, order))
    out_of_fold = np.zeros(len(learning))
    for left_out in FOLDS:
        members = fold_of == left_out
        own, others = (
            _log_odds(contributions_of(people, fits[left_out], bins, order))
            for people in (learning[members], sample)
        )
        keys = list(learning["person_key"][members])
        out_of_fold[members] = _placed(own, keys, others, sample_log_odds)
    calibration = calibrate(out_of_fold, sample_log_odds)
    contributions = contributions_of(population, whole, bins, order)
    log_odds = _log_odds(contributions)
    return Result(
        population=pd.DataFrame(
            {
                "id": population["id"].to_numpy(),
                "is_seed": is_seed.to_numpy(),
                "log_odds": log_odds,
                "score": score_of(log_odds, calibration),
            }
        ),
        contributions=contributions,
        seed=pd.DataFrame(
            {
                "id": learning["id"].to_numpy(),
                "person_key": learning["person_key"].to_numpy(),
                "fold": fold_of,
                "log_odds": out_of_fold,
                "score": score_of(out_of_fold, calibration),
            }
        ),
        sample_log_odds=sample_log_odds,
        calibration=calibration,
        fits=fits,
        decorrelation=decorrelation,
        pooling=poolings,
        held_out_gain=gains,
        bins=bins,
    )


def _placed(
    log_odds: np.ndarray, keys: list[str], sample: np.ndarray, whole: np.ndarray
) -> list[float]:
    """What the whole fit gives who has the same place in the sample as these people.

    `sample` by the fit that ranks these people, `whole` by that of everybody.
    """
    ordered, scale = sorted(sample), sorted(whole)
    spread = np.std(ordered)
    stretch = np.std(scale) / spread if spread > 0 else 0.0
    alike: dict[float, list[str]] = {}
    for value, key in sorted(zip(log_odds, keys, strict=True), key=lambda one: one[1]):
        alike.setdefault(value, []).append(key)
    found = []
    for value, key in zip(log_odds, keys, strict=True):
        low, high = (
            bisect.bisect_left(ordered, value),
            bisect.bisect_right(ordered, value),
        )
        if high > low:  # the middle of one's part of the places of all who are as alike
            part = (alike[value].index(key) + 0.5) / len(alike[value])
            told = scale[int(low + part * (high - low))]
        elif low == 0:
            told = scale[0] - stretch * (ordered[0] - value)
        elif low == len(ordered):
            told = scale[-1] + stretch * (value - ordered[-1])
        else:
            way = (value - ordered[low - 1]) / (ordered[low] - ordered[low - 1])
            told = scale[low - 1] + way * (scale[low] - scale[low - 1])
        found.append(round(told, 9))
    return found


# ---- people


def _clean(
    frame: pd.DataFrame,
    id_column: str,
    categorical: Sequence[str],
    continuous: Sequence[str],
) -> pd.DataFrame:
    """Ids trimmed, values as text or None, numbers finite or NaN; absent columns null."""
    ids = frame[id_column].map(str).str.strip()
    if ids.duplicated().any():
        raise ValueError("the oracle wants one row a person")
    columns: dict[str, Any] = {"id": ids.to_numpy()}
    for name in categorical:
        values = frame[name] if name in frame else [None] * len(frame)
        columns[name] = pd.Series([_text(value) for value in values], dtype=object)
    for name in continuous:
        numbers = (
            pd.to_numeric(frame[name]).to_numpy(dtype=float, na_value=np.nan)
            if name in frame
            else np.full(len(frame), np.nan)
        )
        columns[name] = np.where(np.isfinite(numbers), numbers, np.nan)
    return pd.DataFrame(columns)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _draw(people: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The people with the least sample keys; ties by the identifier."""

    def key(identifier: str) -> int:
        text = identifier[-8:] if settings.identifier_is_hash else _md5(identifier)[:8]
        return int(text, 16)

    ranked = sorted((key(each), each, row) for row, each in enumerate(people["id"]))
    return people.iloc[[row for _, _, row in ranked[: settings.sample_size]]]


# ---- bins of a continuous attribute


def profile_of(sample: pd.Series, settings: Settings) -> Profile:
    """Centre, scale and frequent values of the profile's sample."""
    values = sample.dropna().to_numpy()
    if len(values) == 0:
        return Profile(0.0, 1.0)
    quarter, centre, three_quarters = np.quantile(values, [0.25, 0.5, 0.75])
    scale = (three_quarters - quarter) or np.std(values) or 1.0
    counts = Counter(values.tolist())
    # of the sample's people who have a value
    frequent = [each for each, count in counts.items() if count * 1024 >= len(values)]
    return Profile(float(centre), float(scale), tuple(sorted(frequent)))


def make_bins(
    numbers: pd.Series,
    is_seed: pd.Series,
    profile: Profile,
    reference_total: int,
    settings: Settings,
) -> tuple[list[Bin], Callable[[float], int | None]]:
    """The bins in order of value, and the function from a value to its bin's place.

    A cell known to the population has one bin, wherever in the cell a value lies; a
    value in an unknown cell belongs to the nearest bin.
    """
    values = numbers.dropna()
    is_exact = values.nunique() <= 1024
    frequent: dict[float, list[float]] = {}
    for each in profile.frequent_values:
        frequent.setdefault(raw_cell(each, profile), []).append(each)

    def cell_of(x: float) -> tuple[float, int]:
        if is_exact:
            return x, 1
        cell = raw_cell(x, profile)
        within = frequent.get(cell, [])
        return cell, 2 * sum(each < x for each in within) + (x in within)

    cells: dict[tuple[float, int], Bin] = {}
    for x, seeded in zip(values, is_seed[values.index], strict=True):
        found = cells.setdefault(cell_of(x), Bin(x, x, 0))
        found.least, found.greatest = min(found.least, x), max(found.greatest, x)
        found.reference_count += not seeded

    ordered = sorted(cells.items(), key=lambda item: item[1].least)
    total = sum(each.reference_count for _, each in ordered)
    bins: list[Bin] = []
    place: dict[tuple[float, int], int] = {}
    last_slot, last_stood_alone, run_mass, mass = 0, True, 0, 0
    for key, each in ordered:
        # The mass is cut into slots; a cell belongs to the slot in which it ends. Exact
        # and frequent values are bins of their own and end the run of merged cells.
        stands_alone = key[1] % 2 == 1
        starts_run = stands_alone or last_stood_alone
        run_mass = 0 if starts_run else run_mass
        mass += each.reference_count
        slot = max(math.ceil(mass * settings.bin_count / max(total, 1)), 1)
        if starts_run or (run_mass > 0 and slot != last_slot):
            bins.append(Bin(each.least, each.greatest, 0))
        bins[-1].greatest = each.greatest
        bins[-1].reference_count += each.reference_count
        place[key] = len(bins) - 1
        run_mass += each.reference_count
        last_slot, last_stood_alone = slot, stands_alone

    below, clip = 0, min(0.001, 10 / max(reference_total, 1))
    for each in bins:
        each.share_below = below / max(total, 1)
        each.reference_share = each.reference_count / max(total, 1)
        each.clip = clip
        each.z = _quantile((below + each.reference_count / 2) / max(total, 1), clip)
        below += each.reference_count

    def place_of(x: float) -> int | None:
        if math.isnan(x) or not bins:
            return None
        known = place.get(cell_of(x))
        return nearest_bin(bins, x) if known is None else known

    return bins, place_of


def raw_cell(x: float, profile: Profile) -> float:
    """sign(x - c) floor(1024 sqrt(sqrt(|x - c| / s))), within +-2^30."""
    away = x - profile.centre
    steps = np.floor(1024 * np.sqrt(np.sqrt(np.float64(abs(away)) / profile.scale)))
    return float(np.clip(np.sign(away) * steps, -(2**30), 2**30))


def nearest_bin(bins: list[Bin], x: float) -> int:
    """Place of the bin that holds x, else of the nearer one, on a tie the lower."""
    after = bisect.bisect_right(bins, x, key=lambda each: each.least)
    if after == 0:
        return 0
    if after == len(bins) or x <= bins[after - 1].greatest:
        return after - 1
    to_lower, to_upper = x - bins[after - 1].greatest, bins[after].least - x
    return after - 1 if to_lower <= to_upper else after


def person_z(bins: list[Bin], x: float) -> float:
    """A person's own z: F runs linearly inside a bin with more than one value."""
    found = bins[nearest_bin(bins, x)]
    if found.least == found.greatest:
        return found.z
    inside = min(max(x, found.least), found.greatest)
    part = (inside - found.least) / (found.greatest - found.least)
    return _quantile(found.share_below + part * found.reference_share, found.clip)


def _quantile(share: float, clip: float) -> float:
    return NormalDist().inv_cdf(min(max(share, clip), 1 - clip))


def _mid_rank(bins: list[Bin], place: int | None) -> float | None:
    return None if place is None else bins[place].z


# ---- terms and information of one attribute


def _fit_values(
    fit: Fit,
    name: str,
    *,
    seed: pd.Series,
    keep: np.ndarray,
    reference: pd.Series,
    settings: Settings,
) -> None:
    """Categorical: q of the whole fit, p of the people kept; missing is a value."""
    fit.divergence[name], fit.degrees_of_freedom[name] = 0.0, 0
    fit.jensen_shannon[name] = 0.0
    if seed.isna().all():
        return  # no seed person has a value: dropped with a notice
    a = Counter(seed[keep])
    b = Counter(reference)
    values = set(seed) | set(b)
    n, big_n, count = int(keep.sum()), len(reference), len(values)
    q = {v: (b[v] + 0.5) / (big_n + count / 2) for v in values}
    m = settings.smoothing
    p = {v: (a[v] + m * q[v]) / (n + m) for v in values}
    fit.value_terms[name] = {v: _significant(math.log(p[v] / q[v])) for v in values}

    # the information uses m = 1, and values expected less than once folded into one
    p = {v: (a[v] + q[v]) / (n + 1) for v in values}
    groups = [(p[v], q[v]) for v in values if n * q[v] >= 1]
    folded = [v for v in values if n * q[v] < 1]
    if folded:
        groups.append(
            (math.fsum(p[v] for v in folded), math.fsum(q[v] for v in folded))
        )
    fit.divergence[name] = math.fsum(s * math.log(s / r) for s, r in groups)
    fit.jensen_shannon[name] = _jensen_shannon(groups)
    fit.degrees_of_freedom[name] = len(groups) - 1


def _fit_curve(
    fit: Fit,
    name: str,
    *,
    seed_z: list[float | None],
    keep: np.ndarray,
    bins: list[Bin],
    reference: pd.Series,
    pooling: float,
    settings: Settings,
) -> None:
    """Continuous: the two curves, the missing terms, the information."""
    fit.divergence[name], fit.degrees_of_freedom[name] = 0.0, 0
    fit.jensen_shannon[name] = 0.0
    if sum(each.reference_count > 0 for each in bins) < 2:
        return  # dropped with a notice
    if all(z is None for z in seed_z):
        return  # no seed person has a value: dropped with a notice
    n, m = int(keep.sum()), settings.smoothing
    kept = [z for z, is_kept in zip(seed_z, keep, strict=True) if is_kept]
    observed = [z for z in kept if z is not None]
    mu_p, var_p = reference_moments(bins)
    mu, var = seed_moments(observed, mu_p, var_p, settings.gaussian_prior)
    q0 = float(reference.isna().sum()) / len(reference)
    p0 = (n - len(observed) + m * q0) / (n + m)
    missing = math.log(p0 / q0) if q0 > 0 else 0.0
    present = math.log((1 - p0) / (1 - q0)) if q0 > 0 else 0.0
    fit.curves[name] = Curve(
        mu=_significant(mu),
        var=_significant(var),
        mu_p=_significant(mu_p),
        var_p=_significant(var_p),
        pooling=pooling,
        missing_term=_significant(missing),
        present_term=_significant(present),
        p0=p0,
        q0=q0,
    )
    v = (1 - pooling) * var + pooling * var_p
    ratio = v / var_p
    gaussian = 0.5 * (ratio + (mu - mu_p) ** 2 / var_p - 1 - math.log(ratio))
    information = (1 - p0) * gaussian
    if 0 < q0 < 1:
        information += p0 * missing + (1 - p0) * present
    fit.divergence[name] = information
    fit.degrees_of_freedom[name] = 1 if pooling == 1 else 2
    # Jensen-Shannon has no closed form here: the seed's share of a bin is the
    # reference's times e^t, made to sum to one; the missing are one more value
    tilted = [b.reference_share * math.exp(fit.curves[name].term(b.z)) for b in bins]
    whole = math.fsum(tilted)
    fit.jensen_shannon[name] = _jensen_shannon(
        [
            (p0, q0),
            *(
                ((1 - p0) * share / whole, (1 - q0) * b.reference_share)
                for share, b in zip(tilted, bins, strict=True)
            ),
        ]
    )


def reference_moments(bins: list[Bin]) -> tuple[float, float]:
    """Mean and variance of z over the reference people with a value."""
    count = sum(each.reference_count for each in bins)
    mean = math.fsum(each.reference_count * each.z for each in bins) / count
    spread = math.fsum(each.reference_count * (each.z - mean) ** 2 for each in bins)
    return mean, spread / count


def seed_moments(
    z: list[float], mu_p: float, var_p: float, k: float
) -> tuple[float, float]:
    """Mean and variance of the seed's z, drawn towards the reference by k people."""
    mu = (math.fsum(z) + k * mu_p) / (len(z) + k)
    var = (math.fsum((each - mu) ** 2 for each in z) + k * var_p) / (len(z) + k)
    return mu, var


def held_out_gains(
    seed_z: list[float | None],
    folds: np.ndarray,
    bins: list[Bin],
    settings: Settings,
) -> dict[float, float]:
    """By pooling: what the held-out seed people gain in log likelihood."""
    gains = dict.fromkeys(POOLINGS, 0.0)
    if sum(each.reference_count > 0 for each in bins) < 2:
        return gains
    mu_p, var_p = reference_moments(bins)
    count = sum(each.reference_count for each in bins)
    for fold in FOLDS:
        pairs = [(z, f) for z, f in zip(seed_z, folds, strict=True) if z is not None]
        learnt = [z for z, f in pairs if f != fold]
        held_out = [z for z, f in pairs if f == fold]
        mu, var = seed_moments(learnt, mu_p, var_p, settings.gaussian_prior)
        for pooling in POOLINGS:
            curve = Curve(mu, var, mu_p, var_p, pooling, 0.0, 0.0, 0.0, 0.0)
            mean = math.fsum(
                each.reference_count * math.exp(curve.term(each.z)) for each in bins
            )
            gains[pooling] += math.fsum(curve.term(z) for z in held_out)
            gains[pooling] -= len(held_out) * math.log(mean / count)
    return gains


def choose_pooling(gains: Mapping[float, float], settings: Settings) -> float:
    """1 unless another wins by more than one nat in total."""
    if settings.variance_pooling is not None:
        return settings.variance_pooling
    best = max((0.5, 0.0), key=lambda pooling: gains[pooling])
    return best if gains[best] > gains[1.0] + 1 else 1.0


def _jensen_shannon(groups: list[tuple[float, float]]) -> float:
    return 0.5 * math.fsum(
        share * math.log(2 * share / (p + q))
        for p, q in groups
        for share in (p, q)
        if share > 0
    )


# ---- weights


def decorrelate(
    terms: pd.DataFrame, signal_share: Mapping[str, float], settings: Settings
) -> dict[str, float]:
    """h: one over the sum of squared correlations with the attributes that count."""
    result = {}
    of_all = settings.attribute_weights == "decorrelated"
    for j in terms.columns:
        total = 1.0
        for k in terms.columns:
            if k != j and (of_all or signal_share[k] > 0):
                total += _correlation(terms[j].to_numpy(), terms[k].to_numpy()) ** 2
        result[j] = 1 / total
    return result


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    if len(x) == 0 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / math.sqrt((x * x).sum() * (y * y).sum()))


def _weigh(
    fit: Fit,
    decorrelation: Mapping[str, float],
    order: Sequence[str],
    settings: Settings,
) -> None:
    """w of each attribute; one that was dropped weighs nothing, whatever the choice."""
    scales: dict[str, Callable[[str], float]] = {
        "none": lambda name: 1.0,
        "kl": lambda name: _over_greatest(fit.divergence, name),
        "js": lambda name: _over_greatest(fit.jensen_shannon, name),
        "noise": lambda name: fit.signal_share[name],
        "decorrelated": lambda name: decorrelation[name],
        "noise_decorrelated": lambda name: fit.signal_share[name] * decorrelation[name],
    }
    for name in order:
        is_dropped = name not in fit.value_terms and name not in fit.curves
        weight = 0.0 if is_dropped else scales[settings.attribute_weights](name)
        fit.weights[name] = _significant(weight)


def _over_greatest(numbers: Mapping[str, float], name: str) -> float:
    greatest = max(numbers.values())
    return numbers[name] / greatest if greatest > 0 else 0.0


# ---- people's log odds and scores


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
        return _term_of_z(curve, None)
    return _term_of_z(curve, person_z(bins[name], value))


def _term_of_z(curve: Curve | None, z: float | None) -> float:
    if curve is None:
        return 0.0
    if z is None:
        return curve.missing_term
    return curve.term(z) + curve.present_term


def _log_odds(contributions: pd.DataFrame) -> np.ndarray:
    total = np.zeros(len(contributions))
    for name in contributions.columns:
        total = total + contributions[name].to_numpy()
    return np.round(total, 9)


def calibrate(seed: np.ndarray, sample: np.ndarray) -> tuple[float, float, float]:
    """(A, B, C) of least balanced log loss; (1, 1, 0) where nothing is calibrated."""
    if len(seed) < 20 or len(sample) == 0:
        return 1.0, 1.0, 0.0

    def loss(point: np.ndarray) -> float:
        of_seed = np.logaddexp(0, -_stretched(seed, point)).mean()
        of_sample = np.logaddexp(0, _stretched(sample, point)).mean()
        ridge = (point[0] - 1) ** 2 + (point[1] - 1) ** 2
        return float(0.5 * of_seed + 0.5 * of_sample + 1e-3 * ridge)

    def gradient(point: np.ndarray) -> np.ndarray:
        seed_slope = (_squash(_stretched(seed, point)) - 1) * 0.5 / len(seed)
        sample_slope = _squash(_stretched(sample, point)) * 0.5 / len(sample)
        slope = np.concatenate([seed_slope, sample_slope])
        u = _clipped_u(np.concatenate([seed, sample]))
        return np.array(
            [
                (slope * np.log(u)).sum() + 2e-3 * (point[0] - 1),
                (slope * -np.log1p(-u)).sum() + 2e-3 * (point[1] - 1),
                slope.sum(),
            ]
        )

    start = minimize(
        loss,
        np.array([1.0, 1.0, 0.0]),
        jac=gradient,
        method="L-BFGS-B",
        bounds=[(0, None), (0, None), (None, None)],
        options={"maxiter": 10_000, "ftol": 1e-16, "gtol": 1e-10},
    ).x
    free = [place for place in range(3) if place == 2 or start[place] > 1e-9]

    def free_gradient(numbers: np.ndarray) -> np.ndarray:
        point = np.zeros(3)
        point[free] = numbers
        return gradient(point)[free]

    point = np.zeros(3)
    point[free] = root(free_gradient, start[free], tol=1e-14).x
    if point[0] == 0 and point[1] == 0:
        return 1.0, 1.0, 0.0
    a, b, c = (_significant(float(each)) for each in point)
    return a, b, c


def score_of(
    log_odds: np.ndarray, calibration: tuple[float, float, float]
) -> np.ndarray:
    """score = sigmoid(A ln u - B ln(1 - u) + C)."""
    if calibration == (1.0, 1.0, 0.0):
        return _squash(log_odds)
    return _squash(_stretched(log_odds, np.array(calibration)))


def _stretched(log_odds: np.ndarray, point: np.ndarray) -> np.ndarray:
    u = _clipped_u(log_odds)
    return point[0] * np.log(u) - point[1] * np.log1p(-u) + point[2]


def _clipped_u(log_odds: np.ndarray) -> np.ndarray:
    return np.clip(_squash(log_odds), 1e-9, 1 - 1e-9)


def _squash(log_odds: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0.0, -log_odds))


def _significant(value: float) -> float:
    return float(f"{value:.12g}")
