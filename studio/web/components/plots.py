"""Small plots: bars with words beside them, a histogram, seed against population."""

from report.words import share_text
from studio.services.attribute_sides import SideBar
from studio.services.dataset_pages import ColumnView
from studio.web.components.elements import block, text

SIDES = (("seed", "seed_share"), ("population", "population_share"))

LEGEND = {"seed": "seed", "population": "population without the seed's people"}


def show_sides(bars: tuple[SideBar, ...]) -> None:
    """Two bars for each value or band: of the seed above, of the population below."""
    if not bars:
        return
    greatest = max(getattr(bar, share) for bar in bars for _, share in SIDES)
    with block("bars against-each-other"):
        for bar in bars:
            with block("row-of"):
                text("span", bar.label, "name").props["title"] = bar.label
                with block().props("aria-hidden=true"):
                    for side, share in SIDES:
                        width = 100 * getattr(bar, share) / greatest
                        with block(f"track {side}"):
                            block().style(f"left: 0; width: {width:.1f}%")
                with block("small"):
                    for side, share in SIDES:
                        text("span", f"{side} ", "sr-only")
                        text("span", share_text(getattr(bar, share)), f"of-{side}")


def legend_of_sides() -> None:
    """Which bar is whose."""
    with block("legend-of-sides quiet small").props("aria-hidden=true"):
        for side, words in LEGEND.items():
            text("span", words, f"of-{side}")


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
