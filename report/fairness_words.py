"""Fairness in words: who is chosen less often than others, and what stands in for it.

Reads the document of fairness.json, which `orchestration.fairness` makes. Of fewer than
25 chosen people that has a verdict, and no number of people, rate or ratio.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from report.remarks import Remark
from report.words import counted, number_text, plain_text, share_text

Fairness = Mapping[str, Any]
Group = Mapping[str, Any]

MOST_MOVED = 0.1
UNKNOWN = "–"
FOUR_FIFTHS = 0.8
BELOW = ("surely_below", "below")
VERDICT_WORDS = {
    "surely_below": "below 0.8",
    "below": "below 0.8, not sure",
    "not_below": "not below 0.8, not sure",
    "surely_not_below": "",
}


def group_text(group: Group) -> str:
    """What a group is called."""
    if group["is_other"]:
        return "other groups"
    if group["group"] is None:
        return "no value"
    return plain_text(group["group"], 60) or "empty"


def least_chosen(protected: Mapping[str, Any]) -> Group | None:
    """The group of the least ratio; None where groups cannot be compared.

    Versions that were built before small groups were folded tell every ratio instead.
    """
    groups = protected["groups"]
    if "least" not in protected:
        told = (each for each in groups if each["ratio"] is not None)
        return min(told, key=lambda each: each["ratio"], default=None)
    place = protected["least"]
    return None if place is None else groups[place]


def ratio_text(group: Group) -> str:
    """Its ratio, or between which ends one lies that is not told."""
    if group["verdict"] is None:
        return UNKNOWN
    if group["ratio"] is not None:
        return _ratio_number(group["ratio"])
    if group.get("ratio_below") is None:
        return f"{FOUR_FIFTHS} or more"
    return f"under {number_text(group['ratio_below'], 2)}"


def _ratio_number(ratio: float) -> str:
    """A ratio to two decimals, or to three where two would lift it to four fifths.

    >>> _ratio_number(0.7934), _ratio_number(0.7972), _ratio_number(0.79999), _ratio_number(0.8)
    ('0.79', '0.797', '0.799', '0.80')
    """
    told = number_text(ratio, 2)
    if ratio < FOUR_FIFTHS <= float(told):
        return number_text(math.floor(1_000 * ratio) / 1_000, 3)
    return told


def times_text(group: Group) -> str:
    """How many times as often as the most chosen one a compared group is chosen."""
    if group["ratio"] is not None:
        return f"{ratio_text(group)} times"
    if group.get("ratio_below") is None:
        return f"at least {FOUR_FIFTHS} times"
    return f"less than {number_text(group['ratio_below'], 2)} times"


def fairness_sentences(fairness: Fairness | None) -> tuple[str, ...]:
    """A sentence for each protected attribute: who is chosen least often."""
    if fairness is None:
        return ()
    return tuple(
        f"By {_named(each)} the least chosen group is “{group_text(least)}”, chosen"
        f" {_times(each, least, fairness['fewest_people'])}."
        for each in fairness["protected"]
        if (least := least_chosen(each)) is not None
    )


def fairness_warnings(fairness: Fairness | None) -> list[Remark]:
    """Groups below four fifths, groups that cannot be compared, strong proxies."""
    if fairness is None:
        return []
    is_regulated = fairness["mode"] == "regulated"
    found = []
    for each in fairness["protected"]:
        least = least_chosen(each)
        if least is None:
            found.append(_nothing_to_compare(each, fairness["fewest_people"]))
        elif least["verdict"] in BELOW:
            found.append(
                _below(
                    each, least, fairness["fewest_people"], is_regulated=is_regulated
                )
            )
        if is_regulated and each["moved_share"] > MOST_MOVED:
            found.append(_moved(each))
    return [*found, *(_strong(each) for each in _of_strength(fairness, "strong"))]


def fairness_notes(fairness: Fairness | None) -> list[Remark]:
    """Moderate proxies, in one note."""
    moderate = [] if fairness is None else _of_strength(fairness, "moderate")
    if not moderate:
        return []
    told = ", ".join(
        f"{_proxy_name(each)} of “{plain_text(each['protected_column_name'])}”"
        for each in moderate
    )
    return [
        Remark(
            "moderate_proxies",
            f"Moderate proxies of what is protected: {told}.",
            "Part of what they say of a person, the protected attribute says too.",
        )
    ]


def protected_table(protected: Mapping[str, Any], fewest: int) -> dict[str, Any]:
    """One protected attribute as the report page shows it; `fewest` people are told of."""
    return {
        "name": plain_text(protected["column_name"]),
        "rows": [_row(each, fewest) for each in protected["groups"]],
        "moved": share_text(protected["moved_share"]),
        "is_compared": least_chosen(protected) is not None,
        "folded": protected["folded_groups"],
    }


def proxy_rows(fairness: Fairness) -> dict[str, Any]:
    """The proxies as a table: what is scored down, what is protected across.

    The score comes first, then the attributes, the strongest first.
    """
    names = [each["attribute"] for each in fairness["protected"]]
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for each in fairness["proxies"]:
        rows.setdefault(each["attribute"], {})[each["protected"]] = each

    def place(found: Mapping[str, Mapping[str, Any]]) -> tuple[bool, float, str]:
        first = next(iter(found.values()))
        strongest = max(float(each["effect"]) for each in found.values())
        return not first["is_score"], -strongest, first["attribute"]

    return {
        "protected": [
            plain_text(each["column_name"]) for each in fairness["protected"]
        ],
        "rows": [
            {
                "name": _proxy_name(next(iter(found.values())), quoted=False),
                "is_score": next(iter(found.values()))["is_score"],
                "cells": [
                    {
                        "strength": found[name]["strength"],
                        "text": number_text(found[name]["effect"], 2),
                    }
                    for name in names
                ],
            }
            for found in sorted(rows.values(), key=place)
        ],
    }


def _row(group: Group, fewest: int) -> dict[str, Any]:
    return {
        "group": group_text(group),
        "is_value": group["group"] is not None,
        "candidates": number_text(group["candidates"]),
        "chosen": f"under {fewest}"
        if group["chosen"] is None
        else number_text(group["chosen"]),
        "rate": _rate_text(group, fewest),
        "ratio": ratio_text(group),
        "between": "compared with"
        if group["verdict"] == "reference"
        else _between(group)
        if group["ratio"] is not None
        else "",
        "mark": VERDICT_WORDS.get(group["verdict"], ""),
        "is_below": group["verdict"] in BELOW,
    }


def _below(
    protected: Mapping[str, Any], least: Group, fewest: int, *, is_regulated: bool
) -> Remark:
    others = sum(each["verdict"] in BELOW for each in protected["groups"]) - 1
    message = (
        f"“{group_text(least)}” of {_named(protected)} is chosen"
        f" {_times(protected, least, fewest)}."
    )
    if others:
        verb = "is" if others == 1 else "are"
        message += f" {counted(others, 'more group', 'more groups')} {verb} below 0.8."
    is_sure = any(each["verdict"] == "surely_below" for each in protected["groups"])
    told = "Less than four fifths as often is taken for evidence of a disadvantage."
    if not is_sure:
        told += " The interval holds 0.8, so it may be chance."
    if is_regulated:
        told += (
            " Regulated use: do not deliver this audience before the difference is"
            " removed, or justified by who answers for it."
        )
    else:
        told += " Leave out what stands in for it, or know why the difference is right."
    return Remark("below_four_fifths", message, told)


def _nothing_to_compare(protected: Mapping[str, Any], fewest: int) -> Remark:
    groups = protected["groups"]
    if protected["folded_groups"]:
        why = f"too few have {number_text(fewest)} people or more"
    elif len(groups) < 2:
        why = "everybody is of one group"
    else:
        why = "nobody of the large ones is chosen"
    return Remark(
        "nothing_to_compare",
        f"Groups of {_named(protected)} cannot be compared: {why}.",
        "Whether the audience is fair to them is not known.",
    )


def _moved(protected: Mapping[str, Any]) -> Remark:
    return Remark(
        "shares_moved",
        f"{share_text(protected['moved_share'])} of the chosen people would have to be"
        f" of other groups of {_named(protected)} for each group to be as large as among"
        " the candidates.",
        f"For a regulated use at most {share_text(MOST_MOVED)} is the aim.",
    )


def _strong(proxy: Mapping[str, Any]) -> Remark:
    protected = f"“{plain_text(proxy['protected_column_name'])}”"
    value = number_text(proxy["effect"], 2)
    remedy = (
        "Several attributes together tell its groups apart; leave out those that say most"
        " of it."
        if proxy["is_score"]
        else "It ranks people by the protected attribute all the same: leave it out, or"
        " know why it is needed."
    )
    return Remark(
        "strong_proxy",
        f"{_proxy_name(proxy)} is a strong proxy of {protected} (w {value}).",
        remedy,
    )


def _of_strength(fairness: Fairness, strength: str) -> list[Mapping[str, Any]]:
    found = [each for each in fairness["proxies"] if each["strength"] == strength]
    return sorted(found, key=lambda each: (-each["effect"], each["attribute"]))


def _times(protected: Mapping[str, Any], group: Group, fewest: int) -> str:
    groups: Sequence[Group] = protected["groups"]
    reference = next(each for each in groups if each["verdict"] == "reference")
    between = "" if group["ratio"] is None else f" ({_between(group)})"
    return (
        f"{times_text(group)}{between} as often as “{group_text(reference)}”:"
        f" {_rate_text(group, fewest)} and {_rate_text(reference, fewest)}"
    )


def _rate_text(group: Group, fewest: int) -> str:
    """Its rate, or what one is below that is not told.

    >>> _rate_text({"rate": None, "candidates": 1_040}, 25)
    'under 2.5 %'
    """
    if group["rate"] is not None:
        return share_text(group["rate"])
    if group["candidates"] <= fewest:
        return UNKNOWN
    return f"under {math.ceil(1_000 * fewest / group['candidates']) / 10:.1f} %"


def _between(group: Group) -> str:
    return (
        f"{_ratio_number(group['ratio_low'])} to {_ratio_number(group['ratio_high'])}"
    )


def _proxy_name(proxy: Mapping[str, Any], *, quoted: bool = True) -> str:
    if proxy["is_score"]:
        return "The score as a whole"
    name = plain_text(proxy["column_name"])
    return f"“{name}”" if quoted else name


def _named(protected: Mapping[str, Any]) -> str:
    return f"“{plain_text(protected['column_name'])}”"
