"""The versions of an audience, the files of one, and going back to an earlier one."""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from nicegui import ui

from studio.services import versions
from studio.services.access import Role
from studio.services.audience_page import AudienceSummary, FileLine, VersionLine
from studio.web.access import may
from studio.web.components.buttons import quiet_button
from studio.web.components.elements import block, heading, link, paragraph, text
from studio.web.components.question import question_dialog
from studio.web.components.tables import Cell, table, time_cell
from studio.web.components.words import NONE, count_words, size_words, time_words
from studio.web.current import studio


def show_versions(audience: AudienceSummary, shown: int | None) -> None:
    """Every version with who came and went; an earlier one can be put into use."""
    with block("panel cards", "section").props("id=versions"):
        heading(2, "Versions")
        ask = serve_dialog(audience)
        table(
            "Versions, the newest first; times are UTC",
            (
                "Version",
                "State",
                "People",
                "Entered",
                "Left",
                "Stayed",
                "Published",
                "Action",
            ),
            [_row(audience.slug, each, ask) for each in audience.versions],
            numbers={2, 3, 4, 5},
            marked=[
                at for at, one in enumerate(audience.versions) if one.number == shown
            ],
        )
        _ask_for_changes(audience)


def _ask_for_changes(audience: AudienceSummary) -> None:
    """Two versions to be looked at beside each other."""
    numbers = [each.number for each in audience.versions if each.is_on_disk]
    if len(numbers) < 2:
        return

    def go() -> None:
        told = urlencode({"older": older.value, "newer": newer.value})
        ui.navigate.to(f"/audiences/{audience.slug}/changes?{told}")

    names = {number: f"Version {number}" for number in numbers}
    with block("filters q-mt-md"):
        newer = ui.select(names, label="Compare", value=numbers[0])
        older = ui.select(names, label="With", value=numbers[1])
        for each in (newer, older):
            each.props("outlined dense options-dense")
        quiet_button("What has changed", go)


def serve_dialog(
    audience: AudienceSummary,
) -> Callable[[int], None]:
    """The question before another version is put into use; call it with the number."""

    async def serve(number: int) -> None:
        await to_thread(
            versions.serve_version, studio().workshop, audience.slug, number
        )
        ui.navigate.to(f"/audiences/{audience.slug}")

    return question_dialog(
        lambda number: f"Put version {number} into use?",
        "Whoever reads the audience gets the people of that version from then on. The"
        " version in use now stays available.",
        "Put into use",
        serve,
    )


def show_files(slug: str, number: int, files: Sequence[FileLine]) -> None:
    """The files of a version, each to be taken away."""
    with block("panel cards", "section").props("id=files"):
        heading(2, "Files")
        paragraph(
            "People, members and identities hold identifiers: keep them safe.", "quiet"
        )
        table(
            f"Files of version {number}",
            ("File", "What it holds", "Size"),
            [
                *([_people(slug, number)] if may(Role.builder) else []),
                *(
                    (_link(slug, number, each), each.about, size_words(each.bytes))
                    for each in files
                ),
            ],
            numbers={2},
            is_caption_shown=False,
        )


def people_address(slug: str, number: int) -> str:
    """Where the people of a version are given as a table."""
    return f"/audiences/{slug}/versions/{number}/people.csv"


def _people(slug: str, number: int) -> list[Cell]:
    """The people as a table, which is made as it is asked for and so of no size yet."""

    def show() -> None:
        link("people.csv", people_address(slug, number)).props["download"] = ""

    about = (
        "The same people as a table for spreadsheets, with no cell that one would run"
    )
    return [show, about, NONE]


def _link(slug: str, number: int, file: FileLine) -> Cell:
    """The way to a file; people are for builders to take away."""

    def show() -> None:
        address = f"/audiences/{slug}/versions/{number}/files/{file.name}"
        link(file.name, address).props["download"] = file.name

    return show if may(Role.builder) or not file.holds_people else file.name


def _row(slug: str, line: VersionLine, ask: Callable[[int], None]) -> list[Cell]:
    def number() -> None:
        link(f"Version {line.number}", f"/audiences/{slug}?version={line.number}")

    def action() -> None:
        if not line.is_on_disk:
            text("span", "files are gone", "state bad")
        elif line.state == "available" and may(Role.builder):
            button = quiet_button("Put into use", lambda: ask(line.number))
            button.props["aria-label"] = f"Put version {line.number} into use"

    signs = {"served": ("good", "In use"), "withdrawn": ("none", "Withdrawn")}
    sign, words = signs.get(line.state, ("none", "Available"))
    return [
        number,
        lambda: text("span", words, f"state {sign}"),
        count_words(line.people),
        count_words(line.entered),
        count_words(line.left),
        count_words(line.stayed),
        time_cell(time_words(line.published_at)),
        action,
    ]
