"""The chart of selection rates: each group's ratio to the most chosen, with its interval."""

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
from report.fairness_words import group_text, least_chosen
from report.words import number_text, plain_text

MOST_GROUPS = 40
FOUR_FIFTHS = 0.8


def fairness_chart(fairness: Mapping[str, Any]) -> Chart:
    """A point a group on the scale of ratios, with lines at 1 and at four fifths."""
    several = len(fairness["protected"]) > 1
    points = [
        {
            "label": _label(protected, group, several=several),
            "ratio": group["ratio"],
            "low": group["ratio_low"],
            "high": group["ratio_high"],
            "words": number_text(group["ratio"], 2),
        }
        for protected in fairness["protected"]
        for group in protected["groups"]
        if group["ratio"] is not None
    ][:MOST_GROUPS]
    compared = [
        (least["ratio"], protected, least)
        for protected in fairness["protected"]
        if (least := least_chosen(protected)) is not None
    ]
    if compared:
        ratio, protected, least = min(compared, key=lambda each: float(each[0]))
        title = (
            f"“{group_text(least)}” of “{plain_text(protected['column_name'], 36)}” is"
            f" chosen {number_text(ratio, 2)} times as often as the most chosen group."
        )
    else:
        title = "There are no groups large enough to compare."
    most = max([1.0, *(point["high"] for point in points)])
    across = quantity(
        "ratio", "Times as often chosen as the most chosen group", [0, 1.1 * most], None
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
            "mark": {"type": "point", "filled": True, "size": 70, "color": BLUE},
            "encoding": {"y": along, "x": across},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 7},
            "encoding": {
                "y": along,
                "x": {**across, "field": "high"},
                "text": {"field": "words", "type": "nominal"},
            },
        },
    ]
    return described(
        "selection_rates",
        title,
        "People without a value are a group of their own. Lines: 95 % intervals.",
        layers,
        height=150 + 26 * max(1, len(points)),
        rows=points,
        independent_colours=True,
    )


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
