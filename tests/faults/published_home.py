"""A studio with version 1 of an audience, put back as it was before each fault."""

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from catalog.home import create_home
from catalog.records import Audience, AudienceVersion
from orchestration.launch import build_directly
from orchestration.version_files import changed_files, file_hash, read_manifest
from orchestration.workshop import Workshop, open_workshop
from tests.orchestration.conftest import keep, open_studio
from tests.pipeline import people

# One input is read in place, the other is loaded.
INPUTS = {"seed": {"path": "seed.csv"}, "population": {"path": "population.parquet"}}
FIRST: dict[str, Any] = {"datasets": INPUTS, "output": {"top": 100}}
SECOND: dict[str, Any] = {"datasets": INPUTS, "output": {"top": 60}}


@dataclass
class PublishedHome:
    """`folder` holds the inputs and the home; `kept` is the home as it was."""

    folder: Path
    kept: Path

    @property
    def root(self) -> Path:
        return self.folder / "home"

    def put_back(self) -> None:
        """The home as it was when version 1 had been published."""
        for entry in self.root.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.copytree(self.kept, self.root, dirs_exist_ok=True)

    def open(self) -> Workshop:
        return open_workshop(create_home(self.root), threads=2, memory_limit="1GB")

    def build(
        self, workshop: Workshop, fields: dict[str, Any] = SECOND, **options: Any
    ):
        """Keep the specification and build it; the outcome."""
        audience = keep(workshop, self.folder, **fields)
        return build_directly(workshop, audience, **options)

    @cached_property
    def first_files(self) -> dict[str, str]:
        """The hash of each file of version 1."""
        return hashes(next((self.kept / "audiences").iterdir()) / "1")

    @cached_property
    def second(self) -> dict[str, Any]:
        """The manifest of version 2 where nothing goes wrong."""
        self.put_back()
        workshop = self.open()
        folder = Path(self.build(workshop, with_report=False).version.path)
        workshop.catalog.close()
        return read_manifest(folder)

    @property
    def second_hash(self) -> str:
        """The content hash of version 2 where nothing goes wrong."""
        return str(self.second["content_hash"])

    def broken_promises(self, workshop: Workshop, served: int) -> list[str]:
        """What does not hold of the studio where that version is to be in use."""
        catalog = workshop.catalog
        audience = catalog.get_audience("people")
        versions = catalog.versions(audience.id)
        broken = []
        if audience.served_version != served:
            broken.append(f"version {audience.served_version} is served, not {served}")
        if [each.number for each in versions] != list(range(served, 0, -1)):
            broken.append(f"the versions are {[each.number for each in versions]}")
        if hashes(Path(versions[-1].path)) != self.first_files:
            broken.append("version 1 has other bytes")
        for each in versions:
            broken += [
                f"{name} of {each.number} changed" for name in changed_files(each)
            ]
        return broken

    def left_behind(self, audience: Audience) -> list[str]:
        """Temporary files and drafts that are still there."""
        versions = self.root / "audiences" / audience.id
        found = [path for path in versions.iterdir() if not path.name.isdigit()]
        for room in ("audiences", "builds", "datasets", "profiles"):
            found += (self.root / room).rglob(".*.????????????????????????????????")
        return [str(path.relative_to(self.root)) for path in {*found}]


def hashes(folder: Path) -> dict[str, str]:
    """The hash of each file of a folder."""
    return {path.name: file_hash(path) for path in sorted(folder.iterdir())}


def published_home(folder: Path) -> PublishedHome:
    """Build version 1 in a home in this folder."""
    people.seed_of(people.population(800), 100).to_csv(folder / "seed.csv", index=False)
    workshop, audience = open_studio(folder, **FIRST)
    version: AudienceVersion = build_directly(workshop, audience).version
    assert version.number == 1
    workshop.catalog.close()
    shutil.copytree(folder / "home", folder / "kept")
    return PublishedHome(folder, folder / "kept")
