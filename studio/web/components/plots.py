"""Small plots of one column: bars with words beside them, or a histogram."""

from studio.services.dataset_pages import ColumnView
from studio.web.components.elements import block, text


def show_plot(column: ColumnView) -> None:
    """What the column holds, or why that is not shown."""
    if column.hidden is not None:
        text("span", column.hidden, "quiet small")
    elif column.heights:
        _histogram(column)
    elif column.bars or column.others:
        _bars(column)
    else:
        text("span", "–", "quiet")


def _bars(column: ColumnView) -> None:
    with block("bars"):
        for bar in column.bars:
            with block("row-of"):
                text("span", bar.value, "name").props["title"] = bar.value
                with block("track").props("aria-hidden=true"):
                    block().style(f"left: 0; width: {bar.percent}%")
                text("span", bar.share)
        if column.others:
            text("span", column.others, "quiet small")


def _histogram(column: ColumnView) -> None:
    least, greatest = column.ends or ("", "")
    with block():
        with block("columns-plot") as plot:
            plot.props["role"] = "img"
            plot.props["aria-label"] = f"Histogram from {least} to {greatest}"
            for height in column.heights:
                block().style(f"height: {height}%")
        with block("ends quiet small"):
            text("span", least)
            text("span", greatest)
