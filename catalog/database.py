"""The catalog's database: how it is opened, locked, and how its failures are told.

Every write is one transaction that takes SQLite's write lock at its start, so that what
it read still holds when it commits.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event, insert, inspect, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from catalog import tables
from catalog.errors import StudioError
from catalog.file_failures import disk_full, is_want_of_space
from catalog.home import Home
from catalog.names import shown

if TYPE_CHECKING:
    from filelock import FileLock

WAIT_SECONDS = 10.0
# Registering reads the whole of a source.
ALONE_SECONDS = 600
LOCKS = Path("/proc/locks")
SHARED_BYTES = 64 << 10


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class Database:
    """One catalog, for any number of threads and processes.

    `clock` gives the time; `wait_seconds` is how long a write waits for another one.
    """

    def __init__(
        self,
        home_or_url: Home | str,
        wait_seconds: float = WAIT_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        url = home_or_url if isinstance(home_or_url, str) else home_or_url.catalog_url
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StudioError(
                "catalog_url_invalid",
                "the catalog's address",
                "is not a database URL",
                "give one such as sqlite:////folder/catalog.db",
            ) from error
        self.clock = clock
        self._wait_seconds = wait_seconds
        is_file = parsed.get_backend_name() == "sqlite" and parsed.database
        self._path = Path(parsed.database) if is_file and parsed.database else None
        # Without the password, which an address of Postgres may hold.
        self._shown = shown(self._path or parsed.render_as_string(hide_password=True))
        if self._path is not None:
            self._make_private(self._path)
        self._engine = _engine(url, wait_seconds)
        self._prepare()

    def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write: whole at the end of the block, or not at all."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees one state and takes no write lock."""
        options = {"is_reading": True}
        with self._told(), self._engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """What takes several transactions and is done by one process at a time.

        May be entered again from inside. StudioError `catalog_in_use` after a bounded
        wait. A catalog on a server is not locked.
        """
        from filelock import Timeout

        if self._path is None:
            yield
            return
        try:
            self._alone.acquire(timeout=ALONE_SECONDS)
        except Timeout as error:
            raise StudioError(
                "catalog_in_use",
                f"catalog {self._shown}",
                f"has been changed by another process for {ALONE_SECONDS} s"
                f"{self._holders(Path(self._alone.lock_file))}",
                "wait until that has ended, or end it, and try again",
            ) from error
        try:
            yield
        finally:
            self._alone.release()

    def is_alone_elsewhere(self) -> bool:
        """True while another thread or process does what is done by one at a time."""
        from filelock import Timeout

        if self._path is None:
            return False
        try:
            with self._alone.acquire(timeout=0):
                return False
        except Timeout:
            return True

    @cached_property
    def _alone(self) -> "FileLock":
        from filelock import FileLock

        return FileLock(f"{self._path}.lock", mode=0o600)

    def _prepare(self) -> None:
        with self.reading() as connection:
            version = _schema_version(connection)
        if version is None:
            with self.writing() as connection:
                version = _schema_version(connection)
                if version is None:
                    version = tables.SCHEMA_VERSION
                    tables.metadata.create_all(connection)
                    row = {"id": 1, "version": version}
                    connection.execute(insert(tables.schema_versions), row)
        if version > tables.SCHEMA_VERSION:
            raise StudioError(
                "catalog_newer",
                f"catalog {self._shown}",
                f"has version {version} of its tables, this studio knows"
                f" {tables.SCHEMA_VERSION}",
                "upgrade the studio, or use the home of this release",
            )

    def _make_private(self, path: Path) -> None:
        """Make the file with mode 0600 before SQLite does, so that nobody else reads it.

        A file that is there is never opened here: closing it would drop the locks that
        SQLite holds on it in this very process, and two writers would destroy it.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            os.close(descriptor)
        except FileExistsError:
            return
        except OSError as error:
            if is_want_of_space(error):
                raise disk_full(f"catalog {self._shown}", path.parent) from error
            raise StudioError(
                "catalog_not_writable",
                f"catalog {self._shown}",
                f"cannot be written ({error.strerror})",
                "mend the owner and mode of its folder, or choose another home",
            ) from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            told = self._as_studio_error(error)
            if told is None:
                raise
            raise told from error

    def _as_studio_error(self, error: DBAPIError) -> StudioError | None:
        """The failure in words; null for what is a fault of ours."""
        text = str(error.orig).lower()
        where = f"catalog {self._shown}"
        if "locked" in text or "busy" in text:
            return StudioError(
                "catalog_locked",
                where,
                f"stayed locked for {self._wait_seconds:g} s{self._holders()}",
                "wait for that process or end it, then try again",
            )
        if "is full" in text or ("i/o error" in text and self._has_no_room()):
            return disk_full(where, self._path and self._path.parent)
        if "readonly" in text or "unable to open" in text:
            return StudioError(
                "catalog_not_writable",
                where,
                "cannot be opened for writing",
                "mend the owner and mode of the file and its folder",
            )
        if "not a database" in text or "malformed" in text:
            return StudioError(
                "catalog_damaged",
                where,
                "is not a whole SQLite database",
                "restore it from a backup",
            )
        if isinstance(error, OperationalError):
            return StudioError(
                "catalog_unreachable",
                where,
                f"failed ({type(error.orig).__name__})",
                "check that its server and its disk are there, then try again",
            )
        return None

    def _has_no_room(self) -> bool:
        """True where what SQLite shares among processes does not fit on the disk.

        It calls that a failure of the disk.
        """
        with suppress(OSError):
            if self._path is not None:
                return shutil.disk_usage(self._path.parent).free < SHARED_BYTES
        return False

    def _holders(self, *others: Path) -> str:
        """Who holds the lock, where Linux tells; SQLite locks the file and its -shm."""
        if self._path is None:
            return ""
        files = others or (self._path, Path(f"{self._path}-shm"))
        try:
            inodes = {str(file.stat().st_ino) for file in files if file.exists()}
            fields = [line.split() for line in LOCKS.read_text().splitlines()]
        except OSError:
            return ""
        found = {
            field[4]
            for field in fields
            if len(field) > 5
            and field[3] == "WRITE"
            and field[5].split(":")[-1] in inodes
        }
        return f" by process {', '.join(sorted(found))}" if found else ""


def _engine(url: str, wait_seconds: float) -> Engine:
    as_json = partial(json.dumps, ensure_ascii=False, allow_nan=False)
    if make_url(url).get_backend_name() != "sqlite":
        # What a transaction read must hold when it commits, as SQLite's lock has it.
        return create_engine(
            url,
            json_serializer=as_json,
            pool_pre_ping=True,
            isolation_level="SERIALIZABLE",
        )
    engine = create_engine(
        url, json_serializer=as_json, connect_args={"timeout": wait_seconds}
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver would begin late and commit early; "begin" below says when.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            cursor.execute(f"pragma {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        is_reading = connection.get_execution_options().get("is_reading")
        connection.exec_driver_sql("begin" if is_reading else "begin immediate")

    return engine


def _schema_version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(tables.schema_versions.name):
        return None
    return connection.execute(select(tables.schema_versions.c.version)).scalar_one()
