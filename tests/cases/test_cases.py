"""Whole audiences as data: a specification, two files, and the tables they give.

A folder beside this file is a case; its README.md works the figures out by hand. A table
is compared on the columns that `expected/` has, for the left-out folds that it names.
"""

from pathlib import Path

import pandas as pd
import pytest

from catalog.specification import read_specification
from tests.pipeline.building import build_specification

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/spec.yml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_case_gives_its_tables(case, tmp_path):
    specification = read_specification(case / "spec.yml")
    absolute = {
        name: source.model_copy(update={"path": str(source.resolved(case))})
        for name, source in specification.datasets.items()
    }
    built = build_specification(
        tmp_path, specification.model_copy(update={"datasets": absolute})
    )

    tables = sorted((case / "expected").glob("*.csv"))
    assert tables
    for path in tables:
        expected = pd.read_csv(path)
        got = built.relation(f"main.{path.stem}")
        if "left_out_fold" in expected:
            got = got[got["left_out_fold"].isin(expected["left_out_fold"])]
        assert_same_rows(got[list(expected)], expected)


def assert_same_rows(got: pd.DataFrame, expected: pd.DataFrame) -> None:
    """The same rows in any order; numbers to 1e-9, an empty text is no text."""
    got, expected = (
        frame.apply(lambda c: c if is_number(c) else c.astype("string").fillna(""))
        for frame in (got, expected)
    )
    keys = [name for name in expected if not is_number(expected[name])]
    by = keys or list(expected)
    pd.testing.assert_frame_equal(
        got.sort_values(by).reset_index(drop=True),
        expected.sort_values(by).reset_index(drop=True),
        check_dtype=False,
        rtol=0,
        atol=1e-9,
    )


def is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and column.dtype != bool
