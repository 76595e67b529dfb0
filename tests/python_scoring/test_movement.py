"""How far an attribute moves people's log odds, whatever the scorer has learnt."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from python_scoring.movement import MOST_PEOPLE, Movement, movements


@dataclass(frozen=True)
class Lines:
    """A scorer that adds a multiple of each column, and something more to everybody."""

    slopes: tuple[float, ...]
    columns = ("a", "b")
    attributes = ("a", "b", "left_out")

    def contributions(self, batch):
        parts = [
            slope * batch.column(name).to_numpy() + 7.0
            for slope, name in zip(self.slopes, self.columns, strict=True)
        ]
        return np.stack([*parts, np.zeros(batch.num_rows)], axis=1)


def test_what_everybody_has_alike_moves_nobody():
    sample = pa.table({"a": [0.0, 1.0, 2.0, 3.0], "b": [5.0, 5.0, 5.0, 5.0]})

    found = movements(Lines((2.0, 3.0)), sample)

    assert found == (
        Movement("a", 2.0, 1.0),
        Movement("b", 0.0, 0.0),
        Movement("left_out", 0.0, 0.0),
    )


def test_shares_are_of_all_movement_and_the_sign_does_not_matter():
    sample = pa.table({"a": [0.0, 1.0], "b": [3.0, 1.0]})

    a, b, _ = movements(Lines((1.0, -1.5)), sample)

    assert (a.mean, b.mean) == (0.5, 1.5)
    assert (a.share, b.share) == (0.25, 0.75)


def test_where_nobody_is_moved_there_are_no_shares():
    sample = pa.table({"a": [0.0, 1.0], "b": [3.0, 1.0]})

    assert [each.share for each in movements(Lines((0.0, 0.0)), sample)] == [0, 0, 0]


def test_a_large_sample_is_thinned_and_its_order_changes_no_bit():
    rng = np.random.default_rng(1)
    people = 10 * MOST_PEOPLE + 3
    sample = pa.table(
        {name: rng.normal(0, spread, people) for name, spread in (("a", 1), ("b", 2))}
    )
    turned = sample.take(pa.array(rng.permutation(people)))

    found = movements(Lines((1.0, 1.0)), sample)

    assert movements(Lines((1.0, 1.0)), turned) == found
    # of a normal curve the mean distance is its deviation times the root of 2 / pi
    assert found[0].mean == pytest.approx(np.sqrt(2 / np.pi), rel=0.02)
    assert found[1].mean == pytest.approx(2 * np.sqrt(2 / np.pi), rel=0.1)
