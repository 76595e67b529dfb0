"""When Python looks for garbage in a command and in a server, and what it leaves out."""

import gc
import weakref
from types import SimpleNamespace

import pytest

from studio import garbage
from studio.web import app


class Page:
    """What refers to itself, as the elements of a page do to one another."""

    def __init__(self):
        self.content = [self]


@pytest.fixture(autouse=True)
def own_collector():
    """The collector as Python has it by itself, and afterwards as it was."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    garbage.keep_libraries.cache_clear()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    garbage.keep_libraries.cache_clear()


def goes_after(allocations: int) -> bool:
    """Whether a page that nobody has any more is gone once so much else was made."""
    gc.collect()
    left = weakref.ref(Page())
    kept = [[] for _ in range(allocations)]
    assert len(kept) == allocations
    return left() is None


def test_a_server_soon_takes_away_a_page_that_was_left():
    garbage.collect_rarely()  # which every command does, `up` too

    garbage.collect_pages()

    assert goes_after(2 * garbage.OF_A_SERVER[0])


def test_a_command_does_not_look_for_it():
    assert goes_after(10_000)

    garbage.collect_rarely()

    assert not goes_after(10_000)


def test_what_is_loaded_is_looked_through_no_more_and_no_garbage_is_kept():
    left, before = weakref.ref(Page()), gc.get_freeze_count()

    garbage.collect_pages()

    assert left() is None
    assert gc.get_freeze_count() > before + 1_000


def test_libraries_are_left_out_once_and_not_what_is_made_later():
    garbage.keep_libraries()
    frozen = gc.get_freeze_count()

    page = Page()
    garbage.keep_libraries()

    assert frozen > 1_000
    assert gc.get_freeze_count() <= frozen
    assert any(each is page for each in gc.get_objects())


def test_a_server_begins_with_pages_in_mind_and_without_leftovers(monkeypatch):
    thresholds, cleared = [], []
    studio = SimpleNamespace(workshop=SimpleNamespace(home=None))
    monkeypatch.setattr(app, "create_app", lambda *_, **__: None)
    monkeypatch.setattr(app, "clear_leftovers", cleared.append)
    monkeypatch.setattr(app, "read_access", lambda _: app.Access())
    monkeypatch.setattr(
        app.uvicorn.Server, "run", lambda _: thresholds.append(gc.get_threshold())
    )

    app.run_studio(studio, host="127.0.0.1", port=1)

    assert thresholds == [garbage.OF_A_SERVER]
    assert cleared == [studio.workshop]
