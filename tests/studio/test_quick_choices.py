"""Choices that follow each other faster than what they lead to is read."""

import asyncio
import time

import pytest
from nicegui import ui

from catalog.errors import StudioError
from studio.services import datasets, drafts, row_filters
from studio.web.components import person
from studio.web.pages import audiences as audiences_page
from studio.web.pages import datasets as datasets_page
from tests.studio.visits import press, radios_of

CHOICES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
QUICK = 0.05
SLOW = 0.5


@pytest.fixture(scope="module")
def visits(visits):
    """With a second population."""
    workshop = visits.studio.workshop
    datasets.add(
        workshop.catalog,
        workshop.engine,
        workshop.home.root.parent / "population.csv",
        "Everybody else",
        table=None,
        csv_schema=None,
        description="",
    )
    return visits


def fitting(client):
    """The radio buttons that can be pressed."""
    return [each for each in radios_of(client) if "disabled" not in each.props]


def buttons_of(client, label):
    return [
        each
        for each in client.elements.values()
        if isinstance(each, ui.button) and each.props.get("label") == label
    ]


@pytest.mark.parametrize("step", ["seed", "population"])
def test_quick_choices_leave_one_filter_which_is_that_of_the_last(
    visits, monkeypatch, step
):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    genuine, asked = row_filters.filter_columns, []

    def slowly(workshop, dataset):
        asked.append(dataset)
        time.sleep(QUICK if len(asked) > 1 else SLOW)
        return genuine(workshop, dataset)

    async def choose(user):
        client = await user.open(f"/builder/{draft.id}/{step}")
        await user.should_see("Saved as you go")
        monkeypatch.setattr(row_filters, "filter_columns", slowly)
        radios = fitting(client)
        assert len(radios) > 1
        for radio in radios:
            press(client, radio)
            await asyncio.sleep(3 * QUICK)
        await asyncio.sleep(2 * SLOW)
        assert len(buttons_of(client, "Add")) == 1

    visits.as_("builder", choose)

    kept = getattr(drafts.read(workshop, draft.id).choices, step)
    assert asked[-1] == kept.dataset


@pytest.mark.parametrize(
    ("path", "module", "read"),
    [
        ("/audiences", audiences_page, "list_audiences"),
        ("/datasets", datasets_page, "list_datasets"),
    ],
)
def test_of_two_searches_the_last_is_shown_whichever_ends_last(
    visits, monkeypatch, path, module, read
):
    genuine, asked = getattr(module, read), []

    def slowly(workshop, search):
        asked.append(search)
        time.sleep(QUICK if len(asked) > 1 else SLOW)
        return genuine(workshop, search)

    async def search(user):
        client = await user.open(path)
        monkeypatch.setattr(module, read, slowly)
        (field,) = (e for e in client.elements.values() if isinstance(e, ui.input))
        field.value = "nowhere"
        await asyncio.sleep(QUICK)
        field.value = ""
        await asyncio.sleep(2 * SLOW)
        await user.should_not_see("Change what you search for")

    visits.as_("builder", search)

    assert len(asked) == 2


def test_of_two_people_the_one_who_was_asked_for_last_is_explained(
    visits, built_home, monkeypatch
):
    slug = built_home[1].json["audience"]
    asked, shown = [], []

    def slowly(workshop, slug, identifier):
        asked.append(identifier)
        time.sleep(QUICK if len(asked) > 1 else SLOW)
        raise StudioError("unknown", f"who came {identifier}", "is away", "wait")

    async def explain(user):
        client = await user.open(f"/audiences/{slug}")
        monkeypatch.setattr(person, "explanation", slowly)
        (button,) = (
            each
            for each in buttons_of(client, "Explain")
            if "aria-label" not in each.props
        )
        (field,) = (
            each
            for each in client.elements.values()
            if isinstance(each, ui.input) and each.props["label"] == "Identifier"
        )
        for nobody in ("first", "last"):
            field.value = nobody
            press(client, button)
            await asyncio.sleep(QUICK)
        await asyncio.sleep(2 * SLOW)
        shown.extend(
            each.text for each in client.elements.values() if hasattr(each, "text")
        )

    visits.as_("builder", explain)

    assert asked == ["first", "last"]
    assert any("who came last" in str(words) for words in shown)
    assert not any("who came first" in str(words) for words in shown)
