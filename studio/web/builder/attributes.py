"""`/builder/{draft}/attributes`: step 3, what people are compared by."""

from asyncio import Lock, to_thread
from collections.abc import Callable

from nicegui import ui

from catalog.errors import StudioError
from catalog.names import shown
from report.words import counted
from studio.services import attribute_changes, choices, draft_estimates
from studio.services.advice import Advice
from studio.services.attribute_changes import AttributeChange
from studio.services.choices import AttributeChoices
from studio.web.builder.frame import Editing, walk
from studio.web.components.attribute_table import AttributeTable
from studio.web.components.elements import block, heading, paragraph, text
from studio.web.components.tables import table
from studio.web.current import studio
from studio.web.reading import read_data

MANY = 8
AUC_WORDS = (
    "AUC: the share of pairs of a seed person and somebody else in which the seed"
    " person ranks first; 0.5 is chance, 1 is certainty. Held-out: the ranking has not"
    " learnt from the people it is tried on. In brackets: the 95 % interval."
)


async def choose_attributes(editing: Editing) -> None:
    """The attributes in three groups, with what each says and what is advised."""
    waiting = block("panel").props("role=status")
    with waiting, block("beside-each-other"):
        ui.spinner(size="1.5em").props("aria-hidden=true")
        text("span", "Reading the attributes of both sides.")
    content = block()
    onward = walk(editing, is_ready=False)
    assert onward is not None  # noqa: S101
    ui.timer(0, lambda: _begin(editing, waiting, content, onward), once=True)


async def _begin(
    editing: Editing, waiting: ui.element, content: ui.element, onward: ui.button
) -> None:
    try:
        found = await read_data(choices.attributes, studio().workshop, editing.draft)
    except StudioError as error:
        waiting.delete()
        editing.tell(error)
        return
    waiting.delete()
    gone = found.gone
    if gone:
        rest = attribute_changes.changed(
            found, editing.draft.choices, AttributeChange()
        )
        if not await editing.change(**rest):
            return
        found = await read_data(choices.attributes, studio().workshop, editing.draft)
        told = ", ".join(f"{shown(each.name)} {each.reason}" for each in gone)
        editing.remark(f"Not compared any more: {told}.")
    with content:
        await AttributeChoosing(editing, found, onward).load()


class AttributeChoosing:
    """The attributes that were read, and what is learnt of them meanwhile."""

    def __init__(
        self, editing: Editing, found: AttributeChoices, onward: ui.button
    ) -> None:
        self._editing, self._found, self._onward = editing, found, onward
        self._lock = Lock()
        _join_keys(found)
        with block("notice"):
            self._count = block().props("role=status")
            with block("actions q-mt-sm"):
                self._all = self._choose_only("All that fit", self._fitting)
                self._none = self._choose_only("None", tuple)
        self._advice = block("notice").props("role=status")
        self._shown = AttributeTable()
        with self._advice, block("beside-each-other"):
            ui.spinner(size="1.2em").props("aria-hidden=true")
            text(
                "span", "Looking at what each attribute says. You can go on meanwhile."
            )
        self._shown.show(found, self.change)
        self._tell_count()

    async def change(self, asked: AttributeChange) -> None:
        """Keep a change, and draw what follows from it.

        One after the other: each is a change of what the one before it left.
        """
        editing = self._editing
        with editing.at_work():
            async with self._lock:
                if attribute_changes.is_so(self._found, asked):
                    return  # told, not ticked
                if await editing.change_by(
                    lambda known: attribute_changes.changed(self._found, known, asked)
                ):
                    self._found = await read_data(
                        choices.attributes, studio().workshop, editing.draft
                    )
                    self._tell_count()
                self._shown.show(self._found, self.change)

    async def load(self) -> None:
        """Seed against population first, then the advice, which takes longer."""
        workshop = studio().workshop
        draft = attribute_changes.with_all(self._editing.draft)
        try:
            sides = await to_thread(draft_estimates.sides, workshop, draft)
            self._shown.tell_sides(sides)
            advice = await to_thread(draft_estimates.advice, workshop, draft)
        except StudioError as error:
            self._advice.clear()
            with self._advice:
                text("span", f"No advice: {error}.")
            return
        self._shown.tell_advice(advice)
        self._advice.clear()
        with self._advice:
            self._tell_advice(advice)

    def _tell_advice(self, advice: Advice) -> None:
        names = attribute_changes.advised(advice)

        async def take() -> None:
            await self.change(AttributeChange(only=names))

        paragraph(advice.summary, "q-mb-xs")
        paragraph(AUC_WORDS, "quiet small q-mb-xs")
        for pair in advice.repetitions[:3]:
            paragraph(f"{pair.meaning}.", "small q-mb-xs")  # it begins with a name
        if names:
            label = counted(len(names), "advised attribute", "advised attributes")
            ui.button(f"Take only the {label}", on_click=take).props(
                "no-caps outline dense"
            ).classes("q-px-sm")

    def _tell_count(self) -> None:
        names = self._found.chosen
        self._count.clear()
        with self._count:
            if names:
                chosen = counted(len(names), "attribute is", "attributes are")
                text("strong", f"{chosen} chosen.")
            else:
                text("strong", "No attribute is chosen.")
                text("span", " Choose at least one to go on.")
            if len(names) > MANY:
                text("span", " 3 to 8 are easier to explain, and often as good.")
        # Pressed and not disabled: what is disabled loses the keyboard's focus.
        _press(self._all, set(names) == set(self._fitting()))
        _press(self._none, not names)
        self._onward.set_enabled(bool(names))

    def _fitting(self) -> tuple[str, ...]:
        return attribute_changes.proposed(self._found)

    def _choose_only(
        self, label: str, names: Callable[[], tuple[str, ...]]
    ) -> ui.button:
        async def choose() -> None:
            await self.change(AttributeChange(only=names()))

        button = ui.button(label, on_click=choose).props("no-caps outline dense")
        return button.classes("q-px-sm")


def _press(button: ui.button, is_so: bool) -> None:
    """Show a button as pressed where what it asks for is so."""
    button.props["aria-pressed"] = str(is_so).lower()
    button.update()


def _join_keys(found: AttributeChoices) -> None:
    with block("panel cards"):
        heading(2, "How the two sides meet")
        if not found.join_keys:
            paragraph("No identifier joins seed and population.", "q-mb-none")
            return
        table(
            "Identifiers of both sides",
            ("Identifier", "In the seed", "In the population"),
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
