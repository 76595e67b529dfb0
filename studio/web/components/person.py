"""Why one person is in the audience: asked by identifier or row, answered as a waterfall."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable

from nicegui import ui

from catalog.errors import StudioError
from studio.services.access import Role
from studio.services.audience_page import Explanation, Step, explanation
from studio.web.access import require
from studio.web.components.buttons import main_button
from studio.web.components.elements import block, heading, paragraph, text
from studio.web.current import studio
from studio.web.frame import show_error

TITLE = "Why this person"
Explain = Callable[[str], Awaitable[None]]


def ask_for_person(slug: str) -> Explain:
    """A field for an identifier; it goes through the socket, never into an address.

    Returned is what explains a person whom a row of the page stands for, by the person's
    key, and leads the keyboard to the answer.
    """
    with block("panel", "section").props("id=person"):
        heading(2, TITLE)
        paragraph(
            "Type an identifier of somebody in the audience, or press Explain beside"
            " somebody under People. What each attribute adds to or takes from the score"
            " is shown; the identifier is not."
        )
        with block("actions"):
            field = ui.input("Identifier").props("outlined dense autocomplete=off")
            button = main_button("Explain")
        answer = block("q-mt-md").props("aria-live=polite role=group tabindex=-1")
        answer.props["aria-label"] = TITLE

    asked = 0

    async def tell(identifier: str) -> None:
        """Explain somebody; of two that are asked for the last counts."""
        nonlocal asked
        asked += 1
        mine = asked
        found: Explanation | StudioError
        try:
            require(Role.viewer)
            found = await to_thread(explanation, studio().workshop, slug, identifier)
        except StudioError as error:
            found = error
        if mine != asked:
            return
        answer.clear()
        with answer:
            if isinstance(found, StudioError):
                show_error(found)
            else:
                show_waterfall(found)

    async def ask() -> None:
        typed = (field.value or "").strip()
        answer.clear()
        if typed:
            await tell(typed)

    async def explain(person_key: str) -> None:
        await tell(person_key)
        answer.run_method("focus")

    button.on_click(ask)
    field.on("keydown.enter", ask)
    return explain


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
