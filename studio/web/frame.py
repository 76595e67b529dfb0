"""The frame of every page: the way to the other pages, one heading, what failed."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from catalog.errors import StudioError

STYLE = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; }
.studio-main { max-width: 76rem; margin: 0 auto; padding: 1rem; width: 100%; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
a:focus-visible, button:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid #1565c0; outline-offset: 2px;
}
"""
PLACES = (
    ("audiences", "My Audiences", "/audiences"),
    ("builder", "New audience", "/builder"),
    ("runs", "Runs", "/runs"),
    ("datasets", "Datasets", "/datasets"),
)


@contextmanager
def frame(heading: str, place: str) -> Iterator[None]:
    """A page with its one `h1`; `place` is the part of the studio that it belongs to."""
    ui.add_css(STYLE)
    ui.colors(primary="#1f5fa8")
    with ui.header(elevated=False).classes("items-center gap-4 q-px-md q-py-sm"):
        ui.link("Skip to content", "#content").classes("skip text-white")
        ui.link("Look-alike Studio", "/").classes(
            "text-white text-lg font-bold no-underline"
        )
        with ui.element("nav").props('aria-label="Main"').classes("flex gap-4"):
            for name, label, address in PLACES:
                link = ui.link(label, address).classes("text-white")
                if name == place:
                    link.props("aria-current=page").classes("font-bold underline")
                else:
                    link.classes("no-underline")
    with ui.element("div").props("id=content tabindex=-1").classes("studio-main"):
        ui.label(heading).props("role=heading aria-level=1").classes(
            "text-2xl font-semibold q-mb-md"
        )
        yield


def show_error(error: StudioError) -> None:
    """Say on the page what failed and what to do about it."""
    with (
        ui.card().classes("w-full border-l-4 border-red-700").props("flat bordered"),
        ui.element("div").props("role=alert"),
    ):
        ui.label(f"{error.object} {error.cause}").classes("font-semibold")
        ui.label(error.remedy)
