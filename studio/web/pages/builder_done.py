"""`/builder/{draft}/done`: a draft that is worked on no more, and what became of it."""

from asyncio import to_thread
from contextlib import suppress

from fastapi import Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from catalog.errors import StudioError
from catalog.run_records import Run
from studio.services import drafts
from studio.services.access import Role
from studio.services.draft_store import Draft, DraftState
from studio.web.builder.frame import STYLE, choices_so_far
from studio.web.components.buttons import go_button
from studio.web.components.elements import block, heading, text
from studio.web.components.run_dialog import RunPanel
from studio.web.current import studio
from studio.web.failures import studio_page, told_once
from studio.web.frame import frame, page_title


@studio_page("/builder/{draft_id}/done", "builder", Role.builder)
async def show_done(draft_id: str) -> Response | None:
    """The choices, the build, and the ways on."""
    workshop = studio().workshop
    draft = await to_thread(drafts.read, workshop, draft_id)
    if draft.state is DraftState.open:
        return RedirectResponse(f"/builder/{draft.id}/{draft.step.value}")
    run = await to_thread(build_of, draft)

    @told_once
    async def duplicate() -> None:
        new = await to_thread(drafts.duplicate, workshop, draft.id)
        ui.navigate.to(f"/builder/{new.id}/{new.step.value}")

    ui.add_css(STYLE)
    name = draft.choices.name or "A draft without a name"
    end = "became an audience" if draft.created else "was put away"
    with frame(name, "builder", shows_heading=False):
        page_title(name, f"This draft {end}.")
        if run is not None:
            with block("panel", "section"):
                heading(2, "The build")
                RunPanel(run)
        with block("panel", "section"):
            heading(2, "What was chosen")
            with block("lines", "dl"):
                for name, value in choices_so_far(draft):
                    text("dt", name)
                    text("dd", value)
        with block("actions"):
            if draft.created:
                go_button("Go to the audience", f"/audiences/{draft.created}")
            ui.button("Duplicate this draft", on_click=duplicate).props(
                "no-caps outline"
            )
            go_button("New audience", "/builder", is_main=False)
    return None


def build_of(draft: Draft) -> Run | None:
    """The newest run of the draft's build; None where Dagster knows none.

    A retry has the request of the run that it goes on with.
    """
    runs = studio().runs
    if draft.run is not None:
        with suppress(StudioError):
            first = runs.get(draft.run)
            newest = runs.find(first.request) if first.request else None
            return newest or first
    return None
