"""What makes many builds in one process cheap, and none of them another build.

Neither is what a test is about: dbt compiles the text of every macro and model anew each
time it runs, and a process that has loaded dbt and Dagster looks through all of it for
garbage many times in a build.
"""

import gc
from types import CodeType
from typing import Any

import jinja2

OF_DBT = "dbt_common.clients.jinja"
# Python's own are 700, 10 and 10.
COLLECT_AFTER = (50_000, 20, 20)

compile_anew = jinja2.Environment.compile
codes: dict[tuple[Any, ...], CodeType] = {}


def make_builds_cheap() -> None:
    """Compile each of dbt's texts once in this process, and look for garbage seldom."""
    jinja2.Environment.compile = compile_once
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


def compile_macros() -> None:
    """Have dbt compile every macro now, for the processes that are forked later."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.clients.jinja import template_cache

    from orchestration.project import manifest_folder
    from orchestration.stage_manifest import WHOLE

    manifest = Manifest.from_msgpack((manifest_folder() / WHOLE).read_bytes())
    for macro in manifest.macros.values():
        template_cache.get_node_template(macro)
