"""Who of the ranked people is in the audience: size, cut, tiers, quotas."""

from typing import Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from catalog.datasets import Frozen
from catalog.division import (
    MOST_TIERS,
    Quotas,
    Tier,
    check_quotas,
    check_tiers,
    tier_names,
)
from catalog.specification_fields import (
    MOST_PEOPLE,
    Number,
    is_unset,
)


class Output(Frozen):
    """Who is in the audience: exactly one limit."""

    top: StrictInt | None = Field(
        default=None,
        gt=0,
        le=MOST_PEOPLE,
        description="The N most alike people, a whole number above 0.",
    )
    min_score: Number | None = Field(
        default=None, ge=0, le=1, description="Everybody with at least this score."
    )
    best_percent: Number | None = Field(
        default=None,
        gt=0,
        le=100,
        description="The most alike people, this percent of the candidates.",
    )
    include_seed: StrictBool = Field(
        default=False,
        description="Add the seed people to the audience, over and above the limit.",
    )
    keep_margin: Number | None = Field(
        default=None,
        gt=0,
        le=100,
        description="Members of the version before stay while their rank is within the"
        " limit and this percent of it more; newcomers enter once theirs is as much"
        " less. With top or best_percent.",
    )

    tiers: tuple[Tier, ...] = Field(
        default=(),
        max_length=MOST_TIERS,
        exclude_if=is_unset,
        description="Disjoint parts of the audience down the ranking: numbers such as"
        " [1, 3, 5], or mappings with a name. The last ends at the limit, top or"
        " best_percent, which alone says how many people there are.",
    )

    quotas: Quotas | None = Field(
        default=None,
        exclude_if=is_unset,
        description="How the audience is shared out among groups. With top or"
        " best_percent.",
    )

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        given = [k for k in ("top", "min_score", "best_percent") if self._has(k)]
        if not given and self.tiers:
            raise ValueError(
                "has tiers and no limit: tiers only divide the audience, so give top or"
                " best_percent as well"
            )
        if len(given) != 1:
            told = " and ".join(given) or "no limit"
            raise ValueError(
                f"has {told}: give exactly one of top, min_score and best_percent"
            )
        return self

    @model_validator(mode="after")
    def _tiers_divide_the_limit(self) -> Self:
        if self.tiers and self.min_score is not None:
            raise ValueError(
                "has tiers and min_score: tiers divide a size, so give top or"
                " best_percent, or leave tiers out"
            )
        if self.tiers and self.kind != "min_score":
            check_tiers(self.tiers, self.kind, self.value)
        return self

    @model_validator(mode="after")
    def _quotas_divide_the_limit(self) -> Self:
        if self.quotas is not None:
            check_quotas(self.quotas, self.kind, self.value)
            if self.keep_margin is not None:
                raise ValueError(
                    "has quotas and keep_margin: who stays near the cut would break the"
                    " quotas, so give one of the two"
                )
        return self

    @property
    def tier_names(self) -> list[str]:
        """What the tiers are called, from the most alike down."""
        kind = self.kind
        return [] if kind == "min_score" else tier_names(self.tiers, kind)

    @model_validator(mode="after")
    def _margin_of_a_size(self) -> Self:
        if self.keep_margin is not None and self.min_score is not None:
            raise ValueError(
                "has keep_margin and min_score: a margin is of a size, so give top or"
                " best_percent, or leave keep_margin out"
            )
        return self

    def _has(self, field: str) -> bool:
        return getattr(self, field) is not None

    @property
    def kind(self) -> Literal["top", "min_score", "best_percent"]:
        """Which limit it is."""
        if self.top is not None:
            return "top"
        return "min_score" if self.min_score is not None else "best_percent"

    @property
    def value(self) -> float:
        """The limit's number."""
        return float(getattr(self, self.kind))
