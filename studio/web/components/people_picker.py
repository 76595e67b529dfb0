"""Datasets and audiences to choose one of; what does not fit says why and what helps."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from report.words import counted
from studio.services.choices import PeopleChoice
from studio.web.components.elements import block, link, text
from studio.web.components.page_words import on_a_page

KINDS = {
    "parquet": "Parquet",
    "csv": "CSV",
    "json_lines": "JSON Lines",
    "duckdb_table": "DuckDB table",
    "audience": "audience",
}


def people_picker(
    legend: str,
    choices: Sequence[PeopleChoice],
    chosen: tuple[str, bool] | None,
    on_pick: Callable[[PeopleChoice], Awaitable[None]],
) -> None:
    """A group of radio buttons, one each; `chosen` is a name and whether an audience's."""
    with block("choices", "fieldset"):
        text("legend", legend, "sr-only")
        for choice in choices:
            _choice(choice, chosen == (choice.name, choice.is_audience), on_pick)


def _choice(
    choice: PeopleChoice,
    is_chosen: bool,
    on_pick: Callable[[PeopleChoice], Awaitable[None]],
) -> None:
    async def pick() -> None:
        await on_pick(choice)

    with block("choice" if choice.eligible else "choice unfit", "label"):
        radio = ui.element("input").props("type=radio name=people")
        if is_chosen:
            radio.props("checked")
        if choice.eligible:
            radio.on("change", pick)
        else:
            radio.props("disabled")
        text("span", choice.name, "title")
        text("span", _rows(choice), "rows")
        text("span", _about(choice), "about")
        if not choice.eligible:
            with block("why", "span"):
                text("b", "Cannot be chosen: ")
                told = f"it {choice.reason}. To use it, {choice.remedy}. "
                text("span", on_a_page(told))
                text("code", choice.code)
                link("Open its page", _address(choice), "q-ml-sm")
        for note in choice.notes:
            text("span", f"{note[:1].upper()}{note[1:]}.", "why")


def _address(choice: PeopleChoice) -> str:
    return f"/{'audiences' if choice.is_audience else 'datasets'}/{choice.slug}"


def _rows(choice: PeopleChoice) -> str:
    if choice.rows is None:
        return "rows not counted"
    if choice.is_audience:
        return counted(choice.rows, "person", "people")
    return counted(choice.rows, "row", "rows")


def _about(choice: PeopleChoice) -> str:
    keys = ", ".join(choice.joins or choice.keys)
    told = "joins by" if choice.joins else "identified by"
    parts = [
        KINDS.get(choice.kind, choice.kind),
        f"{told} {keys}" if keys else "no identifier",
    ]
    if choice.changed_at is not None:
        parts.append(f"data of {choice.changed_at:%-d %B %Y}")
    if choice.description:
        parts.append(choice.description)
    return " · ".join(parts)
