"""K-means without a random start: the same centres for the same points in one order."""

import numpy as np

ROUNDS = 25


def k_means(points: np.ndarray, count: int) -> np.ndarray:
    """Centres of at most so many clusters, by Lloyd's rounds.

    The first centre is the mean; each further one the point farthest from those before
    (of equal ones the first). A cluster that loses its points keeps its centre.
    """
    centres = farthest_points(points, count)
    for _ in range(ROUNDS):
        cluster = nearest_centre(points, centres)
        sizes = np.bincount(cluster, minlength=len(centres))
        moved = centres.copy()
        for place in range(points.shape[1]):
            sums = np.bincount(cluster, points[:, place], len(centres))
            moved[:, place] = np.where(
                sizes > 0, sums / np.maximum(sizes, 1), centres[:, place]
            )
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres


def nearest_centre(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Each point's nearest centre; of equally near ones the first.

    >>> nearest_centre(np.array([[0.2], [2.0]]), np.array([[0.0], [1.5], [9.0]]))
    array([0, 1])
    """
    # |x|^2 is the same for all centres of a point
    products = np.einsum("nj,kj->nk", points, centres)
    lengths = np.einsum("kj,kj->k", centres, centres)
    return np.argmin(lengths - 2.0 * products, axis=1)


def farthest_points(points: np.ndarray, count: int) -> np.ndarray:
    """The mean, then one after another the point farthest from those chosen."""
    centres = [points.mean(axis=0)]
    distances = np.full(len(points), np.inf)
    while len(centres) < count:
        gaps = points - centres[-1]
        distances = np.minimum(distances, np.einsum("nj,nj->n", gaps, gaps))
        farthest = int(np.argmax(distances))
        if distances[farthest] <= 0.0:
            break
        centres.append(points[farthest])
    return np.array(centres)
