"""Segments of an audience in words: counted right, simple, and of nobody in particular."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from python_scoring.portrait import (
    coded_attributes,
    codes_of,
    segments_of,
    thinned,
    together,
)

ROLES = {"job": "categorical", "age": "continuous", "coin": "categorical"}


def some_people(count, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "job": rng.choice(["clerk", "student", None], count, p=[0.7, 0.2, 0.1]),
            "age": rng.integers(18, 68, count).astype(float),
            "coin": rng.choice(["h", "t"], count),
        }
    )


@pytest.fixture(scope="module")
def sample():
    return some_people(20_000, 1)


@pytest.fixture(scope="module")
def audience():
    """4,000 people, of whom 1,000 are young students."""
    young = some_people(1_000, 3).assign(job="student", age=20.0)
    return pd.concat([some_people(3_000, 2), young], ignore_index=True)


def young_until(sample):
    """The age that a fifth of the sample does not exceed."""
    ages = np.sort(sample["age"])
    return ages[len(ages) // 5 - 1]


def found_in(audience, sample):
    table = pa.Table.from_pandas(sample)
    attributes = coded_attributes(table, ROLES)
    codes = codes_of(pa.Table.from_pandas(audience), attributes)
    segments = segments_of(codes, codes_of(table, attributes), attributes)
    return segments, together(segments, codes, attributes)


def test_the_segment_that_is_there_is_found_and_counted_on_everybody(audience, sample):
    segments, _ = found_in(audience, sample)

    first, end = segments[0], young_until(sample)
    assert first.conditions == (("job", "student"), ("age", f"up to {end:.0f}"))
    is_in = (audience["job"] == "student") & (audience["age"] <= end)
    is_in_sample = (sample["job"] == "student") & (sample["age"] <= end)
    assert first.people == is_in.sum()
    assert first.lift == pytest.approx(is_in.mean() / is_in_sample.mean())


def test_a_condition_that_says_nothing_is_not_told(audience, sample):
    segments, _ = found_in(audience, sample)

    assert not any("coin" in dict(each.conditions) for each in segments)


def test_the_share_that_segments_hold_together(audience, sample):
    segments, share = found_in(audience, sample)

    is_in = pd.Series(False, index=audience.index)
    for segment in segments:
        wanted = pd.Series(True, index=audience.index)
        for name, label in segment.conditions:
            if name == "age":
                assert label == f"up to {young_until(sample):.0f}"
                wanted &= audience["age"] <= young_until(sample)
            else:
                wanted &= audience[name] == label
        is_in |= wanted
    assert share == pytest.approx(is_in.mean())


def test_an_audience_like_the_population_has_none(sample):
    assert found_in(some_people(4_000, 9), sample) == ((), 0.0)


def test_the_order_of_rows_changes_nothing(audience, sample):
    shuffled = audience.sample(frac=1, random_state=1), sample.sample(frac=1)

    assert found_in(*shuffled) == found_in(audience, sample)


@pytest.mark.parametrize("people", [0, 1, 24])
def test_fewer_than_25_people_are_not_told_of(people, sample, audience):
    assert found_in(audience[audience["age"] == 20].head(people), sample)[0] == ()


def test_what_is_missing_is_a_condition_too(sample):
    nobody = some_people(8_000, 4).assign(job=None)

    (first, *_), _ = found_in(nobody, sample)

    assert first.conditions == (("job", None),)


def test_many_people_are_searched_by_what_they_are():
    codes = np.repeat(np.arange(4, dtype=np.uint8), 30_000)[:, None]

    assert np.bincount(thinned(codes)[:, 0]).tolist() == [5_000] * 4
