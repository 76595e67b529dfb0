"""Scorers beside each other on the draft's own held-out seed, before one is chosen."""

from nicegui import ui

from catalog.errors import StudioError
from studio.services.audience_sections import scorers_block
from studio.services.comparing import ComparisonRun, ComparisonState
from studio.web.builder.frame import Editing
from studio.web.components.buttons import quiet_button
from studio.web.components.elements import block, paragraph, text
from studio.web.components.sections import show_table
from studio.web.current import studio
from studio.web.frame import show_error

LOOK_SECONDS = 1.0


class ScorerComparison:
    """A button that has all installed scorers compared, and below it what was found."""

    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._run: ComparisonRun | None = None
        paragraph(
            "All can be measured on held-out seed people first. It takes a minute or"
            " more, goes on while you look elsewhere, and builds nothing.",
            "quiet small q-mt-sm",
        )
        self._button = quiet_button("Compare the scorers", self._begin)
        self._found = block().props("role=status")
        self._timer = ui.timer(LOOK_SECONDS, self._look, active=False)

    async def _begin(self) -> None:
        self._button.disable()
        try:
            run = await self._editing.ask(studio().comparisons.start_draft)
        except StudioError as error:
            self._editing.tell(error)
            self._button.enable()
            return
        self._show(run)
        self._timer.activate()

    def _look(self) -> None:
        if self._run is None:
            return
        try:
            run = studio().comparisons.get(self._run.id)
        except StudioError as error:
            self._editing.tell(error)
            self._end()
            return
        if run != self._run:  # what is drawn again is read out again
            self._show(run)
        if run.state.is_final:
            self._end()

    def _show(self, run: ComparisonRun) -> None:
        self._run = run
        self._found.clear()
        with self._found:
            show_comparison(run)

    def _end(self) -> None:
        self._timer.deactivate()
        self._button.enable()


def show_comparison(run: ComparisonRun) -> None:
    """How far it is, why it failed, or its table with what follows from it."""
    if not run.state.is_final:
        is_waiting = run.state is ComparisonState.waiting
        words = "Waits for its turn" if is_waiting else "Compares"
        with block("beside-each-other"):
            ui.spinner(size="1.2em").props("aria-hidden=true")
            text("span", f"{words}; asked for at {run.asked_at:%H:%M} UTC")
        return
    if run.error is not None:
        show_error(StudioError(**run.error))
        return
    found = run.found
    figures = found.model_dump(mode="json", exclude_unset=True) if found else {}
    section = scorers_block(figures, {})
    for words in (*section.words, *section.points):
        paragraph(words)
    for table in section.tables:
        show_table(table)
