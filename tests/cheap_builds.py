"""What makes many builds in one process cheap, and none of them another build.

None of it is what a test is about: a database is on disk before a build goes on; the
charts of two builds of the same are drawn twice; and a process that has loaded dbt and
Dagster looks through all of it for garbage many times in a build.
"""

import gc
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

import report.drawing
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
