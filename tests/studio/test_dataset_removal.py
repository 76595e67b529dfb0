"""A dataset that is removed leaves nothing of its people, whatever ends the removal."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from catalog.conditions import Condition
from catalog.errors import StudioError
from catalog.home import create_home
from engines.base import NO_KEY
from engines.registration import current_source
from engines.relations import column_of
from studio.services import datasets
from studio.services.opening import open_studio


@pytest.fixture
def workshop(tmp_path):
    return open_studio(create_home(tmp_path / ".lookalike"))


@pytest.fixture
def add(workshop, tmp_path):
    """Register a few people under a name; equal colours are equal people."""

    def added(name, colour):
        people = {"user_id": range(30), "colour": [colour, "grey"] * 15}
        path = tmp_path / f"{name}.csv"
        pd.DataFrame(people).to_csv(path, index=False)
        return datasets.add(
            workshop.catalog,
            workshop.engine,
            path,
            name,
            table=None,
            csv_schema=None,
            description="",
        )

    return added


def kept(workshop) -> list[str]:
    """What the home keeps of datasets, as paths below it."""
    root = workshop.home.root
    rooms = ("datasets", "profiles")
    return [
        str(each.relative_to(root))
        for room in rooms
        for each in (root / room).iterdir()
    ]


def test_profiles_of_every_content_go_with_the_dataset(workshop, add, tmp_path):
    add("people", "blue")
    add("other", "red")
    others = kept(workshop)
    datasets.remove(workshop, "people")
    left = kept(workshop)
    add("people", "green")
    pd.DataFrame({"user_id": range(40), "colour": "black"}).to_csv(
        tmp_path / "people.csv", index=False
    )
    datasets.profile(workshop, "people")
    assert len(kept(workshop)) == 5

    datasets.remove(workshop, "people")

    assert len(others) == 4
    assert len(left) == 2
    assert kept(workshop) == left


def test_a_profile_stays_while_a_dataset_of_the_same_content_is_registered(
    workshop, add
):
    add("people", "blue")
    add("twin", "blue")
    both = kept(workshop)

    datasets.remove(workshop, "people")

    assert len(both) == 3
    assert len(kept(workshop)) == 2
    datasets.remove(workshop, "twin")
    assert kept(workshop) == []


def test_what_a_filter_kept_goes_with_its_profile(workshop, add):
    add("people", "blue")
    source = current_source(workshop, "people")
    condition = Condition.model_validate({"column": "colour", "is": "blue"})
    pair = (condition, column_of(source.dataset, "colour"))
    rows = workshop.engine.keep_rows(source, [pair], ["user_id"])
    workshop.engine.profile(rows.dataset, rows.fingerprint, [NO_KEY])
    assert len(kept(workshop)) == 3

    datasets.remove(workshop, "people")

    assert kept(workshop) == []


@pytest.mark.parametrize("room", ["datasets", "profiles"])
def test_a_removal_that_was_ended_is_told_and_can_be_tried_again(
    workshop, add, monkeypatch, room
):
    add("people", "blue")
    remove = shutil.rmtree

    def refused(path, *arguments, **named):
        if Path(path).parent.name == room:
            raise PermissionError(13, "Permission denied")
        remove(path, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", refused)
        with pytest.raises(
            StudioError, match="dataset 'people' may not be read or wri"
        ):
            datasets.remove(workshop, "people")

    assert [each["name"] for each in datasets.overview(workshop.catalog)] == ["people"]
    datasets.remove(workshop, "people")
    assert kept(workshop) == []
    assert workshop.catalog.list_datasets() == ()
