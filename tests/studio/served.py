"""The studio served from a process of its own, for tests that look at its pages."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from catalog.home import Home
from catalog.records import AudienceVersion
from engines.sealed import seal
from orchestration.version_files import read_manifest
from orchestration.workshop import Workshop
from studio.services.opening import open_studio
from studio.services.studio import Studio
from studio.services.tokens import sign_in_path, token_of

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 240  # seconds, on a machine that has other work
LONG = 1_000 * PATIENCE  # the same as browsers count it


@contextmanager
def served(
    home: Path, folders: Path, *, with_dagster: bool = False, said: Path | None = None
) -> Iterator[str]:
    """The address of a studio with this home that reads datasets from `folders`.

    With Dagster it is given once Dagster runs, and builds can be started. `said` is a
    file for what it writes on its terminal.
    """
    process, address = start(home, folders, with_dagster=with_dagster, said=said)
    try:
        yield address
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def start(
    home: Path, folders: Path, *, with_dagster: bool, said: Path | None = None
) -> tuple[subprocess.Popen[bytes], str]:
    """The same as a process that whoever asked for it has to end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.studio.served"),
            *(str(home), str(port), "dagster" if with_dagster else "alone"),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "LOOKALIKE_DATA_FOLDERS": str(folders),
            "PYTHONPATH": str(ROOT),
        },
        stdout=None if said is None else said.open("ab"),
        stderr=None if said is None else subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    words = b"Dagster is running" if with_dagster else b""
    _wait_for(process, f"{address}/audiences", as_program(Home(home)), words)
    return process, address


def until(is_so: Callable[[], Any], pause: float = 0.1) -> Any:
    """What is found, as soon as something is."""
    end = time.monotonic() + PATIENCE
    while not (found := is_so()):
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(pause)
    return found


def as_program(home: Home) -> dict[str, str]:
    """The header by which a program is let in."""
    return {"Authorization": f"Bearer {token_of(home)}"}


def sign_in(page: Any, address: str, home: Home) -> None:
    """Let a browser in, as the address does that `lookalike up` prints."""
    answer = page.request.get(
        f"{address}{sign_in_path(home)}", max_redirects=0, timeout=LONG
    )
    assert answer.status == 303, answer.status


@contextmanager
def signed_in(browser: Any, address: str, home: Home) -> Iterator[Any]:
    """A browser that is let in, for many pages: one stays open with their scripts loaded."""
    context = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(LONG)
    sign_in(context, address, home)
    first = context.new_page()
    first.goto("/drafts")
    first.locator("h1").wait_for()
    yield context
    context.close()


def _wait_for(
    process: subprocess.Popen[bytes],
    address: str,
    headers: dict[str, str],
    words: bytes,
) -> None:
    begin = time.monotonic()
    while time.monotonic() < begin + PATIENCE:
        assert process.poll() is None, "the studio ended"
        with suppress(httpx.TransportError):
            answer = httpx.get(address, timeout=PATIENCE, headers=headers)
            assert answer.status_code == 200
            if words in answer.content:
                return
        time.sleep(0.2)
    raise TimeoutError(address)


def add_version(
    workshop: Workshop, audience: str, people_of: str | None = None
) -> AudienceVersion:
    """The same people published once more, as a forced build of the same data would.

    With `people_of` they are those of that audience.
    """
    catalog, giver = workshop.catalog, people_of or audience
    owner, kept = catalog.get_audience(audience), catalog.served_version(giver)
    assert kept is not None
    (before,) = [e.build for e in catalog.history(giver) if e.version == kept]
    lease = catalog.acquire_lease(audience, "a test", 60)
    build = catalog.start_build(
        audience,
        catalog.newest_specification(owner.id).number,
        input_fingerprints=before.input_fingerprints,
        code_version=before.code_version,
        force="again",
    )

    def place(number: int) -> str:
        folder = workshop.home.version(owner.id, number)
        shutil.copytree(kept.path, folder)
        manifest = read_manifest(folder)
        manifest |= {"build": build.build_id, "version": number}
        (folder / "manifest.json").write_text(seal(manifest), encoding="utf-8")
        return str(folder)

    version = catalog.publish_version(
        lease, build.build_id, dict(kept.figures), place=place
    )
    catalog.release_lease(lease)
    return version


if __name__ == "__main__":
    from studio.services.runs import opened_runs
    from studio.web.app import run_studio

    opened = open_studio(Home(Path(sys.argv[1])))
    with opened_runs(opened, with_dagster=sys.argv[3] == "dagster") as runs:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            run_studio(Studio(opened, runs), host="127.0.0.1", port=int(sys.argv[2]))
