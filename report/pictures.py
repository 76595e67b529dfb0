"""The pictures of a report that is published, read back from its page."""

import binascii
from base64 import b64decode
from html.parser import HTMLParser

from report.drawing import Picture

DATA = "data:image/svg+xml;base64,"


def pictures_of_page(document: str) -> dict[str, Picture]:
    """The pictures by the anchor of the section that each stands in."""
    reader = _Reader()
    reader.feed(document)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.section = ""
        self.found: dict[str, Picture] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "section":
            self.section = told.get("id", "")
        address = told.get("src", "")
        if tag == "img" and self.section and address.startswith(DATA):
            try:
                drawn = b64decode(address.removeprefix(DATA), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return
            self.found[self.section] = Picture(self.section, told.get("alt", ""), drawn)
