"""A home of its own for REST: a copy of the built one, served in this process."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from catalog.home import create_home
from orchestration.workshop import open_workshop
from studio.services.access import Access
from studio.services.open_what_ifs import OPEN
from studio.services.runs import opened_runs
from studio.services.studio import Studio
from studio.services.tokens import token_of
from studio.web.entrance import add_guards, open_entrance

ADDRESS = "http://127.0.0.1:8480"
API = "/api/v1"
PARTS = {"code", "object", "cause", "remedy"}


def copy_home(built_home: Path, folder: Path) -> Path:
    """The inputs and the home of a built studio in another folder; versions moved too."""
    for name in ("seed.csv", "population.csv"):
        shutil.copy(built_home / name, folder / name)
    shutil.copytree(built_home / "home", folder / "home")
    with sqlite3.connect(folder / "home" / "catalog.db") as connection:
        connection.execute(
            "update audience_versions set path = replace(path, ?, ?)",
            (str(built_home / "home"), str(folder / "home")),
        )
    return folder / "home"


@contextmanager
def serving(root: Path, access: Access | None = None) -> Iterator[Studio]:
    """A studio at a home, with Dagster off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(root))
        patch.setenv("DAGSTER_HOME", str(root / "dagster"))
        workshop = open_workshop(create_home(root), threads=2, memory_limit="1GB")
        with opened_runs(workshop, with_dagster=False) as runs:
            yield Studio(workshop, runs)
        OPEN.close()
        workshop.catalog.close()


def client_of(
    studio: Studio,
    access: Access | None = None,
    *,
    signed_in: bool = True,
    **named: str,
) -> TestClient:
    """A client of a studio's REST and sign-in; with the token where it is signed in."""
    app = open_entrance(studio, Access() if access is None else access)
    add_guards(app, 8480)
    client = TestClient(
        app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False
    )
    if signed_in:
        token = token_of(studio.workshop.home)
        client.headers["authorization"] = f"Bearer {token}"
    client.headers.update(named)
    return client


def stamps(root: Path) -> dict[str, tuple[int, int]]:
    """Every file of a home that holds state, with its size and time of change.

    What was read or worked out is kept for whoever asks next, and is no state.
    """
    left_out = {"catalog.db-shm", "catalog.db-wal", "fingerprints.json"}
    return {
        str(path.relative_to(root)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
        and path.name not in left_out
        and not {"dagster", "outlooks"} & {*path.parts}
        and not path.name.endswith(".lock")
    }


def compared_in(document: dict[str, Any]) -> dict[str, Any]:
    """The figures of a comparison that the OpenAPI document has for an example."""
    told = document["paths"]["/comparisons/{run_id}"]["get"]["responses"]["200"]
    return told["content"]["application/json"]["example"]["found"]


def assert_refused(answer, status: int, code: str) -> None:
    """A refusal in the one shape of all."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == PARTS
    assert answer.json()["code"] == code
    assert "Traceback" not in answer.text
