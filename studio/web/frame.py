"""The frame of every page: the way to the other pages, one heading, what failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from nicegui import ui

from catalog.errors import StudioError
from studio.services.access import Role
from studio.web.access import may
from studio.web.components.buttons import go_button
from studio.web.components.dagster_state import dagster_state
from studio.web.components.elements import block, heading, link, paragraph, text
from studio.web.components.page_words import on_a_page, sentence
from studio.web.components.signed_in_as import signed_in_as
from studio.web.shell import shell

STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
PLACES = (
    ("audiences", "My Audiences", "/audiences", Role.viewer),
    ("builder", "New audience", "/builder", Role.builder),
    ("runs", "Runs", "/runs", Role.viewer),
    ("datasets", "Datasets", "/datasets", Role.viewer),
)
THEME = "studio_theme"
THEMES = {"system": None, "light": False, "dark": True}
QUASAR_THEMES = {"system": "'auto'", "light": "false", "dark": "true"}
ICONS = {"system": "brightness_auto", "light": "light_mode", "dark": "dark_mode"}


@contextmanager
def frame(
    heading: str, place: str, *, shows_heading: bool = True
) -> Iterator[ui.element]:
    """A page with its one `h1`; `place` is the part of the studio that it belongs to.

    Where the heading stands beside something else, `shows_heading` is false and the page
    calls `page_title` itself.
    """
    ui.add_css(STYLE)
    ui.add_body_html(shell(place, _places(), _theme()))
    ui.page_title(f"{heading} · Look-alike Studio")
    link("Skip to content", "#content").classes("skip")
    with _header(), block("studio-bar"):
        link("Look-alike Studio", "/").classes("studio-brand")
        _links(place)
        with block("studio-end"):
            _theme_switch()
            _menu(place)
        signed_in_as()
    with block("studio-main studio") as main:
        main.props("id=content tabindex=-1")
        if shows_heading:
            page_title(heading)
        yield main
    _footer()


def page_title(words: str, about: str = "") -> ui.element:
    """The page's heading; what is put into the returned element stands at its end."""
    with block("studio-title"):
        with block():
            heading(1, words).props("tabindex=-1")
            if about:
                paragraph(about, "quiet q-mt-xs q-mb-none")
        return block("actions")


def show_error(error: StudioError) -> None:
    """Say on the page what failed and what to do about it."""
    with block("notice bad").props("role=alert"):
        text("strong", f"{on_a_page(f'{error.object} {error.cause}')}.")
        paragraph(sentence(error.remedy), "q-mb-none")


def tell_error(error: StudioError) -> None:
    """Say what failed in answer to something a person just did."""
    ui.notify(on_a_page(str(error)), type="negative", multi_line=True, timeout=10_000)


def show_nothing(words: str, about: str, label: str, address: str) -> None:
    """What stands where there is nothing yet: why, and for builders the way on."""
    with block("panel empty"):
        heading(2, words)
        paragraph(about, "quiet")
        if may(Role.builder):
            go_button(label, address)


def _header() -> ui.element:
    """Quasar's header, which must stand first in the layout."""
    with ui.context.client.layout:
        header = ui.element("q-header").classes("studio-header")
    header.move(target_index=0)
    return header


def _places() -> list[tuple[str, str, str]]:
    """Where the person may go."""
    return [each[:3] for each in PLACES if may(each[3])]


def _links(place: str) -> None:
    with block("studio-nav", "nav").props('aria-label="Main"'):
        for name, label, address in _places():
            anchor = link(label, address)
            if name == place:
                anchor.props("aria-current=page")


def _menu(place: str) -> None:
    """The same ways behind one button, where there is no room for them."""
    button = ui.button(icon="menu", color=None).props('flat dense aria-label="Menu"')
    with button.classes("studio-small"), ui.menu():
        for name, label, address in _places():
            item = ui.menu_item(label, lambda address=address: ui.navigate.to(address))
            if name == place:
                item.props("active")


def _theme() -> str:
    """The colours that were chosen in this browser."""
    request = ui.context.client.request
    kept = request.cookies.get(THEME, "system") if request else "system"
    return kept if kept in THEMES else "system"


def _theme_switch() -> None:
    """Light, dark, or as the system has it; kept in a cookie of the browser."""
    chosen = _theme()
    if chosen != "system":
        ui.dark_mode(THEMES[chosen])
    button = ui.button(color=None).props("flat dense").tooltip("Change the colours")

    def show(theme: str) -> None:
        button.props["icon"] = ICONS[theme]
        button.props["aria-label"] = f"Colours: {theme}"
        button.update()

    def change() -> None:
        nonlocal chosen
        names = list(THEMES)
        chosen = names[(names.index(chosen) + 1) % len(names)]
        show(chosen)
        ui.run_javascript(
            f"Quasar.Dark.set({QUASAR_THEMES[chosen]});"
            f"document.cookie = '{THEME}={chosen}; path=/; max-age=31536000; samesite=lax'"
        )

    show(chosen)
    button.on_click(change)


def _footer() -> None:
    with block("studio-footer", "footer"), block():
        text("span", f"Look-alike Studio {version('lookalike-studio')}")
        dagster_state()
