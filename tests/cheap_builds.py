"""What makes many builds in one process cheap, and none of them another build.

None of it is what a test is about: dbt compiles the text of every macro and model anew
each time it runs, and makes a message of every step for logs that a build does not write;
Dagster has each of its events on disk before it goes on; the charts of two builds of the
same are drawn twice; and a process that has loaded dbt and Dagster looks through all of it
for garbage many times in a build.
"""

import gc
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import get_event_manager
from sqlalchemy import Engine, event

import report.drawing
from report.drawing import Chart, Picture

OF_DBT = "dbt_common.clients.jinja"
# Python's own are 700, 10 and 10.
COLLECT_AFTER = (200_000, 20, 100)
# What callbacks hear: those of a build, and dbt's own.
HEARD = frozenset({"NodeFinished", "BehaviorChangeEvent"})
QUIET = frozenset({EventLevel.DEBUG, EventLevel.INFO})

compile_anew = jinja2.Environment.compile
codes: dict[tuple[Any, ...], CodeType] = {}
pictures: dict[str, Picture] = {}
shared: list[Path] = []  # the folder of pictures, where there is one
make_event = BaseEvent.__init__
get_of_event = BaseEvent.__getattr__
fire_event = EventManager.fire_event
draw_anew = report.drawing.draw


def make_builds_cheap() -> None:
    """Compile each of dbt's texts once in this process, and look for garbage seldom.

    Of dbt's events, only those that somebody hears are made.
    """
    jinja2.Environment.compile = compile_once
    BaseEvent.__init__ = note_event
    BaseEvent.__getattr__ = get_of_noted
    EventManager.fire_event = fire_if_heard
    report.drawing.draw = draw_once
    event.listen(Engine, "connect", leave_to_the_system)
    gc.set_threshold(*COLLECT_AFTER)


def compile_once(
    self: jinja2.Environment, source: Any, *place: Any, **options: Any
) -> Any:
    """As `Environment.compile`: what comes of a text is the same whenever it is compiled."""
    if type(self).__module__ != OF_DBT or not isinstance(source, str) or options:
        return compile_anew(self, source, *place, **options)
    key = (type(self), *self.extensions, source, place)
    if key not in codes:
        codes[key] = compile_anew(self, source, *place)
    return codes[key]


def note_event(self: BaseEvent, *arguments: Any, **fields: Any) -> None:
    """As `BaseEvent.__init__`, but the message is made when somebody asks for it."""
    if arguments or get_event_manager().loggers or type(self).__name__ in HEARD:
        make_event(self, *arguments, **fields)
    else:
        self.__dict__["noted"] = fields


def get_of_noted(self: BaseEvent, name: str) -> Any:
    """As `BaseEvent.__getattr__`, of a message that may not be made yet."""
    if "noted" in self.__dict__:
        make_event(self, **self.__dict__.pop("noted"))
        return getattr(self, name)
    return get_of_event(self, name)


def fire_if_heard(
    self: EventManager,
    e: BaseEvent,
    level: EventLevel | None = None,
    node: Any = None,
    force_warn_or_error_handling: bool = False,
) -> None:
    """As `EventManager.fire_event`, where a log is written or a callback hears it."""
    is_quiet = (level or e.level_tag()) in QUIET and not force_warn_or_error_handling
    if is_quiet and not self.loggers and type(e).__name__ not in HEARD:
        return
    fire_event(self, e, level, node, force_warn_or_error_handling)


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


def compile_macros() -> None:
    """Have dbt compile every macro now, for the processes that are forked later."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.clients.jinja import template_cache

    from orchestration.project import manifest_folder
    from orchestration.stage_manifest import WHOLE

    manifest = Manifest.from_msgpack((manifest_folder() / WHOLE).read_bytes())
    for macro in manifest.macros.values():
        template_cache.get_node_template(macro)
