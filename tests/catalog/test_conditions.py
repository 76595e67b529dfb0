"""Conditions: one comparison each, read from documents and from the command line."""

import pytest
from pydantic import ValidationError

from catalog.conditions import Condition, conditions_text, parse_condition
from catalog.errors import StudioError
from catalog.specification import (
    parse_specification,
    specification_errors,
    specification_hash,
    to_yaml,
)
from tests.catalog.examples import PAYLOADS

DOCUMENT = """\
name: Likely depositors
seed:
  dataset: customers
  where:
    - {column: converted, is: yes}
    - {column: job, in: [clerk, 5, true]}
    - {column: balance, at_least: 100.50}
    - {column: closed at, is_missing: true}
population: {dataset: customers}
output: {top: 2000}
"""


def condition(**values) -> Condition:
    return Condition.model_validate(values)


def test_a_document_s_values_are_kept_as_typed():
    found = parse_specification(DOCUMENT).seed.where

    assert [each.values for each in found] == [
        ("yes",),
        ("clerk", "5", "true"),
        ("100.50",),
        (),
    ]


def test_a_specification_with_a_filter_survives_being_written():
    specification = parse_specification(DOCUMENT)

    written = to_yaml(specification)

    assert parse_specification(written) == specification
    assert 'is: "yes"' in written
    assert "is_not" not in written


def test_the_filter_is_part_of_the_specification_s_hash():
    one = parse_specification(DOCUMENT)
    other = parse_specification(DOCUMENT.replace("is: yes", "is: no"))

    assert specification_hash(one) != specification_hash(other)


@pytest.mark.parametrize("payload", [*PAYLOADS, "line\nbreak", ""])
def test_any_text_is_a_value_and_is_written_back_unchanged(payload):
    values = {"column": payload or "x", "is": payload}
    specification = parse_specification(DOCUMENT)
    seed = specification.seed.model_copy(update={"where": (condition(**values),)})

    kept = specification.model_copy(update={"seed": seed})

    assert parse_specification(to_yaml(kept)) == kept
    assert kept.seed.where[0].model_dump() == values


@pytest.mark.parametrize(
    ("given", "text"),
    [({"is": True}, "true"), ({"is": 5}, "5"), ({"at_most": 0.1}, "0.1")],
)
def test_plain_values_of_a_request_are_what_a_document_would_hold(given, text):
    assert condition(column="x", **given).values == (text,)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"is": "a", "is_not": "b"},
        {"in": []},
        {"is": None},
        {"is": ["a"]},
        {"is_missing": "yes"},
        {"is": "nul \0"},
        {"is": "\ud800"},
        {"like": "%"},
    ],
)
def test_what_is_not_one_comparison_is_refused(given):
    with pytest.raises(ValidationError):
        condition(column="x", **given)


def test_a_mistake_in_a_filter_is_told_with_its_line():
    wrong = DOCUMENT.replace("is: yes", "is: yes, is_not: no")

    (error,) = specification_errors(wrong, "a.yml")

    assert "a.yml line 5" in str(error)
    assert "has is and is_not: give exactly one of" in str(error)


def test_an_unknown_comparison_is_told_with_those_there_are():
    wrong = DOCUMENT.replace("is: yes", "isnt: yes")

    (error,) = specification_errors(wrong, "a.yml")

    assert "seed.where[0].isnt" in str(error)


@pytest.mark.parametrize(
    ("seed", "told"),
    [
        ("{}", "no dataset and no audience"),
        ("{dataset: a, audience: b}", "both dataset and audience"),
        ("{dataset: a, version: 2}", "version without audience"),
        ("{audience: b, where: [{column: x, is: y}]}", "where without dataset"),
        ("{audience: LIKELY depositors}", "its own audience"),
    ],
)
def test_a_seed_is_one_thing(seed, told):
    document = (
        f"name: Likely depositors\nseed: {seed}\n"
        + DOCUMENT[DOCUMENT.index("population") :]
    )

    assert told in str(specification_errors(document, "a.yml")[0])


def test_the_population_s_own_dataset_needs_a_filter():
    document = (
        DOCUMENT[: DOCUMENT.index("  where")] + DOCUMENT[DOCUMENT.index("population") :]
    )

    assert "seed.where" in str(specification_errors(document, "a.yml")[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("converted=yes", {"column": "converted", "is": "yes"}),
        ("converted != yes", {"column": "converted", "is_not": "yes"}),
        ("age>=30", {"column": "age", "at_least": "30"}),
        ("age<=30", {"column": "age", "at_most": "30"}),
        ("age > -1.5", {"column": "age", "above": "-1.5"}),
        ("since<2026-01-31", {"column": "since", "below": "2026-01-31"}),
        ("note=a=b; drop", {"column": "note", "is": "a=b; drop"}),
        ("closed=", {"column": "closed", "is_missing": True}),
        ("closed!=", {"column": "closed", "is_missing": False}),
        ("a>b=5", {"column": "a>b", "is": "5"}),
        ("emoji 😀=x", {"column": "emoji 😀", "is": "x"}),
    ],
)
def test_a_command_s_text_is_a_condition(text, expected):
    assert parse_condition(text, {"a>b", "a"}).model_dump() == expected


@pytest.mark.parametrize("text", ["", "age", "=5", "age>", "age<="])
def test_a_text_without_column_or_value_is_refused(text):
    with pytest.raises(StudioError, match="write it like|give the number"):
        parse_condition(text)


def test_long_lists_are_told_in_short():
    found = condition(column="zip", **{"in": [str(n) for n in range(9)]})

    assert conditions_text([found]) == "'zip' is in '0', '1', '2', '3' and 5 more"


def test_spaces_that_are_no_part_of_the_sign_belong_to_the_name_and_the_value():
    told = {
        text: parse_condition(text, ["a", " a"]).model_dump()
        for text in ("a= x ", "a = x ", " a=x", "a =", "a= ")
    }

    assert told == {
        "a= x ": {"column": "a", "is": " x "},
        "a = x ": {"column": "a", "is": "x"},
        " a=x": {"column": " a", "is": "x"},
        "a =": {"column": "a", "is_missing": True},
        "a= ": {"column": "a", "is_missing": True},
    }
