"""`/audiences/{slug}/changes`: what a version has that an older one has not."""

from asyncio import to_thread

from studio.services.version_changes import version_changes
from studio.web.components.elements import block, heading, link, paragraph, text
from studio.web.components.sections import show_table
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, page_title


@studio_page("/audiences/{slug}/changes", "audiences")
async def show_changes(
    slug: str, older: int | None = None, newer: int | None = None
) -> None:
    """The two that the address names, else the one in use and the one before it."""
    found = await to_thread(version_changes, studio().workshop, slug, older, newer)
    words = f"Version {found.newer} beside version {found.older}"
    with frame(f"{found.audience}: {words}", "audiences", shows_heading=False):
        with page_title(words, found.audience):
            link("Back to the audience", f"/audiences/{slug}")
        with block("panel", "section"):
            heading(2, "People")
            with block("points", "ul"):
                for sentence in found.sentences:
                    text("li", sentence, "q-mb-xs")
            if found.drift.rows:
                show_table(found.drift)
        with block("panel", "section"):
            heading(2, "Specification")
            if found.specification:
                paragraph(
                    f"A line that begins with - is of version {found.older}, one with +"
                    f" of version {found.newer}.",
                    "quiet",
                )
                box = text("pre", "\n".join(found.specification))
                box.props["tabindex"] = "0"
            else:
                paragraph("Both were built by the same specification.", "quiet")
