"""Selection rates: ratios with intervals, and no group too small to be told of."""

import numpy as np
import pytest
from scipy.stats import binom
from scipy.stats.contingency import relative_risk

from python_scoring.selection_rates import ratio_interval, selection_rates


def rates(**counts):
    found = selection_rates(counts)
    return {each.group or "others": each for each in found.groups}


def test_the_ratio_is_to_the_group_that_is_chosen_most_often():
    found = rates(a=(1_000, 100), b=(2_000, 120), c=(500, 45))

    assert [each.rate for each in found.values()] == [0.1, 0.06, 0.09]
    assert [each.ratio for each in found.values()] == pytest.approx([1.0, 0.6, 0.9])
    assert (found["a"].verdict, found["a"].ratio_low) == ("reference", 1.0)


@pytest.mark.parametrize(
    ("counts", "verdict", "is_flagged"),
    [
        ((10_000, 600), "surely_below", True),
        ((400, 30), "below", True),
        ((400, 34), "not_below", False),
        ((10_000, 990), "surely_not_below", False),
    ],
)
def test_below_four_fifths_is_flagged_and_told_whether_it_is_sure(
    counts, verdict, is_flagged
):
    found = rates(a=(10_000, 1_000), b=counts)["b"]

    assert (found.verdict, found.is_flagged) == (verdict, is_flagged)


def test_with_many_people_the_interval_is_that_of_the_log_ratio():
    low, high = ratio_interval(2_178, 24_459, 1_438, 10_878)

    katz = relative_risk(2_178, 24_459, 1_438, 10_878).confidence_interval(0.95)
    assert (low, high) == pytest.approx((katz.low, katz.high), rel=0.003)


@pytest.mark.parametrize(("one", "other"), [(0.1, 0.2), (0.3, 0.3), (0.05, 0.1)])
def test_the_interval_holds_the_ratio_95_times_in_100(one, other):
    """Every outcome of 60 and 80 people, each with its probability."""
    covered = 0.0
    for chosen, share in enumerate(binom.pmf(np.arange(61), 60, one)):
        for of_other, other_share in enumerate(binom.pmf(np.arange(41), 80, other)):
            if of_other == 0 or share * other_share < 1e-6:
                continue
            low, high = ratio_interval(chosen, 60, of_other, 80)
            covered += share * other_share * (low <= one / other <= high)

    assert 0.93 < covered < 0.985


def test_a_group_of_whom_nobody_is_chosen_has_an_interval():
    low, high = ratio_interval(0, 100, 100, 1_000)

    assert low == 0.0
    assert 0.2 < high < 0.6


@pytest.mark.parametrize("chosen", [0, 1, 24])
def test_of_fewer_than_25_chosen_people_a_verdict_is_told_and_no_figure(chosen):
    found = selection_rates({"a": (1_000, 200), "b": (500, chosen), "c": (900, 170)})
    few = found.groups[1]

    assert (few.chosen, few.rate, few.ratio, few.ratio_high) == (None,) * 4
    assert (few.verdict, few.is_flagged) == ("surely_below", True)
    # 25 of 500 are 5 %, a quarter of 20 %.
    assert few.ratio_below == 0.25
    assert found.least == 1


def test_what_a_ratio_is_below_holds_as_it_is_shown():
    (_, few) = selection_rates({"a": (1_000, 100), "b": (3_333, 24)}).groups

    # 25 / 3,333 / 0.1 = 0.07501: rounded off it would be less than 0.0720 might be
    assert few.ratio_below == 0.08


def test_few_chosen_people_of_a_small_group_need_not_be_flagged():
    found = selection_rates({"a": (1_000, 200), "b": (100, 19)})
    few = found.groups[1]

    assert (few.chosen, few.ratio, few.ratio_below) == (None, None, None)
    assert few.verdict == "not_below"


def test_beside_few_chosen_people_no_ratio_is_told():
    found = selection_rates({"a": (100, 20), "b": (1_000, 40), "c": (200, 36)})
    most, other, near = found.groups

    assert (most.chosen, most.verdict) == (None, "reference")
    assert (other.chosen, other.ratio, other.ratio_below) == (40, None, 0.8)
    assert (near.ratio, near.ratio_below, near.verdict) == (None, None, "not_below")


def test_a_small_group_is_no_measure_for_others():
    found = rates(a=(5_000, 500), b=(5_000, 450), tiny=(60, 30))

    assert found["a"].verdict == "reference"
    assert found["tiny"].ratio == pytest.approx(5.0)


def test_groups_of_fewer_than_25_people_are_told_together():
    found = selection_rates(
        {"a": (500, 50), "b": (24, 14), "c": (300, 30), "d": (20, 15), None: (30, 26)}
    )

    told = [(each.group, each.is_other, each.candidates) for each in found.groups]
    assert told == [
        ("a", False, 500),
        ("c", False, 300),
        (None, False, 30),
        (None, True, 44),
    ]
    assert found.folded_groups == 2
    assert found.groups[-1].chosen == 29


def test_a_single_small_group_takes_the_next_one_with_it():
    found = selection_rates({"a": (500, 50), "b": (400, 40), "c": (10, 1)})

    assert [(g.group, g.candidates) for g in found.groups] == [("a", 500), (None, 410)]


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {"a": (24, 3), "b": (10, 1)},
        {"a": (1_000, 10), "b": (3, 1)},
        {"a": (1_000, 10)},
        {None: (1_000, 10)},
        {"a": (1_000, 0), "b": (1_000, 0)},
    ],
    ids=["nobody", "all small", "one large", "one", "all missing", "none chosen"],
)
def test_where_there_is_nothing_to_compare_there_is_no_ratio(counts):
    found = selection_rates(counts)

    assert [each.ratio for each in found.groups] == [None] * len(found.groups)
    assert all(each.candidates >= 25 or each.is_other for each in found.groups)


def test_beyond_the_thirty_largest_groups_are_told_together():
    found = selection_rates({f"g{n:02}": (1_000 + n, 10) for n in range(40)})

    assert len(found.groups) == 31
    assert found.groups[-1].candidates == sum(1_000 + n for n in range(10))


def test_the_share_that_would_have_to_move():
    found = selection_rates({"a": (600, 90), "b": (400, 10)})

    # 90 of 100 chosen are of a, who are 60 of 100 candidates.
    assert found.moved_share == pytest.approx(0.3)


def test_all_chosen_people_less_the_others_do_not_tell_how_many_a_few_are():
    counts = {"m": (1_839, 152), "f": (1_833, 143), "x": (28, 5)}

    found = selection_rates(counts)

    m, f, x = found.groups
    assert (m.chosen, f.chosen, x.chosen) == (150, 145, None)
    assert f.rate == pytest.approx(145 / 1_833)
    assert f.ratio == pytest.approx(145 / 1_833 / (150 / 1_839))
    assert found.moved_share == round(found.moved_share, 2)


def test_numbers_are_exact_where_a_few_cannot_be_told_apart():
    found = selection_rates({"a": (900, 152), "b": (900, 24), "c": (900, 1)})

    assert [each.chosen for each in found.groups] == [152, None, None]


def test_a_verdict_is_that_of_the_exact_numbers():
    # 79.6 % of the reference's rate; to the nearest five it is 80.4 %
    counts = {"a": (10_000, 284), "b": (10_000, 226), "x": (30, 1)}

    (_, other, _) = selection_rates(counts).groups

    assert other.verdict == "below"
