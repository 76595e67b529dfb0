"""Work that is removed, and the removal cut short."""

import shutil

import pytest

from catalog.home import create_home
from engines.sealed import write_sealed
from orchestration.builds import DONE, Build, remove_work, sweep_builds


@pytest.fixture
def build(tmp_path):
    """A build whose first step is done."""
    home = create_home(tmp_path / "home")
    folder = home.build("0" * 16)
    (folder / DONE).mkdir(parents=True)
    (folder / "work.duckdb").write_text("rows")
    build = Build.model_construct(build_id=folder.name, folder=folder)
    build.finish("learn", {})
    return home, build


def test_a_removal_that_is_cut_short_leaves_a_build_that_begins_anew(
    build, monkeypatch
):
    home, one = build
    removed = []

    def rmtree(path, **options):
        removed.append(path)
        if len(removed) > 1:
            raise KeyboardInterrupt
        REMOVE(path, **options)

    assert one.done("learn") == {}
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    with pytest.raises(KeyboardInterrupt):
        sweep_builds(home, [one.build_id])

    assert one.done("learn") is None
    assert (one.folder / "work.duckdb").exists()


def test_what_is_kept_stays_and_nothing_else(build):
    _, one = build
    write_sealed(one.folder / "comparison.json", {})

    remove_work(one.folder, {"comparison.json"})

    assert [path.name for path in one.folder.iterdir()] == ["comparison.json"]


REMOVE = shutil.rmtree
