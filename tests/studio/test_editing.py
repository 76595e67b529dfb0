"""What a step of the builder begins meanwhile, and that it asks whose session it is."""

import asyncio
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from nicegui import core

from catalog.errors import StudioError
from studio.services.draft_store import Draft, Step
from studio.web.access import ASK_AGAIN
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
        editing = Editing(draft_of("none"), Step.population, go=None, client=None)
        for name in ("first", "second", "last"):
            editing.draft = draft_of(name)
            editing.prepare()
            await asyncio.sleep(0.02)
        begun_at_once = list(begun)
        await asyncio.sleep(0.4)
        return begun_at_once

    assert asyncio.run(choose()) == []
    assert begun == ["last"]


def test_nothing_is_done_with_a_draft_once_its_session_has_ended():
    ended = SimpleNamespace(scope={ASK_AGAIN: lambda: None})
    client = SimpleNamespace(request=ended)
    done = []

    async def work():
        editing = Editing(draft_of("none"), Step.finalise, go=None, client=client)
        assert not await editing.keep(done.append)
        await editing.ask(done.append)

    with pytest.raises(StudioError, match="your session has ended: sign in again"):
        asyncio.run(work())

    assert done == []


def test_who_goes_on_waits_for_what_is_being_done_with_the_draft(monkeypatch):
    monkeypatch.setattr(frame, "require", lambda *_: None)
    order = []

    def create(_):
        time.sleep(0.2)
        order.append("created")

    async def work():
        editing = Editing(draft_of("none"), Step.finalise, go=None, client=None)
        creating = asyncio.create_task(editing.ask(create))
        await asyncio.sleep(0.05)
        await editing.settle()
        order.append("gone on")
        await creating

    asyncio.run(work())

    assert order == ["created", "gone on"]
