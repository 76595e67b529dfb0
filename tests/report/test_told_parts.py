"""Parts of people in the report: few, and all but few, are not counted out."""

import pytest

from report.plan_words import plan_summary
from report.remarks import identifier_notes, score_notes, seed_warnings
from report.told_parts import few_people, told_part
from tests.report.test_plan_words import ECONOMICS, PLAN


@pytest.mark.parametrize(
    ("part", "text", "share"),
    [
        (0, "0", "0 %"),
        (1, "fewer than 25", "under 2.5 %"),
        (24, "fewer than 25", "under 2.5 %"),
        (25, "25", "2.5 %"),
        (975, "975", "97.5 %"),
        (976, "all but fewer than 25", "over 97.5 %"),
        (999, "all but fewer than 25", "over 97.5 %"),
        (1000, "1,000", "100 %"),
    ],
)
def test_a_part_that_is_of_few_or_leaves_few_has_no_number(part, text, share):
    told = told_part(part, 1000)

    assert (told.text, told.share_text) == (text, share)
    assert (told.count is None) == (told.share is None) == ("fewer" in text)


def test_between_two_seeds_that_differ_by_a_person_nothing_is_told_apart():
    assert {told_part(999, 1000), told_part(998, 1000)} == {told_part(990, 1000)}
    assert told_part(1, 1000) == told_part(2, 1000)


def test_a_few_of_a_few_are_some_of_them():
    assert told_part(3, 20).phrase == told_part(19, 20).phrase == "some of 20"
    assert told_part(20, 20).phrase == "20"
    assert told_part(0, 0).phrase == "0"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (10, "fewer than 25 of 100 rows of the seed in the population"),
        (90, "all but fewer than 25 of 100 rows of the seed in the population"),
        (100, "100 of 100 rows of the seed in the population"),
    ],
)
def test_a_plan_does_not_count_few_rows_out(found, told):
    plan = PLAN | {
        "seed": {"dataset": "buyers", "rows": 100},
        "found_rows": found,
        "economics": ECONOMICS,
    }

    assert plan_summary(plan)["found"] == told


def test_remarks_do_not_count_few_people_out():
    overlap = {"learning_seed_people": 97, "matched_people": 97, "seed_people": 100}
    identities = [
        {
            "id_type": name,
            "maximum_linked_rows": 9,
            "dropped_identifiers": 0,
            "dropped_rows": 0,
            "dropped_seed_identifiers": 0,
            "matched_identifiers": matched,
            "seed_identifiers": 100,
        }
        for name, matched in (("email", 99), ("phone", 40))
    ]

    assert seed_warnings(overlap, 500, 97)[0].message == (
        "The learning seed has all but fewer than 25 of 100 seed people; 500 are advised."
    )
    assert score_notes({"unscored_count": 3})[0].message.startswith(
        "Fewer than 25 people lack"
    )
    assert identifier_notes(identities)[0].message.endswith(
        "has: all but fewer than 25 of 100 by email, 40 of 100 by phone."
    )
    assert few_people(25) == "25"
