"""What a build works with: the home folder, the catalog and the engine, opened together."""

import os
import re
from dataclasses import dataclass

from catalog.errors import StudioError
from catalog.home import Home, find_home, keep_private
from catalog.store import Catalog
from engines.base import Engine, Settings
from engines.duckdb import DuckDBEngine

KEPT_BUILDS = 3
# An amount of memory as DuckDB reads it; without a unit it would be none.
MEMORY = re.compile(r"(?=.*[1-9])[0-9]+(\.[0-9]+)? ?([KMGT](i?B)?|B|%)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Workshop:
    """One studio, opened. Cheap to make; holds no connection to a work database.

    `kept_builds` is how many work folders of an audience outlive their build;
    `tracking` where builds and comparisons are logged, None where they are not.
    """

    home: Home
    catalog: Catalog
    engine: Engine
    kept_builds: int = KEPT_BUILDS
    tracking: str | None = None


def open_workshop(
    home: Home | None = None,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    tracking: str | None = None,
    makes_home: bool = False,
) -> Workshop:
    """Open the studio at `home`, or at the one that `find_home` finds or makes.

    `threads` and `memory_limit` default to LOOKALIKE_THREADS and
    LOOKALIKE_MEMORY_LIMIT, and those to what the machine allows; `tracking` to
    LOOKALIKE_TRACKING. Raises StudioError `bad_setting` where one of them is none.
    """
    home = home or find_home(is_made=makes_home)
    keep_private()
    settings = Settings(
        threads=threads or whole_number_of("LOOKALIKE_THREADS"),
        memory_limit=memory_of(memory_limit, "LOOKALIKE_MEMORY_LIMIT"),
    )
    return Workshop(
        home,
        Catalog(home.catalog_url),
        DuckDBEngine(home, settings),
        whole_number_of("LOOKALIKE_KEEP_BUILDS") or KEPT_BUILDS,
        tracking or os.environ.get("LOOKALIKE_TRACKING") or None,
    )


def whole_number_of(variable: str) -> int | None:
    """An environment variable as a number; StudioError where it is set and is none."""
    text = os.environ.get(variable, "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise StudioError(
            "bad_setting",
            variable,
            f"is '{text}'",
            "set it to a whole number of 1 or more",
        )
    return int(text)


def memory_of(given: str | None, variable: str) -> str | None:
    """The memory limit that was given, or the variable's; StudioError where it is none."""
    text = (given or os.environ.get(variable, "")).strip()
    if text and not MEMORY.fullmatch(text):
        raise StudioError(
            "bad_setting",
            "the memory limit" if given else variable,
            f"is '{text}'",
            "set it to a number and its unit, such as 2GB",
        )
    return text or None
