"""Trees learn from people by counts of others, and what says nothing does not drown the rest."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import log_loss

from python_scoring import tuning
from python_scoring.cross_fitting import FOLDS, log_odds_of
from python_scoring.encoder import Encoder
from python_scoring.evaluation import auc_pu
from python_scoring.fold_counts import dealt
from python_scoring.rows_to_learn import rows_to_learn
from python_scoring.scorers.boosted import FULL, fit_trees
from python_scoring.space import space_of
from python_scoring.tuning import parts_of
from tests.python_scoring.counted_people import SMOOTHING, counted_people

NOISE = ["postcode", "card"]


def people(count, shares, random):
    """So many people: three attributes with those shares of values, two of pure noise."""
    columns = {
        name: random.choice([*map(str, range(len(each)))], count, p=each)
        for name, each in shares.items()
    }
    noise = {name: random.integers(0, 600, count).astype(str) for name in NOISE}
    return pd.DataFrame(columns | noise)


LIKE = {"job": [0.3, 0.3, 0.2, 0.2], "plan": [0.4, 0.3, 0.3], "sex": [0.6, 0.4]}
PLAIN = {"job": [0.4, 0.3, 0.2, 0.1], "plan": [0.5, 0.3, 0.2], "sex": [0.5, 0.5]}


@pytest.fixture(scope="module")
def sides():
    """A seed of 1,000 people, a population of 5,000, and 4,000 more like the seed."""
    random = np.random.default_rng(11)
    sizes = ((1_000, LIKE), (5_000, PLAIN), (4_000, LIKE))
    return [people(count, shares, random) for count, shares in sizes]


@pytest.fixture(scope="module")
def folds():
    return np.random.default_rng(12).integers(0, FOLDS, 1_000)


def space_and_rows(tables, judges=()):
    space = space_of(tables, -1, most_seed=20_000, most_reference=30_000)
    return space, rows_to_learn(space, tables, judges)


def found_again(tables, population, like):
    """AUC of people like the seed against the population, by trees of these relations."""
    scorer = fit_trees(tables, -1, FULL)
    tables = counted_people(like, population, np.zeros(len(like)))
    log_odds = [
        log_odds_of(scorer, tables[f"canonical_{side}"]) for side in ("seed", "sample")
    ]
    return auc_pu(*log_odds)


def test_attributes_of_pure_noise_do_not_drown_the_others(sides, folds):
    pytest.importorskip("xgboost")
    seed, population, like = sides
    real = [each.drop(columns=NOISE) for each in sides]

    with_noise = found_again(counted_people(seed, population, folds), population, like)
    without = found_again(counted_people(*real[:2], folds), *real[1:])

    assert without > 0.6
    assert with_noise > without - 0.01


def test_a_rare_value_stands_at_what_the_people_of_other_folds_say(sides, folds):
    seed, population, _ = sides
    # what noise says is not used, but where the whole is noise
    seed, population = seed[["card"]], population[["card"]]

    space, rows = space_and_rows(counted_people(seed, population, folds))

    known = len({*seed["card"], *population["card"]})
    sample = space.rows.reference.column("card").to_pandas()
    for fold, person in [(0, 3), (2, 40), (4, 77)]:
        own = np.flatnonzero(folds == fold)[person]
        value = seed["card"][own]
        others = sample[rows.reference_folds != fold]
        q = ((others == value).sum() + 0.5) / (len(others) + 0.5 * known)
        count = (seed["card"][folds != fold] == value).sum()
        p = (count + SMOOTHING * q) / ((folds != fold).sum() + SMOOTHING)
        assert rows.seed[own, 0] == pytest.approx(np.log(p / q), abs=1e-6)
        alike = (sample == value) & (rows.reference_folds == fold)
        assert (rows.reference[alike, 0] == rows.seed[own, 0]).all()


def test_a_frequent_value_stands_where_it_is_scored(sides, folds):
    seed, population = (each[["job", "sex"]] for each in sides[:2])

    space, rows = space_and_rows(counted_people(seed, population, folds))

    encoder = Encoder(space.look_ups)
    assert np.array_equal(rows.seed, encoder.rows(space.rows.seed))
    assert np.array_equal(rows.reference, encoder.rows(space.rows.reference))


def test_scattered_values_are_used_where_folds_tell_each_other_s_seed(sides, folds):
    seed, population, _ = sides
    of_seed = np.random.default_rng(13).integers(0, 300, len(seed)).astype(str)
    seed = seed.assign(card=of_seed)  # half of the values are the seed's

    _, rows = space_and_rows(counted_people(seed, population, folds))

    assert rows.columns == ("job", "plan", "sex", "card")


def test_a_rare_value_of_the_negative_seed_does_not_speak_for_who_has_it(sides, folds):
    seed, population = (each[["card"]] for each in sides[:2])
    unlike = sides[2][["card"]].head(300)
    of_unlike = np.arange(300) % FOLDS
    tables = counted_people(seed, population, folds, unlike, of_unlike)

    space, rows = space_and_rows(tables)

    known = len({*seed["card"], *population["card"], *unlike["card"]})
    sample = space.rows.reference.column("card").to_pandas()
    for fold, person in [(0, 3), (2, 40), (4, 57)]:
        own = np.flatnonzero(of_unlike == fold)[person]
        value = unlike["card"][own]
        r = (sample[rows.reference_folds != fold] == value).mean()
        others = unlike["card"][of_unlike != fold]
        u = (others == value).sum()
        contrast = r / 2 + (u + SMOOTHING * r) / (len(others) + SMOOTHING) / 2
        people = (rows.reference_folds != fold).sum()
        q = (contrast * people + 0.5) / (people + 0.5 * known)
        a = (seed["card"][folds != fold] == value).sum()
        p = (a + SMOOTHING * q) / ((folds != fold).sum() + SMOOTHING)
        assert rows.unlike[own, 0] == pytest.approx(np.log(p / q), abs=1e-5)
        alike = (seed["card"].to_numpy() == value) & (folds == fold)
        assert (rows.seed[alike, 0] == rows.unlike[own, 0]).all()


def test_what_a_negative_seed_is_counts_against_people_in_trees(sides, folds):
    """The unwanted are of the second plan, which the seed has a little more often."""
    pytest.importorskip("xgboost")
    seed, population, like = (each.drop(columns=NOISE) for each in sides)
    unlike = like[like["plan"] == "1"].head(400).reset_index(drop=True)
    of_unlike = np.arange(len(unlike)) % FOLDS

    plain = fit_trees(counted_people(seed, population, folds), -1, FULL)
    away = fit_trees(
        counted_people(seed, population, folds, unlike, of_unlike), -1, FULL
    )

    people = pa.Table.from_pandas(like, preserve_index=False)
    is_unwanted = (like["plan"] == "1").to_numpy()
    gaps = []
    for scorer in (plain, away):
        log_odds = log_odds_of(scorer, people)
        gaps.append(log_odds[~is_unwanted].mean() - log_odds[is_unwanted].mean())
    assert abs(gaps[0]) < 0.3
    assert gaps[1] > gaps[0] + 0.5


def test_a_search_learns_and_judges_by_the_negative_seed_s_own_folds(sides, folds):
    xgboost = pytest.importorskip("xgboost")
    seed, population, like = (each.drop(columns=NOISE) for each in sides)
    unlike, of_unlike = like.head(300), np.arange(300) % FOLDS
    plain = parts_of(counted_people(seed, population, folds))

    parts = parts_of(counted_people(seed, population, folds, unlike, of_unlike))

    for matrix, other, people in (
        (parts.train, plain.train, 180),
        (parts.validate, plain.validate, 60),
        (parts.test, plain.test, 60),
    ):
        assert matrix.num_row() == other.num_row() + people
        labels, masses = matrix.get_label(), matrix.get_weight().astype(float)
        # the negative seed is the last of the other side, with its part of that's mass
        part = 0.5 * 300 / (300 + SMOOTHING)
        assert masses[labels == 1].sum() == pytest.approx(masses[labels == 0].sum())
        assert masses[-people:].sum() == pytest.approx(
            part * masses[labels == 0].sum(), rel=1e-4
        )
    model = xgboost.train(FULL.settings(), parts.train, 10)
    expected = log_loss(
        parts.test.get_label(),
        model.predict(parts.test).astype(float),
        sample_weight=parts.test.get_weight(),
    )
    assert tuning._loss(model, parts.test) == pytest.approx(expected, abs=1e-5)


def test_no_judge_is_counted_in_what_is_learnt_or_judged(sides, folds):
    seed, population = (each[["plan", "card"]] for each in sides[:2])
    judges = folds >= 3
    other = seed.copy()
    other.loc[judges] = seed[judges].iloc[0].to_list()
    space, rows = space_and_rows(counted_people(seed, population, folds), (3, 4))

    _, moved = space_and_rows(counted_people(other, population, folds), (3, 4))

    assert np.array_equal(rows.seed[~judges], moved.seed[~judges])
    assert np.array_equal(rows.reference, moved.reference)


def test_the_sample_is_dealt_to_the_folds_as_the_seed_is_spread():
    masses = np.array([3.0, 0.0, 2.0, 4.0, 1.0])

    for people_dealt in (10_000, 37):
        counts = np.bincount(dealt(people_dealt, masses), minlength=5)
        assert counts == pytest.approx(people_dealt * masses / 10, abs=1)
