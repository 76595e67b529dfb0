"""A comparison in words: the best, those as good, sizes, verdicts, and the plot."""

import pytest

from report.comparison_chart import comparison_chart
from report.comparison_words import (
    comparison_rows,
    comparison_sentences,
    other_auc_names,
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
        "has_unlike": False,
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
        "With auto: The seed can be told from the population: it reaches 0.800, 99 random"
        " draws of 300 people reach at most 0.560.",
    )


def test_without_a_tie_the_others_are_worse():
    told = comparison_sentences(comparison_of(AUTO | {"verdict": None}, WORSE))
    assert len(told) == 2  # of fewer than 25 people on a side nothing is said
    assert told[0].endswith("Each of the others is worse by more than chance.")
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

    *_, told, verdict = comparison_sentences(weighed)

    assert told == (
        "The AUC by value and whether the seed can be told count each seed person by the"
        " weight; the best, AUC, lift and log loss count each once. By value the greatest"
        " AUC is 0.740, of weighted_bayes."
    )
    rows = comparison_rows(weighed)
    assert rows[0]["other_aucs"] == [("0.710", "0.690 to 0.730")]
    assert other_auc_names(weighed) == ["AUC by value"]
    assert verdict.startswith("With auto, by value: The seed can be told from the")


def against(auc):
    estimate = {"value": auc, "low": auc - 0.01, "high": auc + 0.01}
    figures = {"people": 89, "both": None, "top_share": 0.034}
    return {"unlike": {**figures, "auc": {**estimate, "standard_error": 0.005}}}


SAY = {
    "say": {
        "scorers": ["weighted_bayes", "boosted"],
        "shares": [0.5, 0.5],
        "choice": None,
        "unasked": "unlike",
    }
}


def test_a_negative_seed_is_told_of_as_a_build_with_the_best_tells_it():
    found = comparison_of(AUTO | against(0.86) | SAY, TIED | against(0.91)) | {
        "has_unlike": True
    }

    *_, alone, verdict, unlike, say = comparison_sentences(found)

    assert alone == (
        "The best, AUC, lift and whether the seed can be told are against the population;"
        " log loss is against both, for up to half the negative seed, as scorers learn."
        " Against the negative seed alone the greatest held-out AUC is 0.910, of"
        " weighted_bayes."
    )
    assert verdict.startswith("With auto: The seed can be told from the population")
    assert unlike == (
        "With auto: Against the negative seed the held-out AUC is 0.860 (0.850 to 0.870)."
        " Its 89 people in the population are kept out; 3.4 % of them would be among the"
        " most alike 10 %. It names fewer than 25 people of the seed, who count as"
        " unwanted alone."
    )
    assert say == (
        "In auto weighted_bayes (regression) and boosted (trees) say the same much: with a"
        " negative seed held-out people do not judge another say."
    )
    assert other_auc_names(found) == ["AUC against the negative seed"]
    rows = comparison_rows(found)
    assert [row["other_aucs"] for row in rows] == [
        [("0.860", "0.850 to 0.870")],
        [("0.910", "0.900 to 0.920")],
    ]


def test_a_comparison_of_before_has_no_negative_seed():
    older = {n: f for n, f in comparison_of(AUTO).items() if n != "has_unlike"}

    assert other_auc_names(older) == []
    assert comparison_rows(older)[0]["other_aucs"] == []
