"""The attributes in three groups: chosen or not, in which role, what each says."""

from collections.abc import Awaitable, Callable, Iterable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import ValueChangeEventArguments

from report.words import counted, number_text, share_text
from studio.services.advice import Advice, AdvisedAttribute
from studio.services.attribute_changes import AttributeChange
from studio.services.attribute_sides import AttributeSides
from studio.services.choices import AttributeChoices, AttributeRow, Group
from studio.web.components.elements import block, heading, more, paragraph, text
from studio.web.components.kept_focus import focus_again
from studio.web.components.page_words import sentence
from studio.web.components.plots import legend_of_sides, show_sides
from studio.web.components.words import type_words

GROUPS: tuple[tuple[Group, str, str], ...] = (
    ("categorical", "Categories", "Compared by how often each value occurs."),
    ("continuous", "Numbers", "Compared by where on the scale people stand."),
)
NOT_SCORED = (
    "Identifiers, dates and what cannot be compared, each with the reason. What a column"
    " is for can be changed on the page of its dataset."
)
ROLES = {"categorical": "category", "continuous": "number"}
MOST_SHOWN = 60
SEARCHED_FROM = 20  # so many are not seen at a glance
Change = Callable[[AttributeChange], Awaitable[None]]


class AttributeTable:
    """The groups as they stand; what is learnt later is put into its place."""

    def __init__(self) -> None:
        with block("beside-each-other q-mb-md") as self._search:
            asked = ui.input("Find an attribute", on_change=self._seek)
            asked.props("outlined dense clearable debounce=250 maxlength=200")
            self._fit = text("span", "", "quiet small").props("role=status")
        self._asked = ""
        self._box = block()
        self._found: AttributeChoices | None = None
        self._change: Change | None = None
        self._controls: dict[tuple[str, str], ui.element] = {}
        self._used: tuple[str, str] | None = None
        self._ticks: dict[str, ui.checkbox] = {}
        self._counts: dict[Group, TextElement] = {}
        self._wanted: dict[str, bool] = {}
        self._sides: dict[str, AttributeSides] = {}
        self._advice: dict[str, AdvisedAttribute] = {}
        self._says: dict[str, tuple[ui.element, TextElement]] = {}
        self._limits: dict[str, int] = {}
        self._is_open = False

    def show(self, found: AttributeChoices, change: Change) -> None:
        """Show what there is: ticks in their places, all else drawn anew.

        The keyboard's focus stays with the control that was used last.
        """
        before, self._found = self._found, found
        self._change = change
        self._search.set_visibility(len(found.rows) >= SEARCHED_FROM)
        if before is not None and _unticked(before) == _unticked(found):
            self._tick(found)
            return
        self._draw(found, change)
        used = None if self._used is None else self._controls.get(self._used)
        if used is not None:
            focus_again(used)

    def _seek(self, event: ValueChangeEventArguments) -> None:
        """Show those alone whose name has what was typed in it."""
        self._asked = (event.value or "").strip()
        self._limits.clear()
        if self._found is not None and self._change is not None:
            self._draw(self._found, self._change)

    def _fits(self, row: AttributeRow) -> bool:
        return self._asked.casefold() in row.column.casefold()

    def _tick(self, found: AttributeChoices) -> None:
        """Show what is chosen, but for what somebody ticked since and is yet to be kept."""
        for row in found.rows:
            tick = self._ticks.get(row.attribute)
            if tick is not None and row.attribute not in self._wanted:
                tick.set_value(row.is_chosen)
        for group, words in self._counts.items():
            words.text = _chosen_of(
                [each for each in found.rows if each.group == group]
            )

    async def _toggle(self, attribute: str, is_wanted: bool, change: Change) -> None:
        self._wanted[attribute] = is_wanted
        self._used = (attribute, "tick")
        asked = {"add" if is_wanted else "drop": attribute}
        await change(AttributeChange.model_validate(asked))
        if self._wanted.get(attribute) is is_wanted:  # not ticked again meanwhile
            del self._wanted[attribute]
            if self._found is not None:
                self._tick(self._found)

    def _draw(self, found: AttributeChoices, change: Change) -> None:
        self._box.clear()
        for drawn in (self._says, self._controls, self._ticks, self._counts):
            drawn.clear()
        with self._box:
            for group, name, about in GROUPS:
                rows = [each for each in found.rows if each.group == group]
                if any(map(self._fits, rows)):
                    self._group(group, name, about, rows, found, change)
            others = [each for each in found.rows if each.group == "not_scored"]
            if any(map(self._fits, others)):
                self._not_scored([*filter(self._fits, others)], change)
        fitting = sum(map(self._fits, found.rows))
        of_all = f"of {number_text(len(found.rows))} columns"
        self._fit.text = f"{number_text(fitting)} {of_all}" if self._asked else ""

    def tell_sides(self, sides: Iterable[AttributeSides]) -> None:
        """Say and show how each attribute differs between seed and population."""
        self._sides = {each.attribute: each for each in sides}
        self._tell()

    def tell_advice(self, advice: Advice) -> None:
        """Say of each attribute what is advised."""
        self._advice = {each.attribute: each for each in advice.attributes}
        self._tell()

    def _tell(self) -> None:
        for attribute, (says, advised) in self._says.items():
            sides = self._sides.get(attribute)
            if sides is not None and not says.default_slot.children:
                with says:
                    text("div", sides.text)
                    show_sides(sides.bars)
            known = self._advice.get(attribute)
            advised.text = "" if known is None else _advice_text(known)
            kind = "" if known is None else "good" if known.is_advised else ""
            if known is not None and (known.kind == "leak" or known.question):
                kind = "warn"
            advised.classes(replace=f"advice {kind}")

    def _group(
        self,
        group: Group,
        name: str,
        about: str,
        rows: list[AttributeRow],
        found: AttributeChoices,
        change: Change,
    ) -> None:
        limit = self._limits.get(group, MOST_SHOWN)
        fitting = [*filter(self._fits, rows)]
        with block("panel", "section"):
            with block("group-head"):
                heading(2, name)
                self._counts[group] = text("span", _chosen_of(rows), "quiet small")
            paragraph(about, "quiet small")
            legend_of_sides()
            with block():
                for row in fitting[:limit]:
                    self._row(row, change)
            if len(fitting) > limit:

                def show_more() -> None:
                    self._limits[group] = limit + MOST_SHOWN
                    self._draw(self._found or found, change)
                    focus_again(self._controls[fitting[limit].attribute, "tick"])

                ui.button(
                    f"Show more ({number_text(len(fitting) - limit)})",
                    on_click=show_more,
                ).props("no-caps flat")
        self._tell()

    def _row(self, row: AttributeRow, change: Change) -> None:
        async def protect() -> None:
            self._used = (row.attribute, "protect")
            await change(AttributeChange(protect=row.attribute))

        with block("attribute"):
            tick = ui.checkbox(
                row.column,
                value=row.is_chosen,
                on_change=lambda event: self._toggle(
                    row.attribute, event.value, change
                ),
            )
            with block("what"):
                text("div", _facts(row), "facts-of")
                if not row.eligible:
                    text("div", f"Not proposed: it {row.reason}.", "advice warn")
                self._says[row.attribute] = (
                    block("says"),
                    text("div", "", "advice"),
                )
            role = self._role(row, change)
            mark = ui.button("Protect", icon="shield", on_click=protect)
            mark.props("no-caps flat dense size=sm").tooltip(
                "Never compare by it; report how often each of its groups is chosen"
            )
        self._ticks[row.attribute] = tick
        for kind, control in (("tick", tick), ("role", role), ("protect", mark)):
            self._controls[row.attribute, kind] = control

    def _not_scored(self, rows: list[AttributeRow], change: Change) -> None:
        with block("panel", "section"):
            heading(2, "Not compared")
            paragraph(NOT_SCORED, "quiet small")
            protected = [each for each in rows if each.is_protected]
            for row in protected:
                with block("attribute"):
                    text("strong", row.column)
                    text("span", "Protected: its groups are compared in the report.")
                    block()
                    self._unprotect(row, change)
            others = [each for each in rows if not each.is_protected]
            if not others:
                return
            with more(counted(len(others), "column", "columns")) as details:
                if len(others) <= 5 or self._asked:
                    details.props("open")
                for row in others[:MOST_SHOWN]:
                    with block("attribute"):
                        text("strong", row.column)
                        with block("what"):
                            text("div", f"It {_reason(row)}.", "says")
                            if row.remedy:
                                text("div", sentence(row.remedy), "facts-of")
                        if row.role != row.mapped_role and row.roles:
                            self._role(row, change)
                if len(others) > MOST_SHOWN:
                    rest = number_text(len(others) - MOST_SHOWN)
                    paragraph(f"And {rest} more.", "quiet small")

    def _role(self, row: AttributeRow, change: Change) -> ui.element:
        """The role that counts, to be changed where another can be taken."""

        async def give(role: str) -> None:
            self._used = (row.attribute, "role")
            await change(AttributeChange(role=(row.attribute, role)))

        if row.roles == (row.role,):
            return text("span", ROLES[row.role], "role")
        select = ui.select(
            {each: ROLES[each] for each in row.roles},
            value=row.role if row.role in row.roles else None,
            on_change=lambda event: give(event.value),
        ).props("dense options-dense borderless")
        select.props["aria-label"] = f"Role of {row.column}"
        return select

    def _unprotect(self, row: AttributeRow, change: Change) -> None:
        async def unprotect() -> None:
            self._used = (row.attribute, "protect")
            await change(AttributeChange(unprotect=row.attribute))

        button = ui.button("Unprotect", on_click=unprotect)
        self._controls[row.attribute, "protect"] = button.props(
            "no-caps flat dense size=sm"
        )


def _unticked(found: AttributeChoices) -> list[AttributeRow]:
    """The rows as they are whatever is ticked."""
    return [each.model_copy(update={"is_chosen": False}) for each in found.rows]


def _chosen_of(rows: list[AttributeRow]) -> str:
    return f"{sum(each.is_chosen for each in rows)} of {len(rows)} chosen"


def _reason(row: AttributeRow) -> str:
    """Why it is not compared; an identifier by the word that pages have for it."""
    if row.code == "is_identity":
        return row.reason.replace("is identity", "is an identifier", 1)
    return row.reason


def _facts(row: AttributeRow) -> str:
    parts = [type_words(row.type)]
    if row.distinct is not None:
        parts.append(counted(row.distinct, "value", "values"))
    if row.filled is not None:
        parts.append(f"{share_text(row.filled)} filled")
    return " · ".join(parts)


def _advice_text(known: AdvisedAttribute) -> str:
    sign = "Advised: " if known.is_advised else ""
    told = f"{sign}{known.reason}" if known.reason else ""
    told = f"{told[:1].upper()}{told[1:]}"
    if known.question:
        told = f"{told}. It {known.question}" if told else f"It {known.question}"
    return told
