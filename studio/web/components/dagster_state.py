"""The line that says whether Dagster can build, as it is now and not as the page began."""

from typing import TYPE_CHECKING, NamedTuple

from nicegui import ui

from studio.web.components.elements import text
from studio.web.current import studio

if TYPE_CHECKING:
    from studio.services.health import Health

LOOK_SECONDS = 3.0


class Line(NamedTuple):
    """What the line says, its kind, and what can be done."""

    words: str
    kind: str
    remedy: str = ""


def dagster_state() -> None:
    """The line, looked at anew while the page is open; what is the same is not sent again.

    The supervisor's last look is in memory: nobody is asked for it.
    """
    runs = studio().runs
    shown = line_of(runs.health())
    line = text("span", shown.words, f"state {shown.kind}").props("aria-live=polite")
    line.props["title"] = shown.remedy

    def look() -> None:
        nonlocal shown
        found = line_of(runs.health())
        if found != shown:
            shown = found
            line.text = shown.words
            line.classes(replace=f"state {shown.kind}")
            line.props["title"] = shown.remedy

    ui.timer(LOOK_SECONDS, look, immediate=False)


def line_of(health: "Health") -> Line:
    """The line for what is known of the servers; the first that is not well is named."""
    for name in ("web_server", "code_location", "daemon"):
        part = getattr(health, name)
        if part.state.value != "well":
            how = part.cause or f"is {part.state.value}"
            return Line(
                f"Dagster's {name.replace('_', ' ')} {how}", "warn", part.remedy
            )
    return Line("Dagster is running", "good")
