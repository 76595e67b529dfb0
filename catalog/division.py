"""How an audience is divided: into tiers down the ranking.

Tiers divide what the limit makes; they are no second limit. All are counted in the
limit's own unit, people or percent, and the last ends where the limit does.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from catalog.datasets import Frozen
from catalog.names import folded, shown
from catalog.specification_fields import Name, Number

MOST_TIERS = 20


class Tier(Frozen):
    """One tier: from where the tier before ends to where this one does."""

    name: Name | None = Field(
        default=None,
        description="What it is called; left out: after its ends, such as 1-3 %.",
    )
    up_to: Number = Field(
        gt=0,
        description="Where it ends, as the limit counts: so many people with top, so many"
        " percent with best_percent. The last tier ends at the limit itself.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"up_to": value} if is_number else value


Unit = Literal["top", "best_percent"]


def check_tiers(tiers: Sequence[Tier], unit: Unit, limit: float) -> None:
    """Tiers that overlap, leave part of the audience out or share a name: ValueError."""
    before = 0.0
    for tier in tiers:
        if unit == "top" and tier.up_to != int(tier.up_to):
            raise ValueError(
                f"has a tier up to {tier.up_to:g} with top, which counts people: give"
                " whole numbers"
            )
        if tier.up_to <= before:
            raise ValueError(
                f"has a tier up to {tier.up_to:g} after one up to {before:g}, so it"
                " would be empty or overlap: let each tier end further down"
            )
        before = tier.up_to
    if before != limit:
        raise ValueError(
            f"has tiers up to {before:g} and {unit} {limit:g}: tiers divide the audience"
            f" that {unit} makes, so let the last one end at {limit:g}"
        )
    names = [folded(name) for name in tier_names(tiers, unit)]
    for place, tier in enumerate(tiers):
        if names.index(names[place]) < place:
            raise ValueError(
                f"has two tiers {shown(str(tier.name or names[place]))}: name each once"
            )


def tier_names(tiers: Sequence[Tier], unit: Unit) -> list[str]:
    """What each tier is called.

    >>> tier_names([Tier(up_to=1), Tier(up_to=2.5)], "best_percent")
    ['0-1 %', '1-2.5 %']
    >>> tier_names([Tier(up_to=1000), Tier(up_to=3000, name="B")], "top")
    ['1-1000', 'B']
    """
    starts = [0.0, *(tier.up_to for tier in tiers)]
    return [
        tier.name
        or (
            f"{start:g}-{tier.up_to:g} %"
            if unit == "best_percent"
            else f"{start + 1:.0f}-{tier.up_to:.0f}"
        )
        for start, tier in zip(starts, tiers, strict=False)
    ]
