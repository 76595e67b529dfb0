"""The vectorised fits beside one group fitted a value at a time from the formulas."""

from math import log

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import mannwhitneyu, norm

from python_scoring.coded_people import CodedPeople, code_people
from python_scoring.random_seeds import Smoothing, held_out_aucs

SMOOTHING = Smoothing(30.0, 10.0, None)


def tables(generator, seed_people, sample_people, shift=0.0):
    """Two attributes with missing values, a number in a narrow band, and a constant."""

    def side(count, shift):
        job = generator.choice(["a", "b", "c", None], count, p=[0.4, 0.3, 0.2, 0.1])
        age = generator.normal(shift, 1.0, count)
        age[generator.uniform(size=count) < 0.1] = np.nan
        narrow = generator.normal(0.0, 1.0 - shift / 2, count)
        return {
            "job": pa.array(job.tolist(), pa.string()),
            "age": pa.array(age, from_pandas=True),
            "narrow": pa.array(narrow),
            "same": pa.array(["x"] * count),
        }

    seed = side(seed_people, shift)
    seed["fold"] = pa.array(generator.integers(0, 5, seed_people))
    return pa.table(seed), pa.table(side(sample_people, 0.0))


ATTRIBUTES = ["job", "age", "narrow", "same"]


def coded(generator, seed_people=150, sample_people=500, shift=0.0) -> CodedPeople:
    seed, sample = tables(generator, seed_people, sample_people, shift)
    return code_people(seed, sample, ATTRIBUTES)


def auc_by_hand(people: CodedPeople) -> float:
    """The seed's held-out AUC, everybody else as rivals; no arrays of groups."""
    n, m = people.seed_people, people.people - people.seed_people
    fold_of = np.repeat(range(5), people.fold_sizes)
    rivals = np.arange(n, n + m)
    fits = {fold: {} for fold in (*range(5), -1)}
    for place, attribute in enumerate(people.attributes):
        codes, count = attribute.codes, attribute.code_count
        reference = [int((codes[rivals] == code).sum()) for code in range(count)]
        learnt = {
            fold: [int((codes[:n][fold_of != fold] == c).sum()) for c in range(count)]
            for fold in fits
        }
        if attribute.z is None:
            for fold, fit in fits.items():
                fit[place] = values(learnt[fold], reference)
        else:
            pooling = best_pooling(attribute, learnt, reference, codes[:n], fold_of)
            for fold, fit in fits.items():
                fit[place] = curve(attribute.z, learnt[fold], reference, pooling)
    h = repetition(people, fits[-1], rivals)
    total = 0.0
    for fold in range(5):

        def score(row, fit=fits[fold]):
            return sum(
                s / h[place] * terms[people.attributes[place].codes[row]]
                for place, (terms, s) in fit.items()
            )

        own = np.array([score(row) for row in np.flatnonzero(fold_of == fold)])
        others = np.array([score(row) for row in rivals])
        total += mannwhitneyu(own.round(9), others.round(9)).statistic / m
    return total / n


def values(learnt, reference):
    n, total = sum(learnt), sum(reference)
    q = [(b + 0.5) / (total + len(reference) / 2) for b in reference]
    terms = [log((a + 30 * w) / (n + 30) / w) for a, w in zip(learnt, q, strict=True)]
    cells, rare = [], [0.0, 0.0]
    for a, w in zip(learnt, q, strict=True):
        share = (a + w) / (n + 1)
        if n * w < 1:
            rare = [rare[0] + share, rare[1] + w]
        else:
            cells.append((share, w))
    cells += [tuple(rare)] if rare[1] else []
    information = sum(p * log(p / w) for p, w in cells)
    return terms, signal(len(cells) - 1, n, information)


def curve(z, learnt, reference, pooling):
    n, (mean, var, mean_p, var_p) = sum(learnt), moments(z, learnt, reference)
    terms = [gaussian(x, mean, var, mean_p, var_p, pooling) for x in z]
    used = {1: var_p, 0.5: (var + var_p) / 2, 0: var}[pooling]
    information = 0.5 * (
        used / var_p + (mean - mean_p) ** 2 / var_p - 1 - log(used / var_p)
    )
    missing = sum(b for b, x in zip(reference, z, strict=True) if np.isnan(x))
    if missing:
        q0 = missing / sum(reference)
        a0 = sum(a for a, x in zip(learnt, z, strict=True) if np.isnan(x))
        p0 = (a0 + 30 * q0) / (n + 30)
        here, there = log(p0 / q0), log((1 - p0) / (1 - q0))
        terms = [
            here if np.isnan(x) else t + there for x, t in zip(z, terms, strict=True)
        ]
        information = (1 - p0) * (information + there) + p0 * here
    return terms, signal(1 if pooling == 1 else 2, n, information)


def moments(z, learnt, reference):
    rows = [
        each for each in zip(z, learnt, reference, strict=True) if not np.isnan(each[0])
    ]
    n, total = sum(a for _, a, _ in rows), sum(b for _, _, b in rows)
    mean_p = sum(b * x for x, _, b in rows) / total
    var_p = sum(b * (x - mean_p) ** 2 for x, _, b in rows) / total
    mean = (sum(a * x for x, a, _ in rows) + 10 * mean_p) / (n + 10)
    var = (sum(a * (x - mean) ** 2 for x, a, _ in rows) + 10 * var_p) / (n + 10)
    return mean, var, mean_p, var_p


def gaussian(x, mean, var, mean_p, var_p, pooling):
    base = norm.logpdf(x, mean_p, var_p**0.5)
    own = norm.logpdf(x, mean, var**0.5) - base
    pooled = norm.logpdf(x, mean, var_p**0.5) - base
    return (1 - pooling) * own + pooling * pooled


def best_pooling(attribute, learnt, reference, seed_codes, fold_of):
    z = attribute.z
    gains = {}
    for pooling in (1, 0.5, 0):
        gains[pooling] = 1.0 if pooling == 1 else 0.0
        for fold in range(5):
            fitted = moments(z, learnt[fold], reference)
            terms = [gaussian(x, *fitted, pooling) for x in z]
            known = [code for code, x in enumerate(z) if not np.isnan(x)]
            total = sum(reference[code] for code in known)
            mean = sum(reference[c] * np.exp(terms[c]) for c in known) / total
            held = [c for c in seed_codes[fold_of == fold] if c in known]
            gains[pooling] += sum(terms[c] - log(mean) for c in held)
    return max(gains, key=lambda pooling: (gains[pooling], pooling))


def signal(freedom, n, information):
    return max(0.0, 1 - freedom / (2 * n * information)) if information > 0 else 0.0


def repetition(people, whole, rivals):
    terms = {
        place: np.array(fit[0])[people.attributes[place].codes[rivals]]
        for place, fit in whole.items()
    }
    repeated = {}
    for place in whole:
        repeated[place] = 1.0
        for other in whole:
            if other != place and whole[other][1] > 0:
                both = terms[place], terms[other]
                if min(np.ptp(each) for each in both) > 1e-9:
                    repeated[place] += np.corrcoef(*both)[0, 1] ** 2
    return repeated


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.8])
def test_the_auc_of_the_seed_is_the_one_by_hand(shift):
    people = coded(np.random.default_rng(1), shift=shift)

    got = held_out_aucs(people, 0, SMOOTHING, drawn_by=[7])

    assert got == pytest.approx([auc_by_hand(people)], abs=1e-6)


def test_random_groups_reach_a_half_with_twice_the_variance_of_independent_people():
    people = coded(np.random.default_rng(2), 150, 4_000)

    got = held_out_aucs(people, 200, SMOOTHING, drawn_by=[7])[1:]

    independent = (150 + 2_000 + 1) / (12 * 150 * 2_000)
    assert got.mean() == pytest.approx(0.5, abs=0.01)
    assert 1.0 < got.var() / independent < 3.0


def test_the_order_of_the_rows_changes_nothing():
    generator = np.random.default_rng(3)
    seed, sample = tables(generator, 120, 400, 0.4)
    shuffled = code_people(
        seed.take(generator.permutation(120)),
        sample.take(generator.permutation(400)),
        ATTRIBUTES,
    )

    got = held_out_aucs(shuffled, 30, SMOOTHING, drawn_by=[7])

    people = code_people(seed, sample, ATTRIBUTES)
    assert (got == held_out_aucs(people, 30, SMOOTHING, drawn_by=[7])).all()


def test_rare_values_share_a_code_and_missing_ones_have_their_own():
    names = [f"v{number}" for number in range(250)]
    seed = pa.table({"a": [*names, *names[:100], None, None], "fold": [0] * 352})
    sample = pa.table({"a": pa.array(["v0"] * 10)})

    (got,) = code_people(seed, sample, ["a"]).attributes

    counts = np.bincount(got.codes, minlength=got.code_count)
    assert got.code_count == 201
    # v0 first, 99 with two, missing with two, 99 with one; the other 51 together
    assert sorted(counts.tolist(), reverse=True)[:2] == [51, 12]
    assert counts.sum() == 362
