"""Files that are sent to the page that adds a dataset: where they go, and what stays."""

import asyncio
import tempfile
import time
from types import SimpleNamespace

import pytest
from nicegui import ui

from catalog.file_failures import disk_full
from studio.services import dataset_sources
from tests.studio.rest import ADDRESS, API

ROWS = b"user_id,age\n" + b"".join(b"u%d,%d\n" % (n, n % 70) for n in range(150_000))
SENT = {"origin": ADDRESS, "x-file-name": "k%C3%A4ufer.csv"}


@pytest.fixture
def adding(visits):
    """The page of a builder who adds a dataset, and where it sends files."""
    opened = []

    async def open_page(user):
        opened.append(await user.open("/datasets/add"))

    visits.as_("builder", open_page)
    (client,) = opened
    (field,) = (e for e in client.elements.values() if isinstance(e, ui.upload))
    yield SimpleNamespace(client=client, address=field.props["url"])
    visits.client.portal.call(client.delete)
    assert uploads_of(visits) == []


def uploads_of(visits):
    return list((visits.studio.workshop.home.root / "uploads").rglob("data*"))


def words_on(client):
    return " ".join(str(getattr(each, "text", "")) for each in client.elements.values())


def test_a_file_goes_straight_into_the_home_and_leaves_with_the_page(
    visits, adding, monkeypatch, tmp_path
):
    """More than is kept in memory on its way, with no folder for what is temporary."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    answer = visits.client.post(
        adding.address, content=ROWS, headers={**visits.named("builder"), **SENT}
    )

    assert len(ROWS) > 1 << 20
    assert answer.status_code == 204
    assert [path.read_bytes() for path in uploads_of(visits)] == [ROWS]
    assert "150,000 rows. Nothing is saved yet." in words_on(adding.client)


def test_a_file_that_is_refused_is_named_as_it_was_sent(visits, adding):
    headers = {**visits.named("builder"), **SENT}
    rest = f"{API}/datasets/upload?file_name=k%C3%A4ufer.csv&name=Sent"

    visits.client.post(adding.address, content=b"a,b\n1,2,3\n", headers=headers)
    answer = visits.client.post(rest, content=b"a,b\n1,2,3\n", headers=headers)

    assert "file 'käufer.csv', line 2 has 3 fields" in words_on(adding.client)
    assert answer.json()["object"] == "file 'käufer.csv', line 2"


@pytest.mark.parametrize("name", ["people.text", "people.jsonl", "people.csv"])
def test_a_file_that_no_marks_would_help_is_refused_and_goes(visits, adding, name):
    headers = {**visits.named("builder"), **SENT, "x-file-name": name}

    visits.client.post(adding.address, content=b"", headers=headers)

    assert f"file '{name}'" in words_on(adding.client)
    assert "It cannot be read like this" not in words_on(adding.client)
    assert uploads_of(visits) == []


@pytest.mark.parametrize("slow", [0, 1])
def test_marks_that_are_chosen_quickly_are_all_kept(visits, adding, monkeypatch, slow):
    """Whichever reading ends last, the newest counts."""
    rows = b"".join(b"%d;'a; b';1,5\n" % n for n in range(40))
    sent = b"user_id;plan;spent\n" + rows
    headers = {**visits.named("builder"), **SENT}
    visits.client.post(adding.address, content=sent, headers=headers)
    assert "It cannot be read like this" in words_on(adding.client)
    genuine, begun = dataset_sources.look, []

    def look(workshop, path, schema):
        begun.append(schema)
        if len(begun) == slow + 1:
            time.sleep(0.3)
        return genuine(workshop, path, schema)

    monkeypatch.setattr(dataset_sources, "look", look)

    async def choose():
        choices = {"Quotes": "'", "Decimals": ","}
        fields = [e for e in adding.client.elements.values() if type(e) is ui.select]
        for field in fields:
            if field.props["label"] in choices:
                field.value = choices[field.props["label"]]
        while "40 rows. Nothing is saved yet." not in words_on(adding.client):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.4)

    visits.client.portal.call(asyncio.wait_for, choose(), 20)

    assert [(each.quote, each.decimal_separator) for each in begun] == [
        ("'", "."),
        ("'", ","),
    ]
    assert "40 rows. Nothing is saved yet." in words_on(adding.client)
    shown = {
        each.props["label"]: each.value
        for each in adding.client.elements.values()
        if type(each) is ui.select and "label" in each.props
    }
    assert (shown["Quotes"], shown["Decimals"]) == ("'", ",")


def test_nothing_stays_of_a_file_that_breaks_off(visits, adding, caplog):
    rest = f"{API}/datasets/upload"

    visits.break_off(adding.address, ROWS[:70_000], SENT)
    visits.break_off(rest, ROWS[:70_000], SENT, b"file_name=a.csv&name=Cut")

    assert uploads_of(visits) == []
    assert caplog.records == []
    assert "Cut" not in [e.name for e in visits.studio.workshop.catalog.list_datasets()]


def test_a_disk_that_fills_up_is_told_on_the_page(visits, adding, monkeypatch):
    def write(*_):
        raise disk_full("the upload", visits.studio.workshop.home.root)

    monkeypatch.setattr("studio.services.uploads.Upload.write", write)

    answer = visits.client.post(
        adding.address, content=ROWS, headers={**visits.named("builder"), **SENT}
    )

    assert answer.status_code == 204
    assert uploads_of(visits) == []
    assert "the upload does not fit on the disk" in words_on(adding.client)


@pytest.mark.parametrize(
    ("role", "length", "status"),
    [("viewer", None, 403), ("builder", str((2 << 30) + 1), 413)],
)
def test_what_may_not_be_sent_is_refused_before_it_is_read(
    visits, adding, role, length, status
):
    headers = {**visits.named(role), **SENT}
    if length is not None:
        headers["content-length"] = length

    answer = visits.client.post(adding.address, content=b"a,b\n", headers=headers)

    assert answer.status_code == status
    assert uploads_of(visits) == []
