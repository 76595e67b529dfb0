"""Buttons: one main one where something is to be done, quiet ones beside it."""

from collections.abc import Callable
from typing import Any

from nicegui import ui


def main_button(label: str, on_click: Callable[..., Any] | None = None) -> ui.button:
    """The one thing to do here."""
    return ui.button(label, on_click=on_click).props("no-caps unelevated")


def quiet_button(label: str, on_click: Callable[..., Any] | None = None) -> ui.button:
    """What else can be done."""
    button = ui.button(label, on_click=on_click, color=None)
    return button.props("no-caps flat").classes("quiet-button")


def go_button(label: str, address: str, *, is_main: bool = True) -> ui.button:
    """A button that leads to a page of the studio: a link, for keys and for new tabs."""
    button = main_button(label) if is_main else quiet_button(label)
    button.props["href"] = address
    return button
