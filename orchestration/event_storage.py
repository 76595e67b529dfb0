"""Dagster's event log in SQLite, with connections that are kept.

Dagster opens and closes a database for each event, and closing the last connection to
a SQLite file writes its log back: 38 ms an event against 4 ms, some two hundred times a
build. It also asks the database for its own tables, columns and finished migrations
before most statements; once there they stay, so they are asked for once. So it asks,
a hundred times a build, whether the run's partition is there, and as often for
the tags of what the same process has just stored. It adds a row for an asset that has
one, and changes that one when the database refuses. Each run's
file begins as a copy of an empty one, whose tables and indexes were made once, with
some ninety writes to disk. Each event is committed by itself and survives its process;
it is synced to disk with others, so that a power cut may take a run's last events,
never the file. Named in `dagster.yaml`; a plain SqliteEventLogStorage
reads the same files.
"""

import os
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from dagster import AssetKey, DagsterEventType, EventLogEntry
from dagster import __version__ as dagster_version
from dagster._core.storage.event_log import AssetKeyTable, SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.event import listens_for

from orchestration.faults import history_told

# The index, and the runs at work; each run has a file of its own.
KEPT_SHARDS = 8
BUSY_SECONDS = 60
# Another process may take a partition away.
PARTITION_SECONDS = 5.0
# What this process stored last of an asset is the newest while its run holds the lease.
STORED_SECONDS = 60.0
MOST_STORED = 1_000
# Not `.db`: what ends so is a run to Dagster.
EMPTY_RUN = f"empty_run.dagster-{dagster_version}"


@dataclass(frozen=True, slots=True)
class Stored:
    """The tags of a materialisation that this process stored, and when it did."""

    tags: dict[str, str]
    at: float

    def tags_since(self, moment: float) -> dict[str, str]:
        """The tags; none where they were stored before."""
        return self.tags if self.at > moment else {}


NEVER = Stored({}, 0.0)


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """SqliteEventLogStorage whose databases stay open while they are in use."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._connections: OrderedDict[str, Connection] = OrderedDict()
        self._known: set[tuple[str, str]] = set()
        self._seen_partitions: dict[tuple[str, str], float] = {}
        self._stored: OrderedDict[tuple[AssetKey, str], Stored] = OrderedDict()
        self._with_rows: set[AssetKey] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: Any, config_value: Any
    ) -> "KeptSqliteEventLogStorage":
        """Made by Dagster from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            connection = self._connection(shard)
            with connection.begin():
                yield connection

    def _connection(self, shard: str) -> Connection:
        """The shard's connection; the least recently used ones are closed."""
        connection = self._connections.get(shard)
        if connection is None:
            is_whole = self._begun_as_copy(Path(self.path_for_shard(shard)))
            engine = _open(self.conn_string_for_shard(shard))
            if not is_whole:
                self._initdb(engine)
            connection = self._connections[shard] = engine.connect()
        self._connections.move_to_end(shard)
        while len(self._connections) > KEPT_SHARDS:
            _close(self._connections.popitem(last=False)[1])
        return connection

    def _begun_as_copy(self, path: Path) -> bool:
        """Let a run's file that is not there yet begin as a copy of the empty one.

        True where it did: all tables of this version of Dagster are there then.
        """
        if path.exists():
            return False
        empty = path.with_name(EMPTY_RUN)
        draft = path.with_name(f".{uuid4().hex}")
        try:
            if not empty.exists():
                self._make_empty(draft)
                draft.replace(empty)
            shutil.copyfile(empty, draft)
            _sync(draft)
            # Never over a file that is there: whoever was quicker has events in it by
            # now. Where a disk knows no links, Dagster makes the file.
            is_ours = False
            with suppress(OSError):
                os.link(draft, path)
                is_ours = True
        finally:
            for left in path.parent.glob(f"{draft.name}*"):
                left.unlink(missing_ok=True)
        _sync(path.parent)
        return is_ours

    def _make_empty(self, draft: Path) -> None:
        engine = _open(f"sqlite:///{draft}")
        try:
            self._initdb(engine)
        finally:
            engine.dispose()

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked several times an output."""
        known = ("table", table_name)
        if known not in self._known:
            engine = self._connection(INDEX_SHARD_NAME).engine
            if not inspect(engine).has_table(table_name):
                return False
            self._known.add(known)
        return True

    def has_secondary_index(self, name: str) -> bool:
        """Whether a migration of the index's data is finished; asked at each query."""
        known = ("migration", name)
        if known not in self._known:
            if not super().has_secondary_index(name):
                return False
            self._known.add(known)
        return True

    def _has_asset_key_col_on_connection(
        self, conn: Connection, column_name: str
    ) -> bool:
        known = ("asset key column", column_name)
        if known not in self._known:
            if not super()._has_asset_key_col_on_connection(conn, column_name):
                return False
            self._known.add(known)
        return True

    def has_dynamic_partition(
        self, partitions_def_name: str, partition_key: str
    ) -> bool:
        """Whether a partition is there; one that was a moment ago still is."""
        partition = (partitions_def_name, partition_key)
        seen = self._seen_partitions.get(partition)
        if seen is None or time.monotonic() - seen > PARTITION_SECONDS:
            if not super().has_dynamic_partition(*partition):
                return False
            self._seen_partitions[partition] = time.monotonic()
        return True

    def delete_dynamic_partition(
        self, partitions_def_name: str, partition_key: str
    ) -> None:
        """Take a partition away, at once for this process."""
        self._seen_partitions.pop((partitions_def_name, partition_key), None)
        super().delete_dynamic_partition(partitions_def_name, partition_key)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event; the tags of a materialisation are remembered for a while.

        Raises HistoryError: what SQLAlchemy says would be printed with the statement.
        """
        with history_told():
            super().store_event(event)
        told = event.dagster_event
        if told is None or not told.is_step_materialization:
            return
        materialization = told.step_materialization_data.materialization
        if materialization.partition is not None:
            key = (materialization.asset_key, materialization.partition)
            self._stored[key] = Stored(
                dict(materialization.tags or {}), time.monotonic()
            )
            self._stored.move_to_end(key)
            if len(self._stored) > MOST_STORED:
                self._stored.popitem(last=False)

    def _store_asset_event(
        self, conn: Connection, event: EventLogEntry, event_id: int
    ) -> None:
        """Note the event in its asset's row, which is made where there is none."""
        told = event.dagster_event
        key = None if told is None else told.asset_key
        if key is not None and key in self._with_rows:
            values = self._get_asset_entry_values(
                event, event_id, self._has_asset_key_index_cols_on_connection(conn)
            )
            row = AssetKeyTable.c.asset_key == key.to_string()
            if not values:
                return
            if conn.execute(
                AssetKeyTable.update().values(**values).where(row)
            ).rowcount:
                return
        super()._store_asset_event(conn, event, event_id)
        if key is not None:
            self._with_rows.add(key)

    def get_latest_tags_by_partition(
        self,
        asset_key: AssetKey,
        event_type: DagsterEventType,
        tag_keys: Sequence[str],
        asset_partitions: Sequence[str] | None = None,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> Mapping[str, Mapping[str, str]]:
        """The newest tags of each partition; from memory where they were stored here."""
        since = time.monotonic() - STORED_SECONDS
        stored = {
            partition: self._stored.get((asset_key, partition), NEVER).tags_since(since)
            for partition in asset_partitions or ()
        }
        is_plain = before_cursor is None and after_cursor is None
        is_materialised = event_type is DagsterEventType.ASSET_MATERIALIZATION
        is_known = all(tags.keys() >= set(tag_keys) for tags in stored.values())
        if stored and is_known and is_plain and is_materialised:
            return {
                partition: {key: tags[key] for key in tag_keys}
                for partition, tags in stored.items()
            }
        return super().get_latest_tags_by_partition(
            asset_key,
            event_type,
            tag_keys,
            asset_partitions,
            before_cursor,
            after_cursor,
        )

    def wipe(self) -> None:
        """Remove every event."""
        self._stored.clear()
        super().wipe()

    def wipe_asset(self, asset_key: AssetKey) -> None:
        """Remove the history of an asset."""
        self._stored.clear()
        super().wipe_asset(asset_key)

    def delete_events(self, run_id: str) -> None:
        """Remove the events of a run."""
        self._stored.clear()
        super().delete_events(run_id)

    def dispose(self) -> None:
        """Close every database."""
        while self._connections:
            _close(self._connections.popitem()[1])
        super().dispose()


def _open(url: str) -> Engine:
    """The engine of one database, which a commit does not wait to have on disk."""
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )

    @listens_for(engine, "connect")
    def sync_with_others(connection: Any, _: Any) -> None:
        connection.execute("pragma synchronous = normal")

    return engine


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _close(connection: Connection) -> None:
    """Close a database for good: the connection, and what its engine holds."""
    connection.close()
    connection.engine.dispose()
