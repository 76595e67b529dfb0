"""The reliability plot: scores beside the share of seed people who have them."""

from collections.abc import Mapping
from typing import Any

from report.drawing import BLUE, INK_GREY, Chart, Spec, described, quantity
from report.words import number_text


def reliability_chart(quality: Mapping[str, Any]) -> Chart:
    """A point a bin of scores, with the interval of its share and the line of equality."""
    bins = [
        {
            "score": row["mean_score"],
            "share": 100 * row["seed_share"],
            "low": 100 * row["seed_share_low"],
            "high": 100 * row["seed_share_high"],
        }
        for row in quality["reliability"]
    ]
    across = quantity("score", "Score (0 to 1)", [0, 1], ".1f")
    up = quantity("share", "Seed people among equal numbers (%)", [0, 100], ",d")
    layers: list[Spec] = [
        {
            "data": {"values": [{"score": 0, "share": 0}, {"score": 1, "share": 100}]},
            "mark": {"type": "line", "strokeDash": [6, 4], "strokeWidth": 2},
            "encoding": {
                "x": across,
                "y": up,
                "color": {
                    "datum": "The score says what is so",
                    "type": "nominal",
                    "scale": {"range": [INK_GREY]},
                    "legend": {"symbolType": "stroke", "symbolDash": [6, 4]},
                },
            },
        },
        {
            "mark": {"type": "rule", "color": BLUE, "strokeWidth": 2},
            "encoding": {
                "x": across,
                "y": {**up, "field": "low"},
                "y2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "color": BLUE},
            "encoding": {"x": across, "y": up},
        },
    ]
    return described(
        "reliability",
        "A score is "
        f"{number_text(quality['calibration_error'], 3)} off the share that it stands"
        " for, on average.",
        "Held-out people in groups of like scores, equal numbers of seed and ordinary"
        " people. Lines: 95 % intervals.",
        layers,
        height=380,
        rows=bins,
    )
