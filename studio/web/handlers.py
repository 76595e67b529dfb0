"""What NiceGUI asks of an element's handlers, asked once for each method.

Every element watches its classes, its style and its properties, and NiceGUI works out
each time anew whether the watching method takes an argument: a quarter of the time in which
a page is made (docs/decisions/0025-handlers-are-asked-once.md).
"""

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

from nicegui import helpers

MOST_METHODS = 1_024
_worked_out = helpers.expects_arguments


def ask_handlers_once() -> None:
    """Let NiceGUI remember what it found of a method."""
    helpers.expects_arguments = expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """True where a handler takes an argument that has no default."""
    if isinstance(func, MethodType) and isinstance(func.__func__, FunctionType):
        return _of_method(func.__func__)
    return _worked_out(func)


@lru_cache(MOST_METHODS)
def _of_method(function: FunctionType) -> bool:
    return _worked_out(MethodType(function, object()))
