"""Bins of a continuous attribute, and the z of a person in them."""

import bisect
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from tests.oracle.settings import Settings


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


def mid_rank(bins: list[Bin], place: int | None) -> float | None:
    return None if place is None else bins[place].z
