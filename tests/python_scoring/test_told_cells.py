"""Cells of few people are not told, and are not found by subtraction."""

import numpy as np
import pytest

from python_scoring.told_cells import told_cells


@pytest.mark.parametrize(
    ("counts", "others", "told"),
    [
        ([200, 60, 25], 0, [True, True, True]),
        ([200, 60, 24], 0, [True, False, False]),  # 24 would be what is left of 284
        ([200, 60, 0], 0, [True, False, False]),
        ([200, 24, 60, 1], 0, [True, False, True, False]),  # 25 together
        ([200, 60, 24], 1, [True, True, False]),
        ([200, 60], 3, [True, False]),
        ([3], 0, [False]),
        ([], 0, []),
    ],
)
def test_what_is_not_told_is_25_people_together(counts, others, told):
    assert told_cells(np.array(counts, int), others).tolist() == told
