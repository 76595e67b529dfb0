"""What few need at the last step: the scorer, when to build again, what is held to."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from catalog.specification_output import Output
from studio.services import draft_estimates, drafts
from studio.services.draft_store import DraftChoices
from studio.services.scorers import scorer_choices
from studio.web.builder.frame import Change, Editing
from studio.web.builder.scorer_comparison import ScorerComparison
from studio.web.components.elements import block, heading, more, paragraph
from studio.web.components.scorer_picker import scorer_picker
from studio.web.components.words import ALLOW_INDISTINCT

Keep = Callable[[Change], Awaitable[None]]


async def more_options(editing: Editing, keep: Keep) -> None:
    """Fields that change the draft by `keep`."""
    scorers = await to_thread(scorer_choices)
    choices = editing.draft.choices

    def setting(field: str, name: str) -> Callable[[Any], Awaitable[None]]:
        async def change(event: Any) -> None:
            await keep(_with(field, name, event.value))

        return change

    async def pick(model: str) -> None:
        await keep(_with("scoring", "model", model))

    with more("More options").classes("q-mt-md"):
        heading(3, "When it is built")
        ui.checkbox(
            "Build again also when the seed or the population changes",
            value=choices.refresh.on_change,
            on_change=setting("refresh", "on_change"),
        )
        _margin(editing, keep)
        heading(3, "What is held to")
        ui.checkbox(
            ALLOW_INDISTINCT,
            value=choices.limits.allow_indistinct,
            on_change=setting("limits", "allow_indistinct"),
        )
        regulated = ui.checkbox(
            "For housing, employment or credit: refuse strong stand-ins for what is"
            " protected",
            value=choices.fairness.mode == "regulated",
        )
        if choices.fairness.protected:
            regulated.on_value_change(lambda event: _regulate(keep, event))
        else:
            regulated.disable()
            paragraph("Protect an attribute first, at its step.", "quiet small")
        heading(3, "How people are ranked")
        scorer_picker(scorers, choices.scoring.model, pick)
        ScorerComparison(editing)


def _with(field: str, name: str, value: Any) -> Change:
    """The change of one part of a field, by the specification's names."""

    def change(choices: DraftChoices) -> dict[str, Any]:
        known = getattr(choices, field).model_dump(mode="json")
        return {field: {**known, name: value}}

    return change


async def _regulate(keep: Keep, event: Any) -> None:
    mode = "regulated" if event.value else "standard"
    await keep(_with("fairness", "mode", mode))


def _margin(editing: Editing, keep: Keep) -> None:
    """How far members may fall before a refresh lets them go."""

    def chosen(choices: DraftChoices) -> Output:
        return choices.output or Output(top=drafts.FIRST_SIZE)

    async def change(event: Any) -> None:
        values = {"keep_margin": event.value}
        await keep(
            lambda choices: {
                "output": draft_estimates.with_values(
                    chosen(choices), values
                ).model_dump(mode="json")
            }
        )

    output = chosen(editing.draft.choices)

    with block("two q-mt-sm"):
        margin = ui.number(
            "Keep members near the cut, in percent of the size",
            value=output.keep_margin,
            min=0,
            max=100,
            on_change=change,
        ).props("outlined debounce=500 clearable")
    why = (
        "a lowest score has no size"
        if output.kind == "min_score"
        else "there are quotas"
        if output.quotas
        else ""
    )
    if why:
        margin.disable()
        margin.props(f'hint="Not possible: {why}"')
