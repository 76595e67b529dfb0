"""A figure with its interval, as the services return it."""

from typing import TYPE_CHECKING, Self

from catalog.datasets import Frozen

if TYPE_CHECKING:
    from python_scoring.held_out import Estimate


class Interval(Frozen):
    """A figure, and the two ends that it lies between 95 times in 100."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: "Estimate | None") -> Self | None:
        """The estimate, where there is one."""
        if estimate is None:
            return None
        return cls(value=estimate.value, low=estimate.low, high=estimate.high)
