"""`/builder/{draft}/finalise`: step 5, name, summary, document, and the build."""

from asyncio import to_thread
from typing import Any

from nicegui import ui

from catalog.errors import StudioError
from catalog.schedule import SHORT_FORMS
from studio.services import drafts
from studio.services.drafts import Summary
from studio.web.builder.economics import economics_fields
from studio.web.builder.frame import Change, Editing, back_button
from studio.web.builder.more_options import more_options
from studio.web.components.elements import block, heading, more, paragraph, text
from studio.web.components.page_words import on_a_page
from studio.web.components.redrawn import Redrawn
from studio.web.components.run_dialog import RunDialog
from studio.web.components.words import NEVER, SCHEDULES, waits_words
from studio.web.current import studio
from studio.web.failures import told
from studio.web.reading import read_data

COPY = "() => navigator.clipboard.writeText(document.getElementById('workflow').textContent)"
CRON = "cron"
IS_OPEN = "(event) => emit(event.target.open)"


async def finalise(editing: Editing) -> None:
    """Name, tags and schedule; what a build would do; create."""
    draft = editing.draft
    workshop = studio().workshop
    name = draft.choices.name
    if not name:
        name = await to_thread(drafts.suggested_name, workshop, draft)
    finalised = Finalise(editing, name)
    with finalised.options:
        await more_options(editing, finalised.keep)


class Finalise:
    """The last step's fields and what follows from them."""

    def __init__(self, editing: Editing, name: str) -> None:
        self._editing = editing
        self._asked = 0
        self._is_document_open = False
        choices = editing.draft.choices
        with block("panel"):
            self._name = ui.input("Name", value=name, on_change=self._check)
            self._name.props("outlined maxlength=200 autocomplete=off").classes(
                "w-full"
            )
            if editing.draft.audience is not None:
                self._name.props('readonly hint="The audience that you edit"')
            self._verdict = text("p", "", "small").props("role=status")
            description = ui.textarea("Description", value=choices.description)
            description.props("outlined autogrow debounce=500").classes("w-full")
            description.on_value_change(self._keep_text("description"))
            with block("two q-mt-md"):
                tags = ui.input("Tags", value=", ".join(choices.tags)).props(
                    'outlined debounce=500 hint="Words to find it by, with commas"'
                )
                tags.on_value_change(self._keep_tags)
                owner = ui.input("Owner", value=editing.draft.owner).props(
                    'outlined debounce=500 maxlength=200 hint="Who answers for it"'
                )
                owner.on_value_change(self._keep_owner)
                schedule = choices.refresh.schedule or NEVER
                is_line = schedule not in (NEVER, *SHORT_FORMS)
                self._schedule = ui.select(
                    SCHEDULES | {CRON: "By a cron line"},
                    value=CRON if is_line else schedule,
                    label="Build again",
                    on_change=self._keep_schedule,
                ).props("outlined")
                self._cron = ui.input("Cron line", value=schedule if is_line else "")
                self._cron.props(
                    'outlined debounce=700 hint="In UTC, such as 0 6 * * 1-5"'
                )
                self._cron.on_value_change(self._keep_schedule)
                self._cron.set_visibility(is_line)
            economics_fields(editing, self.keep)
            self.options = block()
        with block("panel", "section"):
            heading(2, "What will be built")
            self._summary = Redrawn()
            self._summary.box.props("role=status")
            self._document()
        with block("walk"):
            back_button(editing)
            self._create = ui.button(
                "Create audience", icon="check", on_click=self._begin
            ).props("no-caps unelevated")
            self._create.disable()
        self._dialog = RunDialog(f"/builder/{editing.draft.id}/done")
        ui.timer(0, self._start, once=True)

    async def _start(self) -> None:
        if not self._editing.draft.choices.name:
            await self._change(lambda _: {"name": self._name.value})
        await self._check(None)
        await self._summary.show(self._read_summary)

    async def _check(self, _: Any) -> bool:
        """The name, checked as it is typed; true where it is free and kept.

        The last one typed counts.
        """
        self._asked += 1
        mine, name = self._asked, str(self._name.value or "")
        with self._editing.at_work():
            check = await to_thread(
                drafts.check_name, studio().workshop, self._editing.draft, name
            )
            if mine != self._asked:
                return False
            is_kept = check.is_free
            if check.is_free and name != self._editing.draft.choices.name:
                is_kept = await self._change(lambda _: {"name": name})
        if check.is_free:
            self._verdict.text = f"✓ {check.told}"
            self._verdict.classes(replace="small quiet")
        else:
            self._verdict.text = f"▲ This {check.cause}: {check.remedy}."
            self._verdict.classes(replace="small bad-words")
        self._create.set_enabled(check.is_free)
        return is_kept

    async def _change(self, change: Change) -> bool:
        is_kept = await self._editing.change_by(change)
        await self._tell_document()
        return is_kept

    def _keep_text(self, field: str) -> Any:
        async def keep(event: Any) -> None:
            await self._change(lambda _: {field: event.value or ""})

        return keep

    async def _keep_tags(self, event: Any) -> None:
        typed = [each.strip() for each in (event.value or "").split(",")]
        tags = [each for each in typed if each]
        await self._change(lambda _: {"tags": tags})

    async def _keep_owner(self, event: Any) -> None:
        workshop, owner = studio().workshop, event.value or ""
        if await self._editing.keep(
            lambda draft: drafts.give_owner(workshop, draft.id, owner, draft.version)
        ):
            await self._tell_document()

    async def _keep_schedule(self, _: Any) -> None:
        chosen = self._schedule.value
        self._cron.set_visibility(chosen == CRON)
        schedule = self._cron.value if chosen == CRON else chosen
        if chosen == CRON and not schedule:
            return  # the line is still to be typed
        await self.keep(
            lambda choices: {
                "refresh": {
                    **choices.refresh.model_dump(mode="json"),
                    "schedule": schedule or None,
                }
            }
        )

    async def keep(self, change: Change) -> None:
        """Change choices on which depends what would be built."""
        if await self._change(change):
            await self._summary.show(self._read_summary)

    async def _read_summary(self) -> None:
        with block("beside-each-other"):
            ui.spinner(size="1.2em").props("aria-hidden=true")
            text("span", "Looking at the data.")
        try:
            found = await read_data(
                drafts.summary, studio().workshop, self._editing.draft
            )
        except StudioError as error:
            self._editing.tell(error)
            return
        finally:
            self._summary.box.clear()
        self._show(found)

    def _show(self, found: Summary) -> None:
        with block("lines", "dl"):
            for name, value in found.lines.items():
                if name == "audience":
                    continue  # its name stands in the field above
                text("dt", name.capitalize())
                text("dd", value)
        if found.caveats:
            heading(3, "Know before you build")
            with block(tag="ul").classes("points"):
                for caveat in map(on_a_page, found.caveats):
                    text("li", f"{caveat[:1].upper()}{caveat[1:]}.")

    def _document(self) -> None:
        """The workflow document; where it is open its text follows every change."""
        with more("The workflow as a document") as details:
            paragraph("Keep it in git, or build it from the command line.", "small")
            with block("actions q-mb-sm"):
                ui.button("Copy", icon="content_copy").props(
                    "no-caps outline dense"
                ).on("click", js_handler=COPY)
                ui.button("Download", icon="download", on_click=self._download).props(
                    "no-caps outline dense"
                )
            pre = text("pre", "").props("id=workflow tabindex=0")
        self._workflow = pre
        details.on("toggle", self._open_document, js_handler=IS_OPEN)

    async def _open_document(self, event: Any) -> None:
        self._is_document_open = bool(event.args)
        await self._tell_document()

    async def _tell_document(self) -> None:
        if not self._is_document_open:
            return
        editing = self._editing
        try:
            found = await to_thread(drafts.workflow, studio().workshop, editing.draft)
        except StudioError as error:
            editing.tell(error)
            return
        self._workflow.text = found.text

    @told
    async def _download(self) -> None:
        found = await to_thread(drafts.workflow, studio().workshop, self._editing.draft)
        ui.download.content(found.text.encode(), found.file_name, "application/yaml")

    async def _begin(self) -> None:
        self._create.disable()
        self._editing.clear()
        # What stands in the field counts, however quickly it was typed.
        if not await self._check(None):
            return
        self._create.disable()
        self._create.props("loading")
        if await to_thread(studio().workshop.catalog.is_alone_elsewhere):
            self._editing.remark(waits_words("The audience is created"))
        try:
            run = await self._editing.ask(
                lambda draft: drafts.create(studio(), draft.id, draft.version)
            )
        except StudioError as error:
            self._editing.tell(error)
            if error.code != "draft_changed":
                await self._editing.read_again()
            self._create.enable()
            return
        finally:
            self._create.props(remove="loading")
        self._editing.clear()
        self._dialog.open(run)
