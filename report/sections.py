"""The sections of a version's report: what each shows, from its figures and tables.

Tables go by their names in the work database. Every number leaves here as a text;
templates lay out and say nothing that is not true of every audience.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from report.charts import tenths_text
from report.comparison_words import (
    comparison_rows,
    comparison_sentences,
    missing_lines,
    other_auc_names,
    size_names,
)
from report.divisions import quotas_section, tiers_section
from report.drawing import Picture
from report.fairness_words import protected_table, proxy_rows
from report.figures import AudienceFigures
from report.page import Section
from report.portrait_words import beside, segment_rows
from report.quality_words import recommendation_text
from report.reach import Reach, curve_points, last_better_than_random, reach_at
from report.reading import BANDS, band_of, pairs_text, range_text
from report.rows import Row, only_row, plain_rows
from report.told_parts import ToldPart, few_people, told_matched, told_part
from report.values import TellingValues, telling_values
from report.words import number_text, share_text

if TYPE_CHECKING:
    import pandas as pd

SIZES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
NEARLY_THE_SAME = 0.1
UNKNOWN = "–"


def report_sections(
    figures: AudienceFigures,
    tables: Mapping[str, pd.DataFrame],
    pictures: Sequence[Picture],
    left_out: Sequence[Mapping[str, str]],
    remarks: Sequence[str],
    quality: Mapping[str, Any] | None = None,
    comparison: Mapping[str, Any] | None = None,
    fairness: Mapping[str, Any] | None = None,
    portrait: Mapping[str, Any] | None = None,
    tiers: Sequence[Mapping[str, Any]] = (),
    quotas: Mapping[str, Any] | None = None,
) -> tuple[Section, ...]:
    """The sections in their order; with `quality` figures have their intervals, with
    `fairness` groups are compared, with `portrait` the audience is told in words.

    `left_out` has `attribute`, `code`, `reason` and `remedy` of each attribute that was
    not scored; `remarks` are what was said before the build.
    """
    drawn = {picture.name: picture for picture in pictures}
    return (
        summary(figures),
        warnings(figures),
        reach(
            figures,
            tables["report_curve"],
            drawn["reach"],
            quality,
            has_quotas=quotas is not None,
        ),
        *([] if portrait is None else [in_words(portrait)]),
        *([quotas_section(quotas)] if quotas else []),
        *([tiers_section(tiers)] if tiers else []),
        attributes(figures, tables["report_value_terms"], drawn["attribute_weights"]),
        deciles(tables["report_deciles"], drawn["deciles"], quality),
        scores(
            tables["report_histogram"],
            tables["audience_cut"],
            drawn["score_histogram"],
        ),
        *(
            [reliability(quality, drawn["reliability"])]
            if quality and "reliability" in drawn
            else []
        ),
        *(
            [scorers_compared(comparison, drawn["comparison"])]
            if comparison and "comparison" in drawn
            else []
        ),
        overlap(tables["report_overlap"]),
        *([] if fairness is None else [groups(fairness, drawn["selection_rates"])]),
        omissions(figures, left_out, remarks),
        every_figure(figures),
        reading(figures),
    )


def summary(figures: AudienceFigures) -> Section:
    """What to know first."""
    told = {fact.name: fact.text for fact in figures.facts if fact.value is not None}
    auc = figures.value("held_out_auc")
    recall, lift = figures.value("recall"), figures.value("lift")
    return Section(
        "summary",
        "In short",
        "sections/summary.html",
        {
            "told": told,
            "chosen": number_text(_chosen(figures)),
            "sentences": figures.sentences,
            "at_random": share_text(float(recall) / float(lift))
            if recall and lift
            else None,
            "band": None if auc is None else band_of(float(auc)),
            "pairs": None if auc is None else pairs_text(float(auc)),
        },
    )


def warnings(figures: AudienceFigures) -> Section:
    """What puts the audience's use in doubt."""
    return Section(
        "warnings",
        "Before you use it",
        "sections/warnings.html",
        {"warnings": figures.warnings},
    )


def reach(
    figures: AudienceFigures,
    curve: pd.DataFrame,
    picture: Picture,
    quality: Mapping[str, Any] | None = None,
    *,
    has_quotas: bool = False,
) -> Section:
    """Which part of the held-out seed an audience of each size reaches."""
    rows = plain_rows(curve)
    sure = {row["people_count"]: row for row in quality["curve"]} if quality else {}
    if quality and quality["chosen"]:
        sure[quality["chosen"]["people_count"]] = quality["chosen"]
    advised = quality["recommendation"]["people"] if quality else None
    chosen = reach_at(rows, _chosen(figures))
    marks: dict[int, list[str]] = {}
    sizes: dict[int, Reach] = {}
    for point, words in (
        (
            chosen,
            "The best of this size, without quotas" if has_quotas else "This audience",
        ),
        (reach_at(rows, advised) if advised else None, "Recommended size"),
        (last_better_than_random(rows), "Beyond here no better than random"),
    ):
        if point is not None and point.people_count:
            sizes.setdefault(point.people_count, point)
            marks.setdefault(point.people_count, []).append(words)
    for point in curve_points(rows):
        is_near = any(
            abs(point.people_count / marked - 1) < NEARLY_THE_SAME for marked in marks
        )
        if round(point.audience_share, 9) in SIZES and not is_near:
            sizes[point.people_count] = point
    told = [
        {
            "people": number_text(size),
            "share": share_text(sizes[size].audience_share),
            "recall": share_text(sizes[size].recall),
            "lift": _times(sizes[size].lift),
            "between": _between(sure.get(size), "lift"),
            "marks": marks.get(size, []),
        }
        for size in sorted(sizes)
    ]
    return Section(
        "reach",
        "How far it reaches",
        "sections/reach.html",
        {
            "picture": picture,
            "rows": told,
            "has_intervals": bool(sure),
            "advice": recommendation_text(quality) if quality else None,
        },
    )


def in_words(portrait: Mapping[str, Any]) -> Section:
    """Who the audience is, in words, and which values it has more and less often."""
    return Section(
        "portrait",
        "The audience in words",
        "sections/portrait.html",
        {
            "fewest": portrait["fewest_people"],
            "segments": segment_rows(portrait),
            "together": share_text(portrait["together_share"]),
            "of_population": beside(portrait, "population"),
            "of_seed": beside(portrait, "seed"),
        },
    )


def attributes(
    figures: AudienceFigures, value_terms: pd.DataFrame, picture: Picture
) -> Section:
    """Which attributes carry the ranking, why, and which of their values tell."""
    told = telling_values(value_terms)
    return Section(
        "attributes",
        "What tells the seed from the population",
        "sections/attributes.html",
        {
            "picture": picture,
            "is_learnt": figures.is_learnt,
            "attributes": [
                {
                    "figure": figure,
                    "share": share_text(figure.ranking_share),
                    "weight": figure.weight_text,
                    "values": (
                        told.get(figure.attribute, TellingValues())
                        if figure.attribute_weight
                        else TellingValues()
                    ),
                }
                for figure in figures.attributes
            ],
        },
    )


def deciles(
    table: pd.DataFrame, picture: Picture, quality: Mapping[str, Any] | None = None
) -> Section:
    """Each tenth of the ranking with its lift."""
    rows: Sequence[Row] = (
        quality["deciles"]
        if quality
        else sorted(plain_rows(table), key=lambda row: int(row["decile"]))
    )
    told = [
        {
            "decile": tenths_text(row),
            "people": number_text(row["people_count"] or 0),
            "seed": _share(row["seed_share"]),
            "lift": _times(row["lift"]),
            "between": _between(row, "lift"),
            "cumulative": _times(row["cumulative_lift"]),
        }
        for row in rows
    ]
    return Section(
        "deciles",
        "Lift in each tenth",
        "sections/deciles.html",
        {"picture": picture, "rows": told, "has_intervals": quality is not None},
    )


def scores(histogram: pd.DataFrame, cut: pd.DataFrame, picture: Picture) -> Section:
    """How scores spread, and where the audience ends."""
    rows = sorted(plain_rows(histogram), key=lambda row: float(row["score_from"]))
    people = sum(row["people_count"] or 0 for row in rows)
    seed = sum(row["seed_count"] or 0 for row in rows)
    cut_score = only_row(cut)["cut_score"]
    last = len(rows) - 1
    told = [
        {
            "range": f"{row['score_from']:.2f} to {row['score_to']:.2f}",
            "people": _part(row["people_count"], people),
            "seed": _part(row["seed_count"], seed),
            "is_cut": cut_score is not None
            and row["score_from"] <= cut_score
            and (cut_score < row["score_to"] or number == last),
        }
        for number, row in enumerate(rows)
    ]
    return Section(
        "scores",
        "Scores and the cut",
        "sections/scores.html",
        {
            "picture": picture,
            "rows": told,
            "cut": None if cut_score is None else number_text(cut_score, 3),
        },
    )


def reliability(quality: Mapping[str, Any], picture: Picture) -> Section:
    """Whether a score is the share of seed people that it stands for."""
    told = [
        {
            "score": number_text(row["mean_score"], 2),
            "people": number_text(row["people_count"]),
            "share": share_text(row["seed_share"]),
            "between": f"{share_text(row['seed_share_low'])} to"
            f" {share_text(row['seed_share_high'])}",
        }
        for row in quality["reliability"]
    ]
    return Section(
        "reliability",
        "Does a score mean what it says",
        "sections/reliability.html",
        {
            "picture": picture,
            "rows": told,
            "error": number_text(quality["calibration_error"], 3),
        },
    )


def scorers_compared(comparison: Mapping[str, Any], picture: Picture) -> Section:
    """The scorers beside each other on the same held-out people."""
    return Section(
        "comparison",
        "Scorers compared",
        "sections/comparison.html",
        {
            "picture": picture,
            "sentences": comparison_sentences(comparison),
            "sizes": size_names(comparison),
            "other_aucs": other_auc_names(comparison),
            "rows": comparison_rows(comparison),
            "missing": missing_lines(comparison),
        },
    )


def overlap(table: pd.DataFrame) -> Section:
    """How many of the seed are in the population, and the other way round."""
    row = only_row(table)
    found, seed, people, left_out = (
        row[name]
        for name in (
            "matched_people",
            "seed_people",
            "population_people",
            "filtered_out_people",
        )
    )
    part = told_part(found, seed)
    sides = [
        _side("seed people are in the population", part),
        _side(
            "people whom the population's filter keeps are seed people"
            if left_out
            else "people in the population are seed people",
            told_matched(row),
        ),
    ]
    facts = [
        ("Seed rows", number_text(row["seed_rows"])),
        ("Seed people", number_text(seed)),
        ("Seed people found in the population", part.phrase),
        ("Seed people not found", told_part(row["unmatched_people"], seed).phrase),
        (
            "Seed people the model learned from",
            told_part(row["learning_seed_people"], seed).phrase,
        ),
        ("People in the population", number_text(people + left_out)),
        *(
            [("Of these, left out by its filter", few_people(left_out))]
            if left_out
            else []
        ),
    ]
    return Section(
        "overlap",
        "Seed and population",
        "sections/overlap.html",
        {
            "sides": sides,
            "facts": facts,
        },
    )


def groups(fairness: Mapping[str, Any], picture: Picture) -> Section:
    """How often people of each protected group are chosen, and what stands in for them."""
    return Section(
        "fairness",
        "Who is chosen how often",
        "sections/fairness.html",
        {
            "picture": picture,
            "is_regulated": fairness["mode"] == "regulated",
            "fewest": fairness["fewest_people"],
            "protected": [
                protected_table(each, fairness["fewest_people"])
                for each in fairness["protected"]
            ],
            "proxies": proxy_rows(fairness),
        },
    )


def omissions(
    figures: AudienceFigures,
    left_out: Sequence[Mapping[str, str]],
    remarks: Sequence[str],
) -> Section:
    """What was not scored, merged or left aside, and why."""
    return Section(
        "left_out",
        "What was left out, and why",
        "sections/left_out.html",
        {
            "left_out": [{"remedy": "", **each} for each in left_out],
            "notes": figures.notes,
            "remarks": list(remarks),
        },
    )


def every_figure(figures: AudienceFigures) -> Section:
    """The figures of figures.json by their names there."""
    return Section(
        "figures",
        "All figures",
        "sections/figures.html",
        {"facts": figures.facts},
    )


def reading(figures: AudienceFigures) -> Section:
    """What the words mean and what the figures do not say."""
    auc = figures.value("held_out_auc")
    here = None if auc is None else band_of(float(auc))
    return Section(
        "reading",
        "How to read this report",
        "sections/reading.html",
        {
            "bands": [(range_text(band), band, band is here) for band in BANDS],
        },
    )


def _chosen(figures: AudienceFigures) -> int:
    """People of the audience who were chosen by their score."""
    counts = figures.values()
    return int(counts["delivered_people"]) - int(counts.get("added_seed_people", 0))


def _side(words: str, part: ToldPart) -> dict[str, str]:
    return {
        "words": words,
        "part": part.text,
        "whole": number_text(part.whole),
        "share": part.share_text,
        "percent": f"{100 * part.bound:.2f}",
    }


def _part(count: int | None, total: int) -> str:
    return share_text((count or 0) / total) if total else UNKNOWN


def _share(share: float | None) -> str:
    return UNKNOWN if share is None else share_text(share)


def _between(row: Mapping[str, Any] | None, name: str) -> str:
    """The interval of a figure of the row."""
    if row is None or f"{name}_low" not in row:
        return UNKNOWN
    return f"{_times(row[f'{name}_low'])}–{_times(row[f'{name}_high'])}"


def _times(lift: float | None) -> str:
    return UNKNOWN if lift is None else number_text(lift, 2)
