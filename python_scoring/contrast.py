"""What a seed is compared with beside a negative seed: half the reference, half of that.

The shares of the negative seed's people are drawn towards the reference's by the
smoothing m, as in `contrast_count` of the dbt project. With n of them a share is

    q' = q / 2 + (u + m q) / (n + m) / 2        q of the reference, u people who have it

so that the people themselves have the part n / (n + m) / 2 of the contrast.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Contrast:
    """A negative seed of so many people; with none it is the reference alone."""

    people: float
    smoothing: float

    @property
    def unlike_part(self) -> float:
        """The part of the contrast that the negative seed's own people are."""
        return _part(self.people, self.smoothing)

    def shares(
        self, reference: np.ndarray, unlike: np.ndarray, left_out: float = 0.0
    ) -> np.ndarray:
        """Shares in the contrast, from those in the reference and unwanted people.

        With `left_out` each is without so many of those who have it, and of all.

        >>> Contrast(20, 30).shares(np.array([0.1, 0.9]), np.array([8.0, 12.0]))
        array([0.16, 0.84])
        """
        others = np.maximum(unlike - left_out, 0.0)
        people = self.people - left_out
        rest = 1.0 - _part(people, self.smoothing)
        return rest * reference + 0.5 * others / (people + self.smoothing)

    def masses(self, reference: int, unlike: int) -> np.ndarray:
        """What each of so many rows of the reference, then of the negative seed, counts.

        1 without a negative seed, and in total as many as there are rows of the reference.

        >>> Contrast(20, 30).masses(4, 2)
        array([0.8, 0.8, 0.8, 0.8, 0.4, 0.4])
        """
        if not unlike:
            return np.ones(reference)
        parts = 1.0 - self.unlike_part, self.unlike_part
        counts = reference, unlike
        each = [
            part * reference / count if count else 0.0
            for part, count in zip(parts, counts, strict=True)
        ]
        return np.repeat(each, counts)

    def reference_shares(self, shares: np.ndarray, unlike: np.ndarray) -> np.ndarray:
        """The shares in the reference of which `shares` makes these.

        >>> Contrast(20, 30).reference_shares(np.array([0.16]), np.array([8.0]))
        array([0.1])
        """
        rest = shares - 0.5 * unlike / (self.people + self.smoothing)
        found: np.ndarray = np.maximum(rest, 0.0) / (1.0 - self.unlike_part)
        return found


def _part(people: float, smoothing: float) -> float:
    return 0.5 * people / (people + smoothing)
