"""What pages let whom do: roles, sessions that end, who has not signed in."""

import pytest
from nicegui import ui
from starlette.responses import Response

from catalog.file_failures import disk_full
from catalog.run_records import RunState
from studio.services import audit, datasets, drafts
from studio.services.access import Role
from studio.services.tokens import renew_token, token_of
from tests.studio.rest import ADDRESS, API
from tests.studio.served import add_version
from tests.studio.visits import ACCESS, HEADER, pick_another_seed, press, shown

ROLES = ("viewer", "builder")
CHOICES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}


@pytest.fixture(scope="module")
def visits(visits, slug):
    """With a second version of the audience."""
    add_version(visits.studio.workshop, slug)
    return visits


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


def test_versions_and_people_are_for_builders_to_serve_and_to_take_away(visits, slug):
    base = f"/audiences/{slug}/versions/2/files"
    report = f"/audiences/{slug}/versions/2/report"

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


@pytest.mark.parametrize("path", ["/builder", "/drafts", "/datasets/add"])
def test_a_page_for_builders_is_refused_to_others_in_words(visits, path):
    answer = visits.get(path, "viewer")

    assert answer.status_code == 403
    assert "role viewer may not do this, builder is needed" in answer.text
    assert visits.get(path, "builder").status_code in (200, 307)


@pytest.mark.parametrize(
    ("path", "label"),
    [("/audiences/{slug}", "Put into use"), ("/datasets/seed", "Save")],
)
def test_what_a_viewer_sends_all_the_same_is_refused_in_words(
    visits, slug, path, label
):
    """As from a browser that was changed to press what is not shown."""

    async def send(user):
        client = await user.open(path.format(slug=slug))
        button = next(
            each
            for each in client.elements.values()
            if isinstance(each, ui.button) and each.props.get("label") == label
        )
        press(client, button)
        await user.should_see("the role viewer may not do this, builder is needed")

    visits.as_("viewer", send)


@pytest.mark.parametrize("end", ["sign_out", "renew", "run_out"])
def test_an_open_page_changes_nothing_once_its_session_has_ended(
    visits, monkeypatch, end
):
    home, sessions = visits.studio.workshop.home, visits.client.app.state.sessions
    begun = sessions.begin(Response()).headers["set-cookie"]
    cookie = begun.partition(";")[0].partition("=")[2]
    asked = []
    monkeypatch.setattr(datasets, "profile", lambda *_: asked.append(1))

    async def send(user):
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
        press(client, button)
        await user.should_see("your session has ended: sign in again")

    visits.as_("builder", send)

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
