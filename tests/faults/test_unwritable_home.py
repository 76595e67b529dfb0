"""F08: a home that this user may not write in is refused at the start, path and all."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from catalog.errors import StudioError
from catalog.home import Home, create_home
from orchestration.workshop import open_workshop
from tests.faults.full_disk import mounted

NOBODY = 65534


def opening(root: Path) -> str:
    """Open the studio there; `opened`, or the refusal."""
    try:
        open_workshop(create_home(root), threads=1).catalog.close()
    except StudioError as error:
        return f"{error.code}: {error}"
    return "opened"


def as_nobody(call: Callable[[Path], str], root: Path) -> str:
    """What a call says in a process of its own, which root gives away."""
    queue = get_context("fork").Queue()

    def work() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        queue.put(call(root))

    process = get_context("fork").Process(target=work)
    process.start()
    try:
        return str(queue.get(timeout=60))
    finally:
        process.join(timeout=10)


@pytest.fixture
def open_folder():
    """A folder that everybody may enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="unwritable_"))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        path.chmod(0o700)
    shutil.rmtree(folder)


def give(path: Path) -> None:
    """Make a path and what is in it belong to whom `as_nobody` is."""
    if os.geteuid() == 0:
        for each in (path, *path.rglob("*")):
            os.chown(each, NOBODY, NOBODY)


def test_a_home_of_ones_own_is_opened(open_folder):
    home = open_folder / "home"
    home.mkdir()
    give(home)

    assert as_nobody(opening, home) == "opened"


def test_a_folder_of_another_owner_is_refused(open_folder):
    open_folder.chmod(0o555)
    home = open_folder / "home"

    said = as_nobody(opening, home)

    assert said.startswith("home_not_writable: ")
    assert str(home) in said


@pytest.mark.parametrize(
    "room", ["datasets", "profiles", "builds", "audiences", "comparisons"]
)
def test_a_room_of_another_owner_is_refused_before_anything_is_built(open_folder, room):
    home = create_home(open_folder / "home")
    give(home.root)
    if os.geteuid() == 0:
        os.chown(home.root / room, 0, 0)
    else:
        (home.root / room).chmod(0o500)

    said = as_nobody(opening, home.root)

    assert said.startswith("home_not_writable: ")
    assert str(home.root / room) in said


def test_a_catalog_of_another_owner_is_refused(open_folder):
    home = Home(open_folder / "home")
    assert opening(home.root) == "opened"
    give(home.root)
    for file in home.root.glob("catalog.db*"):
        if os.geteuid() == 0:
            os.chown(file, 0, 0)
        file.chmod(0o400)

    said = as_nobody(opening, home.root)

    assert said.startswith("catalog_not_writable: ")
    assert "catalog.db" in said


def test_a_disk_that_can_only_be_read_is_refused(tmp_path):
    """Root is refused as well; where nothing may be mounted the mode says the same."""
    home = tmp_path / "home"
    create_home(home)
    if mounted(home):
        try:
            create_home(home)
            subprocess.run(["mount", "-o", "remount,ro", home], check=True)
            said = opening(home)
        finally:
            subprocess.run(["umount", "--lazy", home], check=True)
    else:
        home.chmod(0o500)
        said = as_nobody(opening, home)

    assert said.startswith("home_not_writable: ")
    assert str(home) in said
