"""The overlap of audiences as it is told: few people are not counted out."""

import re
from pathlib import Path

import pytest

from engines.base import PeopleInCommon
from studio.services import overlap
from studio.services.overlap import FEW, overlap_tables

KEYS = ("person_key",)


class Counting:
    """An engine that finds what it is told to."""

    def __init__(self, found):
        self.found = found

    def overlap(self, parts):
        return [100, 50], [self.found]


class Workshop:
    """What an overlap needs of one."""

    def __init__(self, found):
        self.engine, self.catalog = Counting(found), self

    def get_audience(self, name):
        return type("Audience", (), {"id": name, "name": name.title()})


@pytest.fixture
def overlap_of(monkeypatch):
    """What is told of two audiences, one of 100 people and one of 50."""

    def part(_, audience, __):
        label = {"audience": audience.id, "name": audience.name}
        return [({**label, "version": 1, "tier": None}, None)]

    monkeypatch.setattr(overlap, "_parts", part)
    return lambda found: overlap.overlap(Workshop(found), ["buyers", "tenants"])


def rows_of(found):
    people, _ = overlap_tables(found)
    return [row[3:] for row in people.rows]


def test_people_in_common_are_told_from_both_sides(overlap_of):
    found = overlap_of(PeopleInCommon(30, 30, KEYS))

    assert rows_of(found) == [("", "30 (30.0 %)"), ("30 (60.0 %)", "")]
    assert found["pairs"][0]["jaccard"] == 0.25


@pytest.mark.parametrize("counts", [(24, 24), (1, 2), (30, 24)])
def test_a_few_people_are_not_counted_out(overlap_of, counts):
    found = overlap_of(PeopleInCommon(*counts, KEYS))

    (pair,) = found["pairs"]
    told = [pair[name] for name in pair if name.startswith(("people", "share", "jac"))]
    assert told == [None] * 5
    assert pair["compared_by"] == ["person_key"]
    assert rows_of(found) == [("", FEW), (FEW, "")]
    assert overlap_tables(found)[1].rows[0][1:] == ("few in both", "person_key")


def test_nobody_in_common_is_told_and_so_is_what_cannot_be_compared(overlap_of):
    nobody = overlap_of(PeopleInCommon(0, 0, KEYS))
    unknown = overlap_of(PeopleInCommon(None, None, ()))

    assert rows_of(nobody)[0] == ("", "0 (0 %)")
    assert rows_of(unknown)[0] == ("", "–")
    alike = overlap_tables(unknown)[1].rows[0]
    assert alike[1:] == ("–", "no identifier in common")


def test_the_documentation_has_the_tables_as_they_are_printed(overlap_of):
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    people, alike = overlap_tables(overlap_of(PeopleInCommon(30, 30, KEYS)))

    for table, head in ((people, people.head[:3]), (alike, alike.head)):
        assert f"{table.caption}." in page
        assert re.search(" +".join(head), page)
