"""The HTML elements that pages are made of, each with plain text inside.

Text is set as text, never as markup, so what a person typed is shown as typed.
"""

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

__all__ = ["block", "heading", "link", "more", "paragraph", "text"]


def text(tag: str, words: str = "", classes: str = "") -> TextElement:
    """One element with a text."""
    return TextElement(tag=tag, text=words).classes(classes)


def block(classes: str = "", tag: str = "div") -> ui.element:
    """An element to put others into."""
    return ui.element(tag).classes(classes)


def heading(level: int, words: str) -> TextElement:
    """A heading of the page's order."""
    return text(f"h{level}", words, f"studio-h{level}")


def paragraph(words: str, classes: str = "") -> TextElement:
    """A paragraph."""
    return text("p", words, classes)


def link(words: str, address: str, classes: str = "") -> TextElement:
    """A link to a page of the studio."""
    anchor = text("a", words, classes)
    anchor.props["href"] = address
    return anchor


def more(summary: str) -> ui.element:
    """What is folded under a line of words until it is asked for."""
    details = ui.element("details").classes("more")
    with details:
        text("summary", summary)
    return details
