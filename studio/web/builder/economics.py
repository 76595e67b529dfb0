"""What a contact costs and brings, for the size that is recommended."""

from typing import Any

from nicegui import ui

from studio.services.draft_economics import as_percent, kept_economics
from studio.web.builder.frame import Editing
from studio.web.builder.more_options import Keep
from studio.web.components.elements import block, more, paragraph, text


def economics_fields(editing: Editing, keep: Keep) -> None:
    """Three numbers; what is missing of them is said."""
    known = editing.draft.choices.economics
    with more("What a contact costs and brings (optional)").classes("q-mt-md"):
        paragraph(
            "With all three the report recommends a size that pays: each person of the"
            " seed's kind is taken to convert when contacted, and nobody else.",
            "small",
        )
        with block("two"):
            fields = {
                "contact_cost": ui.number("Cost of a contact", min=0),
                "conversion_value": ui.number("Value of a conversion", min=0),
                "prevalence": ui.number("Share of the seed's kind").props(
                    'hint="In percent of the population"'
                ),
            }
        missing = text("p", "", "small").props("role=status")
    for name, field in fields.items():
        value = getattr(known, name)
        field.value = as_percent(value) if name == "prevalence" else value
        field.props("outlined debounce=500")

    async def change(_: Any) -> None:
        known = editing.draft.choices.economics
        typed = {name: field.value for name, field in fields.items()}
        economics, missing.text = kept_economics(known, typed)
        if economics != known.model_dump(mode="json"):
            await keep(lambda _: {"economics": economics})

    for field in fields.values():
        field.on_value_change(change)
