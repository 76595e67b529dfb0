"""The choice among scorers: its losses, its rule, and who has a say in it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from python_scoring import chosen_fit
from python_scoring.calibration import log_shares
from python_scoring.choice import Candidate, chosen_of
from python_scoring.cross_fitting import CrossFit
from python_scoring.held_out_loss import HeldOutFolds, held_out_losses
from python_scoring.scorers import best
from python_scoring.scorers.base import scorer_from_json
from python_scoring.scorers.boosted import TREES, Trees
from python_scoring.tuning import as_table

FOLDS = np.arange(400) % 5
JUDGES = HeldOutFolds(FOLDS)


def cross_fit(seed, sample, *, additive=True):
    return CrossFit(SimpleNamespace(is_additive=additive), seed, sample)


def people(random_state, shift=1.0):
    rng = np.random.default_rng(random_state)
    return rng.normal(shift, 1, 400), rng.normal(0, 1, 1_000)


def tables_of(folds=FOLDS, **more):
    seed = {
        "person_key": [f"{at:04d}" for at in range(len(folds))],
        "fold": pa.array(folds, pa.int32()),
    }
    return {"canonical_seed": pa.table(seed), **more}


def test_the_loss_is_that_of_calibrations_that_have_not_seen_the_person():
    seed, sample = people(1)
    dealt = np.empty(1_000, int)
    dealt[np.argsort(sample)] = np.arange(1_000) % 5
    labels, scores, weights = [], [], []
    for fold in range(5):
        parts = seed[fold == FOLDS], sample[dealt == fold]
        rest = seed[fold != FOLDS], sample[dealt != fold]
        x, y = np.concatenate(rest)[:, None], np.repeat([1, 0], [*map(len, rest)])
        mass = np.where(y == 1, 1 / len(rest[0]), 1 / len(rest[1]))
        line = LogisticRegression(C=np.inf, tol=1e-10).fit(x, y, sample_weight=mass)
        labels.append(np.repeat([1, 0], [*map(len, parts)]))
        scores.append(line.predict_proba(np.concatenate(parts)[:, None])[:, 1])
        weights.append(np.where(labels[-1] == 1, 1 / 400, 1 / 1_000))
    labels, scores, weights = map(np.concatenate, (labels, scores, weights))
    expected = log_loss(labels, scores, sample_weight=weights)

    (losses,) = held_out_losses({"one": cross_fit(seed, sample)}, JUDGES).values()

    # two straight numbers are a calibration whose two ends are stretched alike
    assert losses.mean(range(5)) == pytest.approx(expected, abs=2e-3)


def test_a_difference_is_as_sure_as_the_same_people_side_by_side():
    seed, sample = people(2)
    noise = np.random.default_rng(3)
    fits = {
        "plain": cross_fit(seed, sample),
        "noisy": cross_fit(
            seed + noise.normal(0, 1, 400), sample + noise.normal(0, 1, 1_000)
        ),
    }
    losses = held_out_losses(fits, JUDGES)

    gap, error = losses["noisy"].beyond(losses["plain"], range(5))

    sides = [
        losses["noisy"].seed - losses["plain"].seed,
        losses["noisy"].sample - losses["plain"].sample,
    ]
    drawn = np.random.default_rng(4)
    draws = [
        sum(drawn.choice(side, len(side)).mean() for side in sides) / 2
        for _ in range(2_000)
    ]
    assert gap == pytest.approx(np.mean(draws), abs=4 * error / 2_000**0.5)
    assert error == pytest.approx(np.std(draws), rel=0.06)
    assert gap > 2 * error


def test_losses_do_not_know_the_order_of_the_people():
    seed, sample = people(5)
    sample = sample.round(1)
    noise = np.random.default_rng(6)
    fits = {"a": (seed, sample), "b": (seed * 2, np.tanh(sample))}
    of_seed, of_sample = noise.permutation(400), noise.permutation(1_000)
    turned = {n: cross_fit(s[of_seed], p[of_sample]) for n, (s, p) in fits.items()}

    plain = held_out_losses({n: cross_fit(*each) for n, each in fits.items()}, JUDGES)
    shuffled = held_out_losses(turned, HeldOutFolds(FOLDS[of_seed]))

    for name in fits:
        assert plain[name].mean(range(5)) == shuffled[name].mean(range(5))
    assert plain["a"].beyond(plain["b"], [1, 2]) == shuffled["a"].beyond(
        shuffled["b"], [1, 2]
    )


@pytest.mark.parametrize(
    ("beyond", "error", "chosen"),
    [(0.010, 0.012, "simple"), (0.010, 0.009, "other"), (0.0, 0.0, "simple")],
)
def test_the_simpler_one_is_taken_within_one_standard_error(beyond, error, chosen):
    tried = [
        Candidate("simple", True, 0.5 + beyond, beyond, error),
        Candidate("other", False, 0.5, 0.0, 0.0),
    ]

    assert chosen_of(tried) == chosen


def test_a_fold_has_no_say_in_what_its_people_are_ranked_by():
    seed, sample = people(7)
    lucky = seed.copy()
    # worthless but for fold 3, whose people it knows
    lucky[FOLDS != 3] = np.random.default_rng(8).normal(0, 1, 320)
    lucky[FOLDS == 3] += 30
    fits = {
        "weighted_bayes": cross_fit(lucky, sample),
        "auto": cross_fit(seed, sample, additive=False),
    }

    choice = chosen_fit.choice_of(fits, tables_of(), is_searched=False)

    assert choice.chosen_without[3] == "auto"
    assert choice.judged_folds == (0, 1, 2, 3, 4)
    assert [each.is_additive for each in choice.candidates] == [True, False]


def test_after_a_search_only_the_folds_it_did_not_judge_by_have_a_say():
    seed, sample = people(9)
    poor = seed.copy()
    poor[np.isin(FOLDS, [3, 4])] = 30.0
    poor[np.isin(FOLDS, [0, 1, 2])] -= 1.0
    fits = {"weighted_bayes": cross_fit(poor, sample), "auto": cross_fit(seed, sample)}

    choice = chosen_fit.choice_of(fits, tables_of(), is_searched=True)

    assert choice.judged_folds == (0, 1, 2)
    assert choice.model == "auto"


def test_only_a_search_for_trees_takes_the_say_from_folds(monkeypatch):
    seed, sample = people(9)
    monkeypatch.setattr(
        best, "cross_fits", lambda *_: {"auto": cross_fit(seed, sample)}
    )

    plain = best.cross_fit(tables_of())
    searched = best.cross_fit(tables_of(**{TREES: as_table(Trees())}))

    assert plain.choice.judged_folds == (0, 1, 2, 3, 4)
    assert searched.choice.judged_folds == (0, 1, 2)


def test_held_out_people_keep_their_place_on_the_scale_of_the_chosen(monkeypatch):
    seed, sample = people(10)
    rng = np.random.default_rng(11)
    other = np.exp(rng.normal(0, 1, 1_000))
    fits = {
        "weighted_bayes": cross_fit(np.exp(seed), other),
        "auto": cross_fit(seed, sample),
    }
    choice = chosen_fit.choice_of(fits, tables_of(), is_searched=False)
    mixed = ("weighted_bayes", "auto", "auto", "auto", "auto")
    monkeypatch.setattr(best, "cross_fits", lambda *_: fits)
    monkeypatch.setattr(
        chosen_fit,
        "choice_of",
        lambda *_, **__: replace(choice, model="auto", chosen_without=mixed),
    )

    found = best.cross_fit(tables_of())

    own = FOLDS == 0
    below = (other[None, :] < np.exp(seed)[own, None]).mean(axis=1)
    got = (sample[None, :] < found.seed_log_odds[own, None]).mean(axis=1)
    assert got == pytest.approx(below, abs=1.5e-3)
    assert np.array_equal(
        rankdata(found.seed_log_odds[own]), rankdata(np.exp(seed)[own])
    )
    assert np.array_equal(found.seed_log_odds[~own], seed[~own])
    assert found.sample_log_odds is sample


def test_trees_alone_are_no_candidate_for_a_small_seed(monkeypatch):
    monkeypatch.setattr(best.cross_fitting, "cross_fit", lambda name, *_: name)

    assert list(best.cross_fits(tables_of(np.zeros(999)))) == ["weighted_bayes", "auto"]
    assert list(best.cross_fits(tables_of(np.zeros(1_000)))) == list(best.CANDIDATES)


def test_each_fit_of_each_candidate_tells_its_share_of_the_work(monkeypatch):
    seed, sample = people(12)

    def tells(name, tables, tell):
        tell(0.5)
        tell(0.5)
        return cross_fit(seed, sample)

    monkeypatch.setattr(best.cross_fitting, "cross_fit", tells)
    told = []

    best.cross_fit(tables_of(), told.append)

    assert told == [0.25] * 4


# With a negative seed

UNWANTED = np.arange(60) % 5
PART = 0.3
BOTH_SEEDS = HeldOutFolds(FOLDS, UNWANTED, PART)


def cross_fit_of(seed, sample, unlike):
    return replace(cross_fit(seed, sample), unlike_log_odds=unlike)


def unwanted(random_state, shift):
    return np.random.default_rng(random_state).normal(shift, 1, 60)


def with_unlike(folds=UNWANTED, total=60.0):
    """Relations of both seeds; of so many unwanted people the contrast has its part."""
    unlike = tables_of(folds)["canonical_seed"]
    totals = {
        "left_out_fold": [-1, 0],
        "unlike_total": [total, 1],
        "smoothing": [40, 9],
    }
    return tables_of(canonical_unlike=unlike, distribution_totals=pa.table(totals))


def test_the_negative_seed_is_the_part_of_the_contrast_that_scorers_learn_from():
    folds = HeldOutFolds.of(with_unlike())

    assert folds.unlike.tolist() == UNWANTED.tolist()
    assert folds.unlike_part == 0.5 * 60 / (60 + 40)
    assert HeldOutFolds.of(tables_of()).unlike_part == 0
    # judged by some of its people, it has the same part all the same
    assert HeldOutFolds.of(with_unlike(UNWANTED[:36])).unlike_part == 0.3


def test_with_a_negative_seed_the_loss_is_against_the_contrast():
    seed, sample = people(13)
    unlike = unwanted(14, 0.7)
    dealt = np.empty(1_000, int)
    dealt[np.argsort(sample)] = np.arange(1_000) % 5
    groups, total = ((seed, FOLDS), (sample, dealt), (unlike, UNWANTED)), 0.0
    masses = (0.5, 0.5 * (1 - PART), 0.5 * PART)

    def ends(log_odds):
        return np.column_stack(log_shares(log_odds))

    for fold in range(5):
        rest = [values[folds != fold] for values, folds in groups]
        mass = np.repeat(
            [m / len(r) for m, r in zip(masses, rest, strict=True)], [*map(len, rest)]
        )
        x, y = ends(np.concatenate(rest)), np.repeat([1, 0, 0], [*map(len, rest)])
        line = LogisticRegression(C=np.inf, tol=1e-10).fit(x, y, sample_weight=mass)
        for label, weight, (values, folds) in zip(
            (1, 0, 0), masses, groups, strict=True
        ):
            scores = line.predict_proba(ends(values[folds == fold]))
            total += -weight * np.log(scores[:, label]).sum() / len(values)

    fits = {"one": cross_fit_of(seed, sample, unlike)}
    (losses,) = held_out_losses(fits, BOTH_SEEDS).values()

    assert losses.mean(range(5)) == pytest.approx(total, abs=2e-3)
    (without,) = held_out_losses({"one": cross_fit(seed, sample)}, JUDGES).values()
    assert losses.mean(range(5)) > without.mean(range(5)) + 0.02


def test_with_a_negative_seed_a_difference_is_as_sure_as_all_three_groups():
    seed, sample = people(15)
    fits = {
        "plain": cross_fit_of(seed, sample, unwanted(16, 0)),
        "nearer": cross_fit_of(seed, sample, unwanted(17, 0.8)),
    }
    losses = held_out_losses(fits, BOTH_SEEDS)

    gap, error = losses["nearer"].beyond(losses["plain"], range(5))

    names, masses = ("seed", "sample", "unlike"), (0.5, 0.5 * (1 - PART), 0.5 * PART)
    gaps = [getattr(losses["nearer"], n) - getattr(losses["plain"], n) for n in names]
    drawn = np.random.default_rng(18)
    draws = [
        sum(
            m * drawn.choice(g, len(g)).mean()
            for m, g in zip(masses, gaps, strict=True)
        )
        for _ in range(2_000)
    ]
    assert gap == pytest.approx(np.mean(draws), abs=4 * error / 2_000**0.5)
    assert error == pytest.approx(np.std(draws), rel=0.06)
    assert gap > 2 * error


def test_who_keeps_away_from_the_negative_seed_is_chosen_for_that():
    seed, sample = people(19)
    fits = {
        "weighted_bayes": cross_fit_of(seed, sample, seed[:60]),
        "auto": cross_fit_of(seed * 1.01, sample * 1.01, unwanted(20, -1)),
    }

    plain = chosen_fit.choice_of(fits, tables_of(), is_searched=False)
    away = chosen_fit.choice_of(fits, with_unlike(), is_searched=False)

    assert plain.model == "weighted_bayes"
    assert away.model == "auto"


def test_a_fold_of_the_negative_seed_has_no_say_in_what_its_people_are_ranked_by():
    seed, sample = people(21)
    near, far = seed[:60], unwanted(22, -1)
    fits = {  # the first is right about the unwanted people of fold 3 alone
        "weighted_bayes": cross_fit_of(
            seed, sample, np.where(UNWANTED == 3, far - 30, near)
        ),
        "auto": cross_fit_of(seed, sample, np.where(UNWANTED == 3, near, far)),
    }

    found = chosen_fit.chosen_fit(fits, with_unlike(), is_searched=False)

    assert found.choice.chosen_without[3] == "auto"
    own = UNWANTED == 3
    assert found.unlike_log_odds[own] == pytest.approx(near[own])
    searched = chosen_fit.choice_of(fits, with_unlike(), is_searched=True)
    assert searched.judged_folds == (0, 1, 2)
    assert searched.model == "auto"


def test_unwanted_people_keep_their_place_on_the_scale_of_the_chosen(monkeypatch):
    seed, sample = people(23)
    unlike = unwanted(24, 0.5)
    fits = {
        "weighted_bayes": cross_fit_of(10 * seed, 10 * sample, 10 * unlike),
        "auto": cross_fit_of(seed, sample, -unlike),
    }
    choice = chosen_fit.choice_of(fits, with_unlike(), is_searched=False)
    mixed = ("weighted_bayes", "auto", "auto", "auto", "auto")
    monkeypatch.setattr(
        chosen_fit,
        "choice_of",
        lambda *_, **__: replace(choice, model="auto", chosen_without=mixed),
    )

    found = chosen_fit.chosen_fit(fits, with_unlike(), is_searched=False)

    own = UNWANTED == 0
    assert found.unlike_log_odds[own] == pytest.approx(unlike[own], abs=0.1)
    assert np.array_equal(found.unlike_log_odds[~own], -unlike[~own])


def test_a_document_that_says_best_is_damaged():
    document = '{"schema_version": 1, "scorer": "best", "parameters": {}}'

    with pytest.raises(ValueError, match="scorer"):
        scorer_from_json(document)
