"""The sections on how an audience is divided: its tiers."""

from collections.abc import Mapping, Sequence
from typing import Any

from report.page import Section
from report.words import number_text, share_text

UNKNOWN = "–"


def tiers_section(tiers: Sequence[Mapping[str, Any]]) -> Section:
    """Each tier with its people, scores, and what it holds of the held-out seed."""
    return Section(
        "tiers",
        "Tiers",
        "sections/tiers.html",
        {"rows": [_tier(each) for each in tiers]},
    )


def _tier(tier: Mapping[str, Any]) -> dict[str, str]:
    least, greatest = tier["least_score"], tier["greatest_score"]
    return {
        "name": tier["name"],
        "people": number_text(tier["people_count"]),
        "scores": UNKNOWN
        if least is None
        else f"{number_text(least, 3)}–{number_text(greatest, 3)}",
        "seed": _share(tier.get("seed_share")),
        "seed_between": _between(
            tier.get("seed_share_low"), tier.get("seed_share_high"), share_text
        ),
        "lift": _times(tier.get("lift")),
        "lift_between": _between(tier.get("lift_low"), tier.get("lift_high"), _times),
    }


def _between(low: float | None, high: float | None, text: Any) -> str:
    if low is None or high is None:
        return UNKNOWN
    return f"{text(low)}–{text(high)}"


def _share(share: float | None) -> str:
    return UNKNOWN if share is None else share_text(share)


def _times(lift: float | None) -> str:
    return UNKNOWN if lift is None else number_text(lift, 2)
