"""The sample's halves: nobody is scored by what learnt them as unlike."""

import numpy as np

from python_scoring.sample_halves import half_rows_of, halves_of, hashes_of, shares_of

ROWS = np.arange(20, dtype=np.float32).reshape(10, 2)


def test_halves_are_the_same_rows_in_whatever_order_they_come():
    shuffled = ROWS[::-1]

    first, second = halves_of(ROWS)

    assert sorted([*first, *second]) == list(range(10))
    assert np.array_equal(shuffled[halves_of(shuffled)[0]], ROWS[first])


def test_a_row_of_one_half_is_all_the_others_and_anybody_else_is_shared():
    stranger, in_both = np.array([[99, 99], [0, 1]], np.float32)
    first = np.array([[0, 1], [2, 3]], np.float32)
    second = np.array([[0, 1], [4, 5]], np.float32)
    asked = np.array([first[1], second[1], stranger, in_both])

    shares = shares_of(asked, hashes_of(half_rows_of(first, second)))

    assert shares[0].tolist() == [0.0, 1.0, 0.5, 0.5]
    assert shares[1].tolist() == [1.0, 0.0, 0.5, 0.5]


def test_halves_without_rows_share_everybody():
    nobody = ROWS[:0]

    shares = shares_of(ROWS, hashes_of(half_rows_of(nobody, nobody)))

    assert [each.tolist() for each in shares] == [[0.5] * 10, [0.5] * 10]
