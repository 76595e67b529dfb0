"""`/drafts`: every draft, those put away too; open, duplicate, delete."""

from asyncio import to_thread
from collections.abc import Callable

from nicegui import ui

from studio.services import drafts
from studio.services.access import Role
from studio.services.draft_store import Draft, DraftState
from studio.web.builder.frame import NAMES, STYLE, choices_so_far
from studio.web.components.elements import block, link, text
from studio.web.components.pager import pager
from studio.web.components.question import question_dialog
from studio.web.components.tables import Cell, table, time_cell
from studio.web.current import studio
from studio.web.failures import studio_page, told_once
from studio.web.frame import frame, page_title, show_nothing

DRAFTS_A_PAGE = 25
STATES = {
    DraftState.open: "open",
    DraftState.created: "became an audience",
    DraftState.put_away: "put away",
}


@studio_page("/drafts", "builder", Role.builder)
async def show_drafts(page: int = 1) -> None:
    """Every draft in a line, the newest change first, so many on a page."""
    found = await to_thread(drafts.overview, studio().workshop)
    pages = max(1, -(-len(found) // DRAFTS_A_PAGE))
    page = min(max(1, page), pages)
    first = (page - 1) * DRAFTS_A_PAGE

    @told_once
    async def begin() -> None:
        draft = await to_thread(drafts.begin, studio().workshop)
        ui.navigate.to(f"/builder/{draft.id}/seed")

    ui.add_css(STYLE)
    with frame("Drafts", "builder", shows_heading=False):
        about = "What was begun, with every choice. Nothing is lost by leaving."
        with page_title("Drafts", about):
            ui.button("New draft", icon="add", on_click=begin).props(
                "no-caps unelevated"
            )
        if not found:
            show_nothing(
                "No drafts yet", "A draft is kept as you choose.", "Begin", "/builder"
            )
            return
        ask = delete_dialog()
        with block("panel cards"):
            table(
                "Drafts",
                ("Name", "State", "Step", "Changed", "Actions"),
                [_row(each, ask) for each in found[first : first + DRAFTS_A_PAGE]],
                is_caption_shown=False,
            )
        pager(page, pages, lambda page: ui.navigate.to(f"/drafts?page={page}"))


def delete_dialog() -> Callable[[Draft], None]:
    """The question before a draft is deleted; call it with the draft."""

    async def delete(draft: Draft) -> None:
        await to_thread(drafts.delete, studio().workshop, draft.id)
        ui.navigate.reload()

    return question_dialog(
        lambda draft: f"Delete {_meant(draft)}?",
        "Its choices are gone then. An audience that it became stays.",
        "Delete",
        delete,
    )


def name_of(draft: Draft) -> str:
    """The draft as the list names it."""
    return draft.choices.name or "No name yet"


def _meant(draft: Draft) -> str:
    """The draft in a sentence; one without a name by its last change, as in the list."""
    if draft.choices.name:
        return f"the draft “{draft.choices.name}”"
    return f"the draft without a name, changed {_changed(draft)}"


def _people_of(draft: Draft) -> str:
    """Whom the draft is about, which tells those without a name apart."""
    told = dict(choices_so_far(draft))
    if draft.choices.seed is None:
        return "Nothing chosen yet"
    to = f" to {told['Population']}" if draft.choices.population else ""
    return f"From {told['Seed']}{to}"


def _changed(draft: Draft) -> str:
    return f"{draft.updated_at:%Y-%m-%d %H:%M} UTC"


def _row(draft: Draft, ask: Callable[[Draft], None]) -> tuple[Cell, ...]:
    @told_once
    async def duplicate() -> None:
        new = await to_thread(drafts.duplicate, studio().workshop, draft.id)
        ui.navigate.to(f"/builder/{new.id}/{new.step.value}")

    def name() -> None:
        with block():
            link(name_of(draft), f"/builder/{draft.id}")
            text("div", _people_of(draft), "quiet small")
            if draft.begun_by and not drafts.is_own(draft):
                who = f"Begun by another person, {draft.begun_by}"
                text("div", who, "quiet small")

    def actions() -> None:
        with block("actions"):
            for icon, label, act in (
                ("content_copy", "Duplicate", duplicate),
                ("delete", "Delete", lambda: ask(draft)),
            ):
                button = ui.button(icon=icon, on_click=act).props("flat dense")
                button.props["aria-label"] = f"{label} {_meant(draft)}"

    return (
        name,
        STATES[draft.state],
        NAMES[draft.step],
        time_cell(_changed(draft)),
        actions,
    )
