"""Drawing: what a chart's description is, its common parts, and how it becomes a picture.

A description is a Vega-Lite specification with its rows inside, drawn offline by
vl-convert. Which charts there are stands in charts.py.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from report.rows import Row
from report.words import escape_markdown, lines, number_text

WIDTH = 700
VEGA_LITE = "6.1"
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#B34700", "#00664A", "#B8BEC6"
INK, INK_GREY = "#1F2933", "#52606D"

_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_CONFIG: dict[str, Any] = {
    "background": "white",
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#E4E7EB",
        "domainColor": "#7B8794",
        "tickColor": "#7B8794",
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelFontSize": 13,
        "labelColor": INK,
        "labelLimit": 400,
        "symbolSize": 180,
        "symbolStrokeWidth": 3,
    },
    "text": {"font": _FONT, "fontSize": 12, "color": INK},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "limit": WIDTH - 16,
        "fontSize": 16,
        "subtitleFontSize": 13,
        "color": INK,
        "subtitleColor": INK_GREY,
        "subtitlePadding": 6,
    },
}

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart's description: `title` says the finding, `spec` is Vega-Lite with its rows."""

    name: str
    title: str
    subtitle: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as it was drawn: `words` say what it shows to who cannot see it."""

    name: str
    words: str
    svg: str

    @property
    def address(self) -> str:
        """A data address for an image that holds the picture.

        An SVG inside an image runs no code and loads nothing, whatever it holds.
        """
        picture = b64encode(self.svg.encode()).decode("ascii")
        return f"data:image/svg+xml;base64,{picture}"


def render_svg(chart: Chart) -> str:
    """The chart as SVG, drawn offline; the same description gives the same text."""
    import vl_convert

    return vl_convert.vegalite_to_svg(
        dict(chart.spec), vl_version=VEGA_LITE, allowed_base_urls=[]
    )


def draw(chart: Chart) -> Picture:
    """The chart as a picture; the first of a process takes half a second."""
    return Picture(chart.name, f"{chart.title} {chart.subtitle}", render_svg(chart))


def as_markdown(picture: Picture) -> str:
    """The picture as a markdown image that holds it, for Dagster's metadata."""
    return f"![{escape_markdown(picture.words)}]({picture.address})"


def described(
    name: str,
    title: str,
    subtitle: str,
    layers: Sequence[Spec],
    *,
    height: int,
    rows: Sequence[Row] | None = None,
    independent_colours: bool = False,
) -> Chart:
    """The description whole: title, size and settings around the layers."""
    spec: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"{title} {subtitle}",
        "title": {
            "text": lines(title, 80),
            "subtitle": lines(subtitle, 105),
            "offset": 16,
        },
        "width": WIDTH,
        "height": height,
        "padding": 8,
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": list(layers),
        "config": _CONFIG,
    }
    if rows is not None:
        spec["data"] = {"values": list(rows)}
    if independent_colours:
        spec["resolve"] = {"scale": {"color": "independent"}}
    return Chart(name, title, subtitle, spec)


def quantity(
    field: str, title: str, domain: Sequence[float], number_format: str | None
) -> Spec:
    """A number's axis over the whole domain; whole numbers alone with the format `,d`.

    Nothing is stacked: for that Vega looks the names of attributes up in an object, finds
    what every object of JavaScript has, such as `constructor`, and draws nothing.
    """
    axis: Spec = {"title": title, "tickCount": 6}
    if number_format == ",d":
        axis["tickMinStep"] = 1
    if number_format is not None:
        axis["format"] = number_format
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": list(domain), "nice": False},
        "axis": axis,
        "stack": None,
    }


def alone(name: str, colour: str, symbol: str) -> Spec:
    """The colour of a layer that is one series, with its own kind of legend symbol."""
    return {
        "datum": name,
        "type": "nominal",
        "scale": {"domain": [name], "range": [colour]},
        "legend": {"symbolType": symbol, "title": None, "offset": 30},
    }


def marked(
    marks: Sequence[tuple[float, str, str, list[int]]],
    most: float,
    *,
    with_number: bool = True,
) -> list[Spec]:
    """Upright lines at sizes or scores, each with its words above the plot.

    Each has a row of its own there, in an order in which no line crosses other words.
    """
    layers: list[Spec] = []
    places = [mark[0] / most for mark in marks]
    all_right = max(places, default=0.0) <= 0.6
    all_left = not all_right and min(places) >= 0.4
    if all_right or all_left:
        ordered = sorted(marks, key=lambda mark: mark[0], reverse=all_right)
    else:
        ordered = sorted(marks, key=lambda mark: len(mark[1]))
    for row, (at, words, colour, dash) in enumerate(ordered):
        text = f"{words}: {number_text(at)}" if with_number else words
        to_the_right = all_right or (not all_left and at <= most / 2)
        top = -6 - 18 * row
        place = {"datum": at, "type": "quantitative"}
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": {
                    "type": "rule",
                    "color": colour,
                    "strokeDash": dash,
                    "strokeWidth": 2,
                },
                "encoding": {
                    "x": place,
                    "y": {"value": top - 10},
                    "y2": {"value": "height"},
                },
            }
        )
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": {
                    "type": "text",
                    "align": "left" if to_the_right else "right",
                    "baseline": "middle",
                    "dx": 6 if to_the_right else -6,
                    "color": colour,
                    "fontWeight": "bold",
                },
                "encoding": {
                    "x": place,
                    "y": {"value": top - 3},
                    "text": {"value": text},
                },
            }
        )
    return layers
