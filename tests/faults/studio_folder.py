"""A working folder with a home of its own, in which a fault is tried by commands."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engines.scratch import SPILL
from tests.studio.conftest import Answer, ask

SCRIPT = "from studio.cli import main; main()"
KEPT = ("audiences", "builds", "datasets", "profiles")


@dataclass(frozen=True, slots=True)
class StudioFolder:
    """The folder; `home` and `temporary` stand in it."""

    path: Path

    @property
    def home(self) -> Path:
        return self.path / "home"

    @property
    def temporary(self) -> Path:
        return self.path / "temporary"

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Work here: the working folder, the home, the temporary files."""
        before = dict(os.environ)
        self.temporary.mkdir(parents=True, exist_ok=True)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(self.path)
                patch.setenv("LOOKALIKE_HOME", str(self.home))
                patch.setenv("TMPDIR", str(self.temporary))
                patch.setattr("tempfile.tempdir", None)
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def files(self) -> dict[str, str]:
        """The home's files that a person would miss, with their digests."""
        found = {}
        for name in KEPT:
            for path in sorted((self.home / name).rglob("*")):
                if path.is_file() and path.suffix != ".lock":
                    digest = hashlib.sha256(path.read_bytes()).hexdigest()
                    found[str(path.relative_to(self.home))] = digest
        return found

    def left(self) -> list[str]:
        """What should be gone: temporary files, and folders that nobody cleared."""
        hidden = [
            path
            for name in (*KEPT, SPILL)
            for path in (self.home / name).rglob("*")
            if path.name.startswith((".", f"{SPILL}_"))
        ]
        return [
            str(p.relative_to(self.path)) for p in [*hidden, *self.temporary.iterdir()]
        ]

    def empty(self) -> None:
        """Take everything out."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.temporary.mkdir(parents=True)


def as_child(*arguments: object) -> Answer:
    """Run `lookalike` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, arguments)],
        capture_output=True,
        check=False,
    )
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return Answer(done.returncode, out, err)


__all__ = ["StudioFolder", "as_child", "ask"]
