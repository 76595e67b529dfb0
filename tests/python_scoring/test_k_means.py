"""k-means beside scikit-learn's from the same first centres, and its bits."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from python_scoring.k_means import farthest_points, k_means

RNG = np.random.default_rng(1)
POINTS = np.concatenate(
    [RNG.normal(centre, 1.0, (200, 3)) for centre in ((0, 0, 0), (9, 0, 3), (0, 9, -5))]
)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_centres_are_those_of_scikit_learn_from_the_same_start(count):
    start = farthest_points(POINTS, count)
    theirs = KMeans(count, init=start, n_init=1, max_iter=25, tol=0.0).fit(POINTS)

    ours = k_means(POINTS, count)

    assert ours == pytest.approx(theirs.cluster_centers_, abs=1e-9)


def test_the_same_points_give_the_same_bits():
    assert np.array_equal(k_means(POINTS, 8), k_means(POINTS.copy(), 8))


def test_of_fewer_points_than_clusters_each_has_its_own_centre():
    centres = k_means(POINTS[:2], 5)

    for point in POINTS[:2]:
        assert (centres == point).all(axis=1).any()
