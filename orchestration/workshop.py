"""What a build works with: the home folder, the catalog and the engine, opened together."""

import os
from dataclasses import dataclass

from catalog.errors import StudioError
from catalog.home import Home, find_home, keep_private
from catalog.store import Catalog
from engines.base import Engine, Settings
from engines.duckdb import DuckDBEngine

KEPT_BUILDS = 3


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
) -> Workshop:
    """Open the studio at `home`, or at the one that `find_home` finds.

    `threads` and `memory_limit` default to LOOKALIKE_THREADS and
    LOOKALIKE_MEMORY_LIMIT, and those to what the machine allows; `tracking` to
    LOOKALIKE_TRACKING.
    """
    home = home or find_home()
    keep_private()
    settings = Settings(
        threads=threads or whole_number_of("LOOKALIKE_THREADS"),
        memory_limit=memory_limit or os.environ.get("LOOKALIKE_MEMORY_LIMIT") or None,
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
