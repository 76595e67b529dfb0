"""`/runs`: the builds, the newest first, each as it goes on."""

from asyncio import to_thread
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from catalog.run_records import Run, RunState
from report.words import counted
from studio.web.builder.frame import STYLE
from studio.web.components.dagster_link import dagster_link
from studio.web.components.elements import block, heading, link, more, paragraph, text
from studio.web.components.pager import pager
from studio.web.components.run_dialog import STATES, RunPanel, state_words
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, show_nothing

RUNS_A_PAGE = 50


@studio_page("/runs", "runs")
async def show_runs(audience: str = "", state: str = "", page: int = 1) -> None:
    """Those at work opened, the others folded; the address says which are shown."""
    asked: dict[str, Any] = {"audience": audience or None, "state": None}
    with suppress(ValueError):
        asked["state"] = RunState(state) if state else None
    runs = studio().runs
    count = await to_thread(runs.count, **asked)
    pages = max(1, -(-count // RUNS_A_PAGE))
    page = min(max(1, page), pages)
    found = await to_thread(
        runs.overview, **asked, limit=RUNS_A_PAGE, offset=(page - 1) * RUNS_A_PAGE
    )
    names = {
        each.slug: each.name
        for each in await to_thread(studio().workshop.catalog.list_audiences)
    }
    ui.add_css(STYLE)
    with frame("Runs", "runs"):
        if not found and asked == {"audience": None, "state": None}:
            show_nothing(
                "No runs yet",
                "Every build of an audience is shown here, whoever began it.",
                "New audience",
                "/builder",
            )
            return
        _filters(asked, names)
        paragraph(counted(count, "run", "runs"), "quiet small")
        for run in found:
            _run(run)
        pager(page, pages, lambda number: _go({**asked, "page": number}))


def _filters(asked: dict[str, Any], names: dict[str, str]) -> None:
    """One audience alone, one state alone."""
    options = {
        "audience": ("Audience", {"": "All audiences"} | names),
        "state": (
            "State",
            {"": "All states"}
            | {each.value: STATES[each.value][0] for each in RunState},
        ),
    }
    with block("filters"):
        for field, (label, choices) in options.items():
            chosen = asked[field] or ""
            select = ui.select(
                choices, label=label, value=chosen if chosen in choices else ""
            )
            select.props("outlined dense options-dense")
            select.on_value_change(
                lambda event, field=field: _go({**asked, field: event.value})
            )


def _go(asked: dict[str, Any]) -> None:
    """Show other runs; a page begins anew at the first where it is not named."""
    told = urlencode({name: str(value) for name, value in asked.items() if value})
    ui.navigate.to(f"/runs?{told}" if told else "/runs")


def _run(run: Run) -> None:
    with block("panel", "section"):
        with block("group-head"):
            with heading(2, ""):
                link(run.audience_name, f"/audiences/{run.audience}")
            sign = text("span")
        text("p", f"Begun {run.created_at:%Y-%m-%d %H:%M} UTC", "quiet small")
        with more("Stages") if run.is_final else nullcontext():
            RunPanel(run, on_look=partial(_show_state, sign))
        dagster_link("Open in Dagster", run)


def _show_state(sign: TextElement, run: Run) -> None:
    """Have the sign say how the run is."""
    words, kind = state_words(run)
    sign.text = words
    sign.classes(replace=f"state {kind}")
