"""What makes many builds in one process cheap, and none of them another build.

None of it is what a test is about: a database is on disk before a build goes on; the
charts of two builds of the same are drawn twice; the same people are profiled in every
home that they are in; and a process that has loaded dbt and Dagster looks through all of
it for garbage many times in a build.
"""

import gc
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

import report.drawing
from catalog.datasets import Dataset, DatasetProfile
from engines.base import KeyColumn
from engines.duckdb import DuckDBEngine
from engines.profile import profile_id
from orchestration.dbt_economy import economise
from report.drawing import Chart, Picture

# Python's own are 700, 10 and 10.
COLLECT_AFTER = (200_000, 20, 100)
# What callbacks hear: those of a build, and dbt's own.
HEARD = frozenset({"NodeFinished", "BehaviorChangeEvent"})

pictures: dict[str, Picture] = {}
shared: list[Path] = []  # the folder of pictures, where there is one
draw_anew = report.drawing.draw


def make_builds_cheap() -> None:
    """Spare dbt what a build spares it, draw a chart once, and look for garbage seldom."""
    economise(HEARD)
    report.drawing.draw = draw_once
    event.listen(Engine, "connect", leave_to_the_system)
    gc.set_threshold(*COLLECT_AFTER)


def leave_to_the_system(connection: Any, record: Any) -> None:
    """Let SQLite not wait for the disk, unless the database asks for it when opened.

    What is committed is kept whatever becomes of the process; a loss of power is no test's.
    """
    if type(connection).__module__ == "sqlite3":
        connection.execute("pragma synchronous=off")


def draw_once(chart: Chart) -> Picture:
    """As `draw`: the same description gives the same picture.

    Processes that are forked from one find what any of them has drawn in a folder.
    """
    told = json.dumps([chart.name, chart.title, chart.subtitle, chart.spec])
    key = hashlib.sha256(told.encode()).hexdigest()
    if key not in pictures:
        files = [folder / key for folder in shared]
        pictures[key] = kept_picture(files) or draw_anew(chart)
        for file in files:
            keep_whole(file, json.dumps(asdict(pictures[key])))
    return pictures[key]


def kept_picture(files: list[Path]) -> Picture | None:
    """The picture as another process has drawn it."""
    for file in files:
        if file.exists():
            return Picture(**json.loads(file.read_text(encoding="utf-8")))
    return None


def keep_whole(file: Path, text: str) -> None:
    """Write a file that others see whole or not at all, whenever this process dies."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def share_pictures(folder: Path) -> None:
    """Keep drawn charts in this folder, for all processes forked from this one."""
    shared.append(folder)


@contextmanager
def profiles_made_once(kept: Path) -> Iterator[None]:
    """Let a home have the profile that another home made of the same content.

    A profile is named by content and columns, so that it is the same. Where the home has
    one, whole or damaged, nothing is laid into it.
    """
    make = DuckDBEngine.profile

    def profile(
        self: DuckDBEngine,
        dataset: Dataset,
        fingerprint: str,
        key_columns: Sequence[KeyColumn],
    ) -> DatasetProfile:
        name = profile_id(dataset, fingerprint)
        own, known = self.home.profile(name), kept / name
        if known.exists() and not own.exists():
            shutil.copytree(known, own)
        found = make(self, dataset, fingerprint, key_columns)
        if not known.exists() or names_in(own) - names_in(known):
            shutil.copytree(own, known, dirs_exist_ok=True)
        return found

    DuckDBEngine.profile = profile  # type: ignore[method-assign]
    try:
        yield
    finally:
        DuckDBEngine.profile = make  # type: ignore[method-assign]


def names_in(folder: Path) -> set[Path]:
    return {each.relative_to(folder) for each in folder.rglob("*")}
