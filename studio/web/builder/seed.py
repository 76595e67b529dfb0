"""`/builder/{draft}/seed`: step 1, the people one values."""

from asyncio import to_thread
from typing import Any

from nicegui import ui

from studio.services import choices
from studio.services.choices import PeopleChoice
from studio.web.builder.frame import Editing, walk
from studio.web.components.elements import block
from studio.web.components.people_picker import people_picker
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
    with block("panel"):
        ui.switch(
            "Show audiences too",
            value=has_audience,
            on_change=lambda event: show(event.value),
        ).props("dense").classes("q-mb-md")
        picker = block()
        filter_box = block("q-mt-md")
    onward = walk(editing, is_ready=seed is not None)

    async def show(with_audiences: bool) -> None:
        rows = await to_thread(choices.seeds, workshop, show_audiences=with_audiences)
        picker.clear()
        with picker:
            people_picker("The seed", rows, _chosen(editing), pick)

    async def pick(choice: PeopleChoice) -> None:
        kind = "audience" if choice.is_audience else "dataset"
        if await editing.change(seed={kind: choice.name}):
            assert onward is not None  # noqa: S101
            onward.enable()
            editing.prepare()
            await show_filter()

    async def filtered(conditions: list[dict[str, Any]]) -> bool:
        kept = editing.draft.choices.seed
        assert kept is not None  # noqa: S101
        return await editing.change(seed={"dataset": kept.dataset, "where": conditions})

    async def show_filter() -> None:
        filter_box.clear()
        kept = editing.draft.choices.seed
        if kept is None or kept.dataset is None:
            return
        if kept.dataset not in {each.name for each in found}:
            return
        with filter_box:
            await row_filter(kept.dataset, kept.where, filtered, editing.tell)

    await show(has_audience)
    await show_filter()


def _chosen(editing: Editing) -> tuple[str, bool] | None:
    seed = editing.draft.choices.seed
    if seed is None:
        return None
    return str(seed.audience or seed.dataset), seed.audience is not None
