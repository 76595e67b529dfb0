import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from python_scoring.calibration import UNCALIBRATED, Calibration, fit_calibration
from python_scoring.composite import sigmoid

log_odds = st.floats(-1e6, 1e6)
factor = st.floats(0, 50)


def samples(seed, shift=1.0, spread=1.0, seed_count=300, reference_count=2_000):
    rng = np.random.default_rng(seed)
    return (
        rng.normal(shift, spread, seed_count),
        rng.normal(0.0, 1.0, reference_count),
    )


def balanced_log_loss(point, seed, reference):
    """The definition, with u spelt out."""

    def log_odds_of(values):
        u = np.clip(1 / (1 + np.exp(-values)), 1e-9, 1 - 1e-9)
        return point[0] * np.log(u) - point[1] * np.log(1 - u) + point[2]

    loss = 0.5 * np.logaddexp(0, -log_odds_of(seed)).mean()
    loss += 0.5 * np.logaddexp(0, log_odds_of(reference)).mean()
    return loss + 1e-3 * ((point[0] - 1) ** 2 + (point[1] - 1) ** 2)


@pytest.mark.parametrize(
    ("shift", "spread"), [(1.0, 1.0), (0.1, 1.0), (-2.0, 0.5), (4.0, 3.0), (9.0, 0.1)]
)
def test_the_loss_is_the_least_that_another_method_finds(shift, spread):
    seed, reference = samples(3, shift, spread)

    got = fit_calibration(seed, reference)

    found = minimize(
        balanced_log_loss,
        np.array([1.0, 1.0, 0.0]),
        (seed, reference),
        method="L-BFGS-B",
        bounds=[(0, None), (0, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 10_000},
    )
    if got == UNCALIBRATED:
        assert found.x[:2] == pytest.approx([0.0, 0.0], abs=1e-6)
        return
    mine = balanced_log_loss([got.a, got.b, got.c], seed, reference)
    assert mine <= found.fun + 1e-12
    assert [got.a, got.b, got.c] == pytest.approx(found.x, abs=1e-3)


def test_an_end_that_points_the_wrong_way_is_held_at_zero():
    rng = np.random.default_rng(5)
    reference = rng.normal(0, 1, 4_000)
    # the seed is rarer the higher above 0, and the lower below 0, most at the bottom
    seed = np.concatenate([rng.uniform(-9, -4, 300), rng.uniform(0, 3, 500)])

    got = fit_calibration(seed, reference)

    assert got.a == 0.0
    assert got.b > 0.0
    point = np.array([got.a, got.b, got.c])
    least = balanced_log_loss(point, seed, reference)
    for step in np.eye(3) * 1e-3:
        assert balanced_log_loss(point + step, seed, reference) > least
        if step[0] == 0:
            assert balanced_log_loss(point - step, seed, reference) > least


def test_a_seed_that_ranks_upside_down_is_left_uncalibrated():
    seed, reference = samples(1, shift=-3.0)

    assert fit_calibration(seed, reference) == UNCALIBRATED


def test_fewer_than_twenty_seed_people_are_left_uncalibrated():
    seed, reference = samples(1)

    assert fit_calibration(seed[:19], reference) == UNCALIBRATED
    assert fit_calibration(seed[:20], reference) != UNCALIBRATED
    assert fit_calibration(seed, reference[:0]) == UNCALIBRATED


def test_the_order_of_the_people_does_not_change_a_bit():
    seed, reference = samples(2)
    rng = np.random.default_rng(0)

    shuffled = fit_calibration(rng.permutation(seed), rng.permutation(reference))

    assert shuffled == fit_calibration(seed, reference)


def test_log_odds_that_are_all_the_same_calibrate_to_one_half():
    got = fit_calibration(np.full(50, 2.0), np.full(500, 2.0))

    assert got.score(np.array([2.0])) == pytest.approx(0.5, abs=1e-9)


def test_sides_that_never_meet_stay_finite():
    got = fit_calibration(np.full(50, 30.0), np.full(500, -30.0))

    assert np.isfinite([got.a, got.b, got.c]).all()
    assert got.score(np.array([-30.0, 30.0])) == pytest.approx([0.0, 1.0], abs=0.05)


def test_a_calibrated_score_by_hand():
    # u = 3/4, so the odds are (3/4)^2 * (1/4)^(-1/2) * e = 9/8 e
    got = Calibration(2.0, 0.5, 1.0).score(np.array([np.log(3)]))

    assert got == pytest.approx(1.125 * np.e / (1 + 1.125 * np.e))


@given(factor, factor, st.floats(-50, 50), st.lists(log_odds, min_size=2))
def test_scores_lie_between_0_and_1_and_never_fall(a, b, c, values):
    ordered = np.unique(np.round(values, 9))

    scores = Calibration(a, b, c).score(ordered)

    assert ((scores >= 0) & (scores <= 1)).all()
    assert (np.diff(scores) >= 0).all()


def test_scores_never_fall_from_one_step_of_the_log_odds_to_the_next():
    for middle in (-20.7, -1.0, 0.0, 1.0, 20.7):
        steps = np.round(middle + np.arange(-5_000, 5_000) * 1e-9, 9)

        assert (np.diff(Calibration(0.7, 1.3, -0.2).score(steps)) >= 0).all()


def test_uncalibrated_is_the_sigmoid_without_a_clip():
    values = np.array([-700.0, -25.0, 0.0, 25.0, 30.0])

    assert np.array_equal(UNCALIBRATED.score(values), sigmoid(values))
