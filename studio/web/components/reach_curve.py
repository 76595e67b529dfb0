"""The reach curve: how alike the audience is at each size, drawn and as a table.

The slider lies on the drawing, its track on the axis of sizes and its thumb at the mark:
whoever drags it, or presses a place of the drawing, moves along the curve.

The drawing is given numbers and words of the studio's own, never what somebody typed.
"""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from report.words import number_text
from studio.services.draft_estimates import (
    SLIDER_ENDS,
    CurvePoint,
    DraftEstimate,
    least_size,
)
from studio.web.components.elements import block, more, paragraph
from studio.web.components.tables import table

HELD_OUT = (
    "Held-out seed people are tried as if they were strangers: the ranking has not learnt"
    " from them."
)
INK = "#7d8996"
LINE = "#3f86d6"
BELOW_THE_THUMB = 16  # pixels below the axis, on which the slider's thumb lies
AXIS: dict[str, Any] = {
    "nameLocation": "middle",
    "nameTextStyle": {"color": INK},
    "axisLabel": {"color": INK},
    "axisLine": {"lineStyle": {"color": INK}},
    "splitLine": {"lineStyle": {"color": INK, "opacity": 0.2}},
}


class ReachCurve:
    """The curve with a mark at the chosen size, and the slider that moves it."""

    def __init__(self, found: DraftEstimate) -> None:
        with block("reach"):
            self._chart = ui.echart(chart_options(found)).classes("w-full")
            self.slider = ui.slider(min=0, max=SLIDER_ENDS, value=found.position).props(
                'aria-label="Size of the audience"'
            )
        self._chart.props["role"] = "img"
        self._chart.props["aria-label"] = (
            "How many times more like the seed than a random draw, by size; the same"
            " figures stand in the table below"
        )
        paragraph(f"{HELD_OUT} {found.estimated_from}", "quiet small")
        with more("The same figures as a table"):
            self._table = block()
        self._draw_table(found)

    def show(self, found: DraftEstimate) -> None:
        """Move the mark, and the curve with it where it changed."""
        options = chart_options(found)
        if self._chart.options["series"][0]["data"] != options["series"][0]["data"]:
            self._draw_table(found)
        self._chart.options.update(options)
        self._chart.update()

    def _draw_table(self, found: DraftEstimate) -> None:
        self._table.clear()
        with self._table:
            table(
                "Expected lift by size",
                ("People", "Percent", "Lift", "From", "To", "Seed reached"),
                [_row(each) for each in shown(found.curve)],
                numbers=range(6),
                is_caption_shown=False,
            )


def shown(curve: Sequence[CurvePoint]) -> list[CurvePoint]:
    """The sizes that a table shows: the small ones and every tenth percent."""
    return [
        each for each in curve if each.percent <= 5 or round(each.percent) % 10 == 0
    ]


def chart_options(found: DraftEstimate) -> dict[str, Any]:
    """The drawing's description: numbers, and names of the studio's own."""
    least = least_size(found.candidates)
    curve = _from(least, found.curve)
    points = [[each.people, each.lift] for each in curve]
    low = [[each.people, each.lift_low] for each in curve]
    band = [[each.people, each.lift_high - each.lift_low] for each in curve]
    quiet = {"type": "line", "symbol": "none", "silent": True, "stack": "interval"}
    return {
        "animation": False,
        "grid": {"left": 56, "right": 20, "top": 28, "bottom": 52},
        "xAxis": {
            **AXIS,
            "type": "log",
            "axisLabel": {**AXIS["axisLabel"], "margin": BELOW_THE_THUMB},
            "name": "people in the audience",
            "nameGap": 34,
            "min": least,
            "max": max(found.candidates, 2 * least),
        },
        "yAxis": {
            **AXIS,
            "type": "value",
            "name": "times a random draw",
            "nameGap": 36,
            "min": 0,
        },
        "series": [
            {
                "name": "lift",
                "type": "line",
                "symbol": "none",
                "data": points,
                "lineStyle": {"color": LINE, "width": 3},
                "itemStyle": {"color": LINE},
                "z": 3,
                "markLine": {
                    "symbol": "none",
                    "silent": True,
                    "label": {"show": False},
                    "data": _marks(found, least),
                },
            },
            {**quiet, "name": "low", "data": low, "lineStyle": {"opacity": 0}},
            {
                **quiet,
                "name": "interval",
                "data": band,
                "lineStyle": {"opacity": 0},
                "areaStyle": {"color": LINE, "opacity": 0.2},
            },
        ],
    }


def _from(least: int, curve: Sequence[CurvePoint]) -> list[CurvePoint]:
    """The curve from a size on, and the point before, from which its line comes."""
    below = [each for each in curve if each.people < least]
    return [*below[-1:], *(each for each in curve if each.people >= least)]


def _marks(found: DraftEstimate, least: int) -> list[dict[str, Any]]:
    """The chosen size, the recommended one, and where people are no better than any."""
    chosen = {"color": "#d9782d", "width": 2, "type": "solid"}
    dashed = {"color": INK, "width": 1, "type": "dashed"}
    told = {"show": True, "color": INK, "position": "end"}
    marks: list[dict[str, Any]] = [
        {"xAxis": max(found.people, least), "lineStyle": chosen},
        {
            "yAxis": 1,
            "lineStyle": dashed,
            "label": {**told, "position": "insideStartTop", "formatter": "random draw"},
        },
    ]
    recommended = found.recommended.people
    if recommended is not None and recommended >= least:
        label = {**told, "formatter": "recommended"}
        marks.append({"xAxis": recommended, "lineStyle": dashed, "label": label})
    return marks


def _row(point: CurvePoint) -> tuple[str, ...]:
    return (
        number_text(point.people),
        f"{point.percent:g} %",
        number_text(point.lift, 2),
        number_text(point.lift_low, 2),
        number_text(point.lift_high, 2),
        f"{100 * point.recall:.1f} %",
    )
