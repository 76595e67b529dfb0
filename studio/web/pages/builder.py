"""`/builder`: a new audience, or the one that was worked on last, at its step."""

from asyncio import to_thread

from fastapi import Response
from fastapi.responses import RedirectResponse

from studio.services import drafts
from studio.web.current import studio
from studio.web.failures import studio_page


@studio_page("/builder", "builder")
async def builder() -> Response:
    """Lead to the open draft that was changed last, or to a new one."""
    draft = await to_thread(drafts.resume, studio().workshop)
    return RedirectResponse(f"/builder/{draft.id}/{draft.step.value}")


@studio_page("/builder/{draft_id}", "builder")
async def one_draft(draft_id: str) -> Response:
    """Lead to the step at which the draft was left."""
    draft = await to_thread(drafts.read, studio().workshop, draft_id)
    return RedirectResponse(f"/builder/{draft.id}/{draft.step.value}")
