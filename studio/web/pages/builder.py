"""`/builder`: a new audience, or the one that was worked on last, at its step."""

from asyncio import to_thread

from fastapi import Response
from fastapi.responses import RedirectResponse

from studio.services import drafts
from studio.services.access import Role
from studio.web.current import studio
from studio.web.failures import studio_page


@studio_page("/builder", "builder", Role.builder)
async def builder(audience: str | None = None, duplicate: bool = False) -> Response:
    """Lead to the open draft that was changed last, or to a new one.

    With an audience's name: to a draft with every choice of it, or of a copy.
    """
    workshop = studio().workshop
    if audience is None:
        draft = await to_thread(drafts.resume, workshop)
    elif duplicate:
        draft = await to_thread(drafts.copy_of_audience, workshop, audience)
    else:
        draft = await to_thread(drafts.of_audience, workshop, audience)
    return RedirectResponse(f"/builder/{draft.id}/{draft.step.value}")


@studio_page("/builder/{draft_id}", "builder", Role.builder)
async def one_draft(draft_id: str) -> Response:
    """Lead to the step at which the draft was left."""
    draft = await to_thread(drafts.read, studio().workshop, draft_id)
    return RedirectResponse(f"/builder/{draft.id}/{draft.step.value}")
