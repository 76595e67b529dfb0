"""What few seeds need, folded away: a weight, and people one does not want more of."""

from asyncio import to_thread
from functools import partial
from typing import Any

from nicegui import ui

from studio.services import seed_changes
from studio.web.builder.frame import Editing
from studio.web.components.elements import more, paragraph
from studio.web.components.redrawn import Redrawn
from studio.web.components.row_filter import row_filter
from studio.web.current import studio

NOBODY = ("", "")


async def seed_more(editing: Editing) -> None:
    """The weight and the negative seed of the draft's seed."""
    workshop, seed = studio().workshop, editing.draft.choices.seed
    if seed is None:
        return
    columns = await to_thread(seed_changes.weight_columns, workshop, seed)
    offered = await to_thread(seed_changes.negative_seeds, workshop, editing.draft)
    names = [
        each.name
        for each in offered
        if each.eligible or ("dataset", each.name) == _named(seed.unlike)
    ]
    with more("More: what people are worth, and whom not to find") as details:
        if seed.weight is not None or seed.unlike is not None:
            details.props("open")
        if columns:
            weight = ui.select(
                {"": "Everybody counts the same"}
                | {each: each for each in [*columns, *_others(seed.weight, columns)]},
                value=seed.weight or "",
                label="People count by",
            ).classes("w-full")
            paragraph(
                "A column of numbers, such as what each person has spent: whoever has"
                " twice as much counts twice. It is never compared.",
                "quiet small",
            )
        people = ui.select(
            _unwanted(editing, names), value=_named(seed.unlike), label="Not like"
        ).classes("w-full")
        paragraph(
            "The negative seed: people who returned goods, left, or were fraud. They are"
            " never in the audience, and what sets them apart counts against others.",
            "quiet small",
        )
        rows = Redrawn()

    async def keep(field: str, value: Any) -> bool:
        is_kept = await editing.change_by(
            lambda choices: {
                "seed": seed_changes.changed(choices.seed, **{field: value})
            }
        )
        if is_kept:
            editing.prepare()
        return is_kept

    async def weigh(event: Any) -> None:
        await keep("weight", event.value or None)

    async def keep_away(event: Any) -> None:
        kind, name = event.value
        if await keep("unlike", {kind: name} if kind else None):
            await rows.show(show_filter)

    async def filtered(dataset: str, conditions: list[dict[str, Any]]) -> bool:
        """Keep the conditions, unless another negative seed was chosen meanwhile."""
        wanted = {"dataset": dataset, "where": conditions}
        return people.value != ("dataset", dataset) or await keep("unlike", wanted)

    async def show_filter() -> None:
        known = editing.draft.choices.seed
        unlike = None if known is None else known.unlike
        if unlike is not None and unlike.dataset in names:
            change = partial(filtered, unlike.dataset)
            await row_filter(unlike.dataset, unlike.where, change, editing.tell)

    if columns:
        weight.on_value_change(weigh)
    people.on_value_change(keep_away)
    await rows.show(show_filter)


def _others(known: str | None, listed: list[str]) -> list[str]:
    """What is chosen and not listed, such as a weight by its attribute's name."""
    return [] if known is None or known in listed else [known]


def _named(people: Any) -> tuple[str, str]:
    if people is None:
        return NOBODY
    if people.audience is not None:
        return "audience", people.audience
    return "dataset", people.dataset


def _unwanted(editing: Editing, names: list[str]) -> dict[tuple[str, str], str]:
    seed = editing.draft.choices.seed
    listed = [NOBODY, *(("dataset", each) for each in names)]
    kept = _named(None if seed is None else seed.unlike)
    if kept not in listed:
        listed.append(kept)
    return {each: each[1] or "Nobody: there is no negative seed" for each in listed}
