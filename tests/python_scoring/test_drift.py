"""Drift: the population stability index against sums worked out by hand."""

import math

import numpy as np
import pytest

from python_scoring.drift import (
    Band,
    Bands,
    Values,
    bands_drift,
    bin_ends,
    population_stability_index,
    share_up_to,
    values_drift,
    verdict,
)

MANY = 10**12


def test_psi_is_the_sum_of_differences_times_log_ratios():
    """-0.1 ln 0.8 + 0.1 ln(4/3) = 0.022314 + 0.028768."""
    old, new = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.4, 0.2])

    found = population_stability_index(old, new, MANY, MANY)

    assert found == pytest.approx(0.051083, abs=1e-6)


def test_half_a_person_is_added_to_each_category():
    """50.5, 30.5 and 20.5 of 101.5 against 40.5, 40.5 and 20.5 of 101.5."""
    old, new = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.4, 0.2])

    found = population_stability_index(old, new, 100, 100)

    assert found == pytest.approx(0.049679, abs=1e-6)


def test_the_same_distribution_has_not_drifted():
    values = Values(people=500, shares={"a": 0.6, "b": 0.3}, missing=0.1)
    bands = Bands(people=500, bands=[Band(0, 4, 0.5), Band(5, 9, 0.4)], missing=0.1)

    assert values_drift(values, values) == 0
    assert bands_drift(bands, bands) == 0


def test_psi_does_not_depend_on_the_direction():
    old = Values(people=MANY, shares={"a": 0.7, "b": 0.3})
    new = Values(people=MANY, shares={"a": 0.2, "b": 0.8})

    assert values_drift(old, new) == pytest.approx(values_drift(new, old))


def test_a_value_that_only_one_side_tells_apart_is_among_the_others():
    """a 0.6 and others 0.4 against a 0.6 and others 0.4: b and c are both others."""
    old = Values(people=MANY, shares={"a": 0.6, "b": 0.4})
    new = Values(people=MANY, shares={"a": 0.6}, other=0.4)

    assert values_drift(old, new) == pytest.approx(0)


def test_a_new_value_is_a_drift_and_finite():
    """Others go from 0 of 1,000 to 500: K is 2, 1,000.5 and 0.5 of 1,001 before."""
    old = Values(people=1_000, shares={"a": 1.0})
    new = Values(people=1_000, shares={"a": 0.5, "b": 0.5})

    found = values_drift(old, new)

    by_hand = (1_000.5 - 500.5) / 1_001 * math.log(1_000.5 / 500.5)
    by_hand += (500.5 - 0.5) / 1_001 * math.log(500.5 / 0.5)
    assert found == pytest.approx(by_hand)


def test_people_who_went_missing_are_a_drift():
    old = Values(people=MANY, shares={"a": 0.5}, missing=0.5)
    new = Values(people=MANY, shares={"a": 0.8}, missing=0.2)

    assert values_drift(old, new) == pytest.approx(
        0.3 * math.log(0.8 / 0.5) - 0.3 * math.log(0.2 / 0.5)
    )


def test_a_number_is_compared_over_ten_bins_of_the_old_side():
    """All of the new people have the least value: bin 1 goes from 0.1 to 1."""
    old = Bands(people=100, bands=[Band(n, n, 0.1) for n in range(10)])
    new = Bands(people=100, bands=[Band(0, 0, 1.0)])

    found = bands_drift(old, new)

    # Half a person more in ten bins: 10.5 / 105, 100.5 / 105 and nine times 0.5 / 105.
    by_hand = (100.5 - 10.5) / 105 * math.log(100.5 / 10.5)
    by_hand += 9 * (0.5 - 10.5) / 105 * math.log(0.5 / 10.5)
    assert found == pytest.approx(by_hand)


def test_people_beyond_the_old_range_are_in_its_last_bin():
    old = Bands(people=MANY, bands=[Band(0, 1, 0.5), Band(2, 3, 0.5)])
    new = Bands(people=MANY, bands=[Band(0, 1, 0.5), Band(90, 99, 0.5)])

    assert bands_drift(old, new) == pytest.approx(0)


def test_within_a_band_people_are_spread_evenly():
    assert share_up_to([Band(0, 10, 0.5), Band(20, 20, 0.5)], 4) == pytest.approx(0.2)


def test_bins_have_about_a_tenth_each():
    hundred = [Band(n, n, 0.01) for n in range(100)]

    assert bin_ends(hundred) == [9, 19, 29, 39, 49, 59, 69, 79, 89]


def test_a_constant_has_one_bin():
    assert bin_ends([Band(5, 5, 1.0)]) == []
    same = Bands(people=50, bands=[Band(5, 5, 1.0)])
    assert bands_drift(same, same) == 0


@pytest.mark.parametrize(
    ("psi", "word"),
    [(0.0, "stable"), (0.0999, "stable"), (0.1, "moved"), (0.25, "moved")]
    + [(0.2501, "changed"), (9.0, "changed")],
)
def test_the_rule_of_thumb(psi, word):
    assert verdict(psi) == word
