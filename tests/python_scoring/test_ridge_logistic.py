import numpy as np
import pytest
from scipy.optimize import minimize

from python_scoring.ridge_logistic import WeighedRows, choose_strength, fit_ridge

STRENGTHS = (0.003, 0.3, 30.0)


@pytest.fixture
def rows():
    rng = np.random.default_rng(4)
    signs = np.repeat([1.0, -1.0], [150, 600])
    features = rng.normal(size=(3, 750)) + np.outer([1.0, 0.2, 0.0], signs > 0)
    masses = np.repeat([1.0, 0.25], [150, 600])
    return WeighedRows(features, signs, masses)


def objective(point, rows, prior, strength):
    """The loss as it is written, by another road than the solver's."""
    log_odds = point[:-1] @ rows.features + point[-1]
    losses = np.log1p(np.exp(-rows.signs * log_odds))
    ridge = ((point[:-1] - prior) ** 2).sum() / (2 * strength)
    return (rows.masses * losses).sum() + ridge


@pytest.mark.parametrize("strength", STRENGTHS)
def test_the_fit_is_the_least_point_that_scipy_finds(rows, strength):
    prior = np.array([0.8, 0.0, -0.3])

    got = fit_ridge(rows, prior, strength, np.zeros(4))

    expected = minimize(
        objective, np.zeros(4), (rows, prior, strength), options={"gtol": 1e-9}
    )
    assert got == pytest.approx(expected.x, abs=1e-5)
    assert objective(got, rows, prior, strength) <= expected.fun + 1e-12


def test_a_weak_ridge_is_the_regression_of_scikit_learn(rows):
    linear_model = pytest.importorskip("sklearn.linear_model")
    peer = linear_model.LogisticRegression(C=1e6, tol=1e-10, max_iter=1000)
    peer.fit(rows.features.T, rows.signs, sample_weight=rows.masses)

    got = fit_ridge(rows, np.zeros(3), 1e6, np.zeros(4))

    expected = np.append(peer.coef_[0], peer.intercept_)
    assert got == pytest.approx(expected, abs=1e-4)


def test_where_the_search_begins_decides_nothing(rows):
    prior = np.array([0.5, 0.5, 0.5])

    one = fit_ridge(rows, prior, 0.1, np.zeros(4))
    other = fit_ridge(rows, prior, 0.1, np.array([3.0, -2.0, 1.0, 1.0]))

    assert one == pytest.approx(other, abs=1e-12)


def test_sides_that_a_line_separates_have_a_finite_fit():
    rows = WeighedRows(
        np.array([[5.0, 5.0, -5.0, -5.0]]), np.array([1, 1, -1, -1.0]), np.ones(4)
    )

    got = fit_ridge(rows, np.zeros(1), 1.0, np.zeros(2))

    assert np.isfinite(got).all()
    assert 0 < got[0] < 10


def test_the_strength_is_that_of_the_least_held_out_loss(rows):
    folds, prior = np.arange(750) % 3, np.array([-2.0, 0.0, 0.0])
    losses = []
    for strength in STRENGTHS:
        loss = 0.0
        for fold in range(3):
            point = fit_ridge(rows.rows(folds != fold), prior, strength, np.zeros(4))
            held_out = rows.rows(folds == fold)
            log_odds = point[:-1] @ held_out.features + point[-1]
            loss += (
                held_out.masses * np.log1p(np.exp(-held_out.signs * log_odds))
            ).sum()
        losses.append(loss)

    assert (
        choose_strength(rows, folds, prior, STRENGTHS) == STRENGTHS[np.argmin(losses)]
    )
    # a prior that is far off wants a weak ridge
    assert np.argmin(losses) > 0
