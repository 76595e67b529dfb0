"""A question before something is done that cannot be taken back, or that others see."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from studio.web.components.buttons import main_button, quiet_button
from studio.web.components.dialog import named_dialog
from studio.web.components.elements import block, paragraph
from studio.web.failures import told

Chosen = TypeVar("Chosen")


def question_dialog(
    question: Callable[[Chosen], str],
    about: str,
    label: str,
    act: Callable[[Chosen], Awaitable[None]],
) -> Callable[[Chosen], None]:
    """A dialog, also for all lines of a list; call what it returns with what was chosen.

    `question` asks of it and `act`, behind the button `label`, does it.
    """
    with named_dialog() as (dialog, asked):
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
