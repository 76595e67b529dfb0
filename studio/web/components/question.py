"""A question before something is done that cannot be taken back, or that others see."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from nicegui import ui

from studio.web.components.buttons import main_button, quiet_button
from studio.web.components.elements import block, paragraph, text
from studio.web.failures import told

Chosen = TypeVar("Chosen")


def question_dialog(
    question: Callable[[Chosen], str],
    about: str,
    label: str,
    act: Callable[[Chosen], Awaitable[None]],
) -> Callable[[Chosen], None]:
    """A dialog for all lines of a list; call what it returns with what was chosen.

    `question` asks of it and `act`, behind the button `label`, does it.
    """
    with ui.dialog() as dialog, ui.card().classes("studio"):
        asked = text("h2", "", "studio-h2")
        paragraph(about)
        chosen: list[Chosen] = []

        @told
        async def do() -> None:
            dialog.close()
            await act(chosen[-1])

        with block("actions"):
            main_button(label, do)
            quiet_button("Cancel", dialog.close)

    def ask(one: Chosen) -> None:
        chosen.append(one)
        asked.text = question(one)
        dialog.open()

    return ask
