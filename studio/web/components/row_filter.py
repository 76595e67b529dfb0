"""A filter on a dataset's rows: conditions that all hold, added and taken away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from catalog.conditions import Condition
from catalog.errors import StudioError
from studio.services import row_filters
from studio.web.components.chips import Chips
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
    kept = list(conditions)
    turn = asyncio.Lock()  # a change is of what the one before it left
    with more("Use only some of its rows") as details:
        if kept:
            details.props("open")
        paragraph(
            "All conditions must hold. What they ask about is never compared.",
            "quiet small",
        )
        chips = Chips()
        with block("filter-new"):
            column = ui.select([each.name for each in columns], label="Column")
            sign = ui.select(SIGNS, value="=", label="Comparison")
            value = ui.input("Value").props('hint="Empty: no value is there"')
            add = ui.button("Add", icon="add").props("no-caps outline")
        count = text("p", "", "quiet small q-mt-sm").props("role=status")

    async def show() -> None:
        chips.show(
            {
                each.text: (f"Remove the condition: {each.text}", partial(remove, each))
                for each in kept
            }
        )
        asked = list(kept)
        told = ""
        if asked:
            try:
                found = await asyncio.to_thread(
                    row_filters.rows_kept, workshop, dataset, _plain(asked)
                )
                told = found.text
            except StudioError as error:
                told = str(error)
        if asked == kept:
            count.text = told

    async def change(wanted: Callable[[], list[Condition]]) -> None:
        async with turn:
            found = wanted()
            is_kept = await on_change(_plain(found))
            if is_kept:
                kept[:] = found
        if is_kept:
            await show()

    async def remove(condition: Condition) -> None:
        await change(lambda: _without(kept, condition))

    async def append() -> None:
        try:
            (found,) = await asyncio.to_thread(
                row_filters.conditions_of,
                workshop,
                dataset,
                [f"{column.value or ''}{sign.value}{value.value or ''}"],
            )
        except StudioError as error:
            on_error(error)
            return
        wanted = Condition.model_validate(found)
        value.value = ""
        await change(lambda: [*_without(kept, wanted), wanted])

    add.on_click(append)
    value.on("keydown.enter", append)
    await show()


def _plain(conditions: list[Condition]) -> list[dict[str, Any]]:
    return [each.model_dump() for each in conditions]


def _without(conditions: list[Condition], condition: Condition) -> list[Condition]:
    return [each for each in conditions if each.text != condition.text]
