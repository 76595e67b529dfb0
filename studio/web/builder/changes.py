"""What became of a draft's datasets since they were chosen, said above its step."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Iterable

from nicegui import ui

from studio.services import datasets, draft_files, drafts
from studio.services.draft_files import ChangedFile
from studio.web.builder.frame import Editing
from studio.web.components.elements import block, text
from studio.web.components.page_words import on_a_page
from studio.web.current import studio
from studio.web.failures import told
from studio.web.reading import read_data


class Changes:
    """The place above a step for what changed; every choice stays as it is.

    `remarks` are what the catalog knows, shown at once.
    """

    def __init__(self, editing: Editing, remarks: tuple[str, ...]) -> None:
        self._editing = editing
        self._place = block()
        self._show(remarks, ())

    def look_at_files(self) -> None:
        """Say what files tell once the page stands.

        Asked for when the step is whole: a page that waits for its browser is sent.
        """
        ui.timer(0, self._look, once=True)

    def _show(self, remarks: tuple[str, ...], files: tuple[ChangedFile, ...]) -> None:
        """Say what changed and what can be done, in the place of what was said."""
        self._remarks, self._files = remarks, files
        self._place.clear()
        with self._place:
            if remarks:
                with _notice(remarks):
                    _button("Go on with the data as they are", self._accept)
            if files:
                with _notice([each.told for each in files]):
                    if all(each.is_readable for each in files):
                        self._reading = _button("Read it now", self._read)

    async def _look(self) -> None:
        """Look at the files, and again at the catalog: the step may have read them."""
        workshop, editing = studio().workshop, self._editing
        files = await read_data(draft_files.changed_files, workshop, editing.draft)
        draft = editing.draft
        remarks = await to_thread(drafts.remarks, workshop, draft)
        if draft is not editing.draft:  # what was accepted meanwhile is no news
            remarks = await to_thread(drafts.remarks, workshop, editing.draft)
        if (remarks, files) != (self._remarks, self._files):
            self._show(remarks, files)

    async def _accept(self) -> None:
        workshop = studio().workshop
        if await self._editing.keep(
            lambda draft: drafts.accept(workshop, draft.id, draft.version)
        ):
            self._show((), self._files)

    @told
    async def _read(self) -> None:
        """Read the files anew, and show the step with what they hold."""
        self._reading.props("loading")
        try:
            await self._editing.settle()
            for each in self._files:
                await read_data(datasets.profile, studio().workshop, each.dataset)
            ui.navigate.reload()
        finally:
            self._reading.props(remove="loading")


def _notice(sentences: Iterable[str]) -> ui.element:
    with block("notice warn").props("role=status") as notice:
        for sentence in sentences:
            text("p", on_a_page(sentence))
    return notice


def _button(label: str, act: Callable[[], Awaitable[None]]) -> ui.button:
    return ui.button(label, on_click=act).props("no-caps flat dense")
