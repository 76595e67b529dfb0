"""The plot of a comparison: each scorer's held-out AUC with its interval."""

from collections.abc import Mapping
from typing import Any

from report.comparison_words import comparison_sentences, measured_lines, standing
from report.drawing import BLUE, INK_GREY, VERMILION, Chart, Spec, described, quantity

SERIES = {
    "Best": (BLUE, "circle"),
    "Not distinguishable from the best": (VERMILION, "diamond"),
    "Worse": (INK_GREY, "square"),
}


def comparison_chart(comparison: Mapping[str, Any]) -> Chart:
    """A point a scorer, the best on top; shape and colour say whether it is as good."""
    lines = measured_lines(comparison)
    rows = [
        {
            "model": line["model"],
            "auc": line["auc"]["value"],
            "low": line["auc"]["low"],
            "high": line["auc"]["high"],
            "series": series_of(line),
            "words": f"{line['auc']['value']:.3f}",
        }
        for line in lines
    ]
    ends = [end for row in rows for end in (row["low"], row["high"])] or [0.5, 1.0]
    least, most = min(0.5, *ends), max(ends)
    across = quantity(
        "auc", "Held-out AUC (0.5 is chance)", [least, most + 0.02], ".2f"
    )
    along: Spec = {
        "field": "model",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "labelLimit": 260, "labelPadding": 6, "ticks": False},
    }
    look: Spec = {"field": "series", "type": "nominal"}
    colours, shapes = zip(*SERIES.values(), strict=True)
    colour = {**look, "scale": {"domain": list(SERIES), "range": list(colours)}}
    shape = {**look, "scale": {"domain": list(SERIES), "range": list(shapes)}}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {
                "x": {**across, "field": "low"},
                "x2": {"field": "high"},
                "y": along,
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {"x": across, "y": along, "color": colour, "shape": shape},
        },
        {
            "mark": {"type": "text", "dy": -13},
            "encoding": {
                "x": across,
                "y": along,
                "text": {"field": "words", "type": "nominal"},
            },
        },
    ]
    return described(
        "comparison",
        comparison_sentences(comparison)[0],
        "Held-out seed people against the same sample. Lines: 95 % intervals.",
        layers,
        height=130 + 40 * max(1, len(rows)),
        rows=rows,
    )


def series_of(line: Mapping[str, Any]) -> str:
    """Which of the three kinds a scorer is."""
    told = standing(line).capitalize()
    return told if told in SERIES else "Worse"
