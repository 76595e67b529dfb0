"""A figure with its interval, as the services return it."""

from typing import TYPE_CHECKING, Self

from catalog.datasets import Frozen
from report.words import number_text

if TYPE_CHECKING:
    from python_scoring.held_out import Estimate


class Interval(Frozen):
    """A figure, and the two ends that it lies between 95 times in 100."""

    value: float
    low: float
    high: float

    def text(self, decimals: int) -> str:
        """The figure with its ends, or alone where it is exact.

        >>> Interval(value=4.7, low=4.55, high=4.86).text(2)
        '4.70 (4.55 to 4.86)'
        >>> Interval(value=2000, low=2000, high=2000).text(0)
        '2,000'
        """
        value, low, high = (
            number_text(each, decimals) for each in (self.value, self.low, self.high)
        )
        return value if self.low == self.high else f"{value} ({low} to {high})"

    @classmethod
    def of(cls, estimate: "Estimate | None") -> Self | None:
        """The estimate, where there is one."""
        if estimate is None:
            return None
        return cls(value=estimate.value, low=estimate.low, high=estimate.high)


def told_interval(figure: Interval) -> Interval:
    """The figure with the digits that held-out figures are told with."""
    from orchestration.told_figures import told

    return figure.model_copy(update=told(figure.model_dump()))
