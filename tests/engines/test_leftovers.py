"""What killed processes leave goes with the next work; what living ones use stays."""

import subprocess
import sys

import pandas as pd
import pytest

from catalog.processes import as_name, is_alive, place_of, this_process
from engines.atomic import write_text_whole
from engines.first_rows import first_rows
from engines.inspection import proposed_marks
from engines.scratch import SPILL, scratch_folder


@pytest.fixture
def dead():
    """A process that has ended, as files are named by it."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    place = place_of(process.pid)
    process.wait()
    return as_name(place)


@pytest.fixture
def other():
    """A process of another machine, of which nothing is known."""
    return as_name("elsewhere:1:0.00")


def test_a_temporary_file_of_a_dead_process_goes_with_the_next_writing(
    tmp_path, dead, other
):
    target = tmp_path / "figures.json"
    kept = [as_name(this_process()), other]
    for owner in (dead, *kept):
        (tmp_path / f".figures.json.{owner}_0").touch()
    (tmp_path / f".figures.json.old.{dead}_0").touch()

    write_text_whole(target, "{}")

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [
            *(f".figures.json.{owner}_0" for owner in kept),
            f".figures.json.old.{dead}_0",
            "figures.json",
        ]
    )


def test_what_a_killed_loading_left_goes_although_its_file_is_whole(
    engine, register, tmp_path
):
    path = tmp_path / "people.csv"
    pd.DataFrame({"user_id": range(3)}).to_csv(path, index=False)
    dataset = register(path)
    fingerprint = engine.fingerprint(dataset)
    engine.load(dataset, fingerprint)
    left = engine.home.dataset(dataset.id) / ".load-killed"
    left.mkdir()
    (left / "text.csv").write_text("people's data")

    engine.load(dataset, fingerprint)

    assert not left.exists()


def test_a_dataset_that_is_forgotten_leaves_no_copy(engine, register, tmp_path):
    path = tmp_path / "people.csv"
    pd.DataFrame({"user_id": range(3)}).to_csv(path, index=False)
    dataset = register(path)
    engine.load(dataset, engine.fingerprint(dataset))

    engine.forget(dataset)

    assert not engine.home.dataset(dataset.id).exists()
    assert path.exists()


def test_what_dead_processes_spilled_goes(engine, dead):
    build = engine.home.build("0" * 16)
    spilled = [
        build / SPILL / "duckdb_temp_storage_DEFAULT-0.tmp",
        build / "work.duckdb.tmp" / "duckdb_temp_storage_DEFAULT-0.tmp",
        engine.home.root / SPILL / f"spill_{dead}_0" / "rows.tmp",
        engine.home.root / SPILL / f"spill_{as_name(this_process())}_0" / "rows.tmp",
    ]
    for path in spilled:
        path.parent.mkdir(parents=True)
        path.touch()

    engine.clear_spill(build)

    assert [path for path in spilled if path.exists()] == spilled[3:]


@pytest.mark.parametrize("folder", ["datasets/a", "profiles/b", "profiles/b/codes"])
def test_what_dead_processes_were_writing_of_data_that_changed_since_goes(
    engine, dead, other, folder
):
    place = engine.home.root / folder
    place.mkdir(parents=True)
    gone = place / f".values_3.parquet.{dead}_0"
    kept = [
        place / f".values_3.parquet.{as_name(this_process())}_0",
        place / f".values_3.parquet.{other}_0",
        place / "values_3.parquet",
        place / f".values_3.parquet.{dead.replace('_', '-')}_0",
        place / ".hidden",
    ]
    for path in (gone, *kept):
        path.touch()

    engine.clear_spill(engine.home.build("0" * 16))

    assert sorted(place.iterdir()) == sorted(kept)


def test_what_a_killed_inspection_left_goes_with_the_next_one(engine, tmp_path, dead):
    path = tmp_path / "people.csv"
    pd.DataFrame({"user_id": range(3)}).to_csv(path, index=False)
    found = engine.inspect(path)
    for look in (
        lambda: engine.inspect(path),
        lambda: first_rows(engine.home, engine.settings, path, found, 3),
        lambda: proposed_marks(engine.home, path),
    ):
        left = engine.home.root / SPILL / f"spill_{dead}_0"
        left.mkdir(parents=True)
        (left / "text.csv").write_text("people's data")

        look()

        assert list((engine.home.root / SPILL).iterdir()) == []
        assert list((engine.home.root / "datasets").iterdir()) == []


def test_folders_of_another_kind_machine_and_of_living_processes_stay(
    tmp_path, dead, other
):
    kept = {
        f"lookalike_{as_name(this_process())}_0",
        f"lookalike_{other}_0",
        "lookalike_mine",
        f"spill_{dead}_0",
    }
    for name in (f"lookalike_{dead}_0", *kept):
        (tmp_path / name).mkdir()

    with scratch_folder(tmp_path, "lookalike") as own:
        there = {path.name for path in tmp_path.iterdir()}

    assert there == kept | {own.name}
    assert not own.exists()


def test_a_process_that_has_the_number_of_another_one_is_told_apart():
    host, pid, _ = this_process().rsplit(":", 2)

    assert not is_alive(f"{host}:{pid}:1.00")
    assert is_alive(this_process())
