"""`/builder/{draft}/population`: step 2, the people to choose from."""

from asyncio import to_thread
from functools import partial
from typing import Any

from studio.services import choices
from studio.services.choices import PeopleChoice
from studio.services.draft_joins import join_choice
from studio.services.draft_store import DraftChoices
from studio.web.builder.frame import Editing, walk
from studio.web.components.elements import block
from studio.web.components.join_picker import join_picker
from studio.web.components.people_picker import people_picker
from studio.web.components.redrawn import Redrawn
from studio.web.components.row_filter import row_filter
from studio.web.current import studio


async def choose_population(editing: Editing) -> None:
    """Every dataset, those that fit first, the others with reason and remedy."""
    draft = editing.draft
    workshop = studio().workshop
    found = await to_thread(choices.populations, workshop, draft)
    chosen = draft.choices.population
    with block("panel"):
        picker = block()
        joins = Redrawn("q-mt-md")
        rows = Redrawn("q-mt-md")
    onward = walk(editing, is_ready=chosen is not None)

    async def pick(choice: PeopleChoice) -> None:
        if await editing.change(population={"dataset": choice.name}):
            assert onward is not None  # noqa: S101
            onward.enable()
            editing.prepare()
            await joins.show(show_joins)
            await rows.show(show_filter)
        else:
            show()

    async def filtered(dataset: str, conditions: list[dict[str, Any]]) -> bool:
        """Keep the conditions, unless another population was chosen meanwhile."""

        def narrowed(known: DraftChoices) -> dict[str, Any]:
            if known.population is None or known.population.dataset != dataset:
                return {}
            return {"population": {"dataset": dataset, "where": conditions}}

        return await editing.change_by(narrowed)

    async def show_filter() -> None:
        kept = editing.draft.choices.population
        if kept is not None and kept.dataset in {each.name for each in found}:
            change = partial(filtered, kept.dataset)
            await row_filter(kept.dataset, kept.where, change, editing.tell)

    async def show_joins() -> None:
        found_joins = await to_thread(join_choice, workshop, editing.draft.choices)
        if len(found_joins.identifiers) > 1:
            join_picker(found_joins, join)

    async def join(chosen: tuple[str, ...]) -> None:
        if await editing.change(join_key=list(chosen) or None):
            editing.prepare()

    def show() -> None:
        kept = editing.draft.choices.population
        named = None if kept is None else (kept.dataset, False)
        picker.clear()
        with picker:
            people_picker("The population", found, named, pick)

    show()
    await joins.show(show_joins)
    await rows.show(show_filter)
