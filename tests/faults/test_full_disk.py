"""F07, the short part: a disk that fills up as versions are made."""

from catalog.errors import StudioError
from tests.faults.full_disk import fill_disk, small_disk
from tests.faults.outcome import Outcome


def test_a_full_disk_is_told_and_room_is_all_that_the_next_build_needs(home):
    outcome = Outcome("short")

    with small_disk(home) as is_mounted:
        fill_disk(home, outcome, "audience", 0, is_mounted=is_mounted)

    assert outcome.tried == 1
    assert outcome.broken == []
    assert "fitted" not in outcome.figures


def test_so_it_is_where_nothing_may_be_mounted(home):
    """Calls of ours fail for want of space instead."""
    outcome = Outcome("short")

    fill_disk(home, outcome, "planning", 0, is_mounted=False)

    assert outcome.broken == []
    assert "fitted" not in outcome.figures


def test_a_full_disk_that_is_told_as_something_else_is_noticed(home, monkeypatch):
    unknown = StudioError("catalog_unreachable", "the catalog", "failed", "try again")
    monkeypatch.setattr("catalog.database.disk_full", lambda *of: unknown)
    outcome = Outcome("short")

    fill_disk(home, outcome, "inputs", 0, is_mounted=False)

    assert any("is told as" in each for each in outcome.broken), outcome
