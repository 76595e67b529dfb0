"""Groups by value: each name one, numbers in bands, missing a group of its own."""

import numpy as np
import pyarrow as pa
import pytest

from python_scoring.value_groups import grouped, number_bands


def told(column, bands=None):
    """Each row's group by name."""
    places, labels = grouped(column, bands)
    return [labels[place] for place in places]


def test_names_are_groups_and_what_is_missing_is_one_too():
    assert told(pa.array(["a", None, "b", "a"])) == ["a", None, "b", "a"]


def test_a_list_of_values_with_a_missing_one_and_a_repeated_one_gives_each_group_once():
    values = pa.array(["a", "b", "a", None])
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3], pa.uint8()), values)

    places, labels = grouped(column)

    assert labels == ("a", "b", None)
    assert [labels[place] for place in places] == ["a", "b", "a", None]


def test_numbers_lie_in_the_band_whose_ends_they_are_within():
    bands = number_bands(np.arange(1.0, 101.0), 5)

    assert bands.labels == (
        "up to 20",
        "21 to 40",
        "41 to 60",
        "61 to 80",
        "81 and more",
    )
    column = pa.array([20.0, 20.5, 21.0, 1e9, -5.0, None, float("nan")])
    assert told(column, bands) == [
        "up to 20",
        "21 to 40",
        "21 to 40",
        "81 and more",
        "up to 20",
        None,
        None,
    ]


def test_numbers_in_a_list_have_the_bands_of_numbers_that_stand_alone():
    bands = number_bands(np.arange(10.0), 3)
    numbers = pa.array([9.0, 0.0, None, 4.0])

    assert told(numbers.dictionary_encode(), bands) == told(numbers, bands)


@pytest.mark.parametrize("sample", [[], [np.nan], [np.inf]])
def test_a_sample_without_numbers_has_one_band(sample):
    bands = number_bands(np.array(sample), 5)

    assert told(pa.array([1.0, None]), bands) == ["any number", None]


def test_one_number_alone_is_one_band():
    assert number_bands(np.array([7.0, 7.0]), 5).labels == ("7 and more",)


def test_bands_hold_equal_parts_and_no_number_is_in_two():
    sample = np.random.default_rng(1).normal(size=10_000)

    places = number_bands(sample, 5).places(sample)

    assert np.bincount(places).tolist() == [2_000] * 5
