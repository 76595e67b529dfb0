"""A studio with one small audience, and what its first runs left behind."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from catalog.home import create_home
from catalog.records import Audience
from catalog.specification_model import AudienceSpecification
from orchestration.instance import open_instance
from orchestration.launch import Outcome, build_audience, keep_specification
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
