"""`/datasets/add`: a file is read, shown as it was read, and only then saved.

Loaded before `dataset.py`, whose address would take this one for a dataset.
"""

import asyncio
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from catalog.datasets import CsvSchema
from catalog.errors import StudioError
from studio.services import dataset_sources, uploads
from studio.services.access import Role
from studio.services.dataset_sources import ColumnLook, Look
from studio.web.access import require
from studio.web.components.buttons import main_button, quiet_button
from studio.web.components.csv_settings import CsvSettings
from studio.web.components.elements import block, heading, paragraph, text
from studio.web.components.kept_focus import focus_again
from studio.web.components.tables import Cell, table
from studio.web.components.upload_field import upload_field
from studio.web.components.words import count_words, size_words, waits_words
from studio.web.current import access, studio
from studio.web.failures import studio_page
from studio.web.frame import frame, page_title, show_error

TYPES = {
    "VARCHAR": "Text",
    "BIGINT": "Whole number",
    "DOUBLE": "Number",
    "BOOLEAN": "True or false",
    "DATE": "Date",
    "TIMESTAMP": "Date and time",
}


ABOUT = (
    "A list of people: an identifier, such as an e-mail address, its hash or a customer"
    " number, and columns that say something about them."
)
UNREAD = (
    "It cannot be read like this. Choose another delimiter, other quotes or another"
    " encoding, and it is read again. Nothing is saved yet."
)
SAVING = "Saving. All of it is read, which takes a while where it is large."


@studio_page("/datasets/add", "datasets", Role.builder)
async def show_page() -> None:
    """Two ways in, then what was read."""
    with frame("Add a dataset", "datasets", shows_heading=False):
        page_title("Add a dataset", ABOUT)
        Adding().show()


class Adding:
    """One source on its way: chosen, read, read again otherwise, saved."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.file_name = ""
        self.name = ""
        self.description = ""
        self.found: Look | None = None
        self.marks: CsvSchema | None = None
        self.readings = 0
        self.at_reading = 0
        self.is_read = asyncio.Event()
        self.fields: dict[str, ui.element] = {}
        self.mark_fields: CsvSettings | None = None
        self.types: dict[int, ui.select] = {}
        self.values: dict[int, TextElement] = {}
        self.error: StudioError | None = None
        self.client = ui.context.client
        self.client.on_delete(self.drop)

    def show(self) -> None:
        """Where it comes from, and what was read of it."""
        with block("columns") as self.ways_in:
            self.upload_panel()
            self.path_panel()
        with block().props("aria-live=polite"):
            self.why = block("in-sight")
            self.reading()

    def upload_panel(self) -> None:
        """A file of the person's own machine."""
        with block("panel"):
            heading(2, "Upload a file")
            paragraph(
                f"{', '.join(uploads.UPLOADABLE)}, up to"
                f" {size_words(access().upload_bytes)}.",
                "quiet",
            )
            button = main_button("Choose a file")
            field = upload_field(self.take, access().upload_bytes, self.too_large)
            field.props("flat").classes("upload w-full")
            # Its own head has a field without a label, inside a button.
            with field.add_slot("header"), block().style("display: none"):
                ui.element("q-uploader-add-trigger")
            button.on("click", js_handler=f"() => getElement({field.id}).pickFiles()")

    def path_panel(self) -> None:
        """A file or folder of the server's."""
        folders = dataset_sources.allowed_folders(studio().workshop.home, access())
        if not folders:
            return
        with block("panel"):
            heading(2, "Use a file on the server")
            paragraph(
                "A file, or a folder of Parquet files, under"
                f" {', '.join(map(str, folders))}.",
                "quiet",
            )
            typed = ui.input("Path").props("outlined dense").classes("w-full q-mb-sm")

            async def read() -> None:
                try:
                    require(Role.builder, self.client)
                    path = await to_thread(
                        dataset_sources.allowed_path,
                        studio().workshop.home,
                        access(),
                        typed.value or "",
                    )
                except StudioError as error:
                    self.refuse(error)
                    return
                await self.begin(path, path.name)

            main_button("Read it", read)
            typed.on("keydown.enter", read)

    async def take(self, file_name: str, parts: AsyncIterator[bytes]) -> None:
        """Keep in the home what is uploaded, and read it."""
        try:
            path = await dataset_sources.keep_upload(
                studio().workshop, file_name, parts, access().upload_bytes
            )
        except StudioError as error:
            self.refuse(error)
            return
        await self.begin(path, file_name)

    def refuse(self, error: StudioError) -> None:
        """Say why there is no source to be read."""
        self.give_up()
        self.error = error
        self.reading.refresh()

    def too_large(self) -> None:
        """The browser did not send it."""
        ui.notify(
            f"The file is larger than {size_words(access().upload_bytes)}: add it by"
            " its path on the server.",
            type="negative",
        )

    async def begin(self, path: Path, file_name: str) -> None:
        """Read a source for the first time; an upload that nobody could read goes."""
        self.drop()
        self.found = self.marks = self.error = None
        self.path, self.file_name, self.description = path, file_name, ""
        self.name = dataset_sources.suggested_name(file_name)
        await self.read(None)
        is_unread = self.error is not None and self.marks is None
        if self.path is path and (is_unread or self.client.is_deleted):
            self.drop()

    def drop(self) -> None:
        """Forget the source that is being added, and what is being read of it."""
        self.readings += 1
        if self.path is not None:
            uploads.discard(studio().workshop, self.path)
        self.path = None

    async def read(self, schema: CsvSchema | None) -> None:
        """Read the source, as a CSV schema says where there is one.

        Where its marks are refused they are shown to be chosen otherwise; what was read
        before stays where a type is. Of several readings the newest counts.
        """
        if self.path is None:
            return
        self.readings += 1
        mine = self.readings
        self.at_reading += 1
        self.is_read.clear()
        try:
            await self.read_as(schema, self.path, mine)
        finally:
            self.at_reading -= 1
            if not self.at_reading:
                self.is_read.set()

    async def read_as(self, schema: CsvSchema | None, path: Path, mine: int) -> None:
        """Read it, and show that unless something else is asked for meanwhile."""
        workshop = studio().workshop
        found = marks = error = None
        try:
            require(Role.builder, self.client)
            with uploads.told_as_sent(path, self.file_name):
                found = await to_thread(dataset_sources.look, workshop, path, schema)
            marks = found.csv_schema
        except StudioError as refusal:
            error = refusal
            if schema is not None and schema.columns and self.found is not None:
                found, marks = self.found, self.found.csv_schema
            else:
                marks = schema or await to_thread(
                    dataset_sources.proposed_marks, workshop, path
                )
        if mine != self.readings:
            return
        are_same = bool(self.types) and _names(found) == _names(self.found)
        self.found, self.marks, self.error = found, marks, error
        if schema is None:
            await self.reading.refresh()
        elif are_same and schema.columns:
            self.show_again()
        else:
            self.show_reading()

    async def read_otherwise(
        self, change: Callable[[CsvSchema], CsvSchema], used: str
    ) -> None:
        """Read the source by other marks; the focus stays where they were chosen.

        What was changed before is kept, also where it is not read yet.
        """
        if self.marks is None:
            return
        self.marks = change(self.marks)
        await self.read(self.marks)
        if used in self.fields:
            focus_again(self.fields[used])

    async def save(self) -> None:
        """Register the source as it was read; nothing else can be done meanwhile.

        What was chosen just before is read first, and refused where it cannot be.
        """
        if self.at_reading:
            await self.is_read.wait()
            if self.error is not None:
                return
        found, path = self.found, self.path
        if found is None or path is None:
            return
        # From here on it is the dataset's: a page that is closed does not take it away.
        self.path = None
        workshop = studio().workshop
        try:
            require(Role.builder, self.client)
            with self.at_work():
                if await to_thread(workshop.catalog.is_alone_elsewhere):
                    self.said.text = waits_words("The dataset is saved")
                saved = await to_thread(
                    dataset_sources.add,
                    workshop,
                    path,
                    self.name,
                    csv_schema=found.csv_schema,
                    description=self.description,
                )
        except StudioError as error:
            if self.client.is_deleted or self.path is not None:
                uploads.discard(workshop, path)
            else:
                self.path, self.error = path, error
                self.tell()  # drawn anew, the page would leave the place that is looked at
            return
        dataset = workshop.catalog.get_dataset(saved["name"])
        ui.navigate.to(f"/datasets/{dataset.slug}")

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Show that the source is being saved, and let nothing be changed."""
        shown = (self.ways_in, self.settings, self.saving)
        for each in shown:
            each.props("inert aria-busy=true")
        self.save_button.props("loading")
        self.save_button.disable()
        self.said.text = SAVING
        try:
            yield
        finally:
            self.said.text = ""
            self.save_button.enable()
            self.save_button.props(remove="loading")
            for each in shown:
                each.props(remove="inert aria-busy")

    def give_up(self) -> None:
        """Leave the source alone."""
        self.drop()
        self.found = self.marks = self.error = None
        self.reading.refresh()

    def tell(self) -> None:
        """Say what is wrong, if anything is."""
        self.why.clear()
        if self.error is not None:
            with self.why:
                show_error(self.error)

    @ui.refreshable_method
    def reading(self) -> None:
        """What was read, with ways to have it read otherwise, or what is wrong with it."""
        if self.path is None or (self.found is None and self.marks is None):
            self.tell()
            return
        with block("panel cards", "section") as self.settings:
            heading(2, "How it will be read")
            self.summary = paragraph("")
            self.mark_fields = None
            if self.marks is not None:
                self.mark_fields = CsvSettings(self.marks, self.read_otherwise)
                self.fields = dict(self.mark_fields.fields)
            self.columns = block()
        self.below = block()
        self.show_reading()

    def show_reading(self) -> None:
        """Show another reading; the marks stay, with the menu of them that is open."""
        self.tell()
        if self.mark_fields is not None and self.marks is not None:
            self.mark_fields.show(self.marks)
        self.types, self.values = {}, {}
        found = self.found
        self.columns.clear()
        self.below.clear()
        if found is None:
            self.summary.text = UNREAD
            with self.columns:
                quiet_button("Leave it", self.give_up)
            return
        kind, rows = dataset_sources.KIND_WORDS[found.kind], count_words(found.rows)
        self.summary.text = f"{kind}, {rows} rows. Nothing is saved yet."
        with self.columns:
            self.notes = block()
            self.show_notes(found)
            table(
                "Columns with their first values; those that may name people are hidden",
                ("Column", "Type", "First values"),
                [self.row_of(at) for at in range(len(found.columns))][:200],
            )
        with self.below:
            self.save_panel()

    def show_again(self) -> None:
        """Show another reading of the same columns in place: a menu stays open."""
        self.tell()
        found = self.found
        if found is None or found.csv_schema is None:
            return
        self.show_notes(found)
        for place, cell in self.values.items():
            cell.text = _first_values(found.columns[place])
        for place, select in self.types.items():
            select.value = found.csv_schema.columns[place].type

    def show_notes(self, found: Look) -> None:
        """What is remarked on the reading."""
        self.notes.clear()
        with self.notes:
            for note in found.notes:
                text("div", note, "quiet small")

    def save_panel(self) -> None:
        """What it is to be called, once it could be read."""
        with block("panel", "section"):
            heading(2, "Save it")
            with block() as self.saving:
                name = ui.input("Name").bind_value(self, "name")
                name.props("outlined dense maxlength=200").classes("w-full q-mb-sm")
                about = ui.input("Description").bind_value(self, "description")
                about.props("outlined dense").classes("w-full q-mb-sm")
                with block("actions"):
                    self.save_button = main_button("Save", self.save)
                    quiet_button("Leave it", self.give_up)
            self.said = text("p", "", "small q-mt-sm q-mb-none").props("role=status")

    def row_of(self, place: int) -> list[Cell]:
        """One column; in a CSV file its type can be chosen."""
        found = self.found
        if found is None:
            return []
        column, schema = found.columns[place], found.csv_schema

        def kind() -> None:
            if schema is None:
                text("span", column.type.lower())
                return
            now = schema.columns[place].type
            select = ui.select({now: now.lower()} | TYPES, value=now)
            select.props("dense borderless options-dense")
            select.props["aria-label"] = named = f"Type of {column.name[:80]}"
            select.on_value_change(lambda event: self.retype(place, event.value, named))
            self.types[place] = self.fields[named] = select

        def values() -> None:
            self.values[place] = text("span", _first_values(column))

        return [column.name, kind, values]

    async def retype(self, place: int, type_name: str, used: str) -> None:
        """Read one column as another type; the file is held to it when it is saved."""
        known = () if self.marks is None else self.marks.columns
        if known and known[place].type == type_name:
            return  # told, not chosen

        def change(marks: CsvSchema) -> CsvSchema:
            columns = list(marks.columns)
            if columns:  # none are known where it is being read by other marks
                columns[place] = columns[place].model_copy(update={"type": type_name})
            return marks.model_copy(update={"columns": tuple(columns)})

        await self.read_otherwise(change, used)


def _names(found: Look | None) -> list[str]:
    return [] if found is None else [each.name for each in found.columns]


def _first_values(column: ColumnLook) -> str:
    """The first values of a column in a line; hidden ones are said to be so once."""
    values = column.first_values
    if set(values) == {dataset_sources.HIDDEN}:
        return dataset_sources.HIDDEN
    return ", ".join(values)
