"""A draft whose datasets' files change under it: said as a step opens, choices kept."""

import os

import pytest

from studio.services import datasets, drafts
from studio.services.draft_files import changed_files
from tests.studio.builder_home import builder_home

CHOICES = {
    "seed": {"dataset": "seed"},
    "population": {"dataset": "population"},
    "name": "kept",
}


@pytest.fixture
def workshop(tmp_path):
    return builder_home(tmp_path)


@pytest.fixture
def draft(workshop):
    return drafts.change(workshop, drafts.begin(workshop).id, CHOICES)


@pytest.fixture
def seed_file(tmp_path):
    return tmp_path / "seed.csv"


def shorten(file):
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-10]))


def test_a_file_that_was_written_since_is_said_before_it_is_read(
    workshop, draft, seed_file
):
    assert changed_files(workshop, draft) == ()

    shorten(seed_file)

    (found,) = changed_files(workshop, draft)
    assert found.told == (
        "The dataset 'seed' has changed since it was read."
        " A build takes it as it is then; all choices stay."
    )
    assert found.is_readable
    assert drafts.remarks(workshop, draft) == ()
    datasets.profile(workshop, found.dataset)
    assert changed_files(workshop, draft) == ()
    assert drafts.remarks(workshop, draft) == (
        "The dataset 'seed' was loaded again: 120 rows then, 110 now.",
    )
    assert drafts.read(workshop, draft.id).choices == draft.choices


def test_a_file_with_the_same_bytes_is_no_change(workshop, draft, seed_file):
    seed_file.write_bytes(seed_file.read_bytes())

    assert changed_files(workshop, draft) == ()


def test_files_that_nobody_wrote_are_not_read(workshop, draft, tmp_path, monkeypatch):
    for name in ("seed", "population"):  # as if they were written a while ago
        os.utime(tmp_path / f"{name}.csv", (0, 0))
    monkeypatch.setattr("engines.fingerprints.SETTLED_SECONDS", -1.0)
    assert changed_files(workshop, draft) == ()

    def refuse(_):
        raise AssertionError("a file is read")

    monkeypatch.setattr("engines.fingerprints.file_hash.__defaults__", (refuse,))

    assert changed_files(workshop, draft) == ()


def test_a_file_that_is_gone_is_said_with_its_remedy(workshop, draft, seed_file):
    seed_file.unlink()

    (found,) = changed_files(workshop, draft)

    assert "file 'seed.csv' was not found. Check the path" in found.told
    assert found.told.endswith("all choices stay.")
    assert not found.is_readable


def test_the_negative_seed_is_looked_at_as_well_and_each_dataset_once(
    workshop, draft, seed_file
):
    both = {"dataset": "seed", "where": [{"column": "country", "is": "FR"}]}
    unlike = {"dataset": "seed", "where": [{"column": "country", "is": "DE"}]}
    changed = drafts.change(workshop, draft.id, {"seed": {**both, "unlike": unlike}})
    other = drafts.change(
        workshop,
        drafts.begin(workshop).id,
        {"seed": {"dataset": "population", "unlike": {"dataset": "seed"}}},
    )

    shorten(seed_file)

    assert [each.dataset for each in changed_files(workshop, changed)] == ["seed"]
    assert [each.dataset for each in changed_files(workshop, other)] == ["seed"]
