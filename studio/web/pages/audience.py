"""`/audiences/{slug}`: what an audience holds, how good it is, and what to do with it."""

from asyncio import to_thread
from contextlib import suppress
from functools import partial
from urllib.parse import urlencode

from nicegui import ui

from catalog.errors import StudioError
from catalog.run_records import Run, RunState
from studio.services import audiences
from studio.services.access import Role
from studio.services.audience_list import State
from studio.services.audience_page import (
    AudienceSummary,
    Member,
    Shown,
    show_version,
    summary,
)
from studio.web.access import may
from studio.web.components.buttons import go_button, main_button, quiet_button
from studio.web.components.dagster_link import dagster_link
from studio.web.components.elements import block, heading, link, more, paragraph, text
from studio.web.components.page_words import sentence
from studio.web.components.person import Explain, ask_for_person
from studio.web.components.question import question_dialog
from studio.web.components.run_dialog import RunDialog, RunPanel
from studio.web.components.sections import show_notes, show_section, show_tiles
from studio.web.components.tables import Cell, table
from studio.web.components.versions import (
    people_address,
    show_files,
    show_versions,
)
from studio.web.components.words import NONE, STATE_SIGNS, schedule_words, time_words
from studio.web.current import studio
from studio.web.failures import studio_page, told_once
from studio.web.frame import (
    frame,
    page_title,
    show_error,
)

ENDINGS = {
    RunState.failed: "The newest build failed",
    RunState.cancelled: "The newest build was cancelled",
}


@studio_page("/audiences/{slug}", "audiences")
async def show_audience(slug: str, version: int | None = None) -> None:
    """The version in use, or the one that the address names."""
    workshop = studio().workshop
    audience = await to_thread(summary, workshop, slug)
    trouble, shown = None, None
    try:
        shown = await to_thread(show_version, workshop, audience.slug, version)
    except StudioError as error:
        if error.code not in ("no_version", "version_gone", "version_damaged"):
            raise
        trouble = None if error.code == "no_version" else error
    run = await to_thread(newest_run, audience)
    at_work = run is not None and not run.is_final
    with frame(audience.name, "audiences", shows_heading=False):
        with page_title(audience.name, audience.description):
            if may(Role.builder):
                if shown is not None:
                    address = people_address(audience.slug, shown.number)
                    go_button("Download people", address).props["download"] = ""
                changes(audience, is_built=shown is not None, is_at_work=at_work)
            if shown is not None and shown.has_report:
                address = f"/audiences/{audience.slug}/versions/{shown.number}/report"
                go_button("Report", address, is_main=False).props("target=_blank")
        facts(audience, shown, run)
        if trouble is not None:
            show_error(trouble)
        tell_of_build(audience, run, shown)
        if shown is not None:
            show_all(audience, shown)
        elif trouble is None and not at_work:
            show_not_built(audience)
        if audience.versions:
            show_versions(audience, shown.number if shown else None)
        if shown is not None:
            show_files(audience.slug, shown.number, shown.files)
        documents(audience)


def changes(audience: AudienceSummary, *, is_built: bool, is_at_work: bool) -> None:
    """What builders can do with the audience."""
    edit = urlencode({"audience": audience.slug})
    if is_built and not is_at_work and audience.state is not State.archived:
        build_button(audience, "Build again", is_main=False)
    go_button("Edit", f"/builder?{edit}", is_main=False)
    go_button("Duplicate", f"/builder?{edit}&duplicate=1", is_main=False)
    is_archived = audience.state is State.archived
    words = "Take out of the archive" if is_archived else "Archive"
    asked = "Take “{}” out of the archive?" if is_archived else "Archive “{}”?"
    ask = question_dialog(
        lambda each: asked.format(each.name),
        "It is listed and refreshed again."
        if is_archived
        else "It leaves the list and is no longer refreshed. Nothing is deleted, and it"
        " can be taken out of the archive.",
        words,
        archive,
    )
    quiet_button(words, lambda: ask(audience))


def tell_of_build(
    audience: AudienceSummary, run: Run | None, shown: Shown | None
) -> None:
    """The build that goes on, or how the newest one ended and the way on from there."""
    kept = (
        f"Version {shown.number} stays in use, and is what this page shows."
        if shown is not None and shown.is_served
        else ""
    )
    if run is not None and run.state is not RunState.succeeded:
        words = ENDINGS.get(run.state, "It is being built")
        with block("panel", "section"):
            heading(2, words)
            if kept:
                paragraph(kept, "quiet")
            RunPanel(run, on_end=lambda _: look_again(audience))
    elif audience.failure is not None:
        with block("notice bad"):
            text("strong", f"The newest build failed: {audience.failure.cause}.")
            text("div", sentence(audience.failure.remedy))
            if kept:
                text("div", kept)


def show_not_built(audience: AudienceSummary) -> None:
    """What stands where there are no people yet, and the way to them."""
    with block("panel empty"):
        heading(2, "Not built yet")
        paragraph("There are no people in it until it is built once.", "quiet")
        if may(Role.builder):
            build_button(audience, "Build it now")


def build_button(
    audience: AudienceSummary, label: str, *, is_main: bool = True
) -> None:
    """The way to have the audience built from its data as they are now."""
    dialog = RunDialog(f"/audiences/{audience.slug}")

    @told_once  # its dialog leads to the page anew
    async def build() -> None:
        dialog.open(await to_thread(studio().runs.start, audience.slug))

    (main_button if is_main else quiet_button)(label, build)


async def look_again(audience: AudienceSummary) -> None:
    """Show the audience as it is once its build has ended."""
    ui.navigate.to(f"/audiences/{audience.slug}")


async def archive(audience: AudienceSummary) -> None:
    """Take the audience out of the lists, or put it back where it is archived."""
    undo = audience.state is State.archived
    await to_thread(audiences.archive, studio().workshop, audience.slug, undo=undo)
    ui.navigate.to(f"/audiences/{audience.slug}" if undo else "/audiences")


def newest_run(audience: AudienceSummary) -> Run | None:
    """The run that was asked for last; None where Dagster knows none."""
    with suppress(StudioError):
        return next(iter(studio().runs.overview(audience=audience.slug, limit=1)), None)
    return None


def facts(audience: AudienceSummary, shown: Shown | None, run: Run | None) -> None:
    """State, version, times and tags in a line."""
    state = audience.state
    with block("facts q-mb-md", "dl"):
        with block():
            text("dt", "State")
            with block(tag="dd"):
                text("span", state.value.capitalize(), f"state {STATE_SIGNS[state]}")
        told_facts = [
            ("Version", f"{shown.number}" if shown else "none"),
            ("Published (UTC)", time_words(shown.published_at) if shown else "never"),
            (
                "Built again",
                "Not while it is archived"
                if state is State.archived
                else schedule_words(audience.schedule, on_change=audience.on_change),
            ),
            *([("Owner", audience.owner)] if audience.owner else []),
        ]
        for label, value in told_facts:
            with block():
                text("dt", label)
                text("dd", value)
        if run is not None:
            with block():
                text("dt", "Newest run")
                with block(tag="dd"):
                    words = run.run_id[:8]
                    if not dagster_link(f"{words} in Dagster", run):
                        text("span", words)
        if audience.tags:
            with block():
                text("dt", "Tags")
                with block("chips", "dd"):
                    for tag in audience.tags:
                        text("span", tag, "chip")


def show_all(audience: AudienceSummary, shown: Shown) -> None:
    """The version's figures, sections and people."""
    if not shown.is_served:
        with block("notice"):
            text("strong", f"Version {shown.number} is not the one in use.")
            link("See the one in use", f"/audiences/{audience.slug}")
    show_tiles(shown.tiles)
    ways = [(each.anchor, each.title) for each in shown.blocks]
    if shown.is_explained and shown.is_served:
        ways.append(("person", "Why this person"))
    ways += [("members", "People"), ("versions", "Versions"), ("files", "Files")]
    with block("anchors", "nav").props('aria-label="On this page"'):
        for anchor, title in ways:
            link(title, f"#{anchor}")
    with block("panel", "section"):
        heading(2, "In short")
        show_notes(shown.warnings, "warn")
        with block("points", "ul"):
            for sentence in (*shown.sentences, *shown.changes):
                text("li", sentence, "q-mb-xs")
        if shown.notes:
            with more("Good to know"):
                show_notes(shown.notes, "")
    pictures = f"/audiences/{audience.slug}/versions/{shown.number}/pictures"
    for section in shown.blocks:
        show_section(section, pictures)
    if shown.is_explained and shown.is_served:
        show_members(shown.members, ask_for_person(audience.slug))
    else:
        show_members(shown.members)


def show_members(members: tuple[Member, ...], explain: Explain | None = None) -> None:
    """The first people by rank; hashes alone, and the way to why each is in it."""
    with block("panel cards", "section").props("id=members"):
        heading(2, "People")
        paragraph(
            f"The first {len(members)} by rank. Each is shown by the first digits of a"
            " hash; identifiers are in the files alone.",
            "quiet",
        )
        table(
            "People of the audience",
            (
                "Person",
                "Rank",
                "Score",
                "Percentile",
                "Seed",
                *(["Why"] if explain else []),
            ),
            [member_row(each, explain) for each in members],
            numbers={1, 2, 3},
            is_caption_shown=False,
        )


def member_row(member: Member, explain: Explain | None) -> list[Cell]:
    """The cells of one person; whom no score brought in cannot be explained."""

    def why() -> None:
        if explain is None or member.rank is None:
            text("span", NONE)
            return
        button = quiet_button("Explain", partial(explain, member.person_key))
        button.props("dense").props["aria-label"] = f"Explain person {member.key}"

    return [
        f"{member.key}…",
        NONE if member.rank is None else str(member.rank),
        member.score,
        member.percentile,
        "yes" if member.is_seed else "no",
        *([why] if explain else []),
    ]


def documents(audience: AudienceSummary) -> None:
    """What the audience is made from, as it can be kept in git."""
    with block("panel", "section"):
        heading(2, "Specification")
        for title, document in (
            ("Specification as YAML", audience.specification_yaml),
            ("Workflow as YAML, with its stages", audience.workflow_yaml),
        ):
            with more(title):
                box = text("pre", document)
                box.props["tabindex"] = "0"
