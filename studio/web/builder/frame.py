"""What the five steps of the builder share: steps, what is chosen so far, the way on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from nicegui import Client, background_tasks, ui
from nicegui.elements.mixins.text_element import TextElement

from catalog.conditions import conditions_text
from catalog.errors import StudioError
from report.words import counted, number_text
from studio.services import draft_estimates, drafts
from studio.services.access import Role
from studio.services.draft_store import Draft, DraftChoices, Step
from studio.web.access import require
from studio.web.components.elements import block, heading, link, text
from studio.web.current import studio
from studio.web.failures import told_once
from studio.web.frame import page_title, show_error

T = TypeVar("T")
Change = Callable[[DraftChoices], Mapping[str, Any]]
STYLE = (Path(__file__).parent / "builder.css").read_text(encoding="utf-8")
NAMES = {
    Step.seed: "Seed",
    Step.population: "Population",
    Step.attributes: "Attributes",
    Step.output: "Size",
    Step.finalise: "Finish",
}
HEADINGS = {
    Step.seed: (
        "Whom do you want more of?",
        "The seed: people you know and value, such as recent buyers.",
    ),
    Step.population: (
        "Who may be chosen?",
        "The population: everybody among whom people like the seed are looked for.",
    ),
    Step.attributes: (
        "What makes people alike?",
        "The attributes by which people are compared: all that fit, until you choose.",
    ),
    Step.output: (
        "How many people?",
        "Fewer people are more like the seed. Move the size and see what it gives.",
    ),
    Step.finalise: (
        "Name it and create it",
        "Read once what will be built. Nothing is delivered to anybody by this.",
    ),
}


SAVED = "Saved as you go"
SAVING = "Saving…"
NOT_SAVED = "The last change is not saved"
SLOW = 0.4  # seconds after which it is said that something is being saved
SECOND_THOUGHT = 0.7  # seconds in which a click on another dataset may follow
GO = """(event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  emit();
}"""


class Editing:
    """The draft that a step shows, the one way to change it, and the way to another step.

    `go` shows another step of the draft. `client` is the page, of whose session is asked
    with each change whether it lives still.
    """

    def __init__(
        self,
        draft: Draft,
        step: Step,
        go: Callable[[Step], Awaitable[None]],
        client: Client,
    ) -> None:
        self.draft, self.step, self.go = draft, step, go
        self._client = client
        self._lock = asyncio.Lock()
        self._at_work = 0
        self._is_saved = True
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self.notice: ui.element | None = None
        self.so_far: ui.element | None = None
        self.saved: TextElement | None = None

    async def change(self, **values: Any) -> bool:
        """Keep some choices; false, and told on the page, where they are refused."""
        return await self.change_by(lambda _: values)

    async def change_by(self, change: Change) -> bool:
        """Keep what a change makes of the choices as they are when its turn comes.

        What depends on the choices before must be found so: of two quick changes the
        second is begun before the first is kept.
        """
        return await self.keep(
            lambda draft: drafts.change(
                studio().workshop,
                draft.id,
                change(draft.choices),
                version=draft.version,
                step=self.step,
            )
        )

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While something is found out that ends in a change: who goes on waits for it."""
        self._at_work += 1
        self._is_idle.clear()
        slowly = asyncio.get_running_loop().call_later(SLOW, self._tell_saved, SAVING)
        try:
            yield
        finally:
            slowly.cancel()
            self._at_work -= 1
            if not self._at_work:
                self._is_idle.set()
                self._tell_saved(SAVED if self._is_saved else NOT_SAVED)

    async def settle(self) -> None:
        """Wait until every change that was begun is kept or refused."""
        await self._is_idle.wait()

    async def keep(self, change: Callable[[Draft], Draft]) -> bool:
        """Take what a change makes of the draft; false, and told, where it is refused.

        One after the other: a change is given the draft that those before it left.
        """
        with self.at_work():
            async with self._lock:
                self.clear()
                try:
                    require(Role.builder, self._client)
                    self.draft = await asyncio.to_thread(change, self.draft)
                except StudioError as error:
                    self.tell(error)
                    self._is_saved = False
                    return False
                self._is_saved = True
        self.show_so_far()
        return True

    def _tell_saved(self, words: str) -> None:
        if self.saved is None or self.saved.text == words:
            return
        self.saved.text = words
        kind = "bad-words" if words == NOT_SAVED else "quiet"
        self.saved.classes(replace=f"small {kind}")

    async def ask(self, act: Callable[[Draft], T]) -> T:
        """Do something with the draft, once the changes before it are kept.

        Who goes on meanwhile waits for it, as for a change.
        """
        await self.settle()
        with self.at_work():
            async with self._lock:
                require(Role.builder, self._client)
                return await asyncio.to_thread(act, self.draft)

    def prepare(self) -> None:
        """Begin meanwhile what the next steps show, unless another choice follows at once."""
        background_tasks.create(self._prepare(self.draft), name="prepare a draft")

    async def _prepare(self, draft: Draft) -> None:
        await asyncio.sleep(SECOND_THOUGHT)
        if self.draft.choices == draft.choices:
            await asyncio.to_thread(draft_estimates.prepare, studio().workshop, draft)

    async def read_again(self) -> None:
        """Take the draft as it is kept now."""
        async with self._lock:
            self.draft = await asyncio.to_thread(
                drafts.read, studio().workshop, self.draft.id
            )

    def clear(self) -> None:
        """Take away what was told."""
        if self.notice is not None:
            self.notice.clear()

    def tell(self, error: StudioError) -> None:
        """Say on the page what failed."""
        if self.notice is None:
            return
        self.notice.clear()
        with self.notice:
            show_error(error)
            if error.code == "draft_changed":
                ui.button("Load what is there now", on_click=ui.navigate.reload).props(
                    "no-caps outline"
                ).classes("q-mb-md")

    def remark(self, words: str) -> None:
        """Say on the page what else a change did."""
        if self.notice is None:
            return
        with self.notice, block("notice warn").props("role=status"):
            text("p", words, "q-mb-none")

    def show_so_far(self) -> None:
        """The choices so far, in the panel beside the step."""
        if self.so_far is None:
            return
        self.so_far.clear()
        with self.so_far, block(tag="dl"):
            for name, value in choices_so_far(self.draft):
                with block():
                    text("dt", name)
                    text("dd", value)


def lay_out(editing: Editing) -> ui.element:
    """A step around its content, for which the returned element is the place."""
    words, about = HEADINGS[editing.step]
    stepper(editing)
    with page_title(words, about):
        editing.saved = text("span", SAVED, "quiet small")
        _menu(editing)
    editing.notice = block("in-sight")
    with block("building"):
        content = block()
        with block("panel so-far", "aside").props('aria-label="Chosen so far"'):
            heading(2, "So far")
            editing.so_far = block()
    editing.show_so_far()
    return content


def stepper(editing: Editing) -> None:
    """The steps in order; those that can be gone to are links."""
    draft, current = editing.draft, editing.step
    place = drafts.STEPS.index(current)
    open_steps = drafts.open_steps(draft)
    with (
        block(tag="nav").props('aria-label="Steps"'),
        block("steps", "ol"),
    ):
        for number, step in enumerate(drafts.STEPS):
            is_done = number < place
            with block("reached" if number <= place else "", "li"):
                can_go = step in open_steps
                shown = _step_link(editing, step) if can_go else block("step", "span")
                shown.classes("done" if is_done else "")
                if step is current:
                    shown.props("aria-current=step")
                elif not can_go:
                    shown.props("aria-disabled=true")
                with shown:
                    text("span", "✓" if is_done else str(number + 1), "dot").props(
                        "aria-hidden=true"
                    )
                    text("span", NAMES[step], "name")


def _step_link(editing: Editing, step: Step) -> ui.element:
    """A link with the step's address that changes the step and not the page."""
    anchor = link("", f"/builder/{editing.draft.id}/{step.value}")
    anchor.on("click", lambda: editing.go(step), js_handler=GO)
    return anchor


def walk(
    editing: Editing, *, label: str = "Continue", is_ready: bool = True
) -> ui.button | None:
    """The buttons back and on; returns the one that leads on, disabled until ready."""
    place = drafts.STEPS.index(editing.step)
    with block("walk"):
        if place > 0:
            back_button(editing)
        else:
            block()
        if place + 1 == len(drafts.STEPS):
            return None
        button = ui.button(
            label,
            on_click=lambda: editing.go(drafts.STEPS[place + 1]),
            icon="arrow_forward",
        ).props("no-caps unelevated")
        button.set_enabled(is_ready)
        return button


def back_button(editing: Editing) -> None:
    """The way to the step before."""
    before = drafts.STEPS[drafts.STEPS.index(editing.step) - 1]
    ui.button("Back", on_click=lambda: editing.go(before)).props("no-caps flat")


def choices_so_far(draft: Draft) -> list[tuple[str, str]]:
    """Each choice in a line: its name and what was chosen."""
    choices = draft.choices
    seed, population, output = choices.seed, choices.population, choices.output
    lines = [
        ("Seed", "not chosen yet" if seed is None else _people(seed)),
        *([("Counted by", seed.weight)] if seed is not None and seed.weight else []),
        *(
            [("Not like", _people(seed.unlike))]
            if seed is not None and seed.unlike
            else []
        ),
        ("Population", "not chosen yet" if population is None else _people(population)),
        *([("Joined by", ", ".join(choices.join_key))] if choices.join_key else []),
        ("Attributes", _attributes(choices.attributes)),
        ("Size", "the 1,000 most alike" if output is None else _size(output)),
    ]
    return [*lines, ("Name", choices.name)] if choices.name else lines


def _attributes(chosen: Sized | None) -> str:
    if chosen is None:
        return "all that fit"
    return counted(len(chosen), "attribute", "attributes") if chosen else "none yet"


def _people(chosen: Any) -> str:
    name = getattr(chosen, "audience", None) or chosen.dataset
    where = conditions_text(chosen.where)
    return f"{name}, where {where}" if where else str(name)


def _size(output: Any) -> str:
    if output.top is not None:
        told = f"the {number_text(output.top)} most alike"
    elif output.best_percent is not None:
        told = f"the most alike {output.best_percent:g} %"
    else:
        told = f"scores of {output.min_score:g} or more"
    return f"{told}, and the seed" if output.include_seed else told


def _menu(editing: Editing) -> None:
    """What can be done with the draft as a whole, once its changes are kept."""
    draft = editing.draft

    @told_once
    async def start_over() -> None:
        await editing.settle()
        new = await asyncio.to_thread(drafts.start_over, studio().workshop, draft.id)
        ui.navigate.to(f"/builder/{new.id}/seed")

    @told_once
    async def duplicate() -> None:
        await editing.settle()
        new = await asyncio.to_thread(drafts.duplicate, studio().workshop, draft.id)
        ui.navigate.to(f"/builder/{new.id}/{new.step.value}")

    with ui.button(icon="more_vert").props('flat dense aria-label="Draft"'), ui.menu():
        ui.menu_item("Start over", start_over)
        ui.menu_item("Duplicate this draft", duplicate)
        ui.menu_item("All drafts", lambda: ui.navigate.to("/drafts"))
