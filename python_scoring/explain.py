"""Why one person has their score, in plain words: contributions to ranked reasons.

Plain data in and out; nothing here reads a table or knows a scorer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

NEARLY_AS_COMMON = 0.05  # a twentieth more or less is not worth a number


@dataclass(frozen=True, slots=True)
class Reason:
    """What one attribute adds to one person's log odds.

    `value_text` is None where the value is missing. `words` compare how common such a
    value is among the seed with how common it is in the population.
    """

    attribute: str
    value_text: str | None
    contribution: float
    words: str


def reasons(
    attributes: Sequence[str],
    values: Sequence[object],
    contributions: Sequence[float],
    attribute_weights: Sequence[float],
) -> list[Reason]:
    """One reason an attribute that counts, the largest contribution either way first.

    The arguments run in step, in the scorer's order of attributes. An attribute of
    weight 0 is left out; equal contributions keep that order.

    >>> reasons(["country"], ["FR"], [0.581575], [0.5])[0].words
    '3.2 times as common among the seed'
    """
    found = [
        Reason(attribute, value_text(value), contribution, words(contribution / weight))
        for attribute, value, contribution, weight in zip(
            attributes, values, contributions, attribute_weights, strict=True
        )
        if weight > 0
    ]
    return sorted(found, key=lambda reason: -abs(reason.contribution))


def words(log_ratio: float) -> str:
    """How much more common among the seed than in the population, in words.

    >>> words(0.0), words(-1.1631508)
    ('as common among the seed', '3.2 times as rare among the seed')
    """
    ratio = math.exp(min(abs(log_ratio), 700.0))
    if ratio < 1.0 + NEARLY_AS_COMMON:
        return "as common among the seed"
    direction = "common" if log_ratio > 0 else "rare"
    return f"{ratio_text(ratio)} times as {direction} among the seed"


def ratio_text(ratio: float) -> str:
    """A ratio with as many digits as a reader can use.

    >>> [ratio_text(ratio) for ratio in (1.06, 3.21, 12.7, 4321.0)]
    ['1.06', '3.2', '13', 'over 1,000']
    """
    if ratio > 1000:
        return "over 1,000"
    if ratio >= 9.95:
        return f"{ratio:.0f}"
    return f"{ratio:.1f}" if ratio >= 1.1 else f"{ratio:.2f}"


def value_text(value: object) -> str | None:
    """A value as a reader would write it; None where it is missing or not finite.

    >>> value_text(42.0), value_text(0.1), value_text("FR"), value_text(float("nan"))
    ('42', '0.1', 'FR', None)
    """
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else None
    return str(value)
