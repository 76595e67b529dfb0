"""`/builder`: a new audience, or the one that was worked on last, at its step."""

from asyncio import to_thread

from fastapi import Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from catalog.errors import StudioError
from studio.services import drafts
from studio.services.access import Role
from studio.services.draft_store import Draft
from studio.web.components.elements import block, paragraph
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, show_error


@studio_page("/builder", "builder", Role.builder)
async def builder(
    audience: str | None = None, duplicate: bool = False
) -> Response | None:
    """Lead to the open draft that was changed last, or to a new one.

    With an audience's name: to a draft with every choice of it, or of a copy. A draft is
    begun over the page's socket, which no foreign page can open: reading an address
    changes nothing.
    """
    workshop = studio().workshop
    kept = await to_thread(drafts.newest_open, workshop) if audience is None else None
    if kept is not None:
        return RedirectResponse(_address(kept))
    with frame("New audience", "builder"):
        paragraph("A draft is being made ready.", "quiet").props("role=status")
        told = block()

    def begun() -> Draft:
        if audience is None:
            return drafts.begin(workshop)
        if duplicate:
            return drafts.copy_of_audience(workshop, audience)
        return drafts.of_audience(workshop, audience)

    async def begin() -> None:
        try:
            draft = await to_thread(begun)
        except StudioError as error:
            with told:
                show_error(error)
            return
        ui.run_javascript(f"location.replace('{_address(draft)}')")

    ui.timer(0, begin, once=True)
    return None


@studio_page("/builder/{draft_id}", "builder", Role.builder)
async def one_draft(draft_id: str) -> Response:
    """Lead to the step at which the draft was left."""
    return RedirectResponse(
        _address(await to_thread(drafts.read, studio().workshop, draft_id))
    )


def _address(draft: Draft) -> str:
    return f"/builder/{draft.id}/{draft.step.value}"
