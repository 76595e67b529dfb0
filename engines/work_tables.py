"""Reading and writing relations of a work database as Arrow batches."""

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import StudioError
from engines.connection import work_session
from engines.failures import explained
from engines.limits import Settings
from engines.quoting import quote_identifier

if TYPE_CHECKING:
    import pyarrow as pa


def quote_relation(relation: str) -> str:
    """Quote `name` or `schema.name`; names of the project hold no dots."""
    return ".".join(quote_identifier(part) for part in relation.split("."))


def read(settings: Settings, build_folder: Path, relation: str) -> "pa.Table":
    """A small relation, whole."""
    return read_all(settings, build_folder, [relation])[relation]


def read_all(
    settings: Settings, build_folder: Path, relations: Sequence[str]
) -> dict[str, "pa.Table"]:
    """Small relations, whole, by their names; the database is opened once for all."""
    tables = {}
    with work_session(settings, build_folder) as connection:
        for relation in relations:
            with explained(f"table '{relation}'", build_folder):
                tables[relation] = connection.sql(
                    f"select * from {quote_relation(relation)}"
                ).to_arrow_table()
    return tables


def stream(
    settings: Settings,
    build_folder: Path,
    relation: str,
    columns: Sequence[str],
    batch_rows: int,
) -> Generator["pa.RecordBatch"]:
    """Columns of a relation in batches; closes what it opened however it ends."""
    selected = ", ".join(quote_identifier(column) for column in columns)
    query = f"select {selected} from {quote_relation(relation)}"
    subject = f"table '{relation}'"
    with work_session(settings, build_folder) as connection:
        with explained(subject, build_folder):
            reader = connection.sql(query).to_arrow_reader(batch_rows)
        try:
            while True:
                # Only the reading is explained: what the caller does is not ours.
                with explained(subject, build_folder):
                    batch = next(reader, None)
                if batch is None:
                    return
                yield batch
        finally:
            reader.close()


def write(
    settings: Settings,
    build_folder: Path,
    schema: str,
    name: str,
    *,
    batches: Iterable["pa.RecordBatch"],
    arrow_schema: "pa.Schema",
) -> int:
    """Create or replace a table from batches in one statement; the rows written.

    The batches may be read from the same work database while they are written.
    Nothing is seen of the table until all of it is there.
    """
    import pyarrow as pa

    relation = f"{quote_identifier(schema)}.{quote_identifier(name)}"
    subject = f"table '{schema}.{name}'"
    failures: list[BaseException] = []
    written = 0

    def checked() -> Generator["pa.RecordBatch"]:
        nonlocal written
        try:
            for batch in batches:
                if batch.schema.names != arrow_schema.names:
                    raise StudioError(
                        "wrong_columns",
                        subject,
                        f"was given the columns {', '.join(batch.schema.names)}",
                        f"write {', '.join(arrow_schema.names)}",
                    )
                written += batch.num_rows
                yield batch.cast(arrow_schema)
        except BaseException as error:
            # DuckDB would tell it as a failure of its own.
            failures.append(error)
            raise

    with work_session(settings, build_folder) as connection:
        rows = checked()
        reader = pa.RecordBatchReader.from_batches(arrow_schema, rows)
        try:
            with explained(subject, build_folder):
                connection.execute(
                    f"create schema if not exists {quote_identifier(schema)}"
                )
                connection.register("written", reader)
                connection.execute(
                    f"create or replace table {relation} as select * from written"
                )
        except StudioError:
            if failures:
                raise failures[0] from None
            raise
        finally:
            # An error keeps this frame: what the batches opened is closed all the same.
            rows.close()
            if isinstance(batches, Generator):
                batches.close()
    return written
