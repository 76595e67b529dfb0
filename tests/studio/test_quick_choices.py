"""Choices that follow each other faster than what they lead to is read."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from nicegui import ui

from catalog.column_roles import Role
from catalog.errors import StudioError
from catalog.run_records import RunState
from catalog.specification import specification_of
from studio.services import (
    audiences,
    dataset_sources,
    datasets,
    draft_estimates,
    drafts,
    row_filters,
)
from studio.web.components import person
from studio.web.pages import audiences as audiences_page
from studio.web.pages import datasets as datasets_page
from tests.studio.rest import ADDRESS
from tests.studio.visits import press, radios_of, until

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


def name_beside(radio):
    _, name, *_ = radio.parent_slot.children
    return name.text


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
    genuine, asked, ends = row_filters.filter_columns, [], []

    def slowly(workshop, dataset):
        asked.append(dataset)
        time.sleep(QUICK if len(asked) > 1 else SLOW)
        found = genuine(workshop, dataset)
        ends.append(dataset)
        return found

    async def choose(user):
        client = await user.open(f"/builder/{draft.id}/{step}")
        await user.should_see("Saved as you go")
        monkeypatch.setattr(row_filters, "filter_columns", slowly)
        radios = fitting(client)
        assert len(radios) > 1
        for radio in radios:
            press(client, radio)
            await asyncio.sleep(3 * QUICK)
        last = [name_beside(radios[-1])]
        await until(
            lambda: (
                asked[-1:] == last
                and len(ends) == len(asked)
                and len(buttons_of(client, "Add")) == 1
            )
        )
        await asyncio.sleep(SLOW)
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
    genuine, asked, ends = getattr(module, read), [], []

    def slowly(workshop, search):
        asked.append(search)
        time.sleep(QUICK if len(asked) > 1 else SLOW)
        try:
            return genuine(workshop, search)
        finally:
            ends.append(search)

    async def search(user):
        client = await user.open(path)
        monkeypatch.setattr(module, read, slowly)
        (field,) = (e for e in client.elements.values() if isinstance(e, ui.input))
        field.value = "nowhere"
        await asyncio.sleep(QUICK)
        field.value = ""
        await until(lambda: len(ends) == 2)
        await asyncio.sleep(SLOW)
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
        await user.should_see("who came last")
        await asyncio.sleep(2 * SLOW)
        shown.extend(
            each.text for each in client.elements.values() if hasattr(each, "text")
        )

    visits.as_("builder", explain)

    assert asked == ["first", "last"]
    assert any("who came last" in str(words) for words in shown)
    assert not any("who came first" in str(words) for words in shown)


def slow_down(monkeypatch, module, name, seconds=SLOW):
    """Let a function take so long before it does what it does; returned are its ends."""
    genuine, ends = getattr(module, name), []

    def slowly(*arguments):
        time.sleep(seconds)
        try:
            return genuine(*arguments)
        finally:
            ends.append(name)

    monkeypatch.setattr(module, name, slowly)
    return ends


def both(*acts):
    """What each of these calls gives, or how it is refused, all at once."""

    def done(act):
        try:
            return act()
        except StudioError as error:
            return error.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(done, acts))


def test_of_two_audiences_of_one_name_at_once_the_later_is_refused(visits, monkeypatch):
    workshop = visits.studio.workshop

    def kept(top):
        asked = {**CHOICES, "name": "At once", "output": {"top": top}}
        return lambda: audiences.keep(workshop, specification_of(asked))

    slow_down(monkeypatch, audiences, "keep_specification")

    found = both(kept(10), kept(20))

    assert found.count("name_taken") == 1
    catalog = workshop.catalog
    assert catalog.newest_specification(catalog.get_audience("at_once").id).number == 1


def test_of_two_columns_that_get_a_role_at_once_both_keep_it(visits, monkeypatch):
    workshop = visits.studio.workshop

    slow_down(monkeypatch, datasets, "with_role", QUICK)

    def given(column):
        return lambda: datasets.map_column(
            workshop, "Everybody else", column, Role.metadata, None
        )

    both(given("plan"), given("country"))

    roles = {m.column: m.role for m in workshop.catalog.mappings("Everybody else")}
    assert roles["plan"] == roles["country"] == Role.metadata


def test_what_was_chosen_just_before_save_is_saved(visits, monkeypatch):
    async def save(user):
        client = await user.open("/datasets/add")
        (field,) = (e for e in client.elements.values() if isinstance(e, ui.upload))
        answer = await user.http_client.post(
            field.props["url"],
            content=b"user_id,visits\n" + b"u1,1\nu2,2\n" * 30,
            headers={"origin": ADDRESS, "x-file-name": "hurried.csv"},
        )
        assert answer.status_code == 204
        (kind,) = (
            each
            for each in client.elements.values()
            if each.props.get("aria-label") == "Type of visits"
        )
        slow_down(monkeypatch, dataset_sources, "look")
        kind.value = "VARCHAR"
        (button,) = buttons_of(client, "Save")
        press(client, button)
        await user.should_see("Read it anew")  # led to its page

    visits.as_("builder", save)

    saved = visits.studio.workshop.catalog.get_dataset("hurried")
    assert saved.csv_schema.columns[1].type == "VARCHAR"


def test_the_seed_that_is_taken_in_and_out_again_at_once_is_out(visits, monkeypatch):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)

    async def tick(user):
        client = await user.open(f"/builder/{draft.id}/output")
        await user.should_see("times a random draw")
        (box,) = (e for e in client.elements.values() if isinstance(e, ui.checkbox))
        ends = slow_down(monkeypatch, draft_estimates, "estimate")
        for value in (True, False):
            box.value = value
            await asyncio.sleep(QUICK)
        await until(lambda: len(ends) == 2)
        await until(lambda: box.value is False)
        assert len(ends) == 2 and box.value is False

    visits.as_("builder", tick)

    assert drafts.read(workshop, draft.id).choices.output.include_seed is False


def test_a_condition_is_of_the_dataset_that_it_was_added_to(visits, monkeypatch):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)

    def chosen():
        return drafts.read(workshop, draft.id).choices.population

    async def add(user):
        client = await user.open(f"/builder/{draft.id}/population")
        await user.should_see("Saved as you go")
        slow_down(monkeypatch, row_filters, "conditions_of")
        (column,) = (
            each
            for each in client.elements.values()
            if isinstance(each, ui.select) and each.props["label"] == "Column"
        )
        column.value = "country"
        press(client, buttons_of(client, "Add")[0])
        (other,) = (each for each in fitting(client) if "checked" not in each.props)
        press(client, other)
        await until(lambda: chosen().dataset == "Everybody else")
        await asyncio.sleep(3 * SLOW)

    visits.as_("builder", add)

    assert chosen().dataset == "Everybody else" and chosen().where == ()


def test_what_is_typed_while_a_condition_is_added_stays(visits, monkeypatch):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    kept = []

    async def add(user):
        client = await user.open(f"/builder/{draft.id}/population")
        await user.should_see("Saved as you go")
        ends = slow_down(monkeypatch, row_filters, "rows_kept")
        column, value = (
            next(
                each
                for each in client.elements.values()
                if isinstance(each, kind) and each.props.get("label") == label
            )
            for kind, label in ((ui.select, "Column"), (ui.input, "Value"))
        )
        column.value, value.value = "country", "Luxembourg"
        press(client, buttons_of(client, "Add")[0])
        await until(lambda: drafts.read(workshop, draft.id).choices.population.where)
        value.value = "the next"
        await until(lambda: ends)
        await asyncio.sleep(2 * QUICK)
        kept.append(value.value)

    visits.as_("builder", add)

    assert kept == ["the next"]


def test_of_two_clicks_that_lead_on_the_first_counts(visits):
    workshop = visits.studio.workshop
    before = len(drafts.overview(workshop))

    async def click(user):
        client = await user.open("/drafts")
        (button,) = buttons_of(client, "New draft")
        for _ in range(2):
            press(client, button)
        await until(lambda: len(drafts.overview(workshop)) > before)
        await asyncio.sleep(2 * SLOW)

    visits.as_("builder", click)

    assert len(drafts.overview(workshop)) == before + 1


@pytest.fixture(params=["Build again", "Build it now"])
def build_button(request, visits, slug):
    """The words of a button that builds, and the page that it is on."""
    if request.param == "Build again":
        return request.param, f"/audiences/{slug}"
    asked = {**CHOICES, "name": "Not built", "output": {"top": 10}}
    kept = audiences.keep(visits.studio.workshop, specification_of(asked))
    return request.param, f"/audiences/{kept['audience']}"


def test_of_two_presses_of_build_the_first_counts_until_it_is_refused(
    visits, monkeypatch, build_button
):
    (label, path), runs, asked = build_button, visits.studio.runs, []
    (run,) = runs.overview(limit=1)
    ended = run.model_copy(update={"state": RunState.cancelled})
    was_pressed_twice = threading.Event()

    def late(slug):
        asked.append(slug)
        is_first = len(asked) == 1
        was_pressed_twice.wait(timeout=30)
        if is_first:
            raise StudioError("dagster_down", "Dagster", "is away", "press it again")
        return ended

    async def build(user):
        client = await user.open(path)
        (button,) = buttons_of(client, label)
        monkeypatch.setattr(runs, "start", late)
        for said in ("press it again", "Cancelled"):
            for _ in range(2):
                press(client, button)
                await asyncio.sleep(QUICK)
            was_pressed_twice.set()
            await user.should_see(said)
            was_pressed_twice.clear()

    visits.as_("builder", build)

    assert len(asked) == 2


def test_of_two_presses_of_retry_the_first_counts(visits, built_home, monkeypatch):
    slug, runs, asked = built_home[1].json["audience"], visits.studio.runs, []
    (run,) = runs.overview(audience=slug, limit=1)
    queued = run.model_copy(update={"state": RunState.queued})

    def slowly(run_id):
        asked.append(run_id)
        time.sleep(SLOW)
        return queued

    async def retry(user):
        client = await user.open(f"/audiences/{slug}")
        (button,) = buttons_of(client, "Retry")
        for _ in range(2):
            press(client, button)
            await asyncio.sleep(QUICK)
        await user.should_see("Waits for its turn")

    failed = run.model_copy(update={"state": RunState.failed})
    monkeypatch.setattr(runs, "overview", lambda **_: [failed])
    monkeypatch.setattr(runs, "get", lambda _: queued)
    monkeypatch.setattr(runs, "retry", slowly)
    visits.as_("builder", retry)

    assert asked == [run.run_id]
