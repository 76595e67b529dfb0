"""A studio to do harm to, and what must hold of it whatever was done.

The scene is one folder with a seed and a population, and a home where version 1 of the
audience is published. It is put back between two kills, so that each meets the same.
"""

import json
import re
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from catalog.home import Home
from catalog.records import AudienceVersion, BuildState
from catalog.store import Catalog
from orchestration.checks import files_match_their_manifest
from orchestration.version_files import file_hash
from tests.faults.commands import Command, start
from tests.pipeline import people

NAME = "people"
FIRST, SECOND = "first.yml", "second.yml"
# A run of Dagster's, a build, a random id: what differs between two homes of the same.
IDS = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}|[a-z]{8}(?=\.)"
)
# SQLite's log of a database that nobody closed: its data, until it is opened next.
LOGS = ("-wal", "-shm")


@dataclass(slots=True)
class Scene:
    """The folder, and what an undisturbed build makes of it.

    `hashes` are the content hashes by specification, `digests` the files of version 1,
    `files` all names that are there then, `work` the seconds of processor time.
    """

    folder: Path
    hashes: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    work: float = 0.0

    @property
    def home(self) -> Home:
        """The home that is harmed."""
        return Home(self.folder / "home")

    def build(self, specification: str, **options: object) -> Command:
        """Start a build of one of the two specifications."""
        return start(self.folder, "audience", "build", specification, **options)

    def put_back(self, *, has_version: bool = True) -> None:
        """The home as it was: with version 1, or none at all."""
        for name in ("home", "temporary"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for log in self.folder.glob("log_*"):
            log.unlink()
        if has_version:
            shutil.copytree(self.folder / "template", self.home.root, symlinks=True)

    def catalog(self) -> Catalog:
        """The catalog as any other process sees it."""
        return Catalog(self.home.catalog_url)

    def versions(self) -> tuple[AudienceVersion, ...]:
        """The audience's versions, newest first; none where it is not kept yet."""
        if not (self.home.root / "catalog.db").exists():
            return ()
        catalog = self.catalog()
        known = [each.slug for each in catalog.list_audiences()]
        found = catalog.versions(NAME) if NAME in known else ()
        catalog.close()
        return found

    def runs(self) -> list[str]:
        """The states of Dagster's runs, the newest last."""
        file = self.home.dagster / "history" / "runs.db"
        if not file.exists():
            return []
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            rows = connection.execute("select status from runs order by id").fetchall()
        return [str(state) for (state,) in rows]


def make_scene(folder: Path, rows: int = 800, seed_rows: int = 100) -> Scene:
    """Write the inputs, build both specifications undisturbed, and go back to the first."""
    folder.mkdir(parents=True, exist_ok=True)
    everybody = people.population(rows)
    people.seed_of(everybody, seed_rows).to_csv(folder / "seed.csv", index=False)
    everybody.to_csv(folder / "population.csv", index=False)
    for name, top in ((FIRST, 100), (SECOND, 80)):
        write_specification(folder / name, NAME, top)
    scene = Scene(folder)
    _built(scene, FIRST)
    (first,) = scene.versions()
    scene.hashes[FIRST] = first.figures["content_hash"]
    scene.digests = digests(Path(first.path))
    shutil.copytree(scene.home.root, folder / "template", symlinks=True)
    scene.work = _built(scene, SECOND)
    scene.hashes[SECOND] = scene.versions()[0].figures["content_hash"]
    scene.files = file_names(scene)
    return scene


def write_specification(path: Path, name: str, top: int) -> None:
    """An audience of the scene's two files; JSON is YAML."""
    document = {
        "name": name,
        "seed": {"dataset": "seed"},
        "population": {"dataset": "population"},
        "output": {"top": top},
        "datasets": {each: {"path": f"{each}.csv"} for each in ("seed", "population")},
    }
    path.write_text(json.dumps(document))


def _built(scene: Scene, specification: str) -> float:
    """Seconds of processor time that an undisturbed build took."""
    command = scene.build(specification)
    work = 0.0
    while command.is_running:
        work = max(work, command.work if command.work < float("inf") else 0.0)
        time.sleep(0.02)
    if command.exit_code != 0:
        raise AssertionError(command.printed)
    return work


def digests(folder: Path) -> dict[str, str]:
    """The hash of each file of a folder."""
    return {path.name: file_hash(path) for path in sorted(folder.iterdir())}


def file_names(scene: Scene) -> set[str]:
    """Every file and folder of the home and of its temporary folder, without ids."""
    return {
        IDS.sub("*", str(path.relative_to(scene.folder)))
        for name in ("home", "temporary")
        for path in (scene.folder / name).rglob("*")
        if not path.name.endswith(LOGS)
    }


def harm(scene: Scene, *, has_version: bool) -> list[str]:
    """What is wrong in the sight of a reader, at any moment: one sentence each.

    Version 1 is there to the last bit, each version that is listed is whole and one of
    the two that undisturbed builds make, and the newest of them is served.
    """
    versions = scene.versions()
    found = []
    if has_version:
        first = next((each for each in versions if each.number == 1), None)
        if first is None or not Path(first.path).is_dir():
            return ["lost: version 1 is gone"]
        if digests(Path(first.path)) != scene.digests:
            found.append("lost: files of version 1 changed")
    for version in versions:
        if not files_match_their_manifest(Path(version.path)).passed:
            found.append(f"half published: version {version.number} is not whole")
        if version.figures["content_hash"] not in scene.hashes.values():
            found.append(f"mixed: version {version.number} has other people")
    states = [str(version.state.value) for version in versions]
    if states != ["served", *["available"] * (len(states) - 1)][: len(states)]:
        found.append(f"half published: the states of the versions are {states}")
    return found


def unfinished(scene: Scene, specification: str, *, count: int) -> list[str]:
    """What the same command, run again, did not bring to its end."""
    versions = scene.versions()
    found = []
    if len(versions) != count:
        found.append(f"not finished: {len(versions)} versions, {count} expected")
    elif versions[0].figures["content_hash"] != scene.hashes[specification]:
        found.append("mixed: other people than those of an undisturbed build")
    ends = {"SUCCESS", "FAILURE", "CANCELED"}
    found += [f"not finished: a run is {each}" for each in {*scene.runs()} - ends]
    catalog = scene.catalog()
    if catalog.list_builds(BuildState.running):
        found.append("not finished: the catalog says that a build is running")
    catalog.close()
    left = sorted(file_names(scene) - scene.files)
    found += [f"leftovers: {name}" for name in left]
    return found
