"""Pages as they answer without a browser: strange addresses, roles, divided audiences."""

import asyncio
import errno
import io
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pandas as pd
import pytest
from nicegui import ui
from starlette.responses import Response

from catalog.errors import StudioError
from catalog.file_failures import disk_full
from catalog.records import BuildState
from catalog.run_records import RunState
from catalog.specification import read_specification
from catalog.store import Catalog
from studio.services import (
    audit,
    choices,
    comparison,
    dataset_sources,
    datasets,
    draft_store,
    drafts,
)
from studio.services.access import Access, Role, person_id
from studio.services.audience_list import AudienceQuery
from studio.services.audit import acting_as
from studio.services.overlap import overlap
from studio.services.tokens import renew_token, token_of
from studio.web.app import MOST_WAITING
from studio.web.pages.audiences import address_of
from tests.pipeline.building import build_specification
from tests.report.test_comparison_words import AUTO, SAY, TIED, against, comparison_of
from tests.studio.conftest import write_specification
from tests.studio.rest import ADDRESS, API, copy_home
from tests.studio.served import add_version
from tests.studio.visits import ACCESS, ELSEWHERE, HEADER, visited

QUOTAS = {"attribute": "country", "at_most": {"DE": 0.4}}
ROLES = ("viewer", "builder")
CHOICES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}


@pytest.fixture(scope="module")
def visits(built_home, tmp_path_factory):
    """A studio with an audience, and one that is divided and has two versions."""
    folder, _ = built_home
    home = copy_home(folder, tmp_path_factory.mktemp("visits"))
    path = write_specification(
        home.parent / "divided.yml",
        name="Divided",
        datasets=None,
        output={"top": 100, "tiers": [40, 100], "quotas": QUOTAS},
        fairness={"protected": ["plan"]},
    )
    built = build_specification(home.parent, read_specification(path), with_report=True)
    built.workshop.catalog.close()
    with visited(home) as found:
        add_version(found.studio.workshop, "divided")
        yield found


@pytest.fixture(scope="module")
def slug(built_home):
    return built_home[1].json["audience"]


def shown(visits, role, path):
    """The buttons and links on a page, by their words and addresses."""
    found = set()

    async def look(user):
        client = await user.open(path)
        for each in client.elements.values():
            if isinstance(each, ui.button):
                found.add(each.props.get("label"))
                found.add(each.props.get("href"))
            elif each.tag == "a":
                found.add(each.props["href"])

    visits.as_(role, look)
    return found


def radios_of(client):
    return [e for e in client.elements.values() if e.props.get("type") == "radio"]


def pick_another_seed(client):
    """Press a seed that can be chosen and is not; returned is what was pressed."""
    other = next(
        each
        for each in radios_of(client)
        if not {"checked", "disabled"} & each.props.keys()
    )
    for listener in other._event_listeners.values():
        client.handle_event({"id": other.id, "listener_id": listener.id, "args": {}})
    return other


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/drafts?page=x", "'x' as page in the address is not a whole number"),
        ("/audiences?page=1.5", "'1.5' as page"),
        ("/audiences?page=", "'' as page"),
        ("/audiences?page=" + "9" * 5_000, "as page in the address"),
        ("/audiences?falling=maybe", "'maybe' as falling in the address is not true"),
        ("/audiences/{slug}?version=newest", "'newest' as version"),
        ("/audiences/{slug}/versions/one/report", "'one' as number"),
        ("/audiences/{slug}/versions/1e3/files/members.parquet", "'1e3' as number"),
        ("/audiences/{slug}/versions/x/pictures/reach.svg", "'x' as number"),
        ("/builder?duplicate=perhaps", "'perhaps' as duplicate"),
    ],
)
def test_an_address_with_nonsense_is_answered_by_a_page_in_a_sentence(
    visits, slug, path, said
):
    answer = visits.get(path.format(slug=slug))

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert said in answer.text
    assert "mend it in the address" in answer.text.lower()


def test_a_refusal_before_anybody_has_signed_in_is_a_sentence(visits, monkeypatch):
    home = visits.studio.workshop.home

    def record(*_):
        raise disk_full("the audit log", home.root)

    monkeypatch.setattr(audit, "record", record)

    answer = visits.client.post(
        "/sign-in", data={"token": token_of(home)}, headers={"origin": ADDRESS}
    )

    assert answer.status_code == 507
    assert answer.text.startswith("the audit log does not fit on the disk")


@pytest.mark.parametrize("path", ["/sign-in/start", "/sign-in/done"])
def test_who_has_not_signed_in_is_told_that_there_is_no_such_page(visits, path):
    answer = visits.client.get(path)

    assert answer.status_code == 404
    assert "There is no page at this address." in answer.text


def test_as_many_pages_wait_at_once_as_are_let(visits):
    everybody = threading.Barrier(MOST_WAITING)

    async def wait_for_all():
        waiting = (asyncio.to_thread(everybody.wait, 20) for _ in range(MOST_WAITING))
        return await asyncio.gather(*waiting)

    places = visits.client.portal.call(wait_for_all)

    assert sorted(places) == list(range(MOST_WAITING))


@pytest.mark.parametrize("field", ["owner", "tag"])
def test_an_owner_or_a_tag_that_may_name_somebody_stays_out_of_addresses(field):
    def address(words):
        return address_of(AudienceQuery.model_validate({field: words}))

    assert address("ann@example.org") == address("+44 20 7946-0000") == "/audiences"
    assert address("Ada") == f"/audiences?{field}=Ada"


# Roles


@pytest.mark.parametrize(
    ("path", "changing"),
    [
        ("/audiences", {"New audience", "/builder"}),
        (
            "/audiences/{slug}",
            {"Build again", "Download people", "Edit", "Duplicate", "Archive", "Retry"},
        ),
        ("/datasets", {"Add a dataset", "/datasets/add"}),
        ("/datasets/seed", {"Read it anew", "Remove", "Change"}),
        ("/runs", {"/builder", "Retry", "Change the choices", "Start over"}),
    ],
)
def test_who_may_only_look_is_shown_no_way_to_change(
    visits, slug, monkeypatch, path, changing
):
    runs = visits.studio.runs
    failed = [
        each.model_copy(update={"state": RunState.failed}) for each in runs.overview()
    ]
    monkeypatch.setattr(runs, "overview", lambda **_: failed)

    viewer, builder = (shown(visits, role, path.format(slug=slug)) for role in ROLES)

    assert changing <= builder
    assert not changing & viewer
    assert viewer < builder


def test_the_list_says_why_the_newest_build_of_an_audience_failed(visits, monkeypatch):
    catalog = visits.studio.workshop.catalog
    error = StudioError("too_few", "dataset 'seed'", "has 3 rows", "add people")
    standings = [
        each.model_copy(
            update={
                "version": None,
                "build": each.build.model_copy(
                    update={"state": BuildState.failed, "error": error.as_dict()}
                ),
            }
        )
        for each in catalog.standings()
        if each.build is not None
    ]
    monkeypatch.setattr(catalog, "standings", lambda: standings)

    async def look(user):
        await user.open("/audiences")
        await user.should_see("Failed")
        await user.should_see("The newest build failed: dataset 'seed' has 3 rows.")

    visits.as_("viewer", look)


@pytest.mark.usefixtures("failed_run")
def test_a_build_that_failed_is_told_with_the_version_that_stays_in_use(visits):
    page = visits.get("/audiences/divided", "viewer").text
    older = visits.get("/audiences/divided?version=1", "viewer").text

    assert "The newest build failed" in page and "The newest build failed" in older
    assert "Version 2 stays in use, and is what this page shows." in page
    assert "stays in use" not in older


def test_an_archived_audience_is_not_said_to_be_built_again(visits, monkeypatch):
    catalog, path = visits.studio.workshop.catalog, "/audiences/divided"
    before = visits.get(path, "viewer").text
    audience = catalog.get_audience("divided")

    catalog.archive_audience(audience.id)
    archived = visits.get(path, "viewer").text
    catalog.archive_audience(audience.id, is_archived=False)

    assert "Not while it is archived" in archived
    assert "Not while it is archived" not in before


def test_words_in_the_last_column_of_a_table_stand_where_words_stand(visits):
    """And what stands for a number, or for few people, where numbers do."""
    seen = {}

    async def look(user):
        client = await user.open("/audiences/divided/changes?older=1&newer=2")
        for each in client.elements.values():
            if each.tag == "th" and each.props.get("scope") == "col":
                seen[each.text] = "number" in each.classes

    visits.as_("viewer", look)

    assert seen == {"Distribution": False, "PSI": True, "Verdict": False}


def test_audiences_are_put_beside_each_other_by_who_is_in_both(visits, slug):
    both = visits.get(f"/overlap?audiences={slug},divided", "viewer").text
    tiers = visits.get("/overlap?audiences=divided&tiers=true").text
    alone = visits.get(f"/overlap?audiences={slug},nobody").text
    whole = visits.get(f"/overlap?audiences={slug}&tiers=true").text

    (pair,) = overlap(visits.studio.workshop, [slug, "divided"])["pairs"]
    assert pair["people_of_first"] >= 25
    assert f"{pair['people_of_first']} (" in both
    assert "Compared by" in both and "person_key" in both
    assert "Divided: 1-40" in tiers
    assert "Choose two or more." in alone
    assert "has no tiers to compare" in whole
    assert "/overlap" in shown(visits, "viewer", "/audiences")


def test_two_versions_are_put_beside_each_other(visits):
    page = visits.get("/audiences/divided/changes?older=1&newer=2", "viewer").text
    same = visits.get("/audiences/divided/changes?older=1&newer=1", "viewer")

    by_rest = visits.get(f"{API}/audiences/divided/changes?from=1&to=2").json()
    assert by_rest["sentences"] and all(each in page for each in by_rest["sentences"])
    assert by_rest["drift"]["rows"] and by_rest["specification"] == []
    assert "Version 2 beside version 1" in page
    assert "Since version 1, 0 people entered" in page
    assert "Both were built by the same specification." in page
    assert same.status_code == 400 and "--from" not in same.text
    assert "has no other version to be compared with" in same.text
    assert "What has changed" in shown(visits, "viewer", "/audiences/divided")


def test_versions_and_people_are_for_builders_to_serve_and_to_take_away(visits, slug):
    base = f"/audiences/{slug}/versions/1/files"
    report = f"/audiences/{slug}/versions/1/report"

    viewer, builder = (shown(visits, role, f"/audiences/{slug}") for role in ROLES)
    refused = visits.get(f"{base}/members.parquet", "viewer")
    figures = visits.get(f"{base}/figures.json", "viewer")
    before = audit.read(visits.studio.workshop.home)
    people = visits.get(f"{base}/members.parquet", "builder")
    (noted,) = audit.read(visits.studio.workshop.home)[len(before) :]

    assert builder - viewer >= {f"{base}/members.parquet"}
    assert {report, f"{base}/figures.json", f"{base}/manifest.json"} <= viewer
    assert refused.status_code == 403
    assert "role viewer may not do this" in refused.text
    assert figures.status_code == people.status_code == 200
    assert people.content.startswith(b"PAR1")
    assert noted.verb == "exported" and noted.who.startswith("user-")


def test_people_are_taken_as_a_table_by_builders_and_leave_no_file(visits, slug):
    path, home = f"/audiences/{slug}/versions/1/people.csv", visits.studio.workshop.home
    members = visits.get(f"/audiences/{slug}/versions/1/files/members.parquet")
    before = audit.read(home)

    viewer, builder = (shown(visits, role, f"/audiences/{slug}") for role in ROLES)
    refused = visits.get(path, "viewer")
    people = visits.get(path, "builder")

    assert path in builder - viewer
    assert refused.status_code == 403
    assert people.headers["content-disposition"].endswith(f'{slug}_1.csv"')
    taken = pd.read_csv(io.StringIO(people.text), dtype={"user_id": str})
    kept = pd.read_parquet(io.BytesIO(members.content))
    assert list(taken["user_id"]) == list(kept["user_id"])
    assert [each.verb for each in audit.read(home)[len(before) :]] == ["exported"]
    assert list((home.root / "exports").iterdir()) == []


def test_the_table_for_people_is_for_spreadsheets_and_that_of_rest_for_programs(
    visits, slug
):
    people = visits.get(f"/audiences/{slug}/versions/1/people.csv", "builder")

    def by_rest(**asked):
        return visits.client.post(
            f"{API}/audiences/{slug}/export",
            json={"kind": "csv", **asked},
            headers={**visits.named("builder"), "origin": ADDRESS},
        ).text

    assert people.text.startswith('"person_key","user_id",')
    assert by_rest().startswith("person_key,user_id,")
    assert by_rest(for_spreadsheets=True) == people.text


@pytest.mark.parametrize("path", ["/builder", "/drafts", "/datasets/add"])
def test_a_page_for_builders_is_refused_to_others_in_words(visits, path):
    answer = visits.get(path, "viewer")

    assert answer.status_code == 403
    assert "role viewer may not do this, builder is needed" in answer.text
    assert visits.get(path, "builder").status_code in (200, 307)


def test_new_audience_begins_one_beside_other_peoples_drafts_and_edits(visits, slug):
    workshop = visits.studio.workshop
    before = {each.id for each in drafts.overview(workshop)}

    async def begin(user):
        await user.open("/builder")
        for _ in range(100):
            if drafts.newest_open(workshop) is not None:
                return
            await asyncio.sleep(0.05)

    bruno = person_id("bruno")
    with acting_as(bruno):
        drafts.of_audience(workshop, slug)
        visits.as_("builder", begin)
        begun = drafts.newest_open(workshop)

    assert begun.begun_by == bruno and begun.id not in before
    again = visits.get("/builder", "builder")
    assert again.headers["location"] == f"/builder/{begun.id}/seed"
    assert visits.get("/builder", "admin").status_code == 200
    assert f"Begun by another person, {bruno}" in visits.get("/drafts", "admin").text
    assert "another person" not in visits.get("/drafts", "builder").text


def test_create_takes_what_was_typed_just_before_it(visits, monkeypatch):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    check_name, change = drafts.check_name, drafts.change

    def slowly(act):
        def done(*arguments, **named):
            time.sleep(0.3)
            return act(*arguments, **named)

        return done

    async def hurry(user):
        client = await user.open(f"/builder/{draft.id}/finalise")
        await user.should_see("The name is free")
        monkeypatch.setattr(drafts, "check_name", slowly(check_name))
        monkeypatch.setattr(drafts, "change", slowly(change))
        fields = {
            each.props.get("label"): each
            for each in client.elements.values()
            if isinstance(each, ui.input | ui.textarea | ui.button)
        }
        fields["Description"].set_value("Typed last")
        fields["Owner"].set_value("Ada")
        fields["Name"].set_value("Typed in a hurry")
        button = fields["Create audience"]
        for listener in button._event_listeners.values():
            client.handle_event(
                {"id": button.id, "listener_id": listener.id, "args": {}}
            )
        for _ in range(200):
            if drafts.read(workshop, draft.id).audience is not None:
                return
            await asyncio.sleep(0.05)

    visits.as_("builder", hurry)

    kept = workshop.catalog.newest_specification("typed_in_a_hurry").specification
    assert (kept.description, kept.owner) == ("Typed last", "Ada")


def test_create_says_that_it_waits_for_a_dataset_that_is_read_in(visits):
    workshop = visits.studio.workshop
    begun = drafts.begin(workshop)
    draft = drafts.change(workshop, begun.id, {**CHOICES, "name": "Patient"})
    other = Catalog(workshop.home.catalog_url)

    async def wait(user):
        client = await user.open(f"/builder/{draft.id}/finalise")
        await user.should_see("Know before you build", retries=100)
        button = next(
            each
            for each in client.elements.values()
            if each.props.get("label") == "Create audience"
        )
        with other.alone():
            for listener in button._event_listeners.values():
                client.handle_event(
                    {"id": button.id, "listener_id": listener.id, "args": {}}
                )
            await user.should_see("Another change has to end first", retries=20)
            assert drafts.read(workshop, draft.id).audience is None
        for _ in range(200):
            if drafts.read(workshop, draft.id).audience is not None:
                break
            await asyncio.sleep(0.05)
        await user.should_not_see("Another change has to end first", retries=20)

    visits.as_("builder", wait)

    assert workshop.catalog.get_audience("patient").name == "Patient"


def test_scorers_are_compared_before_one_is_chosen(visits, monkeypatch):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    refusal = StudioError("seed_too_small", "the seed", "has 3 people", "add some")
    lines = (AUTO | against(0.86) | SAY, TIED | against(0.91))
    found = comparison_of(*lines) | {"has_unlike": True}
    asked, ends = [], [refusal, SimpleNamespace(comparison=found)]
    may_end = threading.Event()

    def compare(_, specification):
        asked.append(specification)
        may_end.wait(20)
        end = ends.pop(0)
        if isinstance(end, StudioError):
            raise end
        return end

    monkeypatch.setattr(comparison, "compare_draft", compare)

    async def look(user):
        client = await user.open(f"/builder/{draft.id}/finalise")
        await user.should_see("Compare the scorers")
        (button,) = (
            each
            for each in client.elements.values()
            if each.props.get("label") == "Compare the scorers"
        )

        def press():
            for listener in button._event_listeners.values():
                listened = {"id": button.id, "listener_id": listener.id, "args": {}}
                client.handle_event(listened)

        press()
        await user.should_see("Compares; asked for at", retries=30)
        assert not button.enabled
        may_end.set()
        await user.should_see("the seed has 3 people.", retries=30)
        assert button.enabled
        press()
        await user.should_see("weighted_bayes cannot be told from it", retries=30)
        await user.should_see("With auto: The seed can be told from the population")
        await user.should_see("AUC against the negative seed")
        await user.should_see("0.910 (0.900 to 0.920)")
        await user.should_see("In auto weighted_bayes (regression) and boosted (trees)")
        await user.should_see("neighbours: needs an extra")

    visits.as_("builder", look)

    assert [each.seed.dataset for each in asked] == ["seed", "seed"]


def test_a_choice_that_the_disk_does_not_take_is_told_and_not_shown_as_kept(
    visits, monkeypatch
):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    radios = []

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    async def pick(user):
        client = await user.open(f"/builder/{draft.id}/seed")
        await user.should_see("Saved as you go")
        monkeypatch.setattr(draft_store, "write_text_whole", refuse)
        other = pick_another_seed(client)
        await user.should_see("the draft does not fit on the disk")
        await user.should_see("The last change is not saved")
        for _ in range(100):
            if other.id not in client.elements:
                break  # drawn anew, so the browser marks what is kept
            await asyncio.sleep(0.05)
        assert other.id not in client.elements
        radios.extend("checked" in each.props for each in radios_of(client))

    visits.as_("builder", pick)

    assert radios.count(True) == 1 and len(radios) > 1
    assert drafts.read(workshop, draft.id) == draft


def test_an_audience_as_a_seed_tells_its_day_or_why_it_is_none(visits, slug):
    workshop = visits.studio.workshop
    catalog = workshop.catalog
    audience = catalog.get_audience(slug)
    version = catalog.served_version(audience.id)
    kept = catalog.newest_specification(audience.id).specification
    catalog.save_specification(kept.model_copy(update={"name": "Never built"}))

    def offered():
        found = choices.seeds(workshop, show_audiences=True)
        return {each.name: each for each in found if each.is_audience}

    known = offered()
    members = Path(version.path) / "members.parquet"
    aside = members.rename(members.with_name("aside"))
    lost = offered()[audience.name]
    aside.rename(members)

    good, unbuilt = known[audience.name], known["Never built"]
    assert good.eligible and good.changed_at == version.published_at
    assert good.keys == ("user_id",) and "are few" in good.notes[0]
    assert (unbuilt.eligible, unbuilt.code) == (False, "no_version")
    fits = [each.eligible for each in known.values()]
    assert fits == sorted(fits, reverse=True)
    assert (lost.eligible, lost.code) == (False, "version_gone")
    assert lost.reason == "has lost the people of its version 1 on disk"


def test_a_dataset_whose_file_changed_says_so_and_shows_the_last_reading(
    visits, tmp_path
):
    path = tmp_path / "leads.csv"
    path.write_text("user_id,job\n" + "".join(f"u{n},baker\n" for n in range(60)))
    dataset_sources.add(visits.studio.workshop, path, "Leads")

    before = visits.get("/datasets/leads", "viewer").text
    path.write_bytes(path.read_bytes()[:300] + b'"cut')
    after = visits.get("/datasets/leads", "viewer").text
    beside = visits.get("/datasets/seed", "viewer").text

    for page in (before, beside):
        assert "of the last reading" not in page and "as last read" not in page
    assert "What stands here is of the last reading." in after
    assert "has changed since it was read: read it anew" in after
    assert "Rows, as last read" in after


@pytest.mark.parametrize(
    ("path", "label"),
    [("/audiences/divided", "Put into use"), ("/datasets/seed", "Save")],
)
def test_what_a_viewer_sends_all_the_same_is_refused_in_words(visits, path, label):
    """As from a browser that was changed to press what is not shown."""

    async def press(user):
        client = await user.open(path)
        button = next(
            each
            for each in client.elements.values()
            if isinstance(each, ui.button) and each.props.get("label") == label
        )
        for listener in button._event_listeners.values():
            client.handle_event(
                {"id": button.id, "listener_id": listener.id, "args": {}}
            )
        await user.should_see("the role viewer may not do this, builder is needed")

    visits.as_("viewer", press)


@pytest.mark.parametrize("end", ["sign_out", "renew", "run_out"])
def test_an_open_page_changes_nothing_once_its_session_has_ended(
    visits, monkeypatch, end
):
    home, sessions = visits.studio.workshop.home, visits.client.app.state.sessions
    begun = sessions.begin(Response()).headers["set-cookie"]
    cookie = begun.partition(";")[0].partition("=")[2]
    asked = []
    monkeypatch.setattr(datasets, "profile", lambda *_: asked.append(1))

    async def press(user):
        user.http_client.headers.pop(HEADER)
        user.http_client.cookies.set(sessions.cookie, cookie)
        client = await user.open("/datasets/seed")
        (button,) = (
            each
            for each in client.elements.values()
            if each.props.get("label") == "Read it anew"
        )
        if end == "sign_out":
            left = await user.http_client.post("/sign-out", headers={"origin": ADDRESS})
            assert left.status_code == 303
        elif end == "renew":
            renew_token(home)
        else:
            access = ACCESS.model_copy(update={"session_hours": -1})
            monkeypatch.setattr(sessions, "_access", access)
        for listener in button._event_listeners.values():
            client.handle_event(
                {"id": button.id, "listener_id": listener.id, "args": {}}
            )
        await user.should_see("your session has ended: sign in again")

    visits.as_("builder", press)

    assert asked == []
    assert sessions.user(cookie) is None


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("sign_out", "your session has ended"),
        ("role", "the role viewer may not do this, builder is needed"),
    ],
)
def test_a_choice_of_a_session_that_ended_is_refused_in_words_and_not_kept(
    visits, monkeypatch, end, said
):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    sessions = visits.client.app.state.sessions
    begun = sessions.begin(Response(), "bruno").headers["set-cookie"]

    async def pick(user):
        user.http_client.headers.pop(HEADER)
        cookie = begun.partition(";")[0].partition("=")[2]
        user.http_client.cookies.set(sessions.cookie, cookie)
        client = await user.open(f"/builder/{draft.id}/seed")
        await user.should_see("Saved as you go")
        if end == "sign_out":
            await user.http_client.post("/sign-out", headers={"origin": ADDRESS})
        else:
            access = ACCESS.model_copy(update={"roles": {"bruno": Role.viewer}})
            monkeypatch.setattr(sessions, "_access", access)
        pick_another_seed(client)
        await user.should_see(said)
        await user.should_see("The last change is not saved")

    visits.as_("builder", pick)

    assert drafts.read(workshop, draft.id) == draft


@pytest.mark.parametrize("by", ["proxy", "session"])
def test_the_bar_says_who_is_signed_in_and_ends_a_session_where_there_is_one(
    visits, by
):
    sessions = visits.client.app.state.sessions
    begun = sessions.begin(Response(), "vera").headers["set-cookie"]
    found = []

    async def look(user):
        if by == "session":
            user.http_client.headers.pop(HEADER)
            cookie = begun.partition(";")[0].partition("=")[2]
            user.http_client.cookies.set(sessions.cookie, cookie)
        client = await user.open("/datasets")
        await user.should_see("vera")
        await user.should_see("viewer")
        found.extend(
            (each.props["method"], each.props["action"])
            for each in client.elements.values()
            if each.tag == "form"
        )

    visits.as_("viewer", look)

    assert found == ([("post", "/sign-out")] if by == "session" else [])


def test_every_change_by_rest_is_refused_to_a_viewer(visits):
    document = visits.client.get(f"{API}/openapi.json", headers=visits.named("admin"))
    asking = ("what-if", "explain", "overlap", "plan", "validate", "suggest")
    answers = {
        (method, path): visits.client.request(
            method,
            API + path.replace("{", "").replace("}", ""),
            headers={**visits.named("viewer"), "origin": ADDRESS},
        )
        for path, methods in document.json()["paths"].items()
        for method in methods
        if method != "get" and not path.endswith(asking)
    }

    assert len(answers) > 20
    assert {
        asked: answer.status_code
        for asked, answer in answers.items()
        if (answer.status_code, answer.json().get("code")) != (403, "not_allowed")
    } == {}


@pytest.mark.parametrize("path", ["/datasets", "/audiences/{slug}", "/nowhere"])
def test_the_bar_stands_in_the_page_itself_with_the_ways_of_the_role(
    visits, slug, path
):
    bars = {}
    for role in ROLES:
        page = visits.get(path.format(slug=slug), role).text
        bars[role], app, _ = page.partition('<div id="app"')
        bars[role] = bars[role].partition('<div class="shell">')[2]
        assert app and 'href="/datasets"' in bars[role]

    assert 'href="/builder"' in bars["builder"]
    assert 'href="/builder"' not in bars["viewer"]
    assert "K\u00e4ufer" not in bars["viewer"]  # nothing that somebody typed


@pytest.fixture
def failed_run(visits):
    """A newer run, of the divided audience, in Dagster's own records."""
    instance = visits.studio.runs._history._instance
    failed = dg.DagsterRun(
        job_name="build",
        tags={"dagster/partition": "divided"},
        status=dg.DagsterRunStatus.FAILURE,
    )
    instance.add_run(failed)
    yield
    instance.delete_run(failed.run_id)


@pytest.mark.usefixtures("failed_run")
def test_runs_come_in_pages_of_one_audience_or_state(visits, slug, monkeypatch):
    monkeypatch.setattr("studio.web.pages.runs.RUNS_A_PAGE", 1)

    def told(query):
        found = shown(visits, "viewer", f"/runs{query}")
        return {each for each in found if each and each.startswith("/audiences/")}

    first, last = {"/audiences/divided"}, {f"/audiences/{slug}"}
    assert told("") == first and told("?page=2") == told("?page=99") == last
    assert told(f"?audience={slug}") == told("?state=succeeded") == last
    assert told("?audience=divided&state=failed") == first
    assert told("?state=queued") == told(f"?audience={slug}&state=failed") == set()
    assert visits.get("/runs?audience=nobody").status_code == 404
    by_rest = visits.get(f"{API}/runs?limit=1&offset=1").json()
    assert [each["audience"] for each in by_rest["items"]] == [slug]
    assert by_rest["total"] == 2


# The way to Dagster


@pytest.mark.parametrize("path", ["/runs", "/audiences/{slug}"])
def test_a_run_leads_to_dagsters_screens_on_the_machine_that_they_are_on(
    visits, slug, monkeypatch, path
):
    runs, off = visits.studio.runs, visits.studio.runs.health()
    path, (run,) = path.format(slug=slug), runs.overview(limit=1)
    without = shown(visits, "viewer", path)
    supervisor = SimpleNamespace(port=3999, path="/drawn", health=lambda: off)
    monkeypatch.setattr(runs, "_supervisor", supervisor)

    by_login = shown(visits, "admin", path)
    monkeypatch.setattr("studio.web.components.dagster_link.access", Access)
    with_dagster = shown(visits, "viewer", path)
    elsewhere = {**visits.named("viewer"), "host": ELSEWHERE}
    afar = visits.client.get(path, headers=elsewhere)

    (address,) = with_dagster - without
    # Dagster asks nobody for a role.
    assert address not in by_login
    assert address == f"http://127.0.0.1:3999/drawn/runs/{run.run_id}"
    assert address in visits.get(path, "viewer").text
    assert afar.status_code == 200 and address not in afar.text


def test_rest_names_the_way_to_dagster_only_to_those_who_can_follow_it(
    visits, monkeypatch
):
    runs, off = visits.studio.runs, visits.studio.runs.health()
    (run,) = runs.overview(limit=1)
    supervisor = SimpleNamespace(port=3999, path="/drawn", health=lambda: off)
    place = f"{API}/runs/{run.run_id}"

    def told(**headers):
        asked = (f"{API}/runs", place, f"{place}/events")
        answers = [visits.client.get(each, headers=headers).text for each in asked]
        assert all("dagster_path" in each for each in answers)
        return {f"/drawn/runs/{run.run_id}" in each for each in answers}

    assert run.dagster_path is None  # Dagster is off
    monkeypatch.setattr(runs, "_supervisor", supervisor)
    by_login = {told(**visits.named(role)) == {False} for role in ("viewer", "admin")}
    monkeypatch.setattr("studio.api.dependencies.settings", lambda _: Access())
    at_the_machine = told(**visits.named("viewer"))
    afar = told(**visits.named("viewer"), host=ELSEWHERE)

    assert by_login == {True}
    assert (at_the_machine, afar) == ({True}, {False})


# What divides an audience


def test_tiers_quotas_and_groups_are_told_with_their_figures(visits):
    catalog = visits.studio.workshop.catalog
    version = Path(catalog.served_version("divided").path)
    told = {}

    async def look(user):
        client = await user.open("/audiences/divided")
        for each in client.elements.values():
            if each.tag == "section" and "id" in each.props:
                words = [
                    inner.text
                    for inner in each.descendants()
                    if hasattr(inner, "text") and inner.text
                ]
                told[each.props["id"]] = words

    visits.as_("viewer", look)

    members = pd.read_parquet(version / "members.parquet")
    everybody = pd.read_csv(visits.studio.workshop.home.root.parent / "population.csv")
    plans = everybody.set_index("user_id").loc[members["user_id"], "plan"]
    assert told["tiers"][told["tiers"].index("1-40") + 1] == "40"
    assert told["tiers"][told["tiers"].index("41-100") + 1] == "60"
    germans = told["quotas"].index("“DE”")
    assert told["quotas"][germans + 1 : germans + 3] == ["at most 40 %", "40"]
    basic = told["fairness"].index("basic")
    assert told["fairness"][basic + 1] == str(sum(plans == "basic"))
    fairness = " ".join(told["fairness"])
    assert "below 0.8" in fairness
    assert "one of at least 2 % of the candidates" in fairness
    assert "The score as a whole" in told["fairness"]
