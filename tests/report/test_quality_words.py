import json
from typing import get_args

import pytest

from python_scoring.choice import Unasked
from python_scoring.scorers import auto
from report.charts import deciles_chart, reach_chart
from report.drawing import render_svg
from report.figures import audience_figures
from report.quality_words import (
    SAYS,
    UNASKED,
    choice_text,
    quality_sentences,
    recommendation_text,
    say_text,
)
from report.reliability_chart import reliability_chart


def test_one_line_says_how_good_how_sure_and_how_many(quality):
    first, *_ = quality_sentences(quality)

    assert first == (
        "Held-out AUC 0.765 (0.757 to 0.772): good. Lift 4.00 (3.50 to 4.50) at the"
        " chosen 150 people. Recommended size: 100 people."
    )


def test_the_verdict_is_said_in_words(quality):
    assert quality_sentences(quality)[-1] == (
        "The seed can be told from the population: it reaches 0.764, 99 random draws of"
        " 40 people reach at most 0.610."
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            {},
            "Up to 100 people, those let in last surely hold at least 2.00 times as many"
            " seed-like people as a random draw; beyond, that is not sure.",
        ),
        (
            {"people": None},
            "Not even the most alike people surely hold at least 2.00 times as many"
            " seed-like people as a random draw.",
        ),
        (
            {
                "is_break_even": True,
                "least_marginal_lift": 0.4,
                "chosen_profit": 1234.5,
                "profit": 1000.0,
                "greatest_profit": 1500.0,
                "most_profitable_people": 200,
            },
            "A contact pays from a lift of 0.40 on. Up to 100 people, those let in last"
            " surely pay; beyond, that is not sure. Expected profit: 1,234 from"
            " the chosen size, 1,000 from the recommended one, at most 1,500, with 200"
            " people.",
        ),
    ],
)
def test_the_recommended_size_says_what_it_stands_on(quality, found, told):
    quality["recommendation"] |= found

    assert recommendation_text(quality) == told


def test_with_a_prevalence_the_corrected_auc_is_told(quality):
    quality |= {"corrected_auc": {"value": 0.8, "low": 0.79, "high": 0.81}}
    quality |= {"prevalence": 0.1}

    assert (
        "Against people who are not of the seed's kind the AUC is 0.800 (0.790 to"
        " 0.810), with the prevalence of 10.0 % that was given."
    ) in quality_sentences(quality)


def test_a_prevalence_that_contradicts_the_auc_is_a_warning_with_the_greatest_possible(
    tables, quality
):
    quality |= {"prevalence": 0.6, "corrected_auc": None}

    figures = audience_figures(**tables, delivered_people=150, quality=quality)

    (found,) = [
        each for each in figures.warnings if each.code == "prevalence_contradicted"
    ]
    assert "no ranking exceeds 0.700" in found.message
    # 2 (1 - 0.765)
    assert "at most 47.0 % of the population" in found.message
    assert not any("not of the seed's kind the AUC" in one for one in figures.sentences)


def test_a_seed_that_cannot_be_told_is_a_warning(tables, quality):
    quality["verdict"] |= {"can_be_told": False}

    figures = audience_figures(**tables, delivered_people=150, quality=quality)

    (told,) = [each for each in figures.warnings if each.code == "indistinct_seed"]
    assert told.message.startswith("The seed cannot be told from the population")


def test_the_figures_have_their_intervals(tables, quality):
    figures = audience_figures(
        **tables, delivered_people=150, held_out_auc=0.765, quality=quality
    )

    values = figures.values()
    assert (values["held_out_auc_low"], values["held_out_auc_high"]) == (0.757, 0.772)
    assert (values["lift_low"], values["lift_high"]) == (3.5, 4.5)
    assert values["recommended_people"] == 100
    assert not any(each.startswith("Held-out AUC: ") for each in figures.sentences)


def test_the_charts_draw_intervals_and_the_recommended_size(tables, quality):
    charts = [
        reach_chart(tables["curve"], 150, quality),
        deciles_chart(tables["deciles"], quality),
        reliability_chart(quality),
    ]

    reach, deciles, reliability = (render_svg(chart) for chart in charts)
    assert "Recommended size: 100" in reach
    assert reach.count("mark-area") >= 1
    assert "1 to 2" in deciles
    assert "The score says what is so" in reliability
    assert "95 % intervals" in json.dumps([chart.subtitle for chart in charts])


def test_the_choice_of_a_scorer_is_told_with_its_figures():
    tried = [
        {
            "model": "weighted_bayes",
            "log_loss": 0.5004,
            "beyond_least": 0.0004,
            "standard_error": 0.0011,
        },
        {
            "model": "auto",
            "log_loss": 0.5,
            "beyond_least": 0.0,
            "standard_error": 0.0,
        },
    ]

    near = choice_text({"model": "weighted_bayes", "candidates": tried})
    least = choice_text({"model": "auto", "candidates": tried})

    assert near == (
        "Of the scorers tried, weighted_bayes was chosen: held-out log loss 0.5004,"
        " auto 0.5000. It is within one standard error (0.0011) of the least, and"
        " simpler."
    )
    assert least == (
        "Of the scorers tried, auto was chosen: held-out log loss 0.5000,"
        " weighted_bayes 0.5004."
    )


def say(shares, chosen=None, losses=(), **more):
    """A say of `auto`; losses by name, with how far beyond the least and how sure."""
    names = ("model", "log_loss", "beyond_least", "standard_error")
    candidates = [dict(zip(names, each, strict=True)) for each in losses]
    return {
        "scorers": ["weighted_bayes", "boosted"],
        "shares": list(shares),
        "choice": chosen and {"model": chosen, "candidates": candidates},
        "unasked": None,
        **more,
    }


def test_an_even_say_is_told_with_the_losses_of_the_others():
    told = say_text(
        say(
            (0.5, 0.5),
            "even",
            [
                ("even", 0.5004, 0.0004, 0.0011),
                ("more of the trees", 0.5, 0.0, 0.0),
                ("the regression", 0.52, 0.02, 0.003),
            ],
        )
    )

    assert told == (
        "In auto weighted_bayes (regression) and boosted (trees) say the same much:"
        " held-out log loss 0.5004; more of the trees 0.5000, the regression alone"
        " 0.5200. It is within 2 standard errors (of 0.0011) of the least."
    )


def test_a_say_that_is_not_even_is_told_with_what_an_even_one_lacks():
    losses = [("even", 0.51, 0.01, 0.002), ("the trees", 0.5, 0.0, 0.0)]

    told = say_text(say((0.0, 1.0), "the trees", losses))
    more = say_text(say((0.25, 0.75), "the trees", losses))

    assert told == (
        "In auto boosted (trees) says everything, weighted_bayes (regression) nothing:"
        " held-out log loss 0.5000, the least; an even say 0.5100. An even say is more"
        " than 2 standard errors (of 0.0020) above the least."
    )
    of_few = say((0.0, 1.0), "the trees", losses)
    of_few["choice"]["standard_errors"] = 4.0
    assert "more than 4 standard errors (of 0.0020) above" in say_text(of_few)
    assert more.startswith(
        "In auto boosted (trees) has 75.0 % of the say, weighted_bayes (regression)"
        " 25.0 %: "
    )


def test_a_say_that_nobody_judged_says_why():
    few = say_text(
        say((2 / 3, 1 / 3), scorers=["naive_bayes", "weighted_bayes"], unasked="small")
    )
    weighed = say_text(say((0.5, 0.5), unasked="weighed"))

    assert few == (
        "In auto naive_bayes (counted evidence) has 66.7 % of the say, weighted_bayes"
        " (regression) 33.3 %: with fewer than 150 seed people nobody could judge"
        " another say."
    )
    assert weighed.endswith("seed people of different weight do not judge another say.")


def test_the_say_stands_among_the_sentences_of_the_quality(quality):
    quality |= {"say": say((0.5, 0.5), unasked="small")}

    assert quality_sentences(quality)[-1].startswith("In auto weighted_bayes")


def test_every_say_that_auto_tries_has_its_words():
    assert list(SAYS) == list(auto.SAYS)
    assert set(UNASKED) == set(get_args(Unasked))
