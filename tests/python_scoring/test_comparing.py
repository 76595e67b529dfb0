"""Figures of several scorers on the same people: differences and lifts by their own draws."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from python_scoring.comparing import Difference, differences, lifts_at, share_above
from python_scoring.cross_fitting import CrossFit
from python_scoring.held_out import auc_difference


def auc(seed, sample):
    return mannwhitneyu(seed, sample).statistic / len(seed) / len(sample)


@pytest.fixture(scope="module")
def two_scorers():
    """Log odds of the same people by two scorers that have most in common."""
    rng = np.random.default_rng(1)
    seed, sample = rng.normal(0.8, 1, 300), rng.normal(0, 1, 800)
    noisy = [side + rng.normal(0, 0.4, len(side)) for side in (seed, sample)]
    return (seed.round(1), sample.round(1)), tuple(side.round(1) for side in noisy)


def test_a_difference_of_aucs_is_as_sure_as_redrawn_people_say(two_scorers):
    (seed, sample), (other_seed, other_sample) = two_scorers
    rng = np.random.default_rng(2)
    draws = []
    for _ in range(400):
        of_seed, of_sample = rng.integers(0, 300, 300), rng.integers(0, 800, 800)
        draws.append(
            auc(seed[of_seed], sample[of_sample])
            - auc(other_seed[of_seed], other_sample[of_sample])
        )

    value, error = auc_difference((seed, other_seed), (sample, other_sample))

    assert value == pytest.approx(auc(seed, sample) - auc(other_seed, other_sample))
    assert error == pytest.approx(np.std(draws), rel=0.12)


def test_a_difference_does_not_know_the_order_of_the_people(two_scorers):
    (seed, sample), (other_seed, other_sample) = two_scorers
    turned = np.random.default_rng(3).permutation(800)

    plain = auc_difference((seed, other_seed), (sample, other_sample))
    again = auc_difference((seed, other_seed), (sample[turned], other_sample[turned]))

    assert plain == again


def test_a_scorer_is_worse_where_more_than_chance_says_so(two_scorers):
    (seed, sample), (noisy_seed, noisy_sample) = two_scorers
    scorer = SimpleNamespace(is_additive=True)
    fits = {
        "a": CrossFit(scorer, seed, sample),
        "same ranks": CrossFit(scorer, 2 * seed, 2 * sample),
        "noisy": CrossFit(scorer, noisy_seed, noisy_sample),
        "worse": CrossFit(scorer, seed - 0.5, sample),
    }

    found = differences(fits, "a")

    assert found["a"] == found["same ranks"] == Difference(0.0, 0.0)
    told = {name for name, each in found.items() if each.is_told}
    assert "worse" in told
    assert "same ranks" not in told
    gap = found["noisy"]
    assert gap.is_told is (abs(gap.value) > 1.959964 * gap.standard_error)


def test_lifts_and_their_intervals_are_those_of_redrawn_people():
    rng = np.random.default_rng(4)
    seed, sample = rng.normal(1, 1, 400), rng.normal(0, 1, 2_000)

    def lift(seed, sample, share):
        border = np.sort(sample)[::-1][int(share * len(sample)) - 1]
        return (seed >= border).mean() / share

    draws = [
        lift(rng.choice(seed, 400), rng.choice(sample, 2_000), 0.05)
        for _ in range(2_000)
    ]

    (found,) = lifts_at(seed, sample, [0.05])

    low, high = np.quantile(draws, [0.025, 0.975])
    assert found.lift == pytest.approx(lift(seed, sample, 0.05), rel=0.02)
    assert found.lift_low == pytest.approx(low, rel=0.06)
    assert found.lift_high == pytest.approx(high, rel=0.06)


def test_a_size_of_fewer_than_25_sampled_people_says_nothing():
    seed, sample = np.arange(100.0), np.arange(1_000.0)

    few, enough, everybody = lifts_at(seed, sample, [0.024, 0.025, 1.0])

    assert (few.lift, few.lift_low, few.lift_high) == (None, None, None)
    assert enough.lift == 0.0
    assert (everybody.lift, everybody.lift_low) == (1.0, pytest.approx(1.0, abs=0.01))


def test_the_share_above_a_score_is_counted_in_the_sample():
    rng = np.random.default_rng(5)
    fit = CrossFit(None, rng.normal(1, 1, 500), rng.normal(0, 1, 2_000))

    assert share_above(fit, 0.0) == 1.0
    # half of equal numbers of both sides score above it, so fewer of the sample alone
    assert 0.2 < share_above(fit, 0.5) < 0.45
    assert share_above(fit, 1.0) == 0.0
