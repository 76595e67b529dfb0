"""The chart of selection rates: each group's ratio to the most chosen, with its interval."""

import math
from collections.abc import Mapping
from typing import Any

from report.drawing import (
    BLUE,
    INK_GREY,
    VERMILION,
    Chart,
    Spec,
    described,
    quantity,
)
from report.fairness_words import group_text, least_chosen, ratio_text, times_text
from report.words import plain_text

MOST_GROUPS = 40
FOUR_FIFTHS = 0.8
BESIDE = 1.15  # the numbers stand in a column, where no line ends


def fairness_chart(fairness: Mapping[str, Any]) -> Chart:
    """A point a group on the scale of ratios, with lines at 1 and at four fifths.

    A group of which few people are chosen has a line alone, up to what its ratio is below.
    """
    several = len(fairness["protected"]) > 1
    points = [
        {
            "label": _label(protected, group, several=several),
            "ratio": group["ratio"],
            "low": 0.0 if group["ratio"] is None else group["ratio_low"],
            "high": group["ratio_below"]
            if group["ratio"] is None
            else group["ratio_high"],
            "words": ratio_text(group),
        }
        for protected in fairness["protected"]
        for group in protected["groups"]
        if group["ratio"] is not None or group.get("ratio_below") is not None
    ][:MOST_GROUPS]
    compared = [
        (_at_most(least), protected, least)
        for protected in fairness["protected"]
        if (least := least_chosen(protected)) is not None
    ]
    if compared:
        _, protected, least = min(compared, key=lambda each: each[0])
        title = (
            f"“{group_text(least)}” of “{plain_text(protected['column_name'], 36)}” is"
            f" chosen {times_text(least)} as often as the most chosen group."
        )
    else:
        title = "There are no groups large enough to compare."
    most = max([1.0, *(point["high"] for point in points)])
    across = quantity(
        "ratio",
        "Times as often chosen as the most chosen group",
        [0, BESIDE * most],
        None,
    )
    along: Spec = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "labelLimit": 260, "labelPadding": 6, "grid": True},
    }
    layers: list[Spec] = [
        _line(1, "The most chosen group", INK_GREY, [1, 0]),
        _line(FOUR_FIFTHS, "Four fifths of it", VERMILION, [6, 4]),
        {
            "mark": {"type": "rule", "color": BLUE, "strokeWidth": 2},
            "encoding": {
                "y": along,
                "x": {**across, "field": "low"},
                "x2": {"field": "high"},
            },
        },
        {
            "transform": [{"filter": "isValid(datum.ratio)"}],
            "mark": {"type": "point", "filled": True, "size": 70, "color": BLUE},
            "encoding": {"y": along, "x": across},
        },
        {
            "mark": {"type": "text", "align": "right", "dx": -4},
            "encoding": {
                "y": along,
                "x": {"value": "width"},
                "text": {"field": "words", "type": "nominal"},
            },
        },
    ]
    return described(
        "selection_rates",
        title,
        "People without a value are a group of their own. Lines: 95 % intervals."
        + (
            f" A line without a point: fewer than {fairness['fewest_people']} chosen."
            if any(point["ratio"] is None for point in points)
            else ""
        ),
        layers,
        height=150 + 26 * max(1, len(points)),
        rows=points,
        independent_colours=True,
    )


def _at_most(group: Mapping[str, Any]) -> float:
    """Its ratio, or what one that is not told is below; of no flagged one, above all."""
    if group["ratio"] is not None:
        return float(group["ratio"])
    return math.inf if group.get("ratio_below") is None else float(group["ratio_below"])


def _label(
    protected: Mapping[str, Any], group: Mapping[str, Any], *, several: bool
) -> str:
    name = plain_text(group_text(group), 24)
    return f"{plain_text(protected['column_name'], 20)}: {name}" if several else name


def _line(at: float, words: str, colour: str, dash: list[int]) -> Spec:
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "color": colour, "strokeDash": dash, "strokeWidth": 2},
        "encoding": {
            "x": {"datum": at, "type": "quantitative"},
            "color": {
                "datum": words,
                "type": "nominal",
                "scale": {"domain": [words], "range": [colour]},
                "legend": {"symbolType": "stroke", "symbolDash": dash},
            },
        },
    }
