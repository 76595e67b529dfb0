"""What dbt does again for each of a build's seventy nodes, done once or not at all.

dbt compiles the text of a template each time that it renders it, and makes a message of
each of its events whether anybody takes it: a sixth of what it costs a small build. It
looks for plugins among all that can be imported each time that it starts, and makes a
table, with all that it takes to guess types, for each statement that answers nothing.
Other than that nothing of dbt changes. Its events go through the manager that it lets be
set; what is changed otherwise has no such place.
"""

from collections.abc import Collection
from functools import cache
from types import CodeType
from typing import Any

from dbt.plugins.manager import PluginManager
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager
from jinja2 import Environment

QUIET = frozenset({EventLevel.DEBUG, EventLevel.INFO, EventLevel.TEST})
KEPT_TEMPLATES = 1_000

_compiled: dict[tuple[type[MacroFuzzEnvironment], str], CodeType] = {}
_empty_table = cache(agate_helper.empty_table)
_plugins = cache(PluginManager.get_prefixed_modules)
_make_message = BaseEvent.__init__
_get_of_message = BaseEvent.__getattr__
_set_of_message = BaseEvent.__setattr__


class HeardEvents(EventManager):
    """dbt's event manager, without the events that nobody takes.

    Taken are warnings, errors and those of the names in `awaited`; where a logger
    listens, all.
    """

    def __init__(self, awaited: Collection[str]) -> None:
        super().__init__()
        self._awaited = awaited

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Tell of an event that somebody takes."""
        is_taken = (
            bool(self.loggers)
            or force_warn_or_error_handling
            or type(e).__name__ in self._awaited
            or (level or e.level_tag()) not in QUIET
        )
        if is_taken:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def economise(awaited: Collection[str]) -> None:
    """Let dbt keep what it makes anew, and make no message but of events that are taken."""
    agate_helper.empty_table = _empty_table
    PluginManager.get_prefixed_modules = _plugins  # type: ignore[method-assign]
    ctx_set_event_manager(HeardEvents(awaited))
    MacroFuzzEnvironment.compile = _compiled_once  # type: ignore[method-assign, assignment]
    BaseEvent.__init__ = _noted  # type: ignore[method-assign]
    BaseEvent.__getattr__ = _get_of_noted  # type: ignore[method-assign]
    BaseEvent.__setattr__ = _set_of_noted  # type: ignore[method-assign]


def compile_macros() -> None:
    """Have dbt compile every macro of the project now, for processes forked later."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.clients.jinja import template_cache

    from orchestration.project import manifest_folder
    from orchestration.stage_manifest import WHOLE

    manifest = Manifest.from_msgpack((manifest_folder() / WHOLE).read_bytes())
    for macro in manifest.macros.values():
        template_cache.get_node_template(macro)


def _compiled_once(
    self: MacroFuzzEnvironment, source: Any, *place: Any, **options: Any
) -> Any:
    """`Environment.compile`, from memory where this text was compiled before.

    All environments of one class are alike in what the compiler looks at: dbt gives
    them the same extensions and filters.
    """
    if place or options or not isinstance(source, str):
        return Environment.compile(self, source, *place, **options)
    template = (type(self), source)
    code = _compiled.get(template)
    if code is None:
        code = Environment.compile(self, source)
        if len(_compiled) >= KEPT_TEMPLATES:
            _compiled.clear()
        _compiled[template] = code
    return code


def _noted(self: BaseEvent, *arguments: Any, **fields: Any) -> None:
    """`BaseEvent.__init__`, but the message is made when somebody asks for it."""
    if arguments:
        _make_message(self, *arguments, **fields)
    else:
        self.__dict__["noted"] = fields


def _get_of_noted(self: BaseEvent, name: str) -> Any:
    """`BaseEvent.__getattr__` of a message that may not be made yet."""
    if "noted" not in self.__dict__:
        return _get_of_message(self, name)
    _make_message(self, **self.__dict__.pop("noted"))
    return getattr(self, name)


def _set_of_noted(self: BaseEvent, name: str, value: Any) -> None:
    """`BaseEvent.__setattr__` of a message that may not be made yet."""
    if "noted" in self.__dict__:
        _make_message(self, **self.__dict__.pop("noted"))
    _set_of_message(self, name, value)
