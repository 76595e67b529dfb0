"""`/audiences`: every audience, what is served of it and how good it is."""

from asyncio import to_thread

from nicegui import ui

from studio.services import audiences
from studio.web.current import studio
from studio.web.frame import frame


@ui.page("/audiences")
async def show_audiences() -> None:
    """Every audience in a line."""
    rows = await to_thread(audiences.overview, studio().workshop)
    with frame("My Audiences", "audiences"):
        for row in rows:
            ui.label(row["name"])
