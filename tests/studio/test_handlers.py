"""What is remembered of an element's handlers is what NiceGUI finds of them."""

from functools import partial

import pytest
from nicegui import helpers
from nicegui.element import Element
from nicegui.props import Props

from studio.web import handlers


class Watcher:
    def nothing(self) -> None: ...

    def one(self, event) -> None: ...

    def optional(self, event=None) -> None: ...

    def many(self, *events, **more) -> None: ...

    @classmethod
    def of_class(cls, event) -> None: ...

    @staticmethod
    def alone(event) -> None: ...

    def __call__(self, event) -> None: ...


WATCHER = Watcher()


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (WATCHER.nothing, False),
        (WATCHER.one, True),
        (WATCHER.optional, False),
        (WATCHER.many, False),
        (Watcher.of_class, True),
        (Watcher.alone, True),
        (WATCHER, True),
        (partial(WATCHER.one, 1), False),
        (lambda: None, False),
        (lambda event: None, True),
        ([].append, True),
    ],
)
def test_a_handler_is_answered_as_nicegui_does(handler, expected):
    assert handlers.expects_arguments(handler) is expected
    assert handlers.expects_arguments(handler) is handlers._worked_out(handler)


def test_the_collections_of_elements_are_asked_for_in_the_place_that_is_replaced(
    monkeypatch,
):
    monkeypatch.setattr(helpers, "expects_arguments", handlers._worked_out)
    handlers.ask_handlers_once()
    handlers._of_method.cache_clear()
    element = object.__new__(Element)

    Props({}, element=element)
    Props({}, element=element)

    found = handlers._of_method.cache_info()
    assert (found.misses, found.hits) == (1, 1)
