"""How an audience is divided, in the report: its tiers, and its groups with quotas."""

from collections.abc import Mapping, Sequence
from typing import Any

from report.page import Section
from report.remarks import Remark
from report.words import (
    FEWEST_PEOPLE,
    counted,
    number_text,
    plain_text,
    share_text,
)

UNKNOWN, NOT_TOLD = "–", "not told"


def tiers_section(tiers: Sequence[Mapping[str, Any]]) -> Section:
    """Each tier with its people, scores, and what it holds of the held-out seed."""
    return Section(
        "tiers",
        "Tiers",
        "sections/tiers.html",
        {"rows": [_tier(each) for each in tiers]},
    )


def quotas_section(quotas: Mapping[str, Any]) -> Section:
    """What each group was to have and got, and what that cost."""
    people = quotas["people_count"]
    return Section(
        "quotas",
        "Groups",
        "sections/quotas.html",
        {
            "attribute": quotas["attribute"],
            "rows": [_group(each, people) for each in quotas["groups"]],
            "cost": [
                (
                    "Mean score",
                    number_text(quotas["mean_score"], 3),
                    number_text(quotas["mean_score_without"], 3),
                ),
                (
                    "Lift",
                    _times(quotas.get("lift")),
                    _times(quotas.get("lift_without")),
                ),
            ],
            "between": _between(
                quotas.get("lift_low"), quotas.get("lift_high"), _times
            ),
            "fewest": FEWEST_PEOPLE if _has_untold(quotas) else None,
            "empty": number_text(quotas["asked_people"] - people)
            if people < quotas["asked_people"]
            else None,
        },
    )


def _has_untold(quotas: Mapping[str, Any]) -> bool:
    """Whether numbers of a group are not told."""
    return any(
        None in (each["people_count"], each["candidates"]) for each in quotas["groups"]
    )


def quota_warnings(quotas: Mapping[str, Any] | None) -> list[Remark]:
    """Of groups that have fewer people than they were to have, and of empty places."""
    if quotas is None:
        return []
    warnings = [
        Remark(
            "quota_unfilled",
            f"“{plain_text(each['value'])}” was to have at least"
            f" {counted(each['least_people'], 'person', 'people')} and has"
            f" {_people(each['people_count'], 'fewer')}, all of its candidates.",
            "The most alike of the other groups have the places."
            if quotas["unfilled"] == "others"
            else "The places stay empty.",
        )
        for each in quotas["groups"]
        if not each["is_filled"]
    ]
    empty = quotas["asked_people"] - quotas["people_count"]
    if empty:
        warnings.append(
            Remark(
                "quotas_leave_places_empty",
                f"{counted(quotas['asked_people'], 'person was', 'people were')} asked"
                f" for; the quotas leave {number_text(empty)} places empty.",
                "No group may have more people than its quota says, or places of a"
                " group that is too small are not filled.",
            )
        )
    return warnings


def tier_warnings(tiers: Sequence[Mapping[str, Any]]) -> list[Remark]:
    """Of tiers that nobody is in."""
    return [
        Remark(
            "empty_tier",
            f"Nobody is in the tier “{plain_text(tier['name'])}”.",
            "The audience ends before it begins.",
        )
        for tier in tiers
        if tier["people_count"] == 0
    ]


def _group(group: Mapping[str, Any], people: int) -> dict[str, str]:
    mean, count = group["mean_score"], group["people_count"]
    return {
        "name": "all others" if group["value"] is None else f"“{group['value']}”",
        "asked": group["asked"] or UNKNOWN,
        "people": _people(count, NOT_TOLD),
        "share": UNKNOWN if count is None or not people else share_text(count / people),
        "candidates": _people(group["candidates"], NOT_TOLD),
        "score": UNKNOWN if mean is None else number_text(mean, 3),
    }


def _people(count: int | None, otherwise: str) -> str:
    return otherwise if count is None else number_text(count)


def _tier(tier: Mapping[str, Any]) -> dict[str, str]:
    least, greatest = tier["least_score"], tier["greatest_score"]
    is_told = tier["people_count"] >= FEWEST_PEOPLE
    return {
        "name": tier["name"],
        "people": number_text(tier["people_count"]),
        "scores": f"{number_text(least, 3)}–{number_text(greatest, 3)}"
        if is_told
        else UNKNOWN,
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
