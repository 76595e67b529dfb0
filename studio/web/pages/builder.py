"""`/builder`: a new audience, or one's own that was worked on last, at its step."""

import asyncio
from asyncio import to_thread
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from catalog.errors import StudioError
from studio.services import drafts
from studio.services.access import Role
from studio.services.draft_store import Draft, DraftState, Step
from studio.web.access import require
from studio.web.builder.attributes import choose_attributes
from studio.web.builder.changes import Changes
from studio.web.builder.finalise import finalise
from studio.web.builder.frame import HEADINGS, STYLE, Editing, lay_out
from studio.web.builder.output import choose_output
from studio.web.builder.population import choose_population
from studio.web.builder.seed import choose_seed
from studio.web.components.elements import block, paragraph
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, show_error

CONTENTS: dict[Step, Callable[[Editing], Awaitable[None]]] = {
    Step.seed: choose_seed,
    Step.population: choose_population,
    Step.attributes: choose_attributes,
    Step.output: choose_output,
    Step.finalise: finalise,
}
TELL_OF_WALKING = """
if (!window.tellsOfWalking) {
  window.tellsOfWalking = true;
  window.addEventListener('popstate', () => emitEvent('walked', location.pathname));
}
"""
TO_THE_HEADING = """
setTimeout(() => {
  window.scrollTo(0, 0);
  document.querySelector('h1')?.focus({preventScroll: true});
}, 0);
"""


@studio_page("/builder", "builder", Role.builder)
async def builder(
    audience: str | None = None, duplicate: bool = False
) -> Response | None:
    """Lead to one's own open draft of a new audience that was changed last, or begin one.

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
            require(Role.builder)
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


def _register(step: Step) -> None:
    @studio_page(f"/builder/{{draft_id}}/{step.value}", "builder", Role.builder)
    async def show_step(draft_id: str) -> Response | None:
        """The step; the others are shown in its place as they are gone to."""
        draft = await to_thread(drafts.read, studio().workshop, draft_id)
        allowed = await to_thread(drafts.step_shown, studio().workshop, draft, step)
        if draft.state is not DraftState.open or allowed is not step:
            return RedirectResponse(_address(draft, allowed))
        ui.add_css(STYLE)
        with frame(HEADINGS[step][0], "builder", shows_heading=False):
            await Builder(draft).show(draft, step)
        return None


for _step in Step:
    _register(_step)


class Builder:
    """One draft's page: the step that it shows, and the way to another without loading.

    Every step has an address of its own, so reload, back and a bookmark work.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft_id, self._step = draft.id, draft.step
        self._client = ui.context.client
        self._body = block()
        self._showing: asyncio.Task[None] | None = None
        self._editing: Editing | None = None
        self._walks = 0
        self._client.on_connect(self._arrived)
        ui.on("walked", lambda event: self._return_to(str(event.args)))

    async def show(self, draft: Draft, step: Step) -> None:
        """Put a step in the place of the one before."""
        self._step = step
        self._showing = asyncio.current_task()
        remarks = await to_thread(drafts.remarks, studio().workshop, draft)
        editing = self._editing = Editing(draft, step, self.go, self._client)
        self._body.clear()
        with self._body, lay_out(editing):
            changes = Changes(editing, remarks)
            await CONTENTS[step](editing)
            changes.look_at_files()

    async def go(self, step: Step) -> None:
        """Show another step, and have it in the browser's history."""
        await self._change_to(step, is_new=True)

    async def _return_to(self, path: str) -> None:
        name = path.rpartition("/")[2]
        # A jump within the page, such as that to its content, is no walk to a step.
        if name in Step.__members__ and name != self._step.value:
            await self._change_to(Step(name), is_new=False)

    async def _change_to(self, step: Step, *, is_new: bool) -> None:
        self._walks += 1
        mine = self._walks
        if self._editing is not None:
            await self._editing.settle()  # what was changed last belongs to the draft
        if mine != self._walks:
            return  # gone elsewhere meanwhile
        if self._showing is not None and not self._showing.done():
            self._showing.cancel()
        try:
            require(Role.builder, self._client)
            draft = await to_thread(drafts.read, studio().workshop, self._draft_id)
        except StudioError as error:
            self._body.clear()
            with self._body:
                show_error(error)
            return
        if mine != self._walks:
            return
        if draft.state is not DraftState.open:
            self._client.open(_address(draft))
            return
        step = await to_thread(drafts.step_shown, studio().workshop, draft, step)
        if mine != self._walks:
            return
        with self._body:
            ui.page_title(f"{HEADINGS[step][0]} · Look-alike Studio")
        await self.show(draft, step)
        if is_new:
            self._client.run_javascript(
                f"history.pushState(null, '', '{_address(draft, step)}')"
            )
        self._client.run_javascript(TO_THE_HEADING)
        await self._remember()

    async def _arrived(self) -> None:
        """What waits until the page stands in a browser, which a mere reader has not."""
        self._client.run_javascript(TELL_OF_WALKING)
        await self._remember()

    async def _remember(self) -> None:
        with suppress(StudioError):  # deleted, or signed out: the next act says so
            require(Role.builder, self._client)
            await to_thread(drafts.go_to, studio().workshop, self._draft_id, self._step)


def _address(draft: Draft, step: Step | None = None) -> str:
    if draft.state is not DraftState.open:
        return f"/builder/{draft.id}/done"
    return f"/builder/{draft.id}/{(step or draft.step).value}"
