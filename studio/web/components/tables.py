"""Tables: real ones, with a caption and row heads, that scroll in a box of their own."""

from collections.abc import Callable, Collection, Sequence

from nicegui import ui

from studio.web.components.elements import block, text

Cell = str | Callable[[], object]


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    numbers: Collection[int] = (),
    marked: Collection[int] = (),
    is_caption_shown: bool = True,
    on_sort: Callable[[int], object] | None = None,
    sortable: Collection[int] = (),
    sorted_by: tuple[int, bool] | None = None,
) -> ui.element:
    """A table whose first column heads its rows; a cell is a text or fills itself.

    `numbers` are the columns of numbers, `marked` the rows that stand out. `sorted_by`
    is a column and whether it falls.
    """
    with (
        block("scrolling") as box,
        block("plain", "table"),
    ):
        box.props["role"], box.props["tabindex"] = "group", "0"
        box.props["aria-label"] = caption
        text("caption", caption, "" if is_caption_shown else "sr-only")
        with block(tag="thead"), block(tag="tr"):
            for place, words in enumerate(head):
                _head(place, words, numbers, on_sort, sortable, sorted_by)
        with block(tag="tbody"):
            for number, row in enumerate(rows):
                with block("marked" if number in marked else "", "tr"):
                    for place, cell in enumerate(row):
                        _cell(place, cell, head, numbers)
    return box


def time_cell(words: str) -> Cell:
    """A time, on one line wherever there is room for it."""
    return lambda: text("span", words, "time")


def _head(
    place: int,
    words: str,
    numbers: Collection[int],
    on_sort: Callable[[int], object] | None,
    sortable: Collection[int],
    sorted_by: tuple[int, bool] | None,
) -> None:
    classes = "number" if place in numbers else ""
    if on_sort is None or place not in sortable:
        text("th", words, classes).props("scope=col")
        return
    is_sorted = sorted_by is not None and sorted_by[0] == place
    falls = is_sorted and sorted_by is not None and sorted_by[1]
    cell = block(classes, "th").props("scope=col")
    cell.props["aria-sort"] = (
        "none" if not is_sorted else "descending" if falls else "ascending"
    )
    mark = "" if not is_sorted else " ▼" if falls else " ▲"
    with cell:
        button = text("button", words + mark, "sort").props("type=button")
        button.on("click", lambda _, place=place: on_sort(place))


def _cell(
    place: int, cell: Cell, head: Sequence[str], numbers: Collection[int]
) -> None:
    tag, classes = ("td" if place else "th"), "number" if place in numbers else ""
    made = text(tag, cell, classes) if isinstance(cell, str) else block(classes, tag)
    if place:
        made.props["data-label"] = head[place]
    else:
        made.props["scope"] = "row"
    if not isinstance(cell, str):
        with made:
            cell()
