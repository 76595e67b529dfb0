"""`/runs`: the builds, the newest first, each as it goes on."""

from asyncio import to_thread
from typing import TYPE_CHECKING

from nicegui import ui

from studio.web.builder.frame import STYLE
from studio.web.components.dagster_link import dagster_link
from studio.web.components.elements import block, heading, link, more, text
from studio.web.components.run_dialog import STATES, RunPanel
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, show_nothing

if TYPE_CHECKING:
    from catalog.run_records import Run

MOST = 50


@studio_page("/runs", "runs")
async def show_runs() -> None:
    """Those at work opened, the others folded."""
    found = await to_thread(studio().runs.overview, limit=MOST)
    ui.add_css(STYLE)
    with frame("Runs", "runs"):
        if not found:
            show_nothing(
                "No runs yet",
                "Every build of an audience is shown here, whoever began it.",
                "New audience",
                "/builder",
            )
            return
        for run in found:
            _run(run)


def _run(run: "Run") -> None:
    words, kind = STATES[run.state.value]
    if run.is_final and run.is_unchanged:
        words = "Nothing has changed"
    with block("panel", "section"):
        with block("group-head"):
            with heading(2, ""):
                link(run.audience_name, f"/audiences/{run.audience}")
            text("span", words, f"state {kind}")
        text("p", f"Begun {run.created_at:%Y-%m-%d %H:%M} UTC", "quiet small")
        if not run.is_final:
            RunPanel(run)
        else:
            with more("Stages"):
                RunPanel(run)
        dagster_link("Open in Dagster", run)
