import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from python_scoring.held_out import Estimate, corrected_auc, held_out_auc


def people(generator, count, shift=0.0):
    return generator.normal(shift, 1.0, count).round(1)


def test_the_auc_is_the_rank_sum_with_ties_halved():
    generator = np.random.default_rng(1)
    seed, population = people(generator, 40, 0.7), people(generator, 200)

    got = held_out_auc(seed, population)

    assert got.value == pytest.approx(
        mannwhitneyu(seed, population).statistic / 40 / 200
    )


def test_the_variance_is_that_of_the_placements_pair_by_pair():
    generator = np.random.default_rng(2)
    seed, population = people(generator, 30, 0.5), people(generator, 50)
    wins = np.array(
        [[(a > b) + 0.5 * (a == b) for b in population] for a in seed], float
    )

    got = held_out_auc(seed, population)

    expected = wins.mean(axis=1).var(ddof=1) / 30 + wins.mean(axis=0).var(ddof=1) / 50
    assert got.standard_error == pytest.approx(expected**0.5)


def test_the_interval_holds_the_true_auc_about_as_often_as_it_says():
    generator = np.random.default_rng(3)
    true = 0.7602499389065233  # normal curves one apart: Phi(1 / sqrt 2)
    held = 0
    for _ in range(400):
        got = held_out_auc(generator.normal(1, 1, 80), generator.normal(0, 1, 400))
        held += got.low <= true <= got.high

    assert 0.92 <= held / 400 <= 0.98


def test_the_interval_of_a_perfect_auc_is_not_a_point():
    got = held_out_auc(np.arange(10.0) + 20_000, np.arange(20_000.0))

    # all of ten right is still likely (2.5 %) at 0.6915 each
    assert (got.value, got.high) == (1.0, 1.0)
    assert got.low == pytest.approx(0.025**0.1, abs=1e-6)


def test_nor_is_that_of_a_seed_whose_people_are_all_placed_alike():
    """Of 25 people who all have a flag, one in seven of their kind may lack it."""
    population = np.repeat([0.0, 1.0], 10_000)

    got = held_out_auc(np.ones(25), population)

    unseen = 1 - 0.025 ** (1 / 25)
    assert got.value == 0.75
    assert got.low == pytest.approx(0.75 * (1 - unseen), abs=0.001)
    assert got.high == pytest.approx(0.75 + 0.25 * unseen, abs=0.001)


@pytest.mark.parametrize("share", [0.9, 0.95, 0.99])
def test_the_interval_of_a_small_seed_with_a_flag_holds_the_true_auc(share):
    """Whoever of the seed's kind lacks the flag ranks with that half of the population."""
    generator, population = np.random.default_rng(6), np.repeat([0.0, 1.0], 5_000)
    true = 0.75 * share + 0.25 * (1 - share)
    held = 0
    for _ in range(300):
        got = held_out_auc((generator.random(25) < share).astype(float), population)
        held += got.low <= true <= got.high

    assert held / 300 >= 0.9


def test_two_people_alike_on_either_side_say_little():
    got = held_out_auc(np.array([2.0, 2.0]), np.array([1.0, 1.0]))

    assert (got.value, got.low, got.high) == (1.0, 0.0, 1.0)


def test_the_order_of_the_people_does_not_matter():
    generator = np.random.default_rng(4)
    seed, population = generator.normal(1, 1, 50), generator.normal(0, 1, 500)

    mixed = held_out_auc(generator.permutation(seed), generator.permutation(population))

    assert mixed == held_out_auc(seed, population)


def test_the_corrected_auc_is_that_against_those_who_are_not_of_the_seeds_kind():
    generator = np.random.default_rng(5)
    seed, others = people(generator, 100, 1.0), people(generator, 300)
    # a population of which a quarter is exactly of the seed's kind
    measured = held_out_auc(seed, np.concatenate([seed, others]))

    got = corrected_auc(measured, 0.25)

    assert got.value == pytest.approx(held_out_auc(seed, others).value)
    assert got.standard_error == pytest.approx(measured.standard_error / 0.75)


def test_a_corrected_auc_stays_a_share():
    got = corrected_auc(Estimate(0.76, 0.02, 0.72, 0.8), 0.5)

    assert (got.value, got.high) == (1.0, 1.0)
    assert got.low == pytest.approx(0.94)


@pytest.mark.parametrize(("low", "is_none"), [(0.851, True), (0.849, False)])
def test_an_auc_that_the_prevalence_does_not_allow_is_not_corrected(low, is_none):
    """A perfect ranking of a mixture with 30 % of the seed's kind has 0.85."""
    got = corrected_auc(Estimate(0.9, 0.01, low, 0.91), 0.3)

    assert (got is None) == is_none
