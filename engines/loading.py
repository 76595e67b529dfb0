"""Sources that are not Parquet, loaded to one Parquet file in the home, strictly.

Rows keep the order of the source. A row that cannot be read is an error, never left out.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from catalog.datasets import Dataset, DatasetKind
from catalog.errors import StudioError
from catalog.home import Home
from catalog.names import shown
from engines.casts import family
from engines.connection import memory_session
from engines.csv_loading import load_csv, open_csv, refuse_lost
from engines.csv_text import prepare_text
from engines.failures import explained
from engines.fingerprints import watch
from engines.json_lines import load_lines
from engines.kept import is_kept, kept_whole
from engines.limits import Settings
from engines.quoting import quote_identifier
from engines.relations import copy_to_parquet, read_columns
from engines.sources import loaded_file
from engines.turns import turn

if TYPE_CHECKING:
    import duckdb


SCRATCH = ".load-"
LOAD_LOCK = "load.lock"


def load(home: Home, settings: Settings, dataset: Dataset, fingerprint: str) -> None:
    """Write the dataset's Parquet copy of this fingerprint; nothing if it is there."""
    target = loaded_file(home, dataset, fingerprint)
    is_read_in_place = dataset.kind.is_read_in_place
    if is_read_in_place or (
        is_kept(home, target) and not any(target.parent.glob(f"{SCRATCH}*"))
    ):
        return
    path = Path(dataset.path)
    subject = f"dataset '{dataset.name}'"
    with explained(subject, target.parent):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with turn(target.parent / LOAD_LOCK, subject):
            # Nobody else is at it: what is there is of a process that was killed.
            for left in target.parent.glob(f"{SCRATCH}*"):
                shutil.rmtree(left, ignore_errors=True)
            if is_kept(home, target):
                return
            with (
                TemporaryDirectory(dir=target.parent, prefix=SCRATCH) as scratch,
                kept_whole(target) as temporary,
            ):
                confirm = watch(home, dataset, fingerprint)
                _load(settings, dataset, path, Path(scratch), temporary)
                confirm()


def _load(
    settings: Settings, dataset: Dataset, path: Path, scratch: Path, target: Path
) -> None:
    if dataset.kind is DatasetKind.csv:
        file = open_csv(path, dataset, scratch)
        files = [file.text.path, target]
        with memory_session(
            settings, scratch, files=files, keep_order=True
        ) as connection:
            load_csv(connection, file, target)
    elif dataset.kind is DatasetKind.json_lines:
        text = prepare_text(path, scratch, quote="")
        files = [text.path, target]
        with memory_session(
            settings, scratch, files=files, keep_order=True
        ) as connection:
            load_lines(connection, text, path, dataset.columns, target)
    else:
        with memory_session(
            settings, scratch, files=[path, target], attach=path, keep_order=True
        ) as connection:
            _load_table(connection, dataset, path, target)


def find_table(
    connection: "duckdb.DuckDBPyConnection", path: Path, table: str | None
) -> tuple[str, str]:
    """Schema and name of a table or view; the only one where none is named."""
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'source' order by all"
    ).fetchall()
    names = [name if schema == "main" else f"{schema}.{name}" for schema, name in found]
    meant = [at for at, name in enumerate(names) if table in (None, name)]
    if len(meant) == 1:
        schema, name = found[meant[0]]
        return schema, name
    if table is not None and meant:
        raise StudioError(
            "ambiguous_table",
            f"file '{path.name}'",
            f"has two tables that are written {shown(table)} with their schema",
            "rename one of the two",
        )
    raise StudioError(
        "no_such_table",
        f"file '{path.name}'",
        "holds more or fewer than one table"
        if table is None
        else f"has no table '{table}'",
        f"name one of: {', '.join(names) or 'none is there'}",
    )


def _load_table(
    connection: "duckdb.DuckDBPyConnection", dataset: Dataset, path: Path, target: Path
) -> None:
    schema, name = find_table(connection, path, dataset.table)
    relation = f"source.{quote_identifier(schema)}.{quote_identifier(name)}"
    there = [column.name for column in read_columns(connection, relation)]
    refuse_lost(there, dataset.columns, dataset)
    selected = ", ".join(
        f"cast({quoted} as {column.type}) as {quoted}"
        for column in dataset.columns
        if (quoted := quote_identifier(column.name))
    )
    with _explained_values(dataset):
        connection.execute(
            copy_to_parquet(f"select {selected} from {relation}", target)
        ).fetchall()


@contextmanager
def _explained_values(dataset: Dataset) -> Iterator[None]:
    """Turn a value that is not of its column's type into an error that names the column."""
    import duckdb

    try:
        yield
    except duckdb.ConversionException as error:
        found = re.search(r"from source column (.+)", str(error))
        types = {column.name: column.type for column in dataset.columns}
        if found is None or found[1] not in types:
            raise
        raise StudioError(
            "wrong_value",
            f"table '{dataset.table}', column '{found[1]}'",
            f"holds a value that does not fit {types[found[1]]}",
            "cast it in a view, to VARCHAR if it names people, and register that",
        ) from None


def loaded_type(type_name: str) -> str:
    """The type that a column of a database has once it stands in Parquet."""
    upper = type_name.upper()
    if upper in ("HUGEINT", "UHUGEINT"):
        return "DECIMAL(38,0)"
    if upper in ("TIMESTAMP_S", "TIMESTAMP_MS"):
        return "TIMESTAMP"
    if upper.startswith("ENUM") or upper in ("UUID", "TIME WITH TIME ZONE"):
        return "VARCHAR"
    if family(type_name) == "other" and upper != "BLOB":
        return "VARCHAR"
    return type_name
