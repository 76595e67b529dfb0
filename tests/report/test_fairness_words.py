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
                    group("male", 1_000, 100, 1.0, "reference"),
                    group("female", 1_000, 60, 0.6, "surely_below"),
                    group(None, 100, 8, 0.8, "not_below"),
                    group(None, 40, 2, 0.5, "below", is_other=True),
                ],
                "folded_groups": 3,
                "moved_share": 0.12,
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
    fairness["protected"][0] |= {"groups": rows, "folded_groups": folded}
    fairness["proxies"] = []

    (found,) = fairness_warnings(fairness)

    assert (found.code, why in found.message) == ("nothing_to_compare", True)
    assert fairness_sentences(fairness) == ()
    assert "no groups large enough" in fairness_chart(fairness).title


def test_nothing_is_told_where_nothing_is_protected():
    assert fairness_warnings(None) == fairness_notes(None) == []
    assert fairness_sentences(None) == ()


def test_the_table_has_missing_and_other_groups_by_their_words(fairness):
    rows = protected_table(fairness["protected"][0])["rows"]

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
