"""The scorers to choose one of; one that is not installed says what helps."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from studio.services.scorers import ScorerChoice
from studio.web.components.elements import block, text
from studio.web.components.page_words import on_a_page


def scorer_picker(
    choices: Sequence[ScorerChoice],
    chosen: str,
    on_pick: Callable[[str], Awaitable[None]],
) -> None:
    """A group of radio buttons, one each; `chosen` is a model."""
    with block("choices", "fieldset"):
        text("legend", "How people are ranked", "sr-only")
        for choice in choices:
            _choice(choice, choice.model == chosen, on_pick)


def _choice(
    choice: ScorerChoice, is_chosen: bool, on_pick: Callable[[str], Awaitable[None]]
) -> None:
    async def pick() -> None:
        await on_pick(choice.model)

    with block("choice unfit" if choice.reason else "choice", "label"):
        radio = ui.element("input").props("type=radio name=scorer")
        if is_chosen:
            radio.props("checked")
        if choice.reason:
            radio.props("disabled")
        else:
            radio.on("change", pick)
        text("span", choice.words, "title")
        text("span", choice.model, "rows quiet small")
        text("span", choice.about, "about")
        if choice.reason:
            with block("why", "span"):
                text("b", "Not available: ")
                told = f"it {choice.reason}. To have it, {choice.remedy}."
                text("span", on_a_page(told))
