"""What a build works with: the home folder, the catalog and the engine, opened together."""

import os
from dataclasses import dataclass

from catalog.errors import StudioError
from catalog.home import Home, find_home
from catalog.store import Catalog
from engines.base import Engine, Settings
from engines.duckdb import DuckDBEngine


@dataclass(frozen=True, slots=True)
class Workshop:
    """One studio, opened. Cheap to make; holds no connection to a work database."""

    home: Home
    catalog: Catalog
    engine: Engine


def open_workshop(
    home: Home | None = None, *, threads: int | None = None, memory_limit: str | None = None
) -> Workshop:
    """Open the studio at `home`, or at the one that `find_home` finds.

    `threads` and `memory_limit` default to LOOKALIKE_THREADS and
    LOOKALIKE_MEMORY_LIMIT, and those to what the machine allows.
    """
    home = home or find_home()
    settings = Settings(
        threads=threads or _threads_of_environment(),
        memory_limit=memory_limit or os.environ.get("LOOKALIKE_MEMORY_LIMIT") or None,
    )
    return Workshop(home, Catalog(home.catalog_url), DuckDBEngine(home, settings))


def _threads_of_environment() -> int | None:
    """LOOKALIKE_THREADS as a number; StudioError where it is set and is none."""
    text = os.environ.get("LOOKALIKE_THREADS", "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise StudioError(
            "bad_setting",
            "LOOKALIKE_THREADS",
            f"is '{text}'",
            "set it to a whole number of 1 or more",
        )
    return int(text)
