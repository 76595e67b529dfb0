"""`/datasets/{slug}`: what a dataset holds, and what each column is for."""

from asyncio import to_thread

from nicegui import ui

from catalog.attributes import IDENTIFIER_TYPES
from catalog.roles import Role
from studio.services import access, datasets
from studio.services.dataset_pages import ColumnView, DatasetPage, show_dataset
from studio.services.dataset_sources import KIND_WORDS
from studio.web.access import may
from studio.web.components.buttons import main_button, quiet_button
from studio.web.components.dialog import named_dialog
from studio.web.components.elements import block, heading, link, paragraph, text
from studio.web.components.plots import show_plot
from studio.web.components.question import question_dialog
from studio.web.components.tables import Cell, table
from studio.web.components.words import count_words, time_words, type_words
from studio.web.current import studio
from studio.web.failures import studio_page, told
from studio.web.frame import frame, page_title

HEAD = ("Column", "Role", "Why", "Missing", "Distinct", "Values", "Change")
MOST_COLUMNS = 100
ROLE_WORDS = {
    Role.metadata: "Metadata: neither scored nor joined with",
    Role.identity: "Identifier: joined with, never scored",
    Role.continuous: "Number: scored by its size",
    Role.categorical: "Category: scored by its value",
}


@studio_page("/datasets/{slug}", "datasets")
async def show_page(slug: str) -> None:
    """One dataset with all of its columns."""
    found = await to_thread(show_dataset, studio().workshop, slug)
    with frame(found.line.name, "datasets", shows_heading=False):
        with page_title(found.line.name, found.line.description):
            editor = MappingEditor(found)
            if editor.may_change:
                quiet_button("Read it anew", editor.profile)
                removal(found)
        facts(found)
        if found.trouble:
            with block("notice warn").props("role=status"):
                text("strong", "What stands here is of the last reading.")
                text("div", f"{found.trouble[:1].upper()}{found.trouble[1:]}.")
        with block("panel cards", "section"):
            heading(2, "Columns")
            paragraph(
                "Each column has a role. What is proposed can be changed; builds made"
                " from now on go by it. Values of fewer than 25 rows are not told apart.",
                "quiet",
            )
            if len(found.columns) > MOST_COLUMNS:
                search = ui.input("Find a column").props("outlined dense clearable")
                search.on_value_change(lambda event: editor.look(event.value or ""))
            editor.columns()
        with block("panel", "section"):
            heading(2, "Audiences made from it")
            if not found.audiences:
                paragraph("None yet.", "quiet q-mb-none")
            for name, audience in found.audiences:
                with block():
                    link(name, f"/audiences/{audience}")


def facts(found: DatasetPage) -> None:
    """What is known of the source in a line."""
    line = found.line
    shown = [
        ("Kind", KIND_WORDS[line.kind]),
        ("Rows, as last read" if found.trouble else "Rows", count_words(line.rows)),
        ("Identifiers", ", ".join(line.keys) or "none"),
        ("Written (UTC)", time_words(line.written_at)),
        ("Source", "uploaded file" if found.is_upload else found.source),
        *(tuple(words.split(": ", 1)) for words in found.reading),
    ]
    with block("facts", "dl"):
        for label, value in shown:
            with block():
                text("dt", label)
                text("dd", value)


def removal(found: DatasetPage) -> None:
    """The way to forget the dataset, with a question before."""

    async def remove(slug: str) -> None:
        await to_thread(datasets.remove, studio().workshop, slug)
        ui.navigate.to("/datasets")

    ask = question_dialog(
        lambda _: f"Remove the dataset “{found.line.name}”?",
        "The file that was uploaded is deleted."
        if found.is_upload
        else "The studio forgets it; its file is not touched.",
        "Remove",
        remove,
    )
    quiet_button("Remove", lambda: ask(found.line.slug))


class MappingEditor:
    """The columns with their roles; one dialog changes one of them."""

    def __init__(self, found: DatasetPage) -> None:
        self.found = found
        self.search = ""
        self.column: ColumnView | None = None
        self.may_change = may(access.Role.builder)
        with named_dialog() as (self.dialog, self.title):
            self.role = ui.select(
                {role.value: words for role, words in ROLE_WORDS.items()}, label="Role"
            ).props("outlined")
            self.role.classes("w-full")
            types = {name: each.title for name, each in IDENTIFIER_TYPES.items()}
            self.type = ui.select(types, label="Identifier type").props("outlined")
            self.type.classes("w-full").bind_visibility_from(
                self.role, "value", value=Role.identity.value
            )
            with block("actions q-mt-sm"):
                main_button("Save", self.save)
                quiet_button("Cancel", self.dialog.close)

    def ask(self, column: ColumnView) -> None:
        """Open the dialog for a column."""
        self.column = column
        self.title.text = f"What is “{column.name[:80]}” for?"
        self.role.value = column.role.value
        kind = column.identifier_type
        self.type.value = kind if kind in IDENTIFIER_TYPES else "user_id"
        self.dialog.open()

    @told
    async def save(self) -> None:
        """Give the column the role that was chosen."""
        column = self.column
        if column is None:
            return
        self.dialog.close()
        role = Role(self.role.value)
        await to_thread(
            datasets.map_column,
            studio().workshop,
            self.found.line.slug,
            column.name,
            role,
            self.type.value if role is Role.identity else None,
        )
        await self.draw_anew()
        ui.notify("Saved")

    @told
    async def profile(self) -> None:
        """Count the source as it is now."""
        await to_thread(datasets.profile, studio().workshop, self.found.line.slug)
        ui.navigate.to(f"/datasets/{self.found.line.slug}")

    async def draw_anew(self) -> None:
        """Read the dataset again and show its columns."""
        self.found = await to_thread(
            show_dataset, studio().workshop, self.found.line.slug
        )
        self.columns.refresh()

    def look(self, search: str) -> None:
        """Show the columns that the text is in."""
        self.search = search.casefold()
        self.columns.refresh()

    @ui.refreshable_method
    def columns(self) -> None:
        """The columns that fit, the first hundred of them."""
        fitting = [
            each for each in self.found.columns if self.search in each.name.casefold()
        ]
        if len(fitting) > MOST_COLUMNS:
            paragraph(
                f"The first {MOST_COLUMNS} of {count_words(len(fitting))} columns; find"
                " the others by name.",
                "quiet",
            )
        table(
            "Columns",
            HEAD if self.may_change else HEAD[:-1],
            [self.row_of(each) for each in fitting[:MOST_COLUMNS]],
            numbers={3, 4},
            is_caption_shown=False,
        )

    def row_of(self, column: ColumnView) -> list[Cell]:
        """The cells of one column."""

        def named() -> None:
            with block():
                text("div", column.name)
                text("div", type_words(column.type), "quiet small")

        def role() -> None:
            with block():
                text("div", ROLE_WORDS[column.role].partition(":")[0])
                text("div", column.identifier_type or column.sureness, "quiet small")

        def change() -> None:
            button = quiet_button("Change", lambda: self.ask(column)).props("dense")
            button.props["aria-label"] = f"Change the role of {column.name[:80]}"

        return [
            named,
            role,
            lambda: text("span", column.reason, "small"),
            column.missing,
            column.distinct,
            lambda: show_plot(column),
            *([change] if self.may_change else []),
        ]
