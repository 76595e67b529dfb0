"""`/builder/{draft}/attributes`: step 3, what people are compared by."""

from asyncio import to_thread

from fastapi import Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from catalog.errors import StudioError
from report.words import counted
from studio.services import attribute_changes, choices, draft_estimates, drafts
from studio.services.attribute_changes import AttributeChange
from studio.services.choices import AttributeChoices
from studio.services.draft_store import Step
from studio.web.components.attribute_table import AttributeTable
from studio.web.components.builder_frame import (
    Editing,
    builder_frame,
    open_step,
    show_remarks,
    walk,
)
from studio.web.components.elements import block, heading, paragraph, text
from studio.web.components.tables import table
from studio.web.current import studio
from studio.web.failures import studio_page

MANY = 8


@studio_page("/builder/{draft_id}/attributes", "builder")
async def choose_attributes(draft_id: str) -> Response | None:
    """The attributes in three groups, with what each says and what is advised."""
    draft = await open_step(draft_id, Step.attributes)
    if isinstance(draft, str):
        return RedirectResponse(draft)
    workshop = studio().workshop
    remarks = await to_thread(drafts.remarks, workshop, draft)
    try:
        found = await to_thread(choices.attributes, workshop, draft)
    except StudioError as error:
        with builder_frame(draft, Step.attributes) as editing:
            show_remarks(editing, remarks)
            editing.tell(error)
            walk(editing, is_ready=False)
        return None
    with builder_frame(draft, Step.attributes) as editing:
        show_remarks(editing, remarks)
        _join_keys(found)
        count = block("notice")
        advice_box = block("notice").props("role=status")
        shown = AttributeTable()
        onward = walk(editing, is_ready=bool(found.chosen))

    def tell_count(now: AttributeChoices) -> None:
        count.clear()
        with count:
            chosen = counted(len(now.chosen), "attribute is", "attributes are")
            text("strong", f"{chosen} chosen.")
            if len(now.chosen) > MANY:
                text("span", " 3 to 8 are easier to explain, and often as good.")
        assert onward is not None  # noqa: S101
        onward.set_enabled(bool(now.chosen))

    async def change(asked: AttributeChange) -> None:
        nonlocal found
        values = attribute_changes.changed(found, editing.draft.choices, asked)
        if await editing.change(**values):
            found = await to_thread(choices.attributes, workshop, editing.draft)
            tell_count(found)
        shown.show(found, change)

    shown.show(found, change)
    tell_count(found)
    with advice_box:
        ui.spinner(size="1.2em").classes("q-mr-sm").props("aria-hidden=true")
        text("span", "Looking at what each attribute says. You can go on meanwhile.")
    ui.timer(0.1, lambda: _load(editing, shown, advice_box, change), once=True)
    return None


async def _load(
    editing: Editing, shown: AttributeTable, box: ui.element, change: object
) -> None:
    """Seed against population first, then the advice, which takes longer."""
    workshop, draft = studio().workshop, editing.draft
    try:
        sides = await to_thread(draft_estimates.sides, workshop, draft)
        shown.tell_sides({each.attribute: each.text for each in sides})
        advice = await to_thread(draft_estimates.advice, workshop, draft)
    except StudioError as error:
        box.clear()
        with box:
            text("span", f"No advice: {error}.")
        return
    shown.tell_advice(advice)
    box.clear()
    names = attribute_changes.advised(advice)

    async def take() -> None:
        await change(AttributeChange(only=names))  # type: ignore[operator]

    with box:
        paragraph(advice.summary, "q-mb-xs")
        for pair in advice.repetitions[:3]:
            paragraph(f"{pair.meaning[:1].upper()}{pair.meaning[1:]}.", "small q-mb-xs")
        if names:
            label = counted(len(names), "advised attribute", "advised attributes")
            ui.button(f"Take only the {label}", on_click=take).props(
                "no-caps outline dense"
            ).classes("q-px-sm")


def _join_keys(found: AttributeChoices) -> None:
    with block("panel"):
        heading(2, "How the two sides meet")
        if not found.join_keys:
            paragraph("No identifier joins seed and population.", "q-mb-none")
            return
        table(
            "Identifiers of both sides",
            ("Identifier", "Column of the seed", "Column of the population"),
            [
                (
                    each.identifier,
                    each.seed_column or "–",
                    each.population_column or "–",
                )
                for each in found.join_keys
            ],
            is_caption_shown=False,
        )
