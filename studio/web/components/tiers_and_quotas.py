"""What divides an audience of a given size: tiers down the ranking, shares of groups."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from catalog.specification_model import Output
from report.words import share_text
from studio.services import draft_estimates
from studio.web.components.elements import block, heading, more, paragraph, text

RULES = {"at_most": "at most", "at_least": "at least", "exactly": "exactly"}
TIERS = {0: "One audience", 2: "2 tiers", 3: "3 tiers", 5: "5 tiers", 10: "10 tiers"}
Keep = Callable[[dict[str, Any]], Awaitable[None]]


def tiers_and_quotas(
    output: Callable[[], Output], columns: list[str], keep: Keep
) -> None:
    """Fields for both; `output` gives the output as it is now, `keep` changes it."""
    with more("Tiers and quotas") as details:
        if output().tiers or output().quotas:
            details.props("open")
        _tiers(output, keep)
        _quotas(output, columns, keep)


def _tiers(output: Callable[[], Output], keep: Keep) -> None:
    heading(3, "Tiers")
    paragraph("Parts of equal size, the most alike people in the first.", "quiet small")
    count = len(output().tiers)
    names = TIERS | ({count: f"{count} tiers"} if count not in TIERS else {})

    async def divide(event: Any) -> None:
        await keep({"tiers": draft_estimates.equal_tiers(output(), event.value)})

    ui.select(names, value=count, label="Divide into", on_change=divide).props(
        "dense outlined"
    ).classes("narrow-field")


def _quotas(output: Callable[[], Output], columns: list[str], keep: Keep) -> None:
    heading(3, "Quotas")
    paragraph("How much of the audience a group may be.", "quiet small")
    shown = block("chips")
    with block("filter-new"):
        column = ui.select(columns, label="Column").props("dense outlined")
        value = ui.input("Value").props("dense outlined")
        rule = ui.select(RULES, value="at_most", label="Has").props("dense outlined")
        percent = ui.number("Percent", min=0, max=100).props("dense outlined")
    add = ui.button("Add quota", icon="add").props("no-caps outline").classes("q-mt-sm")

    def draw() -> None:
        shown.clear()
        quotas = output().quotas
        if quotas is None:
            return
        column.value = quotas.attribute
        with shown:
            for field, words in RULES.items():
                for group, amount in getattr(quotas, field).items():
                    told = (
                        share_text(amount)
                        if quotas.unit == "share"
                        else f"{amount:g} people"
                    )
                    text("span", f"{group}: {words} {told}", "chip")
            ui.button("Remove quotas", on_click=remove).props("no-caps flat dense")

    async def remove() -> None:
        await keep({"quotas": None})
        draw()

    async def append() -> None:
        if not column.value or percent.value is None:
            return
        await keep(
            {
                "quotas": draft_estimates.with_quota(
                    output(),
                    column.value,
                    str(value.value or ""),
                    rule.value,
                    percent.value,
                )
            }
        )
        draw()

    add.on_click(append)
    draw()
