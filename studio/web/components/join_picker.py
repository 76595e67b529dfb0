"""Which of several identifiers joins seed and population; all of them by default."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from studio.services.draft_joins import JoinChoice
from studio.web.components.elements import paragraph


def join_picker(
    found: JoinChoice, on_pick: Callable[[tuple[str, ...]], Awaitable[None]]
) -> None:
    """Each identifier of both sides alone, or every one; those named before stay to choose.

    `on_pick` is given what joins: none of them where every one does.
    """
    ways: list[tuple[str, ...]] = [(), *((each,) for each in found.identifiers)]
    if found.chosen not in ways:
        ways.append(found.chosen)
    words = {
        place: ", ".join(way)
        if way
        else f"Every identifier of both: {', '.join(found.identifiers)}"
        for place, way in enumerate(ways)
    }

    async def pick(event: Any) -> None:
        await on_pick(ways[event.value])

    select = ui.select(
        words, value=ways.index(found.chosen), label="Joined by", on_change=pick
    )
    select.props("outlined").classes("w-full")
    paragraph(
        "Rows that share one of these are of one person. Choose one where another is not"
        " to be relied on; the others are delivered and join nobody.",
        "quiet small q-mt-xs q-mb-none",
    )
