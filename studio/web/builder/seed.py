"""`/builder/{draft}/seed`: step 1, the people one values."""

from asyncio import to_thread
from typing import Any

from nicegui import ui

from catalog.specification_people import SeedChoice
from studio.services import choices, seed_changes
from studio.services.choices import PeopleChoice
from studio.services.draft_store import DraftChoices
from studio.web.builder.frame import Editing, walk
from studio.web.builder.seed_more import seed_more
from studio.web.components.elements import block
from studio.web.components.people_picker import people_picker
from studio.web.components.redrawn import Redrawn
from studio.web.components.row_filter import row_filter
from studio.web.current import studio
from studio.web.frame import show_nothing


async def choose_seed(editing: Editing) -> None:
    """Every dataset, those that fit first, and audiences where asked for."""
    draft = editing.draft
    workshop = studio().workshop
    seed = draft.choices.seed
    has_audience = seed is not None and seed.audience is not None
    found = await to_thread(choices.seeds, workshop, show_audiences=has_audience)
    if not found:
        show_nothing(
            "No datasets yet",
            "Add a file with the people you know, and one with the people to"
            " choose from.",
            "Add a dataset",
            "/datasets/add",
        )
        return
    there = {each.name for each in found if not each.is_audience}
    with block("panel"):
        switch = ui.switch("Show audiences too", value=has_audience)
        switch.props("dense").classes("q-mb-md")
        picker = block()
        rest = Redrawn("q-mt-md")
    onward = walk(editing, is_ready=seed is not None)

    async def show() -> None:
        asked = switch.value
        rows = await to_thread(choices.seeds, workshop, show_audiences=asked)
        if asked == switch.value:
            picker.clear()
            with picker:
                people_picker("The seed", rows, _chosen(editing), pick)

    async def pick(choice: PeopleChoice) -> None:
        gone: tuple[str, ...] = ()

        def picked(known: DraftChoices) -> dict[str, Any]:
            nonlocal gone
            values, gone = seed_changes.picked(known.seed, choice)
            return {"seed": values}

        if await editing.change_by(picked):
            if gone:
                editing.remark(f"Of the seed before, this went too: {', '.join(gone)}.")
            assert onward is not None  # noqa: S101
            onward.enable()
            editing.prepare()
            await rest.show(show_rest)
        else:
            await show()

    async def show_rest() -> None:
        kept = editing.draft.choices.seed
        if kept is not None and (kept.dataset is None or kept.dataset in there):
            await _filter_and_more(editing, kept)

    switch.on_value_change(show)
    await show()
    await rest.show(show_rest)


async def _filter_and_more(editing: Editing, seed: SeedChoice) -> None:
    filter_box = block()
    others = Redrawn()

    async def show_others() -> None:
        await seed_more(editing)

    async def filtered(conditions: list[dict[str, Any]]) -> bool:
        def narrowed(known: DraftChoices) -> dict[str, Any]:
            if known.seed is None or known.seed.dataset != seed.dataset:
                return {}  # another seed was chosen meanwhile
            return {"seed": seed_changes.changed(known.seed, where=conditions)}

        is_kept = await editing.change_by(narrowed)
        if is_kept:
            await others.show(show_others)
        return is_kept

    if seed.dataset is not None:
        with filter_box:
            await row_filter(seed.dataset, seed.where, filtered, editing.tell)
    await others.show(show_others)


def _chosen(editing: Editing) -> tuple[str, bool] | None:
    seed = editing.draft.choices.seed
    if seed is None:
        return None
    return str(seed.audience or seed.dataset), seed.audience is not None
