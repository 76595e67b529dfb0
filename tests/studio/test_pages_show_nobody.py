"""Marked people go through every page and every answer, and are found in none.

Their e-mail addresses, phone numbers, ids and rare names stand in the data alone; what
pages, addresses, the pages' socket, REST, the studio's output and its home's other files
hold is searched for them in every form.
"""

import json
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pandas as pd
import pytest
from playwright.sync_api import Error, TimeoutError

from catalog.home import Home
from studio.services import drafts
from studio.services.opening import open_studio
from tests.faults.marker_texts import email, forms, marks, rows
from tests.faults.markers import is_no_data
from tests.studio.conftest import ask, write_specification
from tests.studio.rest import API
from tests.studio.served import add_version, as_program, served, sign_in

pytestmark = pytest.mark.browser

ID = "marker-id-"
WANTED = {mark: forms(mark) for mark in (*marks(), ID)}
MS = 120_000
PEOPLE, SEED_PEOPLE = 1_200, 150
PEOPLE_FILES = frozenset({"uploads"})


def found_in(said: dict[str, str | bytes]) -> Iterator[str]:
    """Where a mark stands, in any form."""
    for place, words in said.items():
        content = words if isinstance(words, bytes) else words.encode()
        for mark, written in WANTED.items():
            if any(each in content for each in written):
                yield f"{place[:200]} holds {mark}"


def marked(count: int) -> pd.DataFrame:
    """People with an address, a number and an id in the clear."""
    found = pd.DataFrame(rows(count))
    return found.assign(user_id=[f"{ID}{number:06d}" for number in range(count)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A home with an audience of marked people in two versions, and files to add."""
    folder = tmp_path_factory.mktemp("nobody")
    marked(PEOPLE).to_csv(folder / "population.csv", index=False)
    marked(SEED_PEOPLE).to_csv(folder / "seed.csv", index=False)
    marked(PEOPLE).to_csv(folder / "more.csv", index=False)
    (folder / "wide.csv").write_text(
        f"email,age\n{email(1)},1\n{email(2)},2,{email(3)}\n", encoding="utf-8"
    )
    path = write_specification(
        folder / "audience.yml",
        name="Marked",
        tags=["marked"],
        output={"top": 300, "include_seed": True, "tiers": [100, 300]},
        limits={"allow_indistinct": True},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        answer = ask("audience", "build", path, "--json")
    assert answer.code == 0, answer.err
    return folder


@pytest.fixture(scope="module")
def workshop(folder):
    opened = open_studio(Home(folder / "home"))
    add_version(opened, "marked")
    return opened


@pytest.fixture(scope="module")
def address(folder, workshop):
    with served(folder / "home", folder, said=folder / "said.log") as found:
        yield found


@pytest.fixture(scope="module")
def draft(workshop):
    """Every choice of the audience, to be looked at step by step."""
    return drafts.of_audience(workshop, "marked")


class Witness:
    """What a browser was shown, asked and told, by where it was."""

    def __init__(self, page):
        self.page = page
        self.said: dict[str, str | bytes] = {}
        self._answers = []
        page.on("request", lambda asked: self.keep("address", asked.url))
        page.on("response", self._note)
        page.on("websocket", self._listen)
        page.on("console", lambda told: self.keep("console", told.text))

    def keep(self, kind: str, words: str | bytes) -> None:
        self.said[f"{kind} {len(self.said)} of {self.page.url}"] = words

    def go(self, path: str):
        """Open a page, and wait until it can be acted on."""
        answer = self.page.goto(path)
        try:
            self.page.locator("h1").first.wait_for()
        except TimeoutError as error:
            kept = [(each.status, each.url) for each in self._answers if not each.ok]
            raise AssertionError(f"{path} was not drawn; refused: {kept}") from error
        self.page.wait_for_function("window.socket?.connected")
        return answer

    def _note(self, answer):
        self._answers.append(answer)

    def _listen(self, socket):
        self.keep("address", socket.url)
        socket.on("framereceived", lambda frame: self.keep("socket", frame))

    def look(self) -> None:
        """Keep the page as it stands, and all that was answered since."""
        self.keep("page", self.page.content())
        values = "[...document.querySelectorAll('input, textarea')].map(e => e.value)"
        self.keep("fields", json.dumps(self.page.evaluate(values)))
        answers, self._answers[:] = [*self._answers], []
        for each in answers:
            if each.ok and "/_nicegui/" not in each.url:
                with suppress(Error):  # of a page that was led on from
                    self.keep("answer", each.body())


@pytest.fixture
def witness(chromium, address, workshop):
    page = chromium.new_page(base_url=address, viewport={"width": 1280, "height": 900})
    page.set_default_timeout(MS)
    sign_in(page, address, workshop.home)
    yield Witness(page)
    page.close()


@pytest.fixture(scope="module")
def member(workshop):
    """Somebody of the audience, by their marked id."""
    version = workshop.catalog.served_version("marked")
    people = pd.read_parquet(f"{version.path}/members.parquet")
    person = people["user_id"].iloc[0]
    assert person.startswith(ID)
    return person


def page_addresses(draft_id: str) -> dict[str, str]:
    """The address of each page that the studio registers, with what is in the home."""
    from nicegui import Client

    from studio.web.app import add_pages

    add_pages()
    paths = {*Client.page_routes.values()}
    named = {"/audiences": "marked", "/datasets": "population"}
    return {
        path: path.format(slug=named.get(path[: path.find("/", 1)]), draft_id=draft_id)
        for path in sorted(paths)
    }


WAITS = {
    "attributes": "median ",
    "output": "times a random draw",
    "finalise": "Know before you build",
}


def test_a_mark_is_found_on_a_page_in_a_frame_and_in_an_answer():
    told = {
        "page": f"<p>{email(3)}</p>",
        "frame": '42["update",{"t":"+352621900017"}]',
        "answer": json.dumps({"id": f"{ID}000001"}).encode(),
        "nothing": "<p>marked</p>",
    }

    assert {each.split()[0] for each in found_in(told)} == {"page", "frame", "answer"}


def test_no_page_shows_a_marked_person(witness, draft):
    page, addresses = witness.page, page_addresses(draft.id)
    assert len(addresses) > 15

    for path in addresses.values():
        answer = witness.go(path)
        if path == "/builder":  # which leads on to a draft
            page.wait_for_url("**/seed")
            page.locator("h1").wait_for()
        step = path.rpartition("/")[2]
        if f"/builder/{draft.id}/{step}" == path and step in WAITS:
            page.get_by_text(WAITS[step]).first.wait_for()
        for summary in page.locator("summary").all():
            summary.click()
        page.wait_for_timeout(800)
        assert answer is not None and answer.status == 200, path
        witness.look()

    kinds = {each.split()[0] for each in witness.said}
    assert kinds >= {"page", "fields", "address", "socket", "answer"}
    assert [*found_in(witness.said)] == []


def test_no_act_on_a_page_shows_a_marked_person(witness, folder, draft, member):
    """Who is typed or uploaded is answered about, and not named."""
    page = witness.page
    witness.go("/audiences/marked")
    for person, told in ((member, "has rank"), (email(99_999), "has nobody")):
        typed = page.get_by_label("Identifier", exact=True)
        typed.fill(person)
        page.get_by_role("button", name="Explain", exact=True).click()
        page.get_by_text(told).first.wait_for()
        typed.fill("")
        witness.look()
    witness.go("/datasets/add")
    for file, told in (("wide.csv", "line 3"), ("more.csv", "How it will be read")):
        page.locator("input[type=file]").set_input_files(folder / file)
        page.get_by_text(told).first.wait_for()
        witness.look()
    page.get_by_label("Type of email").click()
    page.get_by_role("option", name="Whole number").click()
    page.get_by_role("alert").filter(has_text="is not a whole number").wait_for()
    witness.look()
    page.get_by_role("button", name="Leave it").click()
    witness.go(f"/builder/{draft.id}/output")
    page.get_by_text("times a random draw").wait_for()
    page.get_by_label("Column").click()  # what an audience has is open
    page.get_by_role("option", name="plan").wait_for()
    assert not page.get_by_role("option", name="surname").count()
    page.get_by_role("option", name="plan").click()
    page.get_by_label("Value").fill("Nobody")
    page.get_by_label("Value").press("Tab")
    page.get_by_text("is no value that plan has").wait_for()
    witness.look()

    assert [*found_in(witness.said)] == []


def test_no_answer_of_rest_holds_a_marked_person(
    address, workshop, folder, draft, member
):
    client = httpx.Client(
        base_url=address, headers=as_program(workshop.home), timeout=MS / 1_000
    )
    paths = client.get(f"{API}/openapi.json").json()["paths"]
    asked = [path for path, methods in paths.items() if "get" in methods]
    names = {"audiences": "marked", "datasets": "population"}
    run = client.get(f"{API}/runs").json()["items"][0]["run_id"]
    queries = {"name": {"name": "A name"}, "quota-values": {"column": "plan"}}
    said: dict[str, str | bytes] = {}

    for path in asked:
        kind = path.removeprefix(API).split("/")[1]
        told = path.format(
            name=names.get(kind),
            draft_id=draft.id,
            run_id=run,
            file="portrait.json",
            picture="reach",
        )
        told = told if told.startswith(API) else API + told
        answer = client.get(told, params=queries.get(told.rpartition("/")[2]))
        said[f"{answer.status_code} {told}"] = answer.content
    for path, body in (
        ("/audiences/marked/explain", {"identifier": member}),
        ("/audiences/marked/explain", {"identifier": email(99_999)}),
        ("/datasets/inspect", {"path": str(folder / "wide.csv")}),
        ("/datasets/inspect", {"path": str(folder / "more.csv")}),
        ("/overlap", {"audiences": ["marked"], "by_tier": True}),
        ("/audiences/marked/what-if", {"output": {"top": 200}}),
    ):
        answer = client.post(API + path, json=body)
        said[f"{answer.status_code} {path} {len(said)}"] = answer.content
    for name in ("report", "pictures/reach.svg"):
        answer = client.get(f"/audiences/marked/versions/1/{name}")
        said[f"{answer.status_code} {name}"] = answer.content

    refused = [each for each in said if not each.startswith("20")]
    assert len(asked) > 25
    assert [each for each in refused if each.startswith("5")] == []
    assert len(refused) <= 4, refused
    assert [*found_in(said)] == []


def test_no_output_of_the_studio_and_no_other_file_holds_a_marked_person(
    address, folder
):
    """After all that was asked above."""
    files = [
        each
        for each in [folder / "said.log", *(folder / "home").rglob("*")]
        if is_no_data(each) and not PEOPLE_FILES & {*each.parts}
    ]

    assert len(files) > 50
    said = {str(each): each.read_bytes() for each in files}
    assert [*found_in(said)] == []
