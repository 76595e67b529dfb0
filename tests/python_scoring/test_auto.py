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
    def columns(self):
        return (self.column,)

    def log_odds(self, batch):
        return batch.column(self.column).to_numpy()


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


def test_trees_that_see_nothing_have_no_say():
    found = auto.cross_fit(tables_of(regression=0.8, trees=0.0))

    assert found.scorer == Column("regression")


def test_fewer_than_a_thousand_people_leave_the_say_even():
    found = auto.cross_fit(tables_of(regression=0.0, trees=0.8, people=999))

    assert say_of_trees(found) == pytest.approx(0.5, abs=0.02)


def test_a_better_one_that_may_be_luck_leaves_the_say_even():
    found = auto.cross_fit(tables_of(regression=0.7, trees=0.8))

    assert say_of_trees(found) == pytest.approx(0.5, abs=0.02)


def test_people_of_different_weight_leave_the_say_even():
    found = auto.cross_fit(tables_of(regression=0.0, trees=0.8, weight=0.9))

    assert say_of_trees(found) == pytest.approx(0.5, abs=0.02)


def test_the_order_of_the_seed_changes_nobody():
    tables = tables_of(regression=0.35, trees=0.8)
    order = np.random.default_rng(2).permutation(SEED)
    seed = tables["canonical_seed"].take(pa.array(order))

    plain = auto.cross_fit(tables)
    turned = auto.cross_fit({**tables, "canonical_seed": seed})

    assert np.array_equal(turned.seed_log_odds, plain.seed_log_odds[order])
    assert turned.scorer.factors == plain.scorer.factors


def test_few_people_have_no_say_in_it():
    found = auto.cross_fit(tables_of(regression=0.0, trees=3.0, people=149))

    assert say_of_trees(found) == pytest.approx(1 / 3, abs=0.05)


def auc_of_shift(shift: float) -> float:
    """The AUC of two normal curves so far apart."""
    from scipy.stats import norm

    return float(norm.cdf(shift / np.sqrt(2)))
