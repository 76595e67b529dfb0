"""The short part of the campaign `payloads`, and that it sees a product that breaks."""

from pathlib import Path

import pytest

from tests.faults import payloads as tried
from tests.faults.payload_bed import BY_ITSELF, bed, traces, visit, write
from tests.faults.payload_texts import CANARIES, KINDS, VALUE, WHOLE, payloads

COUNT = 5


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A studio in which a few texts were tried in every field."""
    texts = [each.text for each in payloads(COUNT, 1)]
    with bed(tmp_path_factory.mktemp("payloads")) as here:
        tried.try_all(here, texts, endings=("csv",))
        yield here


def test_texts_are_distinct_of_every_kind_and_the_same_for_a_seed():
    texts = payloads(400, 3)

    assert len({each.text for each in texts}) == 400
    assert {*KINDS, *WHOLE} <= {each.kind for each in texts}
    assert texts == payloads(400, 3)


def test_a_text_is_refused_by_name_or_kept_as_it_is_in_every_field(here):
    assert [each.broken for each in here.outcomes] == [[] for _ in here.outcomes]
    assert len(here.outcomes) == 9
    for outcome in here.outcomes:
        assert outcome.tried >= 2, outcome.told()
        assert outcome.figures["kept"], outcome.told()
    assert sum(outcome.figures[BY_ITSELF] for outcome in here.outcomes) > 0


def test_nothing_was_executed(here):
    assert [*traces(here)] == []


@pytest.mark.browser
def test_the_pages_run_nothing_in_a_browser(here):
    outcome = visit(here.pages)
    if "skipped" in outcome.figures:
        pytest.skip("needs chromium (apt-get install chromium)")

    assert outcome.tried == 4
    assert outcome.broken == []


def test_the_campaign_sees_a_name_that_acts_on_the_terminal(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.console.visible", str)
    with bed(tmp_path) as here:
        here.begin("columns")
        path = write(tmp_path / "a.parquet", {"user_id": ["u1"], "\x1b[31m": ["a"]})
        here.ask("datasets", "add", path)

    assert "acts on a terminal" in here.outcome.broken[0]


def test_the_campaign_sees_what_an_executed_text_leaves(tmp_path):
    with bed(tmp_path) as here:
        (here.home / "log").write_text(f"read: {VALUE}")
        made = Path(CANARIES) / "made"
        made.touch()
        found = [*traces(here)]
        made.unlink()

    assert len(found) == 2


@pytest.mark.browser
def test_the_campaign_sees_a_page_that_runs_a_text(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<script>window.canary=1</script><a href='javascript:1'>a</a>")

    outcome = visit([page])
    if "skipped" in outcome.figures:
        pytest.skip("needs chromium (apt-get install chromium)")

    assert {each.split(": ", 1)[1] for each in outcome.broken} == {
        "a text ran as a script",
        "leads to javascript:1",
        "leads to SCRIPT",
    }
