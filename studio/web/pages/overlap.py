"""`/overlap`: how many people audiences have in common, as they are in use."""

from asyncio import to_thread
from collections.abc import Sequence
from urllib.parse import urlencode

from nicegui import ui

from catalog.errors import StudioError
from studio.services.audience_list import built_audiences
from studio.services.overlap import overlap, overlap_tables
from studio.web.components.elements import block, paragraph
from studio.web.components.sections import show_table
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, page_title, show_error, show_nothing


@studio_page("/overlap", "audiences")
async def show_overlap(audiences: str = "", tiers: bool = False) -> None:
    """Those that the address names, with commas between their slugs."""
    workshop = studio().workshop
    built = await to_thread(built_audiences, workshop)
    chosen = [slug for slug in audiences.split(",") if slug in built]
    with frame("Overlap", "audiences", shows_heading=False):
        page_title(
            "Overlap",
            "How many people audiences have in common, as they are in use now.",
        )
        if not built:
            show_nothing(
                "No audience is built yet",
                "Audiences can be compared once they hold people.",
                "New audience",
                "/builder",
            )
            return
        _choice(built, chosen, tiers=tiers)
        if len(chosen) < (1 if tiers else 2):
            paragraph(
                "Choose an audience with tiers." if tiers else "Choose two or more.",
                "quiet",
            )
            return
        try:
            found = await to_thread(overlap, workshop, chosen, by_tier=tiers)
        except StudioError as error:
            show_error(error)
            return
        with block("panel cards", "section"):
            for each in overlap_tables(found):
                show_table(each)


def _choice(built: dict[str, str], chosen: Sequence[str], *, tiers: bool) -> None:
    """Which audiences, and whether their tiers count as audiences."""

    def go() -> None:
        asked = {"audiences": ",".join(picked.value or ()), "tiers": by_tier.value}
        told = urlencode({name: str(value) for name, value in asked.items() if value})
        ui.navigate.to(f"/overlap?{told}" if told else "/overlap")

    with block("filters"):
        picked = ui.select(built, label="Audiences", value=list(chosen), multiple=True)
        picked.props("outlined dense options-dense use-chips")
        by_tier = ui.checkbox("Each tier by itself", value=tiers)
        ui.button("Compare", on_click=go).props("no-caps unelevated")
