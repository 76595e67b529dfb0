"""How an audience is divided: into tiers down the ranking, and among groups by quotas.

Both divide what the limit makes; they are no second limit. Tiers are counted in the
limit's own unit, people or percent, and the last ends where the limit does.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from catalog.conditions import Value
from catalog.datasets import Frozen
from catalog.names import folded, shown
from catalog.specification_fields import ColumnName, Name, Number

MOST_TIERS = 20
MOST_GROUPS = 100
# Shares are sums of decimals such as 0.1.
SUM_TOLERANCE = 1e-9


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


Amounts = dict[Value, Number]


class Quotas(Frozen):
    """How many of the audience each group has, by the values of one attribute."""

    attribute: ColumnName = Field(
        description="Categorical attribute of the population whose values are the groups;"
        " it need not be scored."
    )
    unit: Literal["share", "people"] = Field(
        default="share",
        description="What the numbers are: shares of the audience from 0 to 1, or people.",
    )
    exactly: Amounts = Field(
        default_factory=dict, description="Groups that have just so much."
    )
    at_least: Amounts = Field(
        default_factory=dict, description="Groups that have so much or more."
    )
    at_most: Amounts = Field(
        default_factory=dict, description="Groups that have so much or less."
    )
    unfilled: Literal["others", "short"] = Field(
        default="others",
        description="What becomes of places that a group has too few people for: the most"
        " alike of the other groups take them (others), or they stay empty (short).",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        given = {
            "exactly": self.exactly,
            "at_least": self.at_least,
            "at_most": self.at_most,
        }
        if not any(given.values()):
            raise ValueError(
                "has no group: give exactly, at_least or at_most, such as"
                " at_most: {north: 0.3}"
            )
        if len(self.groups) > MOST_GROUPS:
            raise ValueError(f"has more than {MOST_GROUPS} groups: name fewer")
        for field, amounts in given.items():
            for value, amount in amounts.items():
                self._check_amount(field, value, amount)
        for value in self.exactly:
            if value in self.at_least or value in self.at_most:
                raise ValueError(
                    f"has {shown(value)} in exactly and in another field: keep one"
                )
        for value, least in self.at_least.items():
            most = self.at_most.get(value)
            if most is not None and most < least:
                raise ValueError(
                    f"has at_least {least:g} and at_most {most:g} for {shown(value)}:"
                    " let at_least be no greater"
                )
        if self.unit == "share" and self.reserved > 1 + SUM_TOLERANCE:
            raise ValueError(
                f"has shares that add up to {self.reserved:g} in exactly and at_least:"
                " let them add up to 1 or less"
            )
        return self

    def _check_amount(self, field: str, value: str, amount: float) -> None:
        told = f"has {field} {amount:g} for {shown(value)}"
        if amount < 0:
            raise ValueError(f"{told}: give 0 or more")
        if self.unit == "share" and amount > 1:
            raise ValueError(
                f"{told}, which is more than all: give a share from 0 to 1, or"
                " unit: people"
            )
        if self.unit == "people" and amount != int(amount):
            raise ValueError(f"{told}: give whole people, or unit: share")

    @property
    def groups(self) -> tuple[str, ...]:
        """The values that are named, each once, in the order of the document."""
        return tuple(dict.fromkeys([*self.exactly, *self.at_least, *self.at_most]))

    @property
    def reserved(self) -> float:
        """What is set aside for groups, in the unit."""
        return sum(self.exactly.values()) + sum(self.at_least.values())


def check_quotas(quotas: Quotas, unit: str, limit: float) -> None:
    """Quotas that do not go with the limit: ValueError."""
    if unit == "min_score":
        raise ValueError(
            "has quotas and min_score: quotas divide a size, so give top or"
            " best_percent, or leave quotas out"
        )
    if quotas.unit == "people" and unit != "top":
        raise ValueError(
            "has quotas in people and best_percent: give top, or shares of the audience"
        )
    if quotas.unit == "people" and quotas.reserved > limit:
        raise ValueError(
            f"has quotas that set {quotas.reserved:,.0f} people aside of top"
            f" {limit:,.0f}: let them be no more"
        )


def quota_texts(quotas: Mapping[str, Any]) -> list[str]:
    """Each group's quota in words, from the document.

    >>> quota_texts({"unit": "share", "exactly": {}, "at_least": {"b": 0.2},
    ...              "at_most": {"b": 0.5, "a": 0.25}})
    ["'b' at least 20 % and at most 50 %", "'a' at most 25 %"]
    """
    told: dict[str, list[str]] = {}
    for field in ("exactly", "at_least", "at_most"):
        for value, amount in quotas[field].items():
            size = f"{amount:,.0f}"
            if quotas["unit"] == "share":
                size = f"{100 * amount:.12g} %"
            told.setdefault(value, []).append(f"{field.replace('_', ' ')} {size}")
    return [f"{shown(value)} {' and '.join(each)}" for value, each in told.items()]


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
