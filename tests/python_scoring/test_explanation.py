import math

from python_scoring.explain import reasons


def test_the_largest_contribution_comes_first_whichever_its_sign():
    got = reasons(
        ["age", "country", "plan", "colour"],
        [42.0, "FR", None, "red"],
        [0.1, -0.8, 0.4, 0.0],
        [1.0, 0.5, 1.0, 0.0],
    )

    assert [(each.attribute, each.value_text) for each in got] == [
        ("country", "FR"),
        ("plan", None),
        ("age", "42"),
    ]


def test_words_speak_of_the_value_not_of_its_weight():
    # e^(ln 4) = 4 times as common, however little the attribute counts
    (reason,) = reasons(["country"], ["FR"], [0.1 * math.log(4)], [0.1])

    assert reason.words == "4.0 times as common among the seed"


def test_a_rare_value_is_told_by_how_much():
    (reason,) = reasons(["country"], ["FR"], [-math.log(20)], [1.0])

    assert reason.words == "20 times as rare among the seed"


def test_a_value_that_says_nothing_is_as_common():
    (reason,) = reasons(["country"], ["FR"], [0.01], [1.0])

    assert reason.words == "as common among the seed"


def test_an_overwhelming_value_has_no_long_number():
    (reason,) = reasons(["country"], ["FR"], [1e6], [1.0])

    assert reason.words == "over 1,000 times as common among the seed"
