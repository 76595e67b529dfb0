"""Cells of few people are not told, and are not found by subtraction."""

import re
from pathlib import Path

import numpy as np
import pytest

from engines.column_values import FEWEST_ROWS
from python_scoring.told_cells import FEWEST_PEOPLE, told_cells
from report import words

ROOT = Path(__file__).parent.parent.parent
OWNERS = {
    "engines/column_values.py",
    "python_scoring/told_cells.py",
    "report/words.py",
}
DEFINED = re.compile(
    r"^(?:FEWEST|LEAST)_(?:PEOPLE|SHOWN|ROWS)\b.* = \d+|^FOLD = ", re.M
)


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


def test_every_room_tells_of_as_many_people():
    assert words.FEWEST_PEOPLE == FEWEST_ROWS == FEWEST_PEOPLE
    compared = {
        (path.name, int(number))
        for path in (
            *(ROOT / "dbt_project/models/report").glob("*.sql"),
            ROOT / "dbt_project/macros/statistics/told_share.sql",
        )
        for number in re.findall(
            r"(?:people|_count|\)|\}\})\s+(?:<|>=)\s+(\d+)",
            path.read_text(encoding="utf-8"),
        )
    }
    assert {number for _, number in compared} == {FEWEST_PEOPLE}
    assert len(compared) >= 4


def test_no_other_module_has_a_number_of_its_own_for_it():
    rooms = (
        "catalog",
        "engines",
        "python_scoring",
        "report",
        "orchestration",
        "studio",
    )

    found = {
        path.relative_to(ROOT).as_posix()
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if DEFINED.search(path.read_text(encoding="utf-8"))
    }

    assert found == OWNERS
