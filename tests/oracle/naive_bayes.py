"""`naive_bayes` from data frames to scores, written from the formulas and nothing else.

Shares no code with the SQL or with python_scoring, and prefers clarity to speed: one
function a formula, a value at a time where that reads better. The pipeline's numbers
are compared with these. This is the course of a fit; each of its steps is a module beside
it.

Both frames have one row a person (a key is refused if it occurs twice) and the key in
the column `id_column`. Readings taken where the formulas leave a choice stand beside the
line that takes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.oracle.bins import Bin, Profile, make_bins, mid_rank, profile_of
from tests.oracle.calibration import calibrate, score_of
from tests.oracle.drawn_people import FOLDS, WHOLE, clean, draw, md5_of
from tests.oracle.fits import Fit
from tests.oracle.log_odds import contributions_of, log_odds_of, term_of_z
from tests.oracle.places import placed
from tests.oracle.pooling import choose_pooling, held_out_gains
from tests.oracle.settings import Settings
from tests.oracle.terms import fit_curve, fit_values
from tests.oracle.weights import decorrelate, weigh


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
    settings: Settings | None = None,
    profiles: Mapping[str, Profile] | None = None,
    order: Sequence[str] | None = None,
    identifier_type: str | None = None,
) -> Result:
    """Fit on the seed, score everyone in the population.

    `profiles` replaces what would be taken from the sample; `order` is that of the
    specification (categorical first by default).
    """
    settings = settings or Settings()
    order = list(order or [*categorical, *continuous])
    seed = clean(seed, id_column, categorical, continuous)
    population = clean(population, id_column, categorical, continuous)
    is_seed = population["id"].isin(set(seed["id"]))
    reference = population[~is_seed]
    learning = (
        population[is_seed] if settings.learn_from == "population" else seed
    ).copy()
    prefix = identifier_type or id_column
    learning["person_key"] = [md5_of(f"{prefix}:{each}") for each in learning["id"]]
    learning["fold"] = [int(key[:8], 16) % 5 for key in learning["person_key"]]

    profile_sample = draw(population, settings)
    sample = profile_sample[~profile_sample["id"].isin(set(seed["id"]))]
    if len(sample) < settings.sample_minimum:
        sample = draw(reference, settings)

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
        seed_z[name] = [mid_rank(bins[name], place(x)) for x in learning[name]]
        sample_z[name] = [mid_rank(bins[name], place(x)) for x in sample[name]]

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
            fit_values(
                fit,
                name,
                seed=learning[name],
                keep=keep,
                reference=reference[name],
                settings=settings,
            )
        for name in continuous:
            fit_curve(
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
            else [term_of_z(whole.curves.get(name), z) for z in sample_z[name]]
            for name in order
        }
    )
    decorrelation = decorrelate(sample_terms, whole.signal_share, settings)
    for fit in fits.values():
        weigh(fit, decorrelation, order, settings)
    if all(weight == 0 for weight in whole.weights.values()):
        raise ValueError(
            "the seed does not differ from the population on the chosen attributes"
        )

    sample_log_odds = log_odds_of(contributions_of(sample, whole, bins, order))
    out_of_fold = np.zeros(len(learning))
    for left_out in FOLDS:
        members = fold_of == left_out
        own, others = (
            log_odds_of(contributions_of(people, fits[left_out], bins, order))
            for people in (learning[members], sample)
        )
        keys = list(learning["person_key"][members])
        out_of_fold[members] = placed(own, keys, others, sample_log_odds)
    calibration = calibrate(out_of_fold, sample_log_odds)
    contributions = contributions_of(population, whole, bins, order)
    log_odds = log_odds_of(contributions)
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
