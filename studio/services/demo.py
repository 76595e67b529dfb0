"""The example that comes with the project, as a studio of its own."""

from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import StudioError
from catalog.home import FOLDER, Home, create_home, find_home
from catalog.specification import read_specification

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

ROOT = Path(__file__).resolve().parent.parent.parent


def demo_specification() -> Path:
    """The example's specification."""
    return ROOT / "examples" / "bank" / "likely_depositors.yml"


def demo_home() -> Home:
    """The home in use, else a new one in the working folder."""
    try:
        return find_home(is_made=True)
    except StudioError as error:
        if error.code != "no_home":
            raise
    return create_home(Path.cwd() / FOLDER)


def open_with_demo() -> "Workshop":
    """The studio in use, else a new one; one that has nothing gets the example."""
    from studio.services.opening import open_studio

    workshop = open_studio(demo_home())
    if not workshop.catalog.list_audiences() and not workshop.catalog.list_datasets():
        register_demo(workshop)
    return workshop


def register_demo(workshop: "Workshop") -> None:
    """Register the example's datasets and its audience, and build nothing."""
    from orchestration.launch import keep_specification

    path = demo_specification()
    keep_specification(workshop, read_specification(path), path.parent)
