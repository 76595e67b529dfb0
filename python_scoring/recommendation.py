"""How many people to take: the largest size at which the last people are still worth it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Economics:
    """What contacts cost and bring. `prevalence` is the share who are of the seed's kind.

    Of people with lift l a share of prevalence * l converts, 1 at most.
    """

    prevalence: float
    conversion_value: float
    contact_cost: float

    @property
    def break_even_lift(self) -> float:
        """The lift at which a contact brings what it costs.

        >>> Economics(0.02, 50.0, 0.4).break_even_lift
        0.4
        """
        return self.contact_cost / (self.conversion_value * self.prevalence)

    def profit(self, people: np.ndarray, lift: np.ndarray) -> np.ndarray:
        """Expected profit of contacting so many people of that lift.

        >>> Economics(0.02, 50.0, 0.4).profit(np.array([1000]), np.array([3.0]))
        array([2600.])
        """
        converting = np.minimum(1.0, self.prevalence * lift)
        profits: np.ndarray = people * (
            converting * self.conversion_value - self.contact_cost
        )
        return profits


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The recommended size; None people where no size is sure to be worth it.

    `least_marginal_lift` is what the last people must surely have. The profits, with
    economics alone, are expected ones: of the chosen size, the recommended one, and the
    one of `most_profitable_people`, where the profit is greatest.
    """

    people: int | None
    audience_share: float | None
    least_marginal_lift: float
    is_break_even: bool
    chosen_profit: float | None = None
    profit: float | None = None
    most_profitable_people: int | None = None
    greatest_profit: float | None = None


def recommend(
    reach: pd.DataFrame,
    least_marginal_lift: float,
    economics: Economics | None = None,
    chosen: pd.Series | None = None,
) -> Recommendation:
    """The largest size of `reach` whose marginal lift is surely enough.

    Surely: the lower end of its interval. Enough is the break-even lift, else
    `least_marginal_lift`. `chosen` is the row of the size that was asked for.
    """
    least = economics.break_even_lift if economics else least_marginal_lift
    worth_it = reach[reach["marginal_lift_low"] >= least]
    last = None if worth_it.empty else worth_it.iloc[-1]
    found = Recommendation(
        people=None if last is None else int(last["people_count"]),
        audience_share=None if last is None else float(last["audience_share"]),
        least_marginal_lift=least,
        is_break_even=economics is not None,
    )
    if economics is None:
        return found

    def profit(row: pd.Series | None) -> float | None:
        if row is None:
            return None
        return float(economics.profit(row["people_count"], row["lift"]))

    profits = economics.profit(
        reach["people_count"].to_numpy(), reach["lift"].to_numpy()
    )
    best = int(np.argmax(profits))
    pays = bool(profits[best] > 0)
    return Recommendation(
        people=found.people,
        audience_share=found.audience_share,
        least_marginal_lift=least,
        is_break_even=True,
        chosen_profit=profit(chosen),
        profit=profit(last),
        most_profitable_people=int(reach["people_count"].iloc[best]) if pays else 0,
        greatest_profit=float(profits[best]) if pays else 0.0,
    )
