"""A comparison in words: the best, those as good, sizes, verdicts, and the plot."""

import pytest

from report.comparison_chart import comparison_chart
from report.comparison_words import (
    comparison_rows,
    comparison_sentences,
    size_names,
)
from report.drawing import render_svg


def line(model, auc, *, tied=False, best=False, additive=False, told=True):
    return {
        "model": model,
        "seconds": 1.25,
        "cpu_seconds": 1.0,
        "reason": "",
        "is_additive": additive,
        "auc": {
            "value": auc,
            "standard_error": 0.01,
            "low": auc - 0.02,
            "high": auc + 0.02,
        },
        "calibration_error": 0.01,
        "verdict": {
            "can_be_told": told,
            "method": "permutation",
            "seed_people": 300,
            "auc": auc,
            "random_greatest": 0.56,
            "random_mean": 0.5,
            "random_deviation": 0.02,
            "p_value": 0.005 if told else 0.2,
        },
        "lifts": [
            {
                "audience_share": 0.01,
                "lift": None,
                "lift_low": None,
                "lift_high": None,
            },
            {"audience_share": 0.1, "lift": 3.0, "lift_low": 2.5, "lift_high": 3.5},
        ],
        "log_loss": 0.55,
        "beyond_best": auc - 0.8,
        "beyond_best_error": 0.01,
        "is_best": best,
        "is_tied": tied,
    }


NEEDY = {
    "model": "neighbours",
    "seconds": 0.0,
    "cpu_seconds": 0.0,
    "reason": "needs an extra",
}


def comparison_of(*lines, kind="top", value=4_000):
    return {
        "seed_people": 300,
        "sample_people": 20_000,
        "candidate_people": 40_000,
        "asked": {"kind": kind, "value": value},
        "is_weighed": False,
        "best": "auto",
        "scorers": [*lines, NEEDY],
        "inputs": {"population": "a" * 32, "seed": "b" * 32},
        "code": "c" * 16,
        "compared_at": "2026-11-27T05:12:31+00:00",
    }


AUTO = line("auto", 0.8, best=True)
TIED = line("weighted_bayes", 0.795, tied=True, additive=True)
WORSE = line("published_sql", 0.55, told=False)


def test_what_is_as_good_and_explains_itself_is_said():
    told = comparison_sentences(comparison_of(WORSE, TIED, AUTO))

    assert told == (
        "Best: auto, with a held-out AUC of 0.800. weighted_bayes cannot be told from"
        " it on these people. weighted_bayes explains itself attribute by attribute.",
        "All were judged by the same 300 held-out seed people and 20,000 people of the"
        " population.",
    )


def test_without_a_tie_the_others_are_worse():
    assert comparison_sentences(comparison_of(AUTO, WORSE))[0].endswith(
        "Each of the others is worse by more than chance."
    )
    assert comparison_sentences(comparison_of()) == ("No scorer could be measured.",)


def test_the_table_has_the_best_first_and_no_figure_of_too_few():
    rows = comparison_rows(comparison_of(WORSE, TIED, AUTO))

    assert [row["standing"] for row in rows] == [
        "best",
        "not distinguishable from the best",
        "-0.250",
    ]
    assert rows[0]["lifts"] == [("–", ""), ("3.00", "2.50 to 3.50")]
    assert [str(lift) for lift in rows[0]["lifts"]] == ["–", "3.00 (2.50 to 3.50)"]
    assert rows[0]["auc"] == ("0.800", "0.780 to 0.820")
    assert [row["additive"] for row in rows] == ["no", "yes", "no"]
    assert [row["verdict"] for row in rows] == ["good", "good", "no better than chance"]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("top", 4_000, "asked: top 4,000"),
        ("best_percent", 2.5, "asked: 2.5 %"),
        ("min_score", 0.7, "asked: score from 0.7"),
    ],
)
def test_the_size_that_is_asked_for_has_its_name(kind, value, told):
    assert size_names(comparison_of(AUTO, kind=kind, value=value)) == ["1 %", told]


def test_the_plot_tells_the_three_kinds_apart_by_shape_too():
    chart = comparison_chart(comparison_of(WORSE, TIED, AUTO))
    series = {row["model"]: row["series"] for row in chart.spec["data"]["values"]}

    assert series == {
        "auto": "Best",
        "weighted_bayes": "Not distinguishable from the best",
        "published_sql": "Worse",
    }
    svg = render_svg(chart)
    assert "weighted_bayes" in svg
    assert "0.800" in svg
    assert render_svg(comparison_chart(comparison_of())).startswith("<svg")


def test_a_weighed_seed_is_told_by_people_and_by_value():
    by_value = {"auc_by_value": {"value": 0.71, "low": 0.69, "high": 0.73}}
    higher = {"auc_by_value": {"value": 0.74, "low": 0.72, "high": 0.76}}
    weighed = comparison_of(AUTO | by_value, TIED | higher) | {"is_weighed": True}

    *_, told = comparison_sentences(weighed)

    assert told == (
        "The AUC by value and whether the seed can be told count each seed person by the"
        " weight; the best, AUC, lift and log loss count each once. By value the greatest"
        " AUC is 0.740, of weighted_bayes."
    )
    rows = comparison_rows(weighed)
    assert rows[0]["auc_by_value"] == ("0.710", "0.690 to 0.730")
