"""`/builder/{draft}/output`: step 4, how many people, and what that size gives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from nicegui import ui

from catalog.errors import StudioError
from catalog.specification_output import Output
from report.words import counted
from studio.services import draft_estimates, draft_quotas
from studio.services.draft_estimates import DraftEstimate
from studio.web.builder.frame import Editing, walk
from studio.web.components.elements import block, heading, text
from studio.web.components.reach_curve import ReachCurve
from studio.web.components.tiers_and_quotas import TiersAndQuotas
from studio.web.components.words import ALLOW_INDISTINCT
from studio.web.current import studio

UNITS = {"top": "People", "best_percent": "Percent", "min_score": "Lowest score"}
FIGURES = (
    ("people", "people"),
    ("lift", "times a random draw"),
    ("score", "score at the cut"),
    ("recall", "of held-out seed people reached"),
)


async def choose_output(editing: Editing) -> None:
    """One control for size, percent or score; all figures move with it."""
    with block("panel") as panel:
        waiting = block().props("role=status")
        with waiting, block("beside-each-other"):
            ui.spinner(size="1.5em").props("aria-hidden=true")
            text("span", "Learning from seed and population. This takes seconds.")
        content = block()
    walk(editing)
    ui.timer(0, lambda: _load(editing, panel, waiting, content), once=True)


async def _load(
    editing: Editing, panel: ui.element, waiting: ui.element, content: ui.element
) -> None:
    try:
        found = await asyncio.to_thread(
            draft_estimates.estimate, studio().workshop, editing.draft
        )
        columns = await asyncio.to_thread(
            draft_quotas.group_columns, studio().workshop, editing.draft
        )
    except StudioError as error:
        panel.delete()
        editing.tell(error)
        return
    waiting.clear()
    with content:
        SizeControl(editing, found, columns)


class SizeControl:
    """The size by slider or typed, in one of three units, with what it gives."""

    def __init__(
        self, editing: Editing, found: DraftEstimate, columns: list[str]
    ) -> None:
        self._editing, self._found = editing, found
        self._sizes = 0
        self._lock = asyncio.Lock()
        self._same: dict[str, Output] = {}  # the same people by other limits
        self._last: dict[str, Any] = {}  # what each control was told or asked last
        unit = found.output.kind
        heading(2, "Size")
        with block("size-row"):
            self._unit = ui.toggle(UNITS, value=unit, on_change=self._set_unit).props(
                'no-caps unelevated aria-label="Unit of the size"'
            )
            self._number = ui.number(
                UNITS[unit], value=getattr(found.output, unit)
            ).props("dense outlined debounce=400")
        self._number.on_value_change(self._type)
        with block("figures").props("role=status"):
            self._values = {name: _figure(what) for name, what in FIGURES}
        self._taken_off = text("p", "", "small bad-words").props("role=status")
        self._curve = ReachCurve(found)
        self._slider = self._curve.slider
        self._slider.on_value_change(self._slide)
        self._quality = text("p", "", "small")
        self._stays = text("p", "", "small")
        self._knowingly = ui.switch(
            ALLOW_INDISTINCT,
            value=editing.draft.choices.limits.allow_indistinct,
            on_change=self._allow_indistinct,
        )
        with block("recommended"):
            self._recommended = text("p", "", "q-mb-none")
            self._take = ui.button("Take it", on_click=self._take_recommended)
            self._take.props("no-caps outline")
        self._seed_too = ui.checkbox(
            "Add the seed people as well, over and above the size",
            value=found.output.include_seed,
            on_change=self._with_seed,
        )
        self._divisions = TiersAndQuotas(
            self._output, columns, self._keep, editing.tell, self._check_group
        )
        self._tell(found)

    def _is_news(self, control: str, value: Any) -> bool:
        """Whether somebody asks for a value; a control that is told one says so too."""
        is_news = self._last.get(control) != value
        self._last[control] = value
        return is_news

    async def _set_unit(self, event: Any) -> None:
        if not self._is_news("unit", event.value):
            return
        known = self._found.output
        same = {**self._same, known.kind: known}
        wanted = same.get(event.value)
        if wanted is None:
            wanted = draft_estimates.in_unit(self._found, event.value)
        await self._ask(wanted, same=same)

    async def _slide(self, event: Any) -> None:
        if not self._is_news("position", event.value):
            return
        found = self._found
        wanted = draft_estimates.output_at(
            event.value, found.candidates, found.output.include_seed
        )
        await self._ask(wanted, self._unit.value)

    async def _take_recommended(self) -> None:
        wanted = Output(top=self._found.recommended.people)
        await self._ask(wanted, self._unit.value)

    async def _type(self, event: Any) -> None:
        if event.value is None or not self._is_news("value", event.value):
            return
        unit = self._unit.value
        value = float(event.value)
        # Half a person is refused, not rounded.
        is_whole = unit == "top" and value.is_integer()
        typed = {unit: int(value) if is_whole else value}
        await self._keep(lambda _: typed, is_size=True)

    async def _with_seed(self, event: Any) -> None:
        if self._is_news("include_seed", event.value):
            await self._keep(lambda _: {"include_seed": event.value})

    async def _allow_indistinct(self, event: Any) -> None:
        await self._editing.change_by(
            lambda choices: {
                "limits": {
                    **choices.limits.model_dump(mode="json"),
                    "allow_indistinct": event.value,
                }
            }
        )

    async def _check_group(self, column: str, value: str) -> None:
        await asyncio.to_thread(
            draft_quotas.refuse_unknown_group,
            studio().workshop,
            self._editing.draft,
            column,
            value,
        )

    def _output(self) -> Output:
        """The output as it is kept."""
        return self._editing.draft.choices.output or self._found.output

    async def _keep(
        self, change: Callable[[Output], dict[str, Any]], *, is_size: bool = False
    ) -> None:
        """Change some fields of the output; a limit takes the place of another.

        `change` gives them by the output as it is when its turn comes.
        """
        self._sizes += is_size
        async with self._alone():
            before = self._output()
            if await self._change(
                lambda known: draft_estimates.with_values(known, change(known))
            ):
                found = await self._estimate(self._output())
                if found is not None:
                    self._show(found, before)

    async def _ask(
        self, output: Output, unit: str = "top", same: dict[str, Output] | None = None
    ) -> None:
        """Estimate a size and keep it, in a unit; of several on their way the last counts.

        `same` are the same people by other limits, to go back to.
        """
        self._sizes += 1
        mine = self._sizes
        async with self._alone():
            if mine != self._sizes:
                return
            before = self._output()
            found = await self._estimate(output)
            if found is None or mine != self._sizes:
                return
            wanted = found.output
            if unit != "top":
                wanted = draft_estimates.in_unit(found, unit)
            if await self._change(lambda known: draft_estimates.resized(known, wanted)):
                self._show(found, before, same)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """One change after the other, each of what the one before it left."""
        with self._editing.at_work():
            async with self._lock:
                yield

    async def _estimate(self, output: Output) -> DraftEstimate | None:
        """What a size gives; None, and told on the page, where that cannot be said."""
        editing = self._editing
        try:
            return await asyncio.to_thread(
                draft_estimates.estimate, studio().workshop, editing.draft, output
            )
        except StudioError as error:
            editing.tell(error)
            return None

    async def _change(self, change: Callable[[Output], Output]) -> bool:
        first = self._found.output
        return await self._editing.change_by(
            lambda choices: {
                "output": change(choices.output or first).model_dump(mode="json")
            }
        )

    def _show(
        self,
        found: DraftEstimate,
        before: Output,
        same: dict[str, Output] | None = None,
    ) -> None:
        self._same = same or {}
        found = found.model_copy(update={"output": self._output()})
        self._tell(found)
        self._curve.show(found)
        self._taken_off.text = draft_estimates.taken_off(before, found.output)

    def _tell(self, found: DraftEstimate) -> None:
        self._found = found
        unit = found.output.kind
        self._last = {
            "unit": unit,
            "position": found.position,
            "value": getattr(found.output, unit),
            "include_seed": found.output.include_seed,
        }
        self._unit.value = unit
        self._slider.value = found.position
        self._number.props["label"] = UNITS[unit]
        self._number.value = getattr(found.output, unit)
        self._seed_too.value = found.output.include_seed
        told = {
            "people": (found.people_text, f"{found.percent_text} of all who fit"),
            "lift": (found.lift_text, ""),
            "score": (found.score_text, ""),
            "recall": (found.recall_text, ""),
        }
        for name, (value, more) in told.items():
            number, _, ends = value.partition(" (")
            shown, below = self._values[name]
            shown.text = number or "–"
            below.text = more or ends.rstrip(")")
        self._quality.text = (
            f"The ranking is {found.quality_text}."
            if found.can_be_told
            else "The seed cannot be told from the population: no size is better than"
            f" chance.{' A build stops there.' if found.stops else ''}"
        )
        self._stays.text = found.stays_text
        self._stays.set_visibility(bool(found.stays_text))
        self._knowingly.set_visibility(found.stops)
        recommended = found.recommended
        told_size = (
            "no size"
            if recommended.people is None
            else counted(recommended.people, "person", "people")
        )
        self._recommended.text = f"Recommended: {told_size}. {recommended.text}"
        self._take.set_visibility(recommended.people not in (None, found.people))
        self._divisions.show()


def _figure(what: str) -> tuple[Any, Any]:
    with block("figure-box"):
        value = text("div", "", "value")
        text("div", what, "name")
        below = text("div", "", "ends")
    return value, below
