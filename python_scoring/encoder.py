"""People as rows of numbers, for scorers that learn trees."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from python_scoring.look_ups import BinLookUp, LookUp
from python_scoring.scorers.base import columns_of
from python_scoring.terms import ListedTerms

MISSING = -1_000.0  # beyond every z and every log ratio


class Encoder:
    """People as rows of 32-bit floats, one column an attribute; `MISSING` where none."""

    def __init__(self, look_ups: Sequence[LookUp]) -> None:
        self.columns = tuple(each.attribute for each in look_ups)
        self._terms = [
            ListedTerms(
                replace(each, missing_number=MISSING).terms()
                if isinstance(each, BinLookUp)
                else each.terms()
            )
            for each in look_ups
        ]

    def rows(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x columns."""
        columns = columns_of(batch, self.columns)
        rows = np.empty((batch.num_rows, len(self.columns)), np.float32)
        for place, (terms, name) in enumerate(
            zip(self._terms, self.columns, strict=True)
        ):
            rows[:, place] = terms.of(columns[name])
        return rows
