"""What the home keeps of a dataset's people, removed with the dataset."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from catalog.datasets import Dataset
from catalog.home import Home
from engines.failures import explained
from engines.loading import LOAD_LOCK
from engines.profile import PROFILE_LOCK, profile_id
from engines.relations import column_of
from engines.selections import SELECTED
from engines.turns import turn


def forget(home: Home, dataset: Dataset, profiles: Iterable[str]) -> None:
    """Remove the profiles, those of the dataset's selections, then all its copies.

    In this order: after a kill it finds again what is left. Raises StudioError where
    something cannot be removed.
    """
    subject, folder = f"dataset '{dataset.name}'", home.dataset(dataset.id)
    with explained(subject, folder):
        for each in (*profiles, *_of_selections(home, dataset)):
            _remove(home.profile(each), PROFILE_LOCK, subject)
        _remove(folder, LOAD_LOCK, subject)


def _remove(folder: Path, lock: str, subject: str) -> None:
    if folder.exists():
        with turn(folder / lock, subject):
            shutil.rmtree(folder)


def _of_selections(home: Home, dataset: Dataset) -> Iterator[str]:
    """Ids of the profiles of rows that filters kept, but where another dataset's are the same."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in home.dataset(dataset.id).glob(f"{SELECTED}*.parquet"):
        if len(list(home.root.glob(f"datasets/*/{path.name}"))) > 1:
            continue
        try:
            names = pq.read_schema(path).names
        except pa.ArrowInvalid:
            continue  # damaged: of what it was cannot be told
        known = {column.name for column in dataset.columns}
        if known.issuperset(names):
            columns = tuple(column_of(dataset, name) for name in names)
            kept = dataset.model_copy(update={"columns": columns})
            yield profile_id(kept, path.stem.removeprefix(SELECTED))
