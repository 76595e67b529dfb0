"""A filter on a dataset's rows: conditions that all hold, added and taken away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui

from catalog.conditions import Condition
from catalog.errors import StudioError
from studio.services import row_filters
from studio.web.components.elements import block, more, paragraph, text
from studio.web.current import studio

SIGNS = {
    "=": "is",
    "!=": "is not",
    ">=": "is at least",
    "<=": "is at most",
    ">": "is above",
    "<": "is below",
}


async def row_filter(
    dataset: str,
    conditions: Sequence[Condition],
    on_change: Callable[[list[dict[str, Any]]], Awaitable[bool]],
    on_error: Callable[[StudioError], None],
) -> None:
    """The conditions as they are, and a row of fields to add another."""
    workshop = studio().workshop
    columns = await asyncio.to_thread(row_filters.filter_columns, workshop, dataset)
    kept = [each.model_dump() for each in conditions]
    with more("Use only some of its rows") as details:
        if kept:
            details.props("open")
        paragraph(
            "All conditions must hold. What they ask about is never compared.",
            "quiet small",
        )
        shown = block("chips")
        with block("filter-new"):
            column = ui.select([each.name for each in columns], label="Column")
            sign = ui.select(SIGNS, value="=", label="Comparison")
            value = ui.input("Value").props('hint="Empty: no value is there"')
            add = ui.button("Add", icon="add").props("no-caps outline")
        count = text("p", "", "quiet small q-mt-sm").props("role=status")

    async def show() -> None:
        shown.clear()
        with shown:
            for place, each in enumerate(kept):
                with block("chip", "span"):
                    text("span", Condition.model_validate(each).text)
                    ui.button(
                        icon="close", on_click=lambda place=place: remove(place)
                    ).props('flat dense round size=xs aria-label="Remove condition"')
        if not kept:
            count.text = ""
            return
        try:
            found = await asyncio.to_thread(
                row_filters.rows_kept, workshop, dataset, kept
            )
        except StudioError as error:
            count.text = str(error)
            return
        count.text = found.text

    async def set_to(wanted: list[dict[str, Any]]) -> None:
        if await on_change(wanted):
            kept[:] = wanted
            await show()

    async def remove(place: int) -> None:
        await set_to([each for number, each in enumerate(kept) if number != place])

    async def append() -> None:
        try:
            found = await asyncio.to_thread(
                row_filters.conditions_of,
                workshop,
                dataset,
                [f"{column.value or ''}{sign.value}{value.value or ''}"],
            )
        except StudioError as error:
            on_error(error)
            return
        await set_to([*kept, *found])
        value.value = ""

    add.on_click(append)
    value.on("keydown.enter", append)
    await show()
