"""`/datasets`: every dataset in a line, and the way to add one."""

from asyncio import to_thread
from functools import partial

from nicegui import ui

from studio.services.access import Role
from studio.services.dataset_pages import DatasetLine, list_datasets
from studio.services.dataset_sources import KIND_WORDS
from studio.web.access import may
from studio.web.components.buttons import go_button
from studio.web.components.elements import block, link, paragraph, text
from studio.web.components.tables import Cell, table, time_cell
from studio.web.components.words import count_words, time_words
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, page_title, show_nothing

HEAD = (
    *("Dataset", "Kind", "Rows", "Columns", "Identifiers"),
    *("Mapping", "Written (UTC)"),
)
ABOUT = "Lists of people: those you value, and those to choose from."


@studio_page("/datasets", "datasets")
async def show_datasets() -> None:
    """Every dataset in a line."""
    found = await to_thread(list_datasets, studio().workshop)
    with frame("Datasets", "datasets", shows_heading=False):
        with page_title("Datasets", ABOUT):
            if may(Role.builder):
                go_button("Add a dataset", "/datasets/add")
        if not found:
            show_nothing(
                "No dataset yet",
                "Add the people you value, and the people to choose from.",
                "Add the first one",
                "/datasets/add",
            )
            return
        search = ui.input("Search").props("outlined dense clearable debounce=250")
        search.classes("q-mb-md w-full").style("max-width: 30rem")
        lines = DatasetLines(found)
        search.on_value_change(lambda event: lines.look(event.value or ""))
        lines.show()


class DatasetLines:
    """The list, drawn anew where something else is searched for."""

    def __init__(self, found: tuple[DatasetLine, ...]) -> None:
        self.found = found
        self.searches = 0

    async def look(self, search: str) -> None:
        """Those that the text is in; of two texts on their way the last counts."""
        self.searches += 1
        mine = self.searches
        found = await to_thread(list_datasets, studio().workshop, search)
        if mine == self.searches:
            self.found = found
            self.show.refresh()

    @ui.refreshable_method
    def show(self) -> None:
        """The table, or that nothing fits."""
        if not self.found:
            with block("panel empty"):
                paragraph("No dataset fits. Change what you search for.", "quiet")
            return
        with block("panel cards"):
            table(
                "Datasets; times are UTC",
                HEAD,
                [row_of(line) for line in self.found],
                numbers={2, 3},
                is_caption_shown=False,
            )


def row_of(line: DatasetLine) -> list[Cell]:
    """The cells of one dataset."""

    def named() -> None:
        with block():
            link(line.name, f"/datasets/{line.slug}").classes("text-weight-bold")
            if line.description:
                text("div", line.description[:140], "quiet small")

    state = ("good", "Done") if line.is_mapped else ("warn", "Needs a look")
    written = time_words(line.written_at) if line.written_at else "source is gone"
    return [
        named,
        KIND_WORDS[line.kind],
        count_words(line.rows),
        count_words(line.columns),
        ", ".join(line.keys) or "none",
        partial(text, "span", state[1], f"state {state[0]}"),
        time_cell(written),
    ]
