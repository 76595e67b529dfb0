"""A registration that is killed at any point leaves a dataset that can be used."""

import contextlib

import pandas as pd
import pytest

from catalog.home import create_home
from catalog.store import Catalog
from studio.services import datasets
from studio.services.opening import open_studio

OPTIONS = {"table": None, "csv_schema": None, "description": ""}


@pytest.fixture
def workshop(tmp_path):
    return open_studio(create_home(tmp_path / ".lookalike"))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "people.csv"
    pd.DataFrame({"user_id": range(30), "colour": ["a", "b"] * 15}).to_csv(
        path, index=False
    )
    return path


def killed(*_, **__):
    raise KeyboardInterrupt


def roles(found) -> dict[str, str]:
    return {each["column"]: each["role"] for each in found["columns"]}


def test_what_was_killed_before_its_roles_were_saved_gets_them_with_a_profile(
    workshop, path, monkeypatch
):
    whole = datasets.add(workshop.catalog, workshop.engine, path, "whole", **OPTIONS)
    with monkeypatch.context() as patch:
        patch.setattr(Catalog, "set_mappings", killed)
        patch.setattr("engines.registration.forget", killed)
        with pytest.raises(KeyboardInterrupt):
            datasets.add(workshop.catalog, workshop.engine, path, "people", **OPTIONS)

    found = datasets.profile(workshop, "people")

    assert roles(found) == roles(whole)
    assert roles(found)["user_id"] == "identity"
    assert [each["column"] for each in found["keys"]] == ["user_id"]


@pytest.mark.parametrize("call", ["set_mappings", "save_profile"])
def test_columns_that_are_taken_anew_have_roles_or_are_not_there(
    workshop, path, monkeypatch, call
):
    """Killed where the one transaction's parts were once transactions of their own."""
    datasets.add(workshop.catalog, workshop.engine, path, "people", **OPTIONS)
    people = pd.DataFrame({"user_id": range(30), "country": ["a", "b"] * 15})
    people.to_csv(path, index=False)
    monkeypatch.setattr(Catalog, call, killed)

    with contextlib.suppress(KeyboardInterrupt):
        datasets.replace(workshop, path, "people", **OPTIONS)

    found = datasets.show(workshop.catalog, "people")
    columns = workshop.catalog.get_dataset("people").columns
    assert list(roles(found)) == [each.name for each in columns]
    assert found["columns"][1]["distinct"] == 2
