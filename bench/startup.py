"""Builds the example three times in one process: seconds and CPU seconds of each.

The builds are the command's own, in a fresh home: the first one, one with --force, and
one that finds nothing changed. CPU seconds are those of this process and its children,
loading included; they hardly depend on what else the machine does.
"""

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

BEGAN = time.perf_counter()

from catalog.home import create_home
from studio.cli import app
from studio.garbage import collect_rarely

EXAMPLE = Path(__file__).parent.parent / "examples" / "bank" / "likely_depositors.yml"
BUILDS = {
    "first build, cold": [],
    "second build, warm": ["--force"],
    "nothing changed": [],
}


def cpu_seconds() -> float:
    """User and system seconds of this process so far, and of children that ended."""
    return sum(os.times()[:4])


def build(options: list[str]) -> dict[str, float]:
    """Build the example with the command; the seconds of its stages."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        app(["audience", "build", str(EXAMPLE), "--json", *options], standalone_mode=False)
    return json.loads(told.getvalue())["seconds"]


def main(folder: Path) -> None:
    """Build in a home of its own and print a line a build."""
    collect_rarely()
    os.environ["LOOKALIKE_HOME"] = str(create_home(folder / "home").root)
    since, cpu = BEGAN, 0.0
    for name, options in BUILDS.items():
        stages = build(options)
        print(
            f"{name:<19}{time.perf_counter() - since:5.1f} s"
            f" {cpu_seconds() - cpu:6.2f} s CPU  {stages}",
            flush=True,
        )
        since, cpu = time.perf_counter(), cpu_seconds()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
