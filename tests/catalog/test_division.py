"""Tiers in a document: what they mean, and what is refused."""

import pytest

from catalog.specification import parse_specification, specification_errors, to_yaml

DOCUMENT = """
name: people
seed: {{dataset: seed}}
population: {{dataset: population}}
output: {}
"""


@pytest.mark.parametrize(
    ("output", "names"),
    [
        ("{best_percent: 5, tiers: [1, 3, 5]}", ["0-1 %", "1-3 %", "3-5 %"]),
        ("{best_percent: 2.5, tiers: [0.5, 2.5]}", ["0-0.5 %", "0.5-2.5 %"]),
        ("{top: 30, tiers: [{name: A, up_to: 10}, 30]}", ["A", "11-30"]),
        ("{top: 30, tiers: []}", []),
    ],
)
def test_tiers_are_named_after_their_ends(output, names):
    known = parse_specification(DOCUMENT.format(output))

    assert known.output.tier_names == names
    assert parse_specification(to_yaml(known)) == known


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("{top: 10, tiers: [5, 5, 10]}", "would be empty or overlap"),
        ("{top: 10, tiers: [5, 3, 10]}", "would be empty or overlap"),
        ("{top: 10, tiers: [5, 8]}", "let the last one end at 10"),
        ("{best_percent: 5, tiers: [1, 3]}", "let the last one end at 5"),
        ("{top: 10, tiers: [1.5, 10]}", "give whole numbers"),
        ("{top: 10, tiers: [{name: a, up_to: 5}, {name: A, up_to: 10}]}", "name each"),
        ("{top: 10, tiers: [{name: 6-10, up_to: 5}, 10]}", "name each once"),
        ("{tiers: [5, 10]}", "give top or best_percent as well"),
        ("{top: 10, best_percent: 5, tiers: [5]}", "give exactly one of"),
        ("{min_score: 0.5, tiers: [0.9]}", "give top or best_percent"),
        ("{top: 10, tiers: [0, 10]}", "is 0"),
        ("{top: 10, tiers: [-1, 10]}", "is -1"),
        ("{top: 10, tiers: [many, 10]}", "'many'"),
        ("{top: 10, tiers: [{name: '', up_to: 5}, 10]}", "name"),
    ],
)
def test_tiers_that_do_not_divide_the_limit_are_refused(output, words):
    (error,) = specification_errors(DOCUMENT.format(output), "people.yml")

    assert words in str(error)
    assert str(error).startswith("people.yml line 5 ")


def of_quotas(text, limit="top: 10"):
    return DOCUMENT.format(f"{{{limit}, quotas: {{attribute: region, {text}}}}}")


def test_quotas_are_written_and_read_again():
    known = parse_specification(
        of_quotas("at_most: {NO: 0.1, 7: 0.3, 'it''s': 0.1}, unfilled: short")
    )

    assert known.output.quotas.groups == ("NO", "7", "it's")
    assert parse_specification(to_yaml(known)) == known


@pytest.mark.parametrize(
    ("text", "limit", "words"),
    [
        ("at_most: {n: 1.3}", "top: 10", "more than all"),
        ("at_most: {n: -0.1}", "top: 10", "give 0 or more"),
        ("at_least: {n: 0.7, s: 0.7}", "top: 10", "add up to 1.4"),
        ("exactly: {n: 0.7}, at_least: {s: 0.4}", "top: 10", "add up to 1.1"),
        (
            "unit: people, at_least: {n: 7, s: 7}",
            "top: 10",
            "14 people aside of top 10",
        ),
        ("unit: people, at_most: {n: 7.5}", "top: 10", "give whole people"),
        ("unit: people, at_most: {n: 7}", "best_percent: 5", "give top, or shares"),
        ("at_most: {n: 0.5}", "min_score: 0.5", "give top or best_percent"),
        ("at_most: {n: 0.5}", "top: 10, keep_margin: 5", "give one of the two"),
        ("at_most: {n: 0.1}, at_least: {n: 0.2}", "top: 10", "be no greater"),
        ("at_most: {n: 0.1}, exactly: {n: 0.1}", "top: 10", "keep one"),
        ("unit: share", "top: 10", "has no group"),
        ("at_most: {n: half}", "top: 10", "'half' is not a number"),
        ("at_most: {n: 0.1}, unfilled: none", "top: 10", "'others' or 'short'"),
    ],
)
def test_quotas_that_do_not_add_up_are_refused(text, limit, words):
    (error,) = specification_errors(of_quotas(text, limit), "people.yml")

    assert words in str(error)
