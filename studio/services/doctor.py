"""Is this machine fit? Each finding says what was looked at, what was found, what helps."""

import os
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from catalog.errors import StudioError
from catalog.home import find_home

PACKAGES = ("dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "duckdb", "pyarrow")
LEAST_FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    is_well: bool
    found: str
    remedy: str = ""

    def as_dict(self) -> dict[str, object]:
        """The finding in JSON types."""
        return asdict(self)


def examine() -> list[Finding]:
    """Look at everything that a build needs."""
    return [python_version(), *packages(), home_folder(), free_space(), manifest()]


def python_version() -> Finding:
    """The interpreter."""
    found = ".".join(map(str, sys.version_info[:3]))
    is_new_enough = sys.version_info >= (3, 11)
    remedy = "" if is_new_enough else "use Python 3.11 or newer"
    return Finding("Python", is_new_enough, found, remedy)


def packages() -> list[Finding]:
    """The libraries that decide whether a build runs."""
    findings = []
    for name in PACKAGES:
        try:
            findings.append(Finding(name, True, version(name)))
        except PackageNotFoundError:
            findings.append(Finding(name, False, "not installed", "run `make install`"))
    return findings


def home_folder() -> Finding:
    """The home in use, and whether others can read it."""
    try:
        home = find_home()
    except StudioError as error:
        if error.code == "no_home":
            return Finding("home", True, "none yet", "`lookalike init` makes one")
        return Finding("home", False, error.cause, error.remedy)
    mode = home.root.stat().st_mode & 0o777
    is_private = mode == 0o700 and home.root.stat().st_uid == os.getuid()
    return Finding(
        "home",
        is_private,
        f"{home.root} (mode {mode:04o})",
        "" if is_private else "make it yours with mode 0700",
    )


def free_space() -> Finding:
    """Room for work databases and versions."""
    free = shutil.disk_usage(Path.cwd()).free
    return Finding(
        "free space",
        free >= LEAST_FREE_BYTES,
        f"{free:,} bytes",
        "" if free >= LEAST_FREE_BYTES else "free at least 1 GiB",
    )


def manifest() -> Finding:
    """dbt can parse the project."""
    from orchestration.project import manifest_path

    try:
        return Finding("dbt project", manifest_path().exists(), "parses")
    except StudioError as error:
        return Finding("dbt project", False, error.cause, error.remedy)
