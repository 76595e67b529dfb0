"""A dialog with its heading, which is its name for those who hear it."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from studio.web.components.elements import heading


@contextmanager
def named_dialog(words: str = "") -> Iterator[tuple[ui.dialog, TextElement]]:
    """A dialog to be filled, and its heading, which may say something else each time."""
    with ui.dialog() as dialog, ui.card().classes("studio"):
        title = heading(2, words)
        dialog.props["aria-labelledby"] = title.html_id
        yield dialog, title
