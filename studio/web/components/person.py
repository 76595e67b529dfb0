"""Why one person is in the audience: asked by identifier, answered as a waterfall."""

from asyncio import to_thread

from nicegui import ui

from catalog.errors import StudioError
from studio.services.audience_page import Explanation, Step, explanation
from studio.web.components.buttons import main_button
from studio.web.components.elements import block, heading, paragraph, text
from studio.web.current import studio
from studio.web.frame import show_error


def ask_for_person(slug: str) -> None:
    """A field for an identifier; it goes through the socket, never into an address."""
    with block("panel", "section").props("id=person"):
        heading(2, "Why this person")
        paragraph(
            "Type an identifier of somebody in the audience. What each attribute adds to"
            " or takes from the score is shown; the identifier is not."
        )
        with block("actions"):
            field = ui.input("Identifier").props("outlined dense autocomplete=off")
            button = main_button("Explain")
        answer = block("q-mt-md")
        answer.props["aria-live"] = "polite"

        async def ask() -> None:
            typed = (field.value or "").strip()
            answer.clear()
            if not typed:
                return
            with answer:
                try:
                    found = await to_thread(explanation, studio().workshop, slug, typed)
                except StudioError as error:
                    show_error(error)
                    return
                show_waterfall(found)

        button.on_click(ask)
        field.on("keydown.enter", ask)


def show_waterfall(found: Explanation) -> None:
    """The steps from even odds to the person's score."""
    paragraph(
        f"Person {found.key}… has rank {found.rank}, score {found.score} and stands above"
        f" {found.percentile} of the population. The steps add up to the log odds"
        f" {found.log_odds}; 0 is as typical of the seed as of the population."
    )
    with block("waterfall"):
        for step in found.steps:
            _step(step)
        _step(found.total, "total")


def _step(step: Step, classes: str = "") -> None:
    text("div", step.attribute, classes)
    with block(f"track {classes}").props("aria-hidden=true"):
        bar = block("against" if step.is_against else "")
        bar.style(f"left: {step.left}%; width: {step.width}%")
    text("div", step.amount, f"amount {classes}")
