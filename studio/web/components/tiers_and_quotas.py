"""What divides an audience of a given size: tiers down the ranking, shares of groups."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from catalog.errors import StudioError
from catalog.names import shown
from catalog.specification_output import Output
from studio.services import draft_estimates
from studio.web.components.chips import Chips
from studio.web.components.elements import block, heading, more, paragraph, text
from studio.web.components.page_words import sentence

RULES = {"at_most": "at most", "at_least": "at least", "exactly": "exactly"}
UNEVEN = -1
TIERS = {0: "One audience", 2: "2 tiers", 3: "3 tiers", 5: "5 tiers", 10: "10 tiers"}
ENDS = {
    "top": "They end at, in people",
    "best_percent": "They end at, in percent",
    "min_score": "A lowest score has no tiers",
}
Keep = Callable[[Callable[[Output], dict[str, Any]]], Awaitable[None]]
Tell = Callable[[StudioError], None]
Check = Callable[[str, str], Awaitable[None]]


class TiersAndQuotas:
    """Fields for both; `output` gives the output as it is now, `keep` changes it.

    `check` raises StudioError where nobody has a value of a column.
    """

    def __init__(
        self,
        output: Callable[[], Output],
        columns: list[str],
        keep: Keep,
        tell: Tell,
        check: Check,
    ) -> None:
        self._output, self._keep, self._tell = output, keep, tell
        self._check = check
        with more("Tiers and quotas") as details:
            if output().tiers or output().quotas:
                details.props("open")
            self._tiers()
            self._quotas(columns)
        self.show()

    def show(self) -> None:
        """Show the output as it is now."""
        output = self._output()
        parts = _parts(output)
        options = TIERS if parts in TIERS else TIERS | {parts: _parts_words(output)}
        if self._parts.options == options:
            self._parts.value = parts  # drawn anew, an open menu would close
        else:
            self._parts.set_options(options, value=parts)
        self._ends.props["label"] = ENDS[output.kind]
        self._ends.value = draft_estimates.tier_ends(output)
        for field in (self._parts, self._ends):
            field.set_enabled(output.kind != "min_score")
        self._show_quotas(output)

    def _tiers(self) -> None:
        heading(3, "Tiers")
        paragraph(
            "Parts of the audience, the most alike people in the first: of equal size, or"
            " with ends of your own such as 1, 3, 5. The last ends where the size does.",
            "quiet small",
        )
        with block("two"):
            self._parts = ui.select(TIERS, value=0, label="Divide into")
            self._parts.on_value_change(self._divide)
            self._ends = ui.input().props("debounce=700 autocomplete=off")
            self._ends.on_value_change(self._end)
            for field in (self._parts, self._ends):
                field.props("dense outlined")

    async def _divide(self, event: Any) -> None:
        output = self._output()
        if event.value in (UNEVEN, _parts(output)):
            return  # told, not chosen
        await self._keep(
            lambda known: {"tiers": draft_estimates.equal_tiers(known, event.value)}
        )

    async def _end(self, event: Any) -> None:
        output = self._output()
        typed = str(event.value or "").strip()
        if typed == draft_estimates.tier_ends(output):
            return  # told, not typed
        await self._keep(
            lambda known: {
                "tiers": draft_estimates.typed_tiers(known, typed) if typed else []
            }
        )

    def _quotas(self, columns: list[str]) -> None:
        heading(3, "Quotas")
        paragraph("How much of the audience a group may be.", "quiet small")
        self._chips = Chips()
        with block("filter-new"):
            self._column = ui.select(columns, label="Column").props("dense outlined")
            self._value = ui.input("Value").props(
                "dense outlined no-error-icon hide-bottom-space"
            )
            self._value.on_value_change(lambda: self._tell_unknown(""))
            self._value.on("blur", self._is_known, [])
            self._rule = ui.select(RULES, value="at_most", label="Has").props(
                "dense outlined"
            )
            self._percent = ui.number("Percent", min=0, max=100).props("dense outlined")
        self._unknown = text("p", "", "small bad-words q-my-xs").props("role=status")
        ui.button("Add quota", icon="add", on_click=self._append).props(
            "no-caps outline"
        ).classes("q-mt-sm")

    def _show_quotas(self, output: Output) -> None:
        quotas = output.quotas
        if quotas is None:
            self._chips.show({})
            return
        self._column.value = quotas.attribute
        chosen = {}
        for rule, words in RULES.items():
            for group, amount in getattr(quotas, rule).items():
                told = (
                    f"{100 * amount:g} %"
                    if quotas.unit == "share"
                    else f"{amount:g} people"
                )
                named = f"{quotas.attribute} is {group}"
                chosen[f"{named}: {words} {told}"] = (
                    f"Remove the quota: {named}",
                    partial(self._remove, rule, group),
                )
        self._chips.show(chosen)

    async def _remove(self, rule: str, value: str) -> None:
        await self._keep(
            lambda known: {"quotas": draft_estimates.without_quota(known, rule, value)}
        )

    async def _append(self) -> None:
        column, percent = self._column.value, self._percent.value
        value, rule = str(self._value.value or ""), self._rule.value
        missing = "column" if not column else "percent" if percent is None else ""
        if missing:
            self._tell(
                StudioError(
                    "output_invalid",
                    "the quota",
                    f"has no {missing}",
                    "choose a column, a value of it and a percent",
                )
            )
            return
        if not await self._is_known():
            return
        self._value.value = ""
        await self._keep(
            lambda known: {
                "quotas": draft_estimates.with_quota(
                    known, column, value, rule, percent
                )
            }
        )

    async def _is_known(self) -> bool:
        """Whether somebody has the value that is typed; told beneath it where nobody has."""
        column, value = self._column.value, str(self._value.value or "")
        told = ""
        if column and value:
            try:
                await self._check(column, value)
            except StudioError as error:
                is_known = error.code != "unknown_group"
                subject = error.object if is_known else shown(value)
                told = sentence(f"▲ {subject} {error.cause}: {error.remedy}")
        self._tell_unknown(told)
        return not told

    def _tell_unknown(self, words: str) -> None:
        self._unknown.text = words
        self._value.props["error"] = bool(words)
        self._value.props["aria-invalid"] = "true" if words else "false"


def _parts(output: Output) -> int:
    """How many tiers there are; UNEVEN where they are not of one size."""
    count = len(output.tiers)
    equal = [each["up_to"] for each in draft_estimates.equal_tiers(output, count)]
    return count if equal == [each.up_to for each in output.tiers] else UNEVEN


def _parts_words(output: Output) -> str:
    count = len(output.tiers)
    return f"{count} tiers" if _parts(output) == count else f"{count} uneven tiers"
