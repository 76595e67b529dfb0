"""Dagster's event log in SQLite, with connections that are kept.

Dagster opens and closes a database for each event, and closing the last connection to
a SQLite file writes its log back: 38 ms an event against 4 ms, some two hundred times a
build. Named in `dagster.yaml`; a plain SqliteEventLogStorage reads the same files.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from sqlalchemy import Connection, Engine, create_engine, inspect

# The index, and the runs at work; each run has a file of its own.
KEPT_SHARDS = 8
BUSY_SECONDS = 60


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """SqliteEventLogStorage whose databases stay open while they are in use."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: Any, config_value: Any
    ) -> "KeptSqliteEventLogStorage":
        """Made by Dagster from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        """The shard's engine; the least recently used ones are closed."""
        engine = self._engines.get(shard)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            )
            self._initdb(engine)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > KEPT_SHARDS:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked several times an output."""
        return inspect(self._engine(INDEX_SHARD_NAME)).has_table(table_name)

    def dispose(self) -> None:
        """Close every database."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()
