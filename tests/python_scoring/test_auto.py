"""The say of each scorer in `auto`: even, unless held-out people speak for another one."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from python_scoring.cross_fitting import CrossFit, out_of_fold_log_odds
from python_scoring.scorers import auto

SAMPLE, SEED = 4_000, 1_200


@dataclass(frozen=True)
class Column:
    """A scorer whose log odds are a column's numbers."""

    column: str
    is_additive = False

    @property
    def name(self):
        return self.column

    @property
    def columns(self):
        return (self.column,)

    def log_odds(self, batch):
        return batch.column(self.column).to_numpy().round(9)


def tables_of(regression, trees, people=SEED, weight=1.0):
    """People on whom the regression and the trees tell seed from sample by such shifts."""
    rng = np.random.default_rng(1)

    def side(rows, is_seed):
        return {
            name: rng.normal(shift * is_seed, 1, rows)
            for name, shift in (("regression", regression), ("trees", trees))
        }

    seed = {
        "person_key": [f"{at:04d}" for at in range(people)],
        "fold": pa.array(np.arange(people) % 5, pa.int32()),
        "seed_weight": np.full(people, weight),
    }
    return {
        "canonical_seed": pa.table(seed | side(people, 1)),
        "canonical_sample": pa.table(side(SAMPLE, 0)),
    }


@pytest.fixture(autouse=True)
def parts(monkeypatch):
    """Columns in place of the fits, as many and with the says that `auto` gives them."""
    plain = auto.parts_for

    def of_columns(people, trees):
        names = ("regression", "trees")
        return tuple(
            auto.Part(lambda tables, fold, name=name: Column(name), part.say)
            for name, part in zip(names, plain(people, trees), strict=True)
        )

    monkeypatch.setattr(auto, "parts_for", of_columns)


def auc(fit: CrossFit) -> float:
    labels = np.repeat([1, 0], [len(fit.seed_log_odds), len(fit.sample_log_odds)])
    return roc_auc_score(labels, np.append(fit.seed_log_odds, fit.sample_log_odds))


def say_of_trees(fit: CrossFit) -> float:
    return fit.scorer.factors[1] / sum(fit.scorer.factors)


def test_scorers_that_are_as_good_have_an_even_say():
    tables = tables_of(regression=0.8, trees=0.8)

    found = auto.cross_fit(tables)

    assert say_of_trees(found) == pytest.approx(0.5, abs=0.02)
    assert found.choice is None
    assert found.say.shares == (0.5, 0.5)
    assert found.say.choice.model == "even"
    assert [each.model for each in found.say.choice.candidates] == list(auto.SAYS)
    plain = auto.fit(tables)
    assert plain.factors == found.scorer.factors
    sample = found.sample_log_odds
    assert np.array_equal(
        found.seed_log_odds,
        out_of_fold_log_odds("auto", tables, tables["canonical_seed"], sample),
    )


def test_what_only_the_trees_see_is_theirs_alone():
    found = auto.cross_fit(tables_of(regression=0.0, trees=0.8))

    assert found.scorer == Column("trees")
    assert auc(found) == pytest.approx(auc_of_shift(0.8), abs=0.02)


def test_trees_that_see_more_have_more_of_the_say():
    found = auto.cross_fit(tables_of(regression=0.35, trees=0.8))

    assert say_of_trees(found) == pytest.approx(0.75, abs=0.02)
    assert found.say.scorers == ("regression", "trees")
    assert found.say.shares == (0.25, 0.75)
    even = found.say.choice.candidates[0]
    assert even.beyond_least > auto.STANDARD_ERRORS * even.standard_error > 0


@pytest.mark.parametrize("regression", [0.0, 0.35, 0.8])
def test_a_fit_by_itself_has_the_say_that_the_cross_fit_finds(regression):
    tables = tables_of(regression, trees=0.8)
    found = auto.cross_fit(tables)

    assert auto.fit(tables) == found.scorer
    placed = out_of_fold_log_odds(
        "auto", tables, tables["canonical_seed"], found.sample_log_odds
    )
    same = np.isin(
        tables["canonical_seed"]["fold"].to_numpy(),
        [
            fold
            for fold, model in enumerate(found.say.choice.chosen_without)
            if model == found.say.choice.model
        ],
    )
    assert same.any()
    assert np.array_equal(placed[same], found.seed_log_odds[same])


def test_trees_that_see_nothing_have_no_say():
    found = auto.cross_fit(tables_of(regression=0.8, trees=0.0))

    assert found.scorer == Column("regression")


def test_fewer_than_a_hundred_and_fifty_people_leave_the_say_as_it_is():
    found = auto.cross_fit(tables_of(regression=0.0, trees=0.8, people=149))

    assert (found.say.choice, found.say.unasked) == (None, "small")


def test_few_people_give_way_to_what_is_plain_alone():
    """More than two standard errors make another say surely better, and are not enough."""
    plain = auto.cross_fit(tables_of(regression=0.0, trees=1.2, people=300)).say
    few = auto.cross_fit(tables_of(regression=0.4, trees=0.8, people=300)).say
    more = auto.cross_fit(tables_of(regression=0.4, trees=0.8, people=1_000)).say

    assert (plain.shares, plain.choice.standard_errors) == ((0.0, 1.0), 4.0)
    even = few.choice.candidates[0]
    assert 2 < even.beyond_least / even.standard_error < 4
    assert (few.shares, few.choice.standard_errors) == ((0.5, 0.5), 4.0)
    assert more.shares != (0.5, 0.5)
    assert more.choice.standard_errors == 2.0


def test_a_better_one_that_may_be_luck_leaves_the_say_even():
    found = auto.cross_fit(tables_of(regression=0.7, trees=0.8))

    assert say_of_trees(found) == pytest.approx(0.5, abs=0.02)


def test_people_of_different_weight_leave_the_say_even():
    found = auto.cross_fit(tables_of(regression=0.0, trees=0.8, weight=0.9))

    assert say_of_trees(found) == pytest.approx(0.5, abs=0.02)
    assert found.say.unasked == "weighed"


def test_the_order_of_the_seed_changes_nobody():
    tables = tables_of(regression=0.35, trees=0.8)
    order = np.random.default_rng(2).permutation(SEED)
    seed = tables["canonical_seed"].take(pa.array(order))

    plain = auto.cross_fit(tables)
    turned = auto.cross_fit({**tables, "canonical_seed": seed})

    assert np.array_equal(turned.seed_log_odds, plain.seed_log_odds[order])
    assert turned.scorer.factors == plain.scorer.factors


def test_the_order_of_the_sample_changes_no_bit_of_the_spreads():
    log_odds = np.random.default_rng(4).normal(0, 1, (2, 9_999)) * [[1.0], [0.3]]
    orders = [np.random.default_rng(seed).permutation(9_999) for seed in range(50)]

    assert len({float(np.std(log_odds[0][order])) for order in orders}) > 1
    spreads = {tuple(auto.spreads_of(log_odds[:, order])) for order in orders}

    assert len(spreads) == 1


def test_each_fit_tells_its_share_of_the_work():
    told = []

    auto.cross_fit(tables_of(regression=0.8, trees=0.8), told.append)

    assert told == [pytest.approx(1 / 6)] * 6


def test_few_people_have_no_say_in_it():
    found = auto.cross_fit(tables_of(regression=0.0, trees=3.0, people=149))

    assert say_of_trees(found) == pytest.approx(1 / 3, abs=0.05)


def auc_of_shift(shift: float) -> float:
    """The AUC of two normal curves so far apart."""
    from scipy.stats import norm

    return float(norm.cdf(shift / np.sqrt(2)))
