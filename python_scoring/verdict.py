"""Can the seed be told from the population at all?

The question is put to the held-out AUC: is it more than random people would reach? Two
ways to know what random people reach.

By permutation, for `naive_bayes` (`random_seeds`): the seed is taken for what it is said
to be not, some people out of seed and sample together. RANDOM_SEEDS groups of as many
people are drawn from both, fitted and judged like the seed. Were the seed random, each of
the RANDOM_SEEDS + 1 would be as likely to come first as any other, so that a seed that
beats them all does so by chance once in a hundred times, whatever the scorer, the
attributes and the shape of the distribution (Phipson and Smyth, Statistical Applications
in Genetics and Molecular Biology 9, 2010).

By its variance, for other scorers and for seeds of more than MOST_PERMUTED people. Five
folds share their training people: fold f is judged by what was learnt from g, and g by
what was learnt from f. Of random people the two say the same twice, so that the mean of
the folds has twice the variance of as many independent people (measured 0.9 to 2.0 times
on three data sets, see docs/decisions). The AUC must be that much above 1/2.
"""

from dataclasses import dataclass

import numpy as np

from python_scoring.coded_people import CodedPeople
from python_scoring.random_seeds import Smoothing, held_out_aucs

RANDOM_SEEDS = 99
LEVEL = 0.01
MOST_PERMUTED = 10_000
FEWEST_JUDGED = 25
FEWEST_STOPPED = 100
RANDOM_SEED = 20_042
SHARED_TRAINING = 2.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the seed can be told from the population, and by what.

    `auc` is the seed's held-out AUC by the method, `random_greatest` what it had to
    exceed: the greatest of the random seeds, or the border by the variance. `p_value` is
    how often random people would do as well.
    """

    can_be_told: bool
    method: str
    seed_people: int
    auc: float
    random_greatest: float
    random_mean: float
    random_deviation: float
    p_value: float

    @property
    def stops(self) -> bool:
        """True where nothing should be built on the seed.

        Of fewer than FEWEST_STOPPED people only a great difference shows, so that not to
        see one says little: that is told, and stops nothing.
        """
        return not self.can_be_told and self.seed_people >= FEWEST_STOPPED


def by_permutation(people: CodedPeople, smoothing: Smoothing) -> Verdict:
    """The seed beside RANDOM_SEEDS groups of as many people.

    Which groups are drawn follows from the seed's own people: the same seed always meets
    the same groups, and another one others, so that one unlucky draw is not everybody's.
    """
    drawn_by = (RANDOM_SEED, people.seed_checksum)
    aucs = held_out_aucs(people, RANDOM_SEEDS, smoothing, drawn_by)
    auc, random = float(aucs[0]), aucs[1:]
    p_value = float(1 + np.count_nonzero(random >= auc)) / (1 + RANDOM_SEEDS)
    return Verdict(
        can_be_told=p_value <= LEVEL,
        method="permutation",
        seed_people=people.seed_people,
        auc=auc,
        random_greatest=float(random.max()),
        random_mean=float(random.mean()),
        random_deviation=float(random.std(ddof=1)),
        p_value=p_value,
    )


def by_variance(auc: float, seed_people: int, sample_people: int) -> Verdict:
    """A held-out AUC beside what its variance would be if the seed were random.

    The variance without ties is (n + m + 1) / (12 n m) (Mann and Whitney, Annals of
    Mathematical Statistics 18, 1947), times SHARED_TRAINING; ties only lessen it.

    >>> by_variance(0.6, 300, 20_000).can_be_told
    True
    >>> by_variance(0.54, 300, 20_000).can_be_told
    False
    """
    from scipy.special import ndtr, ndtri

    people = seed_people + sample_people + 1
    variance = SHARED_TRAINING * people / (12.0 * seed_people * sample_people)
    deviation = float(np.sqrt(variance))
    p_value = float(ndtr(-(auc - 0.5) / deviation))
    return Verdict(
        can_be_told=p_value <= LEVEL,
        method="variance",
        seed_people=seed_people,
        auc=auc,
        random_greatest=0.5 + float(ndtri(1 - LEVEL)) * deviation,
        random_mean=0.5,
        random_deviation=deviation,
        p_value=p_value,
    )
