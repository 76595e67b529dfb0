"""What a step of the builder begins meanwhile, while choices follow one another."""

import asyncio
from datetime import UTC, datetime

import pytest
from nicegui import core

from studio.services.draft_store import Draft, Step
from studio.web.builder import frame
from studio.web.builder.frame import Editing

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def draft_of(population: str) -> Draft:
    choices = {"population": {"dataset": population}}
    return Draft.model_validate(
        {"id": "0" * 16, "created_at": NOW, "updated_at": NOW, "choices": choices}
    )


@pytest.fixture
def begun(monkeypatch):
    """The populations whose data began to be read."""
    found = []
    monkeypatch.setattr(frame, "studio", lambda: frame)
    monkeypatch.setattr(frame, "workshop", None, raising=False)
    monkeypatch.setattr(frame, "SECOND_THOUGHT", 0.2)
    monkeypatch.setattr(
        frame.draft_estimates,
        "prepare",
        lambda _, draft: found.append(draft.choices.population.dataset),
    )
    return found


def test_reading_begins_for_the_last_choice_alone_and_not_at_once(begun, monkeypatch):
    async def choose():
        monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
        editing = Editing(draft_of("none"), Step.population, go=None)
        for name in ("first", "second", "last"):
            editing.draft = draft_of(name)
            editing.prepare()
            await asyncio.sleep(0.02)
        begun_at_once = list(begun)
        await asyncio.sleep(0.4)
        return begun_at_once

    assert asyncio.run(choose()) == []
    assert begun == ["last"]
