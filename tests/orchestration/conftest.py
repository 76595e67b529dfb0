"""A studio with one small audience, and what its first runs left behind."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from catalog.home import create_home
from catalog.records import Audience, AudienceVersion
from catalog.specification_model import AudienceSpecification
from orchestration.instance import open_instance
from orchestration.launch import (
    Outcome,
    build_audience,
    build_directly,
    keep_specification,
)
from orchestration.workshop import Workshop, open_workshop
from tests.pipeline import people

SLUG = "people"


def open_studio(folder: Path, **fields: object) -> tuple[Workshop, Audience]:
    """A home in `folder` with the audience `people` kept and not built."""
    everybody = people.population(800)
    people.seed_of(everybody, 100).to_parquet(folder / "seed.parquet")
    everybody.to_parquet(folder / "population.parquet")
    workshop = open_workshop(
        create_home(folder / "home"), threads=2, memory_limit="1GB"
    )
    audience = keep(workshop, folder, **fields)
    return workshop, audience


def keep(workshop: Workshop, folder: Path, **fields: object) -> Audience:
    """Keep a specification of the audience; the given fields replace its own."""
    document = {
        "name": SLUG,
        "datasets": {
            "seed": {"path": "seed.parquet"},
            "population": {"path": "population.parquet"},
        },
        "seed": {"dataset": "seed"},
        "population": {"dataset": "population"},
        "output": {"top": 100},
        **fields,
    }
    specification = AudienceSpecification.model_validate(document)
    audience, _ = keep_specification(workshop, specification, folder)
    return audience


def files_below(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and its time of change."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@dataclass(frozen=True)
class Kept:
    """A folder of inputs and a home with version 1 built in it, and a copy of it all."""

    folder: Path
    copy: Path

    def put_back(self) -> tuple[Workshop, Audience, AudienceVersion]:
        """The folder as it was; its studio, opened anew."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.copy, self.folder)
        workshop = open_workshop(
            create_home(self.folder / "home"), threads=2, memory_limit="1GB"
        )
        audience = workshop.catalog.get_audience(SLUG)
        version = workshop.catalog.served_version(audience.id)
        assert version is not None
        return workshop, audience, version


def build_and_keep(folder: Path, **fields: object) -> Kept:
    """Build version 1 of the audience once, for all tests that go on from there."""
    workshop, audience = open_studio(folder, **fields)
    build_directly(workshop, audience)
    workshop.catalog.close()
    kept = Kept(folder, folder.with_name(f"{folder.name}_kept"))
    shutil.copytree(kept.folder, kept.copy)
    return kept


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    return build_and_keep(tmp_path_factory.mktemp("published"))


@pytest.fixture
def published(kept, monkeypatch):
    """A studio with version 1 published: it, the audience and the version."""
    monkeypatch.setenv("LOOKALIKE_HOME", str(kept.folder / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(kept.folder / "home" / "dagster"))
    workshop, audience, version = kept.put_back()
    yield workshop, audience, version
    workshop.catalog.close()


@dataclass
class Story:
    """Three runs of one audience: the first, one of the same, one with --force."""

    workshop: Workshop
    audience: Audience
    first: Outcome
    again: Outcome
    forced: Outcome
    instance: dg.DagsterInstance


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    workshop, audience = open_studio(tmp_path_factory.mktemp("story"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(workshop.home.root))
        patch.setenv("DAGSTER_HOME", str(workshop.home.dagster))
        first = build_audience(workshop, audience)
        again = build_audience(workshop, audience)
        forced = build_audience(workshop, audience, force=True)
        with open_instance(workshop.home) as instance:
            yield Story(workshop, audience, first, again, forced, instance)


@pytest.fixture
def studio(tmp_path, monkeypatch):
    """A studio of this test's own, with the audience kept and not built."""
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home" / "dagster"))
    return open_studio(tmp_path)


def minutes_after(moment: datetime, minutes: float) -> datetime:
    return moment.astimezone(UTC) + timedelta(minutes=minutes)
