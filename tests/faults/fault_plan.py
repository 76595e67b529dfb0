"""A seeded plan of faults at every call with which our code reads or writes.

A call site is the line of ours that asks (or the dbt model that runs). For a seed a
quarter of the sites is active, and an active one fires at a quarter of its calls. Only
calls that our rooms make count; what a library does for itself is left alone.
"""

import builtins
import contextlib
import errno
import hashlib
import io
import os
import re
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pyarrow.parquet as pq
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

ROOT = Path(__file__).parents[2]
OURS = frozenset(
    ("catalog", "engines", "orchestration", "python_scoring", "report", "studio")
)
# Between our line and the call that is met here; anything else calls for itself.
BETWEEN = frozenset(
    (
        *("contextlib", "duckdb", "filelock", "genericpath", "gzip", "hashlib", "io"),
        *("json", "os", "posixpath"),
        *("pathlib", "pyarrow", "shutil", "sqlalchemy", "sqlite3", "tempfile"),
        *("weakref", "tests.faults.fault_plan"),
    )
)
SHARE = 0.25
MODEL = re.compile(r'"node_id": "([^"]+)"')


def drawn(*of: object) -> float:
    """A number from 0 to 1 that is the same for the same words."""
    digest = hashlib.sha256(repr(of).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def _broken() -> OSError:
    return OSError(errno.EIO, os.strerror(errno.EIO))


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class HalfWrittenError(Exception):
    """Asks for a write of which half arrives."""


DUCKDB_FAULTS: tuple[Callable[[], Exception], ...] = (
    lambda: duckdb.IOException("IO Error: Could not read from file: I/O error"),
    lambda: duckdb.IOException(
        'IO Error: Could not write all bytes to file "x": No space left on device'
    ),
)
FAULTS: dict[str, tuple[Callable[[], Exception], ...]] = {
    "read": (_broken,),
    "write": (_broken, _full, HalfWrittenError),
    "sync": (_broken, _full),
    "rename": (_broken, _full),
    "remove": (_broken,),
    "parquet read": (_broken,),
    "parquet write": (_broken, _full),
    "duckdb": DUCKDB_FAULTS,
    "dbt": DUCKDB_FAULTS,
    "catalog": (
        lambda: sqlite3.OperationalError("database is locked"),
        lambda: sqlite3.OperationalError("disk I/O error"),
        lambda: sqlite3.OperationalError("database or disk is full"),
    ),
}


@dataclass
class FaultPlan:
    """What fires for a seed once it is armed. `fired` names each: site, call, fault.

    The first `spared` calls never fail. `only` keeps it to kinds of calls, and `chosen`
    replaces the draw by a rule of its own, which may also do something else than fail.
    """

    seed: int
    is_armed: bool = True
    spared: int = 0
    only: frozenset[str] = frozenset(FAULTS)
    chosen: Callable[["FaultPlan", str, str], None] | None = None
    calls: Counter[str] = field(default_factory=Counter)
    fired: list[tuple[str, int, str]] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.RLock, repr=False)

    def meet(self, kind: str, site: str | None = None) -> None:
        """Count a call of ours, and raise what the plan has for it."""
        if not self.is_armed or kind not in self.only:
            return
        place = site or _site()
        if place is None:
            return
        name = f"{kind} {place}"
        with self._lock:
            self.calls[name] += 1
            if self.calls.total() <= self.spared:
                return
            if self.chosen is not None:
                self.chosen(self, kind, name)
                return
            fault = self.fault_of(kind, name, self.calls[name])
            if fault is not None:
                self.fired.append((name, self.calls[name], str(fault)))
                raise fault

    def fault_of(self, kind: str, site: str, call: int) -> Exception | None:
        """The fault of a call by its number; most have none. Same seed, same faults."""
        if max(drawn(self.seed, site), drawn(self.seed, site, call)) >= SHARE:
            return None
        made = FAULTS[kind]
        return made[int(drawn(self.seed, site, call, "which") * len(made))]()


def _site() -> str | None:
    """File and line of ours that made the call; None where another made it."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        room = module.split(".")[0]
        if room in OURS:
            path = Path(frame.f_code.co_filename)
            return f"{path.relative_to(ROOT)}:{frame.f_lineno}"
        if room not in BETWEEN and module not in BETWEEN:
            return None
        frame = frame.f_back
    return None


@contextlib.contextmanager
def faults(plan: FaultPlan) -> Iterator[FaultPlan]:
    """Every call of ours that reads or writes meets the plan while the block runs."""
    with contextlib.ExitStack() as stack:
        for owner, name, made in _borders(plan):
            genuine = getattr(owner, name)
            stack.enter_context(mock.patch.object(owner, name, made(genuine)))
        yield plan


def _borders(plan: FaultPlan) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Each function that a call of ours goes through, and what stands in its place."""
    for kind, names in {
        "read": ("stat", "listdir", "scandir"),
        "write": ("mkdir", "chmod"),
        "sync": ("fsync",),
        "rename": ("rename", "replace"),
        "remove": ("unlink", "rmdir"),
    }.items():
        for name in names:
            yield os, name, _meeting(plan, kind)
    yield os, "open", _opening(plan)
    for owner in (builtins, io):
        yield owner, "open", _stream(plan)
    for name in ("read_table", "read_schema", "read_metadata"):
        yield pq, name, _meeting(plan, "parquet read")
    yield pq, "write_table", _meeting(plan, "parquet write")
    for name in ("__init__", "write_table", "close"):
        yield pq.ParquetWriter, name, _meeting(plan, "parquet write")
    yield duckdb, "connect", _connecting(plan)
    yield DuckDBCursorWrapper, "execute", _running(plan)
    yield sqlite3.dbapi2, "connect", _cataloguing(plan)


def _meeting(plan: FaultPlan, kind: str) -> Callable[[Any], Any]:
    """A function that meets the plan before it is called; half of nothing is nothing."""

    def made(genuine: Any) -> Any:
        def called(*arguments: Any, **options: Any) -> Any:
            try:
                plan.meet(kind)
            except HalfWrittenError:
                raise _full() from None
            return genuine(*arguments, **options)

        return called

    return made


def _opening(plan: FaultPlan) -> Callable[[Any], Any]:
    def made(genuine: Any) -> Any:
        def opened(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            try:
                plan.meet("write" if flags & os.O_CREAT else "read")
            except HalfWrittenError:
                raise _full() from None
            return genuine(path, flags, *arguments, **options)

        return opened

    return made


def _stream(plan: FaultPlan) -> Callable[[Any], Any]:
    def made(genuine: Any) -> Any:
        def opened(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            is_written = bool(set(mode) & set("wax+"))
            try:
                plan.meet("write" if is_written else "read")
            except HalfWrittenError:
                return _HalfFile(genuine(file, mode, *arguments, **options))
            return genuine(file, mode, *arguments, **options)

        return opened

    return made


class _HalfFile:
    """A file of whose first write half arrives before the disk is full."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __enter__(self) -> "_HalfFile":
        return self

    def __exit__(self, *cause: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: Any) -> int:
        self._file.write(content[: len(content) // 2])
        self._file.flush()
        raise _full()


class _Connection:
    """A connection to DuckDB whose statements meet the plan."""

    def __init__(self, plan: FaultPlan, genuine: Any) -> None:
        self._plan, self._genuine = plan, genuine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._genuine, name)

    def execute(self, *arguments: Any) -> Any:
        self._plan.meet("duckdb")
        return self._genuine.execute(*arguments)

    def sql(self, *arguments: Any) -> Any:
        self._plan.meet("duckdb")
        return self._genuine.sql(*arguments)


def _connecting(plan: FaultPlan) -> Callable[[Any], Any]:
    def made(genuine: Any) -> Any:
        def connected(*arguments: Any, **options: Any) -> Any:
            if _site() is None:
                return genuine(*arguments, **options)
            plan.meet("duckdb")
            return _Connection(plan, genuine(*arguments, **options))

        return connected

    return made


def _running(plan: FaultPlan) -> Callable[[Any], Any]:
    def made(genuine: Any) -> Any:
        def executed(self: Any, sql: str, bindings: Any = None) -> Any:
            model = MODEL.search(sql)
            plan.meet("dbt", model[1] if model else "without a model")
            return genuine(self, sql, bindings)

        return executed

    return made


def _cataloguing(plan: FaultPlan) -> Callable[[Any], Any]:
    class Cursor(sqlite3.Cursor):
        def execute(self, *arguments: Any) -> Any:
            plan.meet("catalog")
            return super().execute(*arguments)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            plan.meet("catalog")
            super().commit()

    def made(genuine: Any) -> Any:
        def connected(*arguments: Any, **options: Any) -> Any:
            return genuine(*arguments, **{"factory": Connection, **options})

        return connected

    return made
