"""Labelled people as the studio meets them: seed and sample as Arrow tables, with folds.

The same folds and the same sample as a build of the same rows: both are functions of
the identifiers.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bench.example_data import write_data_set
from bench.quality.lalq import datasets, load, seed_rows
from python_scoring.coded_people import CodedPeople, code_people

SAMPLE = 20_000
FOLDS = 5


@dataclass(frozen=True)
class Labelled:
    """A data set: everybody with attributes, and who is of the seed's kind."""

    name: str
    label: str
    id_column: str
    categorical: list[str]
    continuous: list[str]
    frame: pd.DataFrame

    @property
    def is_positive(self) -> np.ndarray:
        """Who is of the seed's kind."""
        return self.frame[self.label].to_numpy() == 1

    def real_seed(self, size: str, split: int) -> np.ndarray:
        """Rows of a seed, as the quality bench draws it."""
        return seed_rows(self.name, self.label, self.frame[self.label], size, split)

    def coded(self, rows: np.ndarray) -> CodedPeople:
        """Seed and sample in codes, as a build with this seed would have them."""
        folds = [_hash(f"user_id:{each}") % FOLDS for each in self._ids[rows]]
        others = self._by_sample_key[~np.isin(self._by_sample_key, rows)]
        sample = others[:SAMPLE]
        seed = self._table.take(rows).append_column("fold", pa.array(folds))
        return code_people(
            seed, self._table.take(sample), [*self.categorical, *self.continuous], FOLDS
        )

    @cached_property
    def _ids(self) -> np.ndarray:
        return self.frame[self.id_column].astype(str).to_numpy()

    @cached_property
    def _by_sample_key(self) -> np.ndarray:
        """Rows by the key that draws the sample, least first."""
        return np.argsort([_hash(each) for each in self._ids], kind="stable")

    @cached_property
    def _table(self) -> pa.Table:
        """Everybody's attributes."""
        columns = {
            name: pa.array(
                [None if pd.isna(value) else str(value) for value in self.frame[name]],
                pa.string(),
            )
            for name in self.categorical
        }
        numbers = {
            name: pa.array(self.frame[name].to_numpy(float)) for name in self.continuous
        }
        return pa.table(columns | numbers)


@contextmanager
def labelled(data: Path | None) -> Iterator[list[Labelled]]:
    """The data sets below a folder, else the example."""
    with tempfile.TemporaryDirectory() as made:
        root = data or write_data_set(Path(made))
        yield [_read(folder) for folder in datasets([str(root)])]


def _read(folder: str) -> Labelled:
    schema, frame = load(folder)
    return Labelled(
        schema["name"],
        schema["label"],
        schema["id"],
        schema["categorical"],
        schema["continuous"],
        frame,
    )


def _hash(text: str) -> int:
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8], 16)
