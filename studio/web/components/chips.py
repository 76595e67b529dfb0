"""Choices shown one beside the other, each with a button that takes it away."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from studio.web.components.elements import block, text

__all__ = ["Chips", "Remove"]

Remove = Callable[[], Awaitable[None]]


class Chips:
    """What is chosen, by its words.

    A chip stays the same element for as long as its words are shown: who clicks the
    second while the first is being taken away is heard.
    """

    def __init__(self) -> None:
        self._box = block("chips")
        self._shown: dict[str, ui.element] = {}

    def show(self, chosen: Mapping[str, tuple[str, Remove]]) -> None:
        """Show these, and no others: words, what the button is called, what it does."""
        for words in self._shown.keys() - chosen.keys():
            self._shown.pop(words).delete()
        for place, (words, (label, remove)) in enumerate(chosen.items()):
            if words not in self._shown:
                chip = self._chip(words, label, remove)
                chip.move(self._box, place)
                self._shown[words] = chip

    def _chip(self, words: str, label: str, remove: Remove) -> ui.element:
        with self._box, block("chip", "span") as chip:
            text("span", words)
            button = ui.button(icon="close", on_click=remove)
            button.props("flat dense round size=xs").props["aria-label"] = label
        return chip
