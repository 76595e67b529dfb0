"""A run as it goes on: its stages, rows and seconds; how it ended and what can be done.

The dialog stands by itself on the page; closing it ends nothing.
"""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from nicegui import ui

from catalog.errors import StudioError
from report.words import counted
from studio.services import drafts
from studio.services.access import Role
from studio.web.access import may
from studio.web.components.buttons import quiet_button
from studio.web.components.dagster_link import dagster_link
from studio.web.components.elements import block, heading, paragraph, text
from studio.web.components.kept_focus import focus_again
from studio.web.components.page_words import on_a_page, sentence
from studio.web.current import studio
from studio.web.failures import told, told_once
from studio.web.frame import tell_error

if TYPE_CHECKING:
    from catalog.run_records import Run, RunStage

STAGES = {
    "starting": "Start",
    "inputs": "Read seed and population",
    "learn": "Learn what sets the seed apart",
    "scores": "Score everybody",
    "deliver": "Cut the audience",
    "audience": "Publish it with its report",
}
SIGNS = {
    "waiting": ("○", "waits"),
    "running": ("◐", "at work"),
    "succeeded": ("✓", "done"),
    "kept": ("✓", "done before"),
    "failed": ("▲", "failed"),
    "cancelled": ("■", "cancelled"),
    "skipped": ("–", "not begun"),
}
STATES = {
    "queued": ("Waits for its turn", "warn"),
    "starting": ("Starts", "warn"),
    "running": ("Is being built", "warn"),
    "succeeded": ("Built", "good"),
    "failed": ("Failed", "bad"),
    "cancelled": ("Cancelled", "none"),
}


def state_words(run: "Run") -> tuple[str, str]:
    """The state of a run in words, and the kind of sign that goes with them."""
    words, kind = STATES[run.state.value]
    if run.is_cancelling:
        words = "Is being cancelled"
    elif run.is_final and run.is_unchanged:
        words = "Nothing has changed"
    return words, kind


class RunPanel:
    """One run, looked at every second while it goes on.

    `on_look` is told of it at first and as it changes. `meanwhile` is seen as long as it
    goes on. `is_linked` has the way to the run in Dagster.
    """

    def __init__(
        self,
        run: "Run",
        *,
        on_look: Callable[["Run"], None] = lambda _: None,
        on_end: Callable[["Run"], Awaitable[None]] | None = None,
        meanwhile: ui.element | None = None,
        is_linked: bool = False,
    ) -> None:
        self._run, self._meanwhile = run, meanwhile
        self._on_look, self._on_end = on_look, on_end
        self._is_linked = is_linked
        self._linked: str | None = None
        self._error_shown: Mapping[str, str] | None = None
        self._ways_shown: tuple[bool, bool, bool] | None = None
        self._has_focus = False
        self._is_lost = False
        self._is_asking = False
        self._state = text("p").props("role=status tabindex=-1")
        self._stages = block("stages", "ol")
        self._link = block("small q-mt-sm")
        self._error = block()
        self._ways = block("actions q-mt-md")
        self._ways.on("focusin", lambda: self._note_focus(True), [])
        self._ways.on("focusout", lambda: self._note_focus(False), [])
        self._draw()
        self._timer = ui.timer(1.0, self._look, active=not run.is_final)

    @property
    def run(self) -> "Run":
        """The run as it was looked at last."""
        return self._run

    def _note_focus(self, is_within: bool) -> None:
        self._has_focus = is_within

    async def _look(self) -> None:
        try:
            found = await to_thread(studio().runs.get, self._run.run_id)
        except StudioError as error:
            if error.code == "unknown_run":
                self._timer.deactivate()
            if not self._is_lost:  # it is looked for on and on, and told once
                self._is_lost = True
                tell_error(error)
            return
        self._is_lost = False
        if found != self._run:
            self._run = found
            self._draw()
        if found.is_final:
            self._timer.deactivate()
            if self._on_end is not None:
                await self._on_end(found)

    def _draw(self) -> None:
        """Show the run as it is; what has not changed stays, and the focus with it."""
        run = self._run
        state, kind = state_words(run)
        if run.is_final and run.is_unchanged:
            state = f"{state}: version {run.version} has the same people"
        self._state.text = state
        self._state.classes(replace=f"state {kind}")
        self._on_look(run)
        if self._meanwhile is not None:
            self._meanwhile.set_visibility(not run.is_final)
        self._stages.clear()
        with self._stages:
            for stage in run.stages:
                _stage(stage)
        if self._is_linked and run.run_id != self._linked:
            self._linked = run.run_id
            self._link.clear()
            with self._link:
                dagster_link("Open in Dagster", run)
        if run.error != self._error_shown:
            self._error_shown = run.error
            self._show_error()
        ways = (run.is_final, run.is_cancelling, run.state.value == "succeeded")
        if ways != self._ways_shown:
            self._ways_shown = ways
            self._show_ways()

    def _show_error(self) -> None:
        error = self._run.error
        self._error.clear()
        if error is not None:
            with self._error, block("notice bad q-mt-md").props("role=alert"):
                failure = on_a_page(f"{error['object']} {error['cause']}")
                text("strong", f"{failure}.")
                paragraph(sentence(error["remedy"]), "q-mb-none")

    def _show_ways(self) -> None:
        was_used = self._has_focus
        self._ways.clear()
        with self._ways:
            if self._run.state.value == "succeeded":
                button = ui.button("Open the audience", icon="arrow_forward")
                button.props("no-caps unelevated").props["href"] = (
                    f"/audiences/{self._run.audience}"
                )
            elif may(Role.builder):
                self._ways_on()
        if was_used:
            first = next(iter(self._ways.default_slot.children), self._state)
            focus_again(first)

    def _ways_on(self) -> None:
        run = self._run
        if run.is_final:
            ui.button("Retry", icon="replay", on_click=self._retry).props(
                "no-caps unelevated"
            ).tooltip("Only what failed is done again")
            ui.button("Change the choices", on_click=told_once(self._edit)).props(
                "no-caps outline"
            )
            ui.button("Start over", on_click=told_once(self._start_over)).props(
                "no-caps flat"
            )
        elif not run.is_cancelling:
            ui.button("Cancel the build", on_click=self._cancel).props(
                "no-caps outline"
            )

    @told
    async def _retry(self) -> None:
        await self._act(studio().runs.retry)

    @told
    async def _cancel(self) -> None:
        await self._act(studio().runs.cancel)

    async def _act(self, act: "Callable[[str], Run]") -> None:
        """Ask for it; what is pressed until the answer has come asks for nothing."""
        if self._is_asking:
            return
        self._is_asking = True
        try:
            self._run = await to_thread(act, self._run.run_id)
        finally:
            self._is_asking = False
        self._draw()
        self._timer.activate()

    async def _edit(self) -> None:
        draft = await to_thread(
            drafts.of_audience, studio().workshop, self._run.audience
        )
        ui.navigate.to(f"/builder/{draft.id}/finalise")

    async def _start_over(self) -> None:
        draft = await to_thread(drafts.begin, studio().workshop)
        ui.navigate.to(f"/builder/{draft.id}/seed")


class RunDialog:
    """A run in a dialog that can be closed; the run goes on.

    Who closes it is led to an address: what was on the page before is of the past.
    """

    def __init__(self, after: str) -> None:
        self._after = after
        self._dialog = ui.dialog().props('aria-labelledby="run-heading"')
        with self._dialog, block("run-card studio"):
            self._heading = heading(2, "")
            self._heading.props("id=run-heading")
            self._body = block("q-mb-md")
            self._meanwhile = paragraph(
                "You can close this. The build goes on, and the audience is in My"
                " Audiences when it is done.",
                "quiet small",
            )
            with block("actions justify-end"):
                quiet_button("Close", self._dialog.close)
        self._dialog.on("hide", self._left)

    def open(self, run: "Run") -> None:
        """Show a run from here on."""
        self._heading.text = f"Building “{run.audience_name}”"
        self._body.clear()
        with self._body:
            RunPanel(run, on_end=self._ended, meanwhile=self._meanwhile, is_linked=True)
        self._dialog.open()

    async def _ended(self, run: "Run") -> None:
        is_new = run.state.value == "succeeded" and not run.is_unchanged
        if is_new and self._dialog.value:
            ui.navigate.to(f"/audiences/{run.audience}")

    def _left(self) -> None:
        ui.navigate.to(self._after)


def _stage(stage: "RunStage") -> None:
    sign, words = SIGNS[stage.state.value]
    with block(stage.state.value, "li"):
        text("span", sign, "sign").props("aria-hidden=true")
        with block():
            text("span", STAGES.get(stage.name, stage.name))
            text("span", f", {words}", "sr-only")
            if stage.detail and stage.state.value == "running":
                text("div", stage.detail, "quiet small key")
        text("span", _measure(stage), "measure")


def _measure(stage: "RunStage") -> str:
    parts = []
    if stage.rows is not None:
        parts.append(counted(stage.rows, "row", "rows"))
    if stage.seconds is not None:
        parts.append(f"{stage.seconds:.1f} s")
    return " · ".join(parts)
