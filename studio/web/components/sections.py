"""A version's report on a page: headline figures, remarks, and its sections."""

from collections.abc import Sequence

from nicegui import ui

from studio.services.audience_page import Note
from studio.services.audience_sections import Block, Table, Tile
from studio.web.components.elements import block, heading, more, paragraph, text
from studio.web.components.tables import table

# How a cell begins that holds a number, or stands for one.
FIGURES = (*"0123456789+-–", "few", "over", "under")


def show_tiles(tiles: Sequence[Tile]) -> None:
    """The headline figures with what they mean."""
    with block("tiles"):
        for tile in tiles:
            with block("tile"):
                text("div", tile.figure, "figure")
                text("div", tile.what, "what")
                text("div", tile.meaning, "quiet small")


def show_notes(notes: Sequence[Note], kind: str) -> None:
    """Remarks, each a fact and what follows from it."""
    for note in notes:
        with block(f"notice {kind}"):
            text("strong", note.message)
            text("div", note.consequence)


def show_section(section: Block, pictures: str) -> None:
    """One section; `pictures` is the address that its picture stands under."""
    with block("panel", "section").props(f"id={section.anchor}"):
        heading(2, section.title)
        with block("beside" if section.picture else ""):
            if section.picture:
                show_picture(section.picture, f"{pictures}/{section.anchor}.svg")
            with block():
                _words(section)
                if not section.picture:
                    _tables(section)
        if section.picture:
            _tables(section)


def show_picture(words: str, address: str) -> None:
    """A picture as drawn for the report, which scrolls where there is no room."""
    with block("picture") as box:
        box.props["role"], box.props["tabindex"] = "group", "0"
        box.props["aria-label"] = "Chart"
        image = ui.element("img")
        image.props["src"], image.props["alt"] = address, words


def _words(section: Block) -> None:
    for words in section.words:
        paragraph(words)
    if section.points:
        with block("points", "ul"):
            for point in section.points:
                text("li", point, "q-mb-xs")


def _tables(section: Block) -> None:
    if section.is_folded or section.picture:
        with more("The figures as a table"):
            for each in section.tables:
                show_table(each)
        return
    with block("columns" if len(section.tables) > 1 else ""):
        for each in section.tables:
            show_table(each)


def show_table(shown: Table) -> None:
    """A table as it stands; the last column may be of words."""
    last_cells = [cell for row in shown.rows for cell in row[-1:]]
    is_wordy = any(len(cell) > 40 for cell in last_cells) or not any(
        cell.startswith(FIGURES) for cell in last_cells
    )
    last = len(shown.head) - (1 if is_wordy else 0)
    table(
        shown.caption,
        shown.head,
        shown.rows,
        numbers=range(1, last),
        marked=shown.marked,
    )
