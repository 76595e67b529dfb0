"""Fairness as it is read: who is chosen least, what is flagged, what stands in."""

import pytest

from report.drawing import draw
from report.fairness_chart import fairness_chart
from report.fairness_words import (
    fairness_notes,
    fairness_sentences,
    fairness_warnings,
    protected_table,
    proxy_rows,
)
from report.page import templates
from report.sections import groups

HOSTILE = "<img src=x onerror=\"document.title='x'\">"


def group(name, candidates, chosen, ratio=None, verdict=None, **fields):
    rate = chosen / candidates
    low, high = (None, None) if ratio is None else (0.9 * ratio, 1.1 * ratio)
    return {
        "group": name,
        "is_other": False,
        "candidates": candidates,
        "chosen": chosen,
        "rate": rate,
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
        "ratio_below": None,
        "verdict": verdict,
        **fields,
    }


def proxy(name, strength, effect, **fields):
    return {
        "attribute": name,
        "protected": "sex",
        "cramers_v": effect,
        "effect": effect,
        "strength": strength,
        "column_name": name,
        "protected_column_name": "Sex",
        "is_score": False,
        **fields,
    }


@pytest.fixture
def fairness():
    """Men are chosen most, of whom others are compared with."""
    return {
        "mode": "standard",
        "fewest_people": 25,
        "protected": [
            {
                "attribute": "sex",
                "column_name": "Sex",
                "role": "categorical",
                "groups": [
                    group("male", 10_000, 1_000, 1.0, "reference"),
                    group("female", 10_000, 600, 0.6, "surely_below"),
                    group(None, 1_000, 80, 0.8, "not_below"),
                    group(None, 500, 25, 0.5, "below", is_other=True),
                ],
                "folded_groups": 3,
                "moved_share": 0.12,
                "least": 3,
            }
        ],
        "proxies": [
            proxy("hobby", "moderate", 0.4),
            proxy("title", "strong", 0.9),
            proxy("the score", "weak", 0.1, is_score=True),
        ],
    }


def codes(found):
    return [each.code for each in found]


def test_a_sentence_names_the_least_chosen_group(fairness):
    (found,) = fairness_sentences(fairness)

    assert found == (
        "By “Sex” the least chosen group is “other groups”, chosen 0.50 times (0.45 to"
        " 0.55) as often as “male”: 5.0 % and 10.0 %."
    )


def few(candidates, verdict, ratio_below=None, **fields):
    """A group of which fewer than 25 people are chosen, as fairness.json has it."""
    found = group("few", candidates, 0, None, verdict, **fields)
    return found | {"chosen": None, "rate": None, "ratio_below": ratio_below}


def test_few_chosen_people_are_told_without_a_number_and_flagged_all_the_same(fairness):
    protected = fairness["protected"][0]
    protected["groups"][3] = few(1_040, "surely_below", 0.25)

    (sentence,) = fairness_sentences(fairness)
    row = protected_table(protected, 25)["rows"][3]
    chart = fairness_chart(fairness)

    assert sentence.endswith(
        "“few”, chosen less than 0.25 times as often as “male”: under 2.5 % and 10.0 %."
    )
    assert [row[name] for name in ("chosen", "rate", "ratio", "between")] == [
        "under 25",
        "under 2.5 %",
        "under 0.25",
        "",
    ]
    assert (row["mark"], row["is_below"]) == ("below 0.8", True)
    assert "less than 0.25 times" in fairness_warnings(fairness)[0].message
    assert "is chosen less than 0.25 times as often" in chart.title
    assert "without a point: fewer than 25 chosen" in chart.subtitle
    assert "under 0.25" in draw(chart).svg


def test_few_chosen_people_who_are_not_flagged_have_at_least_four_fifths(fairness):
    protected = fairness["protected"][0]
    protected |= {"groups": [protected["groups"][0], few(25, "not_below")], "least": 1}

    (sentence,) = fairness_sentences(fairness)
    row = protected_table(protected, 25)["rows"][1]

    assert "chosen at least 0.8 times as often as “male”: – and 10.0 %" in sentence
    assert (row["rate"], row["ratio"]) == ("–", "0.8 or more")
    # Between which ends its ratio lies is not known: no line is drawn.
    assert "0.8 or more" not in draw(fairness_chart(fairness)).svg


def test_flags_and_strong_proxies_are_warnings_moderate_ones_a_note(fairness):
    below, strong = fairness_warnings(fairness)

    assert "1 more group is below 0.8" in below.message
    assert "“title” is a strong proxy of “Sex” (w 0.90)" in strong.message
    assert codes(fairness_notes(fairness)) == ["moderate_proxies"]


def test_a_flag_that_may_be_chance_says_so(fairness):
    fairness["protected"][0]["groups"][1]["verdict"] = "below"

    below, _ = fairness_warnings(fairness)

    assert "may be chance" in below.consequence


def test_the_regulated_mode_says_that_nothing_is_to_be_delivered(fairness):
    fairness["mode"] = "regulated"

    found = fairness_warnings(fairness)

    assert codes(found) == ["below_four_fifths", "shares_moved", "strong_proxy"]
    assert "do not deliver this audience" in found[0].consequence
    assert "12.0 %" in found[1].message


@pytest.mark.parametrize(
    ("rows", "folded", "why"),
    [
        ([group("a", 900, 9)], 0, "everybody is of one group"),
        ([group(None, 30, 3, is_other=True)], 4, "25 people or more"),
        ([group("a", 900, 0), group("b", 50, 0)], 0, "nobody of the large ones"),
        ([], 0, "everybody is of one group"),
    ],
)
def test_what_cannot_be_compared_is_said_with_the_reason(fairness, rows, folded, why):
    fairness["protected"][0] |= {
        "groups": rows,
        "folded_groups": folded,
        "least": None,
    }
    fairness["proxies"] = []

    (found,) = fairness_warnings(fairness)

    assert (found.code, why in found.message) == ("nothing_to_compare", True)
    assert fairness_sentences(fairness) == ()
    assert "no groups large enough" in fairness_chart(fairness).title


def test_nothing_is_told_where_nothing_is_protected():
    assert fairness_warnings(None) == fairness_notes(None) == []
    assert fairness_sentences(None) == ()


def test_the_table_has_missing_and_other_groups_by_their_words(fairness):
    rows = protected_table(fairness["protected"][0], 25)["rows"]

    assert [row["group"] for row in rows] == [
        "male",
        "female",
        "no value",
        "other groups",
    ]
    assert [row["is_below"] for row in rows] == [False, True, False, True]


def test_the_score_stands_before_the_attributes_and_those_by_strength(fairness):
    rows = proxy_rows(fairness)["rows"]

    assert [row["name"] for row in rows] == ["The score as a whole", "title", "hobby"]


def test_what_a_user_typed_is_text_on_the_page_and_in_the_picture(fairness):
    fairness["protected"][0]["column_name"] = HOSTILE
    fairness["protected"][0]["groups"][1]["group"] = HOSTILE
    fairness["proxies"][1] |= {"column_name": HOSTILE, "protected_column_name": HOSTILE}
    picture = draw(fairness_chart(fairness))
    section = groups(fairness, picture)

    page = templates().get_template(section.template).render(section.values)

    assert "<img src=x" not in page + picture.svg
    assert "&lt;img src=x" in page


def test_what_a_version_told_before_small_groups_were_folded_is_still_read(fairness):
    now = fairness_sentences(fairness)
    for protected in fairness["protected"]:
        protected.pop("least")
        for each in protected["groups"]:
            each.pop("ratio_below")

    assert fairness_sentences(fairness) == now
    assert draw(fairness_chart(fairness))
