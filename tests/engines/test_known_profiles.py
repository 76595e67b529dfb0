"""A profile that tests share is the one that the home would have made."""

import pandas as pd
import pytest

from catalog.home import create_home
from engines import duckdb as module
from engines.base import KeyColumn
from engines.duckdb import DuckDBEngine
from tests.cheap_builds import profiles_made_once

KEYS = [KeyColumn("user_id")]


@pytest.fixture
def known(tmp_path):
    folder = tmp_path / "known"
    folder.mkdir()
    with profiles_made_once(folder):
        yield folder


@pytest.fixture
def dataset(register, tmp_path):
    path = tmp_path / "people.parquet"
    pd.DataFrame({"user_id": ["u1", "u2"], "age": [30, 40]}).to_parquet(path)
    return register(path)


def files_of(home):
    return {
        path.relative_to(home.root): path.read_bytes()
        for path in (home.root / "profiles").rglob("*.parquet")
    }


def test_another_home_has_the_profile_that_the_first_one_made(
    known, engine, dataset, tmp_path, monkeypatch
):
    other = DuckDBEngine(create_home(tmp_path / "other"), engine.settings)
    fingerprint = engine.fingerprint(dataset)
    made = engine.profile(dataset, fingerprint, KEYS)
    monkeypatch.setattr(module, "profile_files", "making it again fails")

    assert other.profile(dataset, fingerprint, KEYS) == made
    assert files_of(other.home) == files_of(engine.home) != {}


def test_a_home_that_has_one_keeps_its_own_though_it_is_damaged(known, engine, dataset):
    fingerprint = engine.fingerprint(dataset)
    made = engine.profile(dataset, fingerprint, KEYS)
    statistics = engine.home.profile(made.id) / "profile.json"
    statistics.write_text(statistics.read_text().replace('"rows": 2', '"rows": 3'))
    calls = []
    genuine = module.profile_files

    def counted(*arguments, **options):
        calls.append(arguments)
        return genuine(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "profile_files", counted)
        assert engine.profile(dataset, fingerprint, KEYS) == made

    assert len(calls) == 1


def test_more_keys_are_added_to_what_is_known(known, engine, dataset, tmp_path):
    fingerprint = engine.fingerprint(dataset)
    engine.profile(dataset, fingerprint, [])
    engine.profile(dataset, fingerprint, KEYS)
    other = DuckDBEngine(create_home(tmp_path / "other"), engine.settings)

    (key,) = other.profile(dataset, fingerprint, KEYS).keys

    assert (key.column, key.is_unique) == ("user_id", True)
    assert files_of(other.home) == files_of(engine.home)
