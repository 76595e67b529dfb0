"""What dbt is spared, and that nothing else of it changes."""

import pkgutil

import dbt_common.events.event_manager_client as events
import pytest
from dbt.events.types import LogStartLine
from dbt.plugins.manager import PluginManager
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import get_environment
from dbt_common.events.base_types import EventLevel
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note
from jinja2 import Environment, TemplateSyntaxError

from orchestration.dbt_economy import KEPT_TEMPLATES, _compiled, economise


@pytest.fixture(autouse=True)
def economical():
    """dbt as a build has it, and a place of its own for what it tells."""
    economise({"NodeFinished"})
    yield
    events.cleanup_event_logger()


@pytest.fixture
def heard():
    told = []
    events.add_callback_to_manager(lambda event: told.append(event.info.name))
    return told


def test_an_event_that_nobody_hears_is_not_made(heard, monkeypatch):
    made = []
    monkeypatch.setattr(
        "dbt_common.events.event_manager.msg_from_base_event",
        lambda *told, **options: made.append(told),
    )

    fire_event(LogStartLine(description="model", index=1, total=2))

    assert (made, heard) == ([], [])


@pytest.mark.parametrize("level", [EventLevel.WARN, EventLevel.ERROR])
def test_a_warning_and_an_error_are_told(heard, level):
    fire_event(Note(msg="mind this"), level=level)

    assert heard == ["Note"]


def test_what_a_build_waits_for_is_told(heard):
    economise({"Note"})
    events.add_callback_to_manager(lambda event: heard.append(event.info.name))

    fire_event(Note(msg="a detail"), level=EventLevel.DEBUG)

    assert heard == ["Note"]


def test_all_is_told_where_a_logger_listens(heard, monkeypatch):
    class Listening:
        def filter(self, event):
            return False

    monkeypatch.setattr(events.get_event_manager(), "loggers", [Listening()])

    fire_event(Note(msg="a detail"), level=EventLevel.DEBUG)

    assert heard == ["Note"]


@pytest.mark.parametrize(("native", "answer"), [(False, "2"), (True, 2)])
def test_a_text_is_compiled_once_for_each_kind_of_environment(
    native, answer, monkeypatch
):
    source = "{{ one + 1 }}"
    get_environment(native=native).from_string(source)
    monkeypatch.setattr(Environment, "compile", None)  # from here on nothing compiles

    template = get_environment(native=native).from_string(source)

    assert template.render({"one": 1}) == answer


def test_a_text_that_is_no_template_is_refused_each_time():
    for _ in range(2):
        with pytest.raises(TemplateSyntaxError):
            get_environment().from_string("{{ one")


def test_not_more_templates_are_kept_than_fit():
    for number in range(KEPT_TEMPLATES + 5):
        get_environment().from_string(f"{number}")

    assert len(_compiled) <= KEPT_TEMPLATES


def test_a_message_is_made_when_somebody_asks_for_it():
    event = Note(msg="mind this")

    assert "pb_msg" not in event.__dict__
    assert (event.msg, event.message()) == ("mind this", "mind this")
    assert "pb_msg" in event.__dict__


def test_a_message_can_be_changed_before_anybody_asked_for_it():
    event = Note(msg="mind this")

    event.msg = "mind that"

    assert event.message() == "mind that"


def test_plugins_are_looked_for_once(monkeypatch):
    PluginManager.from_modules("project")
    monkeypatch.setattr(pkgutil, "iter_modules", None)  # from here on nothing is found

    assert PluginManager.from_modules("project")


def test_what_answers_nothing_gives_the_same_empty_table():
    table = agate_helper.empty_table()

    assert agate_helper.empty_table() is table
    assert (len(table.rows), len(table.columns)) == (0, 0)
