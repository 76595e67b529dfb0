"""Advice in words: each says what was measured and what follows from it."""

import pytest

from report import advice_words as words


@pytest.mark.parametrize(
    ("correlation", "counts", "told"),
    [
        (
            1.0,
            0.5,
            "phone and mobile say the same (correlation 1.00); each counts half",
        ),
        (0.8, 0.61, "phone and mobile say much the same (correlation 0.80)"),
        (-0.5, 0.8, "phone and mobile say in part the same (correlation -0.50)"),
    ],
)
def test_a_pair_is_told_by_how_much_it_repeats(correlation, counts, told):
    assert words.repetition_text("phone", "mobile", correlation, counts).startswith(
        told
    )


def test_most_of_the_information_is_a_question():
    told = words.information_question(0.724)

    assert told.startswith("holds 72.4 % of the information")
    assert told.endswith("was it measured before the conversion?")


def test_a_gain_that_is_not_sure_says_so():
    told = words.chosen_reason(3, 0.6, "0.001 ± 0.004", ["age", "job"], is_sure=False)

    assert "beyond age and job it gains 0.001 ± 0.004" in told
    assert "chance alone" in told


def test_a_leak_is_told_by_its_values_or_by_their_presence():
    assert "AUC 0.990" in words.leak_reason(0.99, 0.5, 0.98)
    assert "having a value, or none" in words.leak_reason(0.99, 0.995, 0.98)


def test_what_is_left_out_is_told_by_its_gain():
    taken = ["a", "b", "c", "d"]

    assert words.left_out_reason("0.000 ± 0.001", 0.0, taken, is_sure=False) == (
        "adds nothing beyond a, b, c and 1 more: gain 0.000 ± 0.001"
    )
    assert "would add" in words.left_out_reason("0.1 ± 0.0", 0.1, taken, is_sure=True)
