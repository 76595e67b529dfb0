"""The command line in this process, a folder of its own, and a studio with an audience."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from catalog.home import create_home
from studio.cli import app
from tests.pipeline import people
from tests.studio.served import signed_in

AUDIENCE = "Käufer \"2026\" <b>{{ 7 * 7 }}</b> 'top'"
DESCRIPTION = "Line one; -- {% raw %} <script>alert(1)</script>"


@dataclass
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def ask(*arguments: object) -> Answer:
    """Run `lookalike` with these arguments."""
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    return Answer(result.exit_code, result.stdout, result.stderr)


def assert_refused(answer: Answer, *named: str, code: int = 3) -> None:
    """One line on standard error that names the object; nothing on standard output."""
    assert answer.code == code, answer
    lines = [line for line in answer.err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, answer.err
    assert "Traceback" not in answer.err + answer.out
    for text in named:
        assert text in lines[0]


def write_specification(path: Path, **fields: Any) -> Path:
    """A specification for `seed` and `population`; JSON is YAML."""
    document = {
        "name": "people",
        "seed": {"dataset": "seed"},
        "population": {"dataset": "population"},
        "output": {"top": 100},
        "datasets": {
            "seed": {"path": "seed.csv"},
            "population": {"path": "population.csv"},
        },
        **fields,
    }
    kept = {name: value for name, value in document.items() if value is not None}
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return path


def write_people(
    folder: Path, *, population: int = 1_000, seed: int = 120
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`seed.csv` and `population.csv`; the seed's people are of the population."""
    everybody = people.population(population)
    chosen = people.seed_of(everybody, seed)
    chosen.to_csv(folder / "seed.csv", index=False)
    everybody.to_csv(folder / "population.csv", index=False)
    return chosen, everybody


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder with a home of its own, and a temporary folder in it."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOOKALIKE_HOME", str(create_home(tmp_path / "home").root))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


@pytest.fixture
def two_files(here):
    """The working folder with `seed.csv` and `population.csv`."""
    write_people(here)
    return here


@pytest.fixture(scope="module")
def browser(chromium, address, workshop):
    """A browser that is let into the studio at `address`, whose home is `workshop`'s."""
    with signed_in(chromium, address, workshop.home) as found:
        yield found


@pytest.fixture(scope="session")
def built_home(tmp_path_factory) -> tuple[Path, Answer]:
    """A home with one audience, built through Dagster; what the build said."""
    folder = tmp_path_factory.mktemp("studio")
    write_people(folder)
    path = write_specification(
        folder / "audience.yml",
        name=AUDIENCE,
        description=DESCRIPTION,
        tags=["spring"],
        output={"top": 100, "include_seed": True},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        answer = ask("audience", "build", path, "--json")
    return folder, answer


@pytest.fixture(scope="module")
def slug(built_home) -> str:
    """The built audience's name in addresses."""
    return built_home[1].json["audience"]


@pytest.fixture(scope="module")
def studio(built_home, tmp_path_factory):
    """A copy of the built home, with a studio in this process."""
    from tests.studio.rest import copy_home, serving

    with serving(copy_home(built_home[0], tmp_path_factory.mktemp("rest"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(studio):
    """A client of the studio's REST, with its token."""
    from tests.studio.rest import client_of

    return client_of(studio)


@pytest.fixture(scope="module")
def visits(built_home, tmp_path_factory):
    """A copy of the built home, with its pages served in this process."""
    from tests.studio.rest import copy_home
    from tests.studio.visits import visited  # loads every page

    with visited(copy_home(built_home[0], tmp_path_factory.mktemp("visits"))) as found:
        yield found


@pytest.fixture
def built(built_home, monkeypatch) -> Answer:
    """The built audience, its home in use; for commands that only look."""
    folder, answer = built_home
    monkeypatch.setenv("LOOKALIKE_HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    return answer
