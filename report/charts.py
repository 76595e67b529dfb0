"""Charts: one description for each, drawn by one function wherever it is shown.

User text (attribute and
column names) stands in titles and in the column `label` alone: never as a field name, a
format or an expression, so it is drawn as typed. Colours are of the Okabe-Ito palette;
each mark also differs by shape, dash or words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from report.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    INK_GREY,
    VERMILION,
    Chart,
    Spec,
    alone,
    described,
    marked,
    quantity,
)
from report.learnt_words import LEARNT, share_of_ranking, weight_text
from report.reach import curve_points, last_better_than_random, reach_at
from report.rows import Row, plain_rows
from report.words import counted, number_text, plain_text, share_text

if TYPE_CHECKING:
    import pandas as pd

MOST_ATTRIBUTES = 20
HELD_OUT = "Each seed person is ranked by a model that has not learnt from that person."
# What a weight is, by scorer.
WEIGHT_WORDS = {
    "naive_bayes": "A weight below 1 takes off what may be chance and what other attributes repeat.",
    "documented": "A weight is the difference on this attribute over the greatest difference.",
    "published_sql": "Every attribute that counts has the weight 1.",
}
LEARNT_WORDS = (
    "There are no weights: what an attribute adds to a person is learnt from people."
)


def reach_chart(
    curve: pd.DataFrame,
    audience_people: int | None = None,
    quality: Mapping[str, Any] | None = None,
) -> Chart:
    """Share of the held-out seed reached by size, from report_curve.

    `audience_people` is the chosen size, seed people who were added left out. The other
    mark is the size beyond which the slope of the curve is below 1. With `quality` the
    band of the intervals is drawn, and the recommended size.
    """
    rows = plain_rows(curve)
    points = curve_points(rows)
    chosen = reach_at(rows, audience_people) if audience_people else None
    turning = last_better_than_random(rows)
    marks = []
    if chosen is not None:
        marks.append((chosen.people_count, "Chosen size", BLUE, [1, 0]))
    if turning is not None:
        words = "Beyond here no better than random"
        marks.append((turning.people_count, words, VERMILION, [2, 3]))
    advised = quality["recommendation"]["people"] if quality else None
    if advised is not None:
        marks.append((advised, "Recommended size", GREEN, [8, 4]))
    most = points[-1].people_count or 10

    if turning is None:
        title = "No held-out seed people were ranked, so there is no reach to show."
    elif turning.people_count == 0:
        title = "At no size is the audience better than people drawn at random."
    else:
        shown = chosen or turning
        title = (
            f"The first {counted(shown.people_count, 'person reaches', 'people reach')} "
            f"{share_text(shown.recall)} of the held-out seed; as many drawn at random "
            f"would reach {share_text(shown.audience_share)}."
        )
    series = ["Ranked by the model", "Drawn at random"]
    reached = [
        {"people": point.people_count, "percent": 100 * share, "series": name}
        for point in points
        for name, share in zip(
            series, (point.recall, point.audience_share), strict=True
        )
    ]
    lines_layer = {
        "data": {"values": reached},
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {
            "x": quantity("people", "Audience size (people)", [0, most], ",d"),
            "y": quantity("percent", "Held-out seed reached (%)", [0, 100], ",d"),
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": series, "range": [BLUE, INK_GREY]},
                "legend": {"symbolType": "stroke", "offset": 12 + 18 * len(marks)},
            },
            "strokeDash": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": series, "range": [[1, 0], [6, 4]]},
            },
        },
    }
    return described(
        "reach",
        title,
        HELD_OUT + (" Shaded: 95 % intervals." if quality else ""),
        [*_band(quality, most), lines_layer, *marked(marks, most)],
        height=400,
    )


def attribute_weights_chart(attribute_weights: pd.DataFrame) -> Chart:
    """Which attributes carry the ranking, from report_attribute_weights; most first."""
    rows = sorted(
        plain_rows(attribute_weights),
        key=lambda row: (-share_of_ranking(row), str(row["attribute"])),
    )
    shown, hidden = rows[:MOST_ATTRIBUTES], rows[MOST_ATTRIBUTES:]
    labels = _labels(shown)
    shares = [share_of_ranking(row) for row in shown]
    is_learnt = any(row.get("movement") is not None for row in rows)
    bars = [
        {
            "label": label,
            "percent": 100 * share,
            "words": share_text(share)
            if weight_text(row) == LEARNT
            else f"{share_text(share)} · weight {weight_text(row)}",
        }
        for label, share, row in zip(labels, shares, shown, strict=True)
    ]
    if not any(shares):
        title = "No attribute tells the seed from the population."
    else:
        carried = "movement" if is_learnt else "attribute_weight"
        silent = sum(not row[carried] for row in rows)
        what = "ranks people" if is_learnt else "tells the seed from the population"
        title = f"“{labels[0]}” carries {share_text(shares[0])} of what {what}."
        if silent:
            title += (
                f" {number_text(silent)} of {number_text(len(rows))} carry nothing."
            )
    subtitle = WEIGHT_WORDS.get(str(rows[0]["model"]), LEARNT_WORDS) if rows else ""
    if hidden:
        rest = sum(map(share_of_ranking, hidden))
        subtitle += (
            f" {counted(len(hidden), 'more attribute carries', 'more attributes carry')}"
            f" {share_text(rest)} together."
        )
    most = max([1.0, *(100 * share for share in shares)])
    what = "movement" if is_learnt else "information"
    across = quantity("percent", f"Share of the {what} (%)", [0, 1.4 * most], None)
    across["axis"] |= {"values": _ticks(most), "grid": False}
    along: Spec = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "labelLimit": 260, "labelPadding": 6, "ticks": False},
    }
    layers = [
        {
            "mark": {"type": "bar", "color": BLUE, "height": {"band": 0.65}},
            "encoding": {"x": across, "y": along},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 5},
            "encoding": {
                "x": across,
                "y": along,
                "text": {"field": "words", "type": "nominal"},
            },
        },
    ]
    return described(
        "attribute_weights",
        title,
        subtitle,
        layers,
        height=130 + 26 * max(1, len(bars)),
        rows=bars,
    )


def deciles_chart(
    deciles: pd.DataFrame, quality: Mapping[str, Any] | None = None
) -> Chart:
    """Lift of the held-out seed in each tenth of the ranking, from report_deciles.

    With `quality` each tenth has its interval, and those of few people are joined.
    """
    rows: Sequence[Row] = (
        quality["deciles"]
        if quality
        else sorted(plain_rows(deciles), key=lambda row: int(row["decile"]))
    )
    bars = [
        {
            "decile": tenths_text(row),
            "lift": row["lift"],
            "words": _times(row["lift"]),
            "low": row.get("lift_low", row["lift"]),
            "high": row.get("lift_high", row["lift"]),
        }
        for row in rows
    ]
    tops = [bar["high"] for bar in bars if bar["high"] is not None]
    best = rows[0]["lift"] if rows else None
    if best is None:
        title = "No held-out seed people were ranked, so there is no lift to show."
    elif best > 1:
        title = (
            f"The best tenth holds {number_text(best, 1)} times as many held-out seed "
            "people as a tenth drawn at random."
        )
    else:
        title = (
            f"The best tenth holds {number_text(best, 2)} times as many held-out seed "
            "people as a tenth drawn at random: the ranking does not work."
        )
    most = max([1.0, *tops])
    along: Spec = {
        "field": "decile",
        "type": "ordinal",
        "scale": {"domain": [bar["decile"] for bar in bars] or ["1"]},
        "axis": {
            "title": "Tenth of the population (1 = most like the seed)",
            "labelAngle": 0,
        },
    }
    up = quantity("lift", "Lift (times as many as at random)", [0, 1.12 * most], None)
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "color": BLUE, "width": {"band": 0.7}},
            "encoding": {"x": along, "y": up},
        },
        {
            "mark": {
                "type": "rule",
                "color": VERMILION,
                "strokeDash": [6, 4],
                "strokeWidth": 2,
            },
            "encoding": {
                "y": {"datum": 1, "type": "quantitative"},
                "color": {
                    "datum": "Lift 1: as many as at random",
                    "type": "nominal",
                    "scale": {"range": [VERMILION]},
                    "legend": {"symbolType": "stroke", "symbolDash": [6, 4]},
                },
            },
        },
        *([_whiskers(along, up)] if quality else []),
        {
            "mark": {
                "type": "text",
                "baseline": "bottom",
                "dy": -4,
                "stroke": "white",
                "strokeWidth": 3,
                "strokeJoin": "round",
            },
            "encoding": _over(along, up),
        },
        {
            "mark": {"type": "text", "baseline": "bottom", "dy": -4},
            "encoding": _over(along, up),
        },
    ]
    return described(
        "deciles",
        title,
        HELD_OUT + (" Lines: 95 % intervals." if quality else ""),
        layers,
        height=360,
        rows=bars,
    )


def score_histogram_chart(
    histogram: pd.DataFrame, cut_score: float | None = None
) -> Chart:
    """How scores spread in the population and in the held-out seed, from report_histogram.

    Both sides as shares of their own people, since their sizes differ by far.
    """
    rows = sorted(plain_rows(histogram), key=lambda row: float(row["score_from"]))
    people = sum(row["people_count"] or 0 for row in rows)
    seed = sum(row["seed_count"] or 0 for row in rows)
    bins = [
        {
            "from": row["score_from"],
            "to": row["score_to"],
            "people": 100 * (row["people_count"] or 0) / people if people else 0.0,
            "seed": 100 * (row["seed_count"] or 0) / seed if seed else 0.0,
        }
        for row in rows
    ]
    # A step line holds a bin's value until the next point: the last bin needs its end.
    steps = [{"score": row["from"], "seed": row["seed"]} for row in bins]
    steps += [{"score": row["to"], "seed": row["seed"]} for row in bins[-1:]]
    if not people or not seed:
        side = "people" if not people else "held-out seed people"
        title = f"No {side} were scored, so there is nothing to compare."
    else:
        title = (
            "Half of the held-out seed scores above "
            f"{number_text(_median(rows, 'seed_count'), 2)}, half of the population "
            f"above {number_text(_median(rows, 'people_count'), 2)}."
        )
    across = quantity("from", "Score (0 to 1)", [0, 1], ".1f")
    up: Spec = {
        "field": "people",
        "type": "quantitative",
        "axis": {"title": "Share of each group (%)", "tickCount": 6},
        "scale": {"domainMin": 0},
    }
    layers: list[Spec] = [
        {
            "data": {"values": bins},
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {**across, "bin": "binned"},
                "x2": {"field": "to"},
                "y": up,
                "color": alone("Population", GREY, "square"),
            },
        },
        {
            "data": {"values": steps},
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
            "encoding": {
                "x": {**across, "field": "score"},
                "y": {**up, "field": "seed"},
                "color": alone("Held-out seed", BLUE, "stroke"),
            },
        },
    ]
    if cut_score is not None:
        words = f"Cut: {cut_score:.3f}"
        layers += marked([(cut_score, words, VERMILION, [2, 3])], 1, with_number=False)
    return described(
        "score_histogram",
        title,
        "A score of 0.5 is as typical of the seed as of the population.",
        layers,
        height=380,
        independent_colours=True,
    )


def tenths_text(row: Row) -> str:
    """Which tenths of the ranking a row holds.

    >>> tenths_text({"decile": 3}), tenths_text({"first": 1, "last": 3})
    ('3', '1 to 3')
    """
    first = row.get("decile", row.get("first"))
    last = row.get("last", first)
    return f"{first}" if first == last else f"{first} to {last}"


def _over(along: Spec, up: Spec) -> Spec:
    """Words above a bar, or above the end of its interval."""
    words = {"field": "words", "type": "nominal"}
    return {"x": along, "y": {**up, "field": "high"}, "text": words}


def _whiskers(along: Spec, up: Spec) -> Spec:
    """The interval of each bar, as an upright line."""
    return {
        "mark": {"type": "rule", "color": INK, "strokeWidth": 2},
        "encoding": {"x": along, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
    }


def _band(quality: Mapping[str, Any] | None, most: int) -> list[Spec]:
    """The intervals of the recalls, as a shaded band behind the curve."""
    if quality is None:
        return []
    band = [
        {
            "people": row["people_count"],
            "low": 100 * row["recall_low"],
            "high": 100 * row["recall_high"],
        }
        for row in quality["curve"]
    ]
    up = quantity("low", "Held-out seed reached (%)", [0, 100], ",d")
    return [
        {
            "data": {"values": band},
            "mark": {"type": "area", "color": BLUE, "opacity": 0.25},
            "encoding": {
                "x": quantity("people", "Audience size (people)", [0, most], ",d"),
                "y": up,
                "y2": {"field": "high"},
            },
        }
    ]


def _labels(rows: Sequence[Row]) -> list[str]:
    """The column names as typed, cut at 36 characters; equal ones told apart by slug."""
    names = [
        plain_text(str(row["column_name"] or row["attribute"]), 36) for row in rows
    ]
    return [
        name if names.count(name) == 1 else f"{name} ({row['attribute']})"
        for name, row in zip(names, rows, strict=True)
    ]


def _ticks(most: float) -> list[float]:
    """Ticks of an axis that goes on beyond its largest value to leave room for words."""
    step = next(size for size in (0.2, 0.5, 1, 2, 5, 10, 20) if most / size <= 6)
    return [step * count for count in range(int(most / step) + 1)]


def _times(lift: float | None) -> str:
    if lift is None:
        return "–"
    return number_text(lift, 2 if lift < 1 else 1)


def _median(rows: Sequence[Row], column: str) -> float:
    """The middle score of a histogram's side, people spread evenly within their bin."""
    half = sum(row[column] or 0 for row in rows) / 2
    below = 0
    for row in rows:
        count = row[column] or 0
        if count and below + count >= half:
            part = (half - below) / count
            return float(row["score_from"]) + part * (
                float(row["score_to"]) - float(row["score_from"])
            )
        below += count
    raise ValueError(f"The histogram's column {column} counts nobody.")
