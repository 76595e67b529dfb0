"""The audience in plain words: its segments, and how its values stand beside others'.

Reads the document of portrait.json, which `orchestration.portrait` makes.
"""

from collections.abc import Mapping
from typing import Any

from report.words import number_text, plain_text, share_text

Portrait = Mapping[str, Any]
Row = Mapping[str, Any]

MOST_VALUES = 6
LEAST_TELLING = 1.1
MANY_TIMES = 10
SIDES = {"population": "population_share", "seed": "seed_share"}


def segment_rows(portrait: Portrait) -> list[dict[str, Any]]:
    """Each segment as its conditions and a sentence about its people."""
    return [
        {
            "conditions": [
                {
                    "name": plain_text(each["column_name"], 60),
                    "value": value_text(each["value"]),
                }
                for each in segment["conditions"]
            ],
            "told": f"{share_text(segment['audience_share'])} of the audience"
            f" ({number_text(segment['people'])} people),"
            f" {times_text(segment['lift'])} times as common as in the population",
        }
        for segment in portrait["segments"]
    ]


def beside(portrait: Portrait, side: str) -> list[dict[str, Any]]:
    """The values that the audience has more often than a side, then those less often.

    Ordered by how many people that is about: shares that differ much and are large
    come first. What few people of the seed have is not compared with it.
    """
    other = SIDES[side]
    least_share = portrait["fewest_people"] / max(portrait["people"], 1)
    told = []
    for row in portrait["values"]:
        share, theirs = row["audience_share"], row[other]
        if not theirs or (share is None and not _is_rarer(row, theirs, least_share)):
            continue
        told.append((row, least_share if share is None else share, theirs))
    kinds = []
    for words, is_more in (("More common", True), ("Less common", False)):
        chosen = [
            (row, share, theirs)
            for row, share, theirs in told
            if _is_told(share / theirs, is_more=is_more)
        ]
        ordered = sorted(
            chosen,
            key=lambda each: (
                -abs(each[1] - each[2]),
                each[0]["column_name"],
                each[0]["value"] or "",
            ),
        )
        rows = [_row(row, other) for row, _, _ in ordered[:MOST_VALUES]]
        if rows:
            kinds.append({"words": f"{words} than in the {side}", "rows": rows})
    return kinds


def value_text(value: str | None) -> str:
    """A value as a reader sees it."""
    return "missing" if value is None else plain_text(value, 60) or "empty"


def times_text(times: float) -> str:
    """How many times.

    >>> times_text(6.13), times_text(12.4), times_text(0.25)
    ('6.1', '12', '0.25')
    """
    if times >= MANY_TIMES:
        return number_text(times)
    return number_text(times, 1 if times >= 1 else 2)


def _is_rarer(row: Row, share: float, least_share: float) -> bool:
    """True where an untold share of the audience is surely below this one."""
    return bool(row.get("is_few", True)) and share > least_share


def _is_told(times: float, *, is_more: bool) -> bool:
    return times >= LEAST_TELLING if is_more else times <= 1 / LEAST_TELLING


def _row(row: Row, other: str) -> dict[str, Any]:
    share = row["audience_share"]
    is_known = share is not None
    return {
        "name": plain_text(row["column_name"], 60),
        "value": "missing"
        if row["is_missing"]
        else plain_text(row["value"], 60) or "empty",
        "audience": share_text(share) if is_known else "few",
        "other": share_text(row[other]),
        "times": times_text(share / row[other]) if is_known else "–",
    }
