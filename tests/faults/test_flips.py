"""F09, the short part: every damaged file is noticed by whatever reads it."""

import pytest

from tests.faults.flips import (
    damage_at_work,
    damage_published,
    readers,
    second_version,
)
from tests.faults.outcome import Outcome

SEEDS = range(25)


@pytest.fixture(scope="module")
def served(home):
    """The studio with version 2 in use."""
    with second_version(home) as workshop:
        yield workshop


@pytest.mark.parametrize("damage", ["flip", "cut", "half"])
def test_every_reader_refuses_a_damaged_file(home, served, damage):
    outcome = Outcome("short")

    for seed in SEEDS:
        damage_published(home, served, outcome, seed, damage)

    assert outcome.broken == []
    assert outcome.tried > 2 * len(SEEDS)


def test_every_reader_reads_a_whole_version(home, served):
    import pandas as pd

    folder = served.catalog.served_version("people").path
    member = str(pd.read_parquet(f"{folder}/members.parquet")["person_key"][0])

    for reader in readers(member).values():
        reader.call(served)


def test_files_of_another_version_are_no_substitute(home, served):
    """Whole in themselves, and not what was published under this number."""
    from pathlib import Path

    from tests.faults.flips import CAUGHT, answer_of

    version = served.catalog.served_version("people")
    folder, other = Path(version.path), Path(served.catalog.version("people", 1).path)
    own = {path.name: path.read_bytes() for path in folder.iterdir()}
    try:
        for name in own:
            (folder / name).write_bytes((other / name).read_bytes())
        said = {
            name: answer_of(lambda read=reader.call: read(served))
            for name, reader in readers("somebody").items()
        }
    finally:
        for name, content in own.items():
            (folder / name).write_bytes(content)

    assert set(said.values()) <= CAUGHT, said


def test_a_reader_that_does_not_look_is_noticed(home, served, monkeypatch):
    monkeypatch.setattr(
        "orchestration.version_files.changed_files", lambda version, names=None: []
    )
    outcome = Outcome("short")

    for seed in SEEDS:
        damage_published(home, served, outcome, seed, "flip")

    assert outcome.broken


def test_damage_to_what_a_build_has_at_work_makes_no_other_people(home):
    outcome = Outcome("short")

    damage_at_work(home, outcome, seed=0)

    assert outcome.tried == 1
    assert outcome.broken == []
