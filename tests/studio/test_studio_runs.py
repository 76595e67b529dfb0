"""`lookalike up` as a process: a supervised Dagster, asked for runs through REST."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import psutil
import pytest

from catalog.errors import StudioError
from catalog.home import Home, create_home
from catalog.run_records import Run
from orchestration.endings import worker_of
from orchestration.instance import open_instance
from orchestration.launch import build_audience
from orchestration.leases import pid_of
from orchestration.servers import free_port
from orchestration.workshop import open_workshop
from studio.services.runs import opened_runs
from tests.orchestration.conftest import SLUG, open_studio

pytestmark = pytest.mark.servers

SECONDS = 240.0  # the machine may be busy
RED_SECONDS = 60.0
ORPHAN_SECONDS = 5.0
ORDER = ["starting", "inputs", "learn", "scores", "deliver", "audience"]
SERVERS = {
    "code_location": "api grpc",
    "web_server": "dagster_webserver",
    "daemon": "dagster._daemon",
}


@dataclass
class Up:
    """A studio at work on a home; its process may be another after a restart."""

    folder: Path
    process: "subprocess.Popen[bytes]" = field(init=False)
    client: httpx.Client = field(init=False)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def start(self) -> None:
        port = free_port()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.studio.up_process", "up"]
                + ["--port", str(port)],
                env=os.environ | {"LOOKALIKE_HOME": str(self.home)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        address = f"http://127.0.0.1:{port}/api/v1"
        self.client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        until(self.is_well)

    def health(self) -> dict[str, dict[str, str]]:
        return self.client.get("/runs/health").json()

    def is_well(self) -> bool:
        return {each["state"] for each in self.health().values()} == {"well"}

    def ask(self, **wanted: object) -> httpx.Response:
        return self.client.post("/runs", json={"audience": SLUG, **wanted})

    def run(self, run_id: str) -> Run:
        return Run.model_validate_json(self.client.get(f"/runs/{run_id}").text)

    def post(self, run_id: str, what: str) -> Run:
        answer = self.client.post(f"/runs/{run_id}/{what}")
        assert answer.status_code == 202, answer.text
        return Run.model_validate_json(answer.text)

    def followed(self, run_id: str) -> list[Run]:
        """What the stream says until it ends."""
        path = f"/runs/{run_id}/events"
        with self.client.stream("GET", path, timeout=SECONDS) as lines:
            assert lines.headers["content-type"].startswith("text/event-stream")
            return [
                Run.model_validate_json(line.removeprefix("data: "))
                for line in lines.iter_lines()
                if line.startswith("data: ")
            ]

    def until_stage(self, run_id: str, name: str) -> None:
        """Wait until this stage of the run is at work, or has just been."""
        begun = ("running", "succeeded")
        until(lambda: states(self.run(run_id))[name] in begun, pause=0.1)

    def server(self, name: str) -> psutil.Process:
        found = [one for one in self.children() if SERVERS[name] in command_of(one)]
        assert len(found) == 1, found
        return found[0]

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self, run_id: str) -> psutil.Process:
        with open_instance(Home(self.home)) as instance:
            return psutil.Process(pid_of(worker_of(instance.get_run_by_id(run_id))))


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def states(run: Run) -> dict[str, str]:
    return {stage.name: stage.state.value for stage in run.stages}


def until(look: Any, seconds: float = SECONDS, pause: float = 0.5) -> Any:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = look()
        except (httpx.HTTPError, KeyError):
            found = None
        if found:
            return found
        time.sleep(pause)
    raise AssertionError("it did not come in time")


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Up]:
    studio = Up(tmp_path_factory.mktemp("up"))
    open_studio(studio.folder)
    studio.start()
    try:
        yield studio
    finally:
        studio.process.terminate()
        studio.process.wait(timeout=60)


@contextmanager
def without(path: Path) -> Iterator[None]:
    """A file that is not there for a while, and then is as it was."""
    elsewhere = path.with_suffix(".away")
    path.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(path)


def test_a_build_is_followed_through_its_stages(up):
    answer = up.ask(request="first")
    run_id = answer.json()["run_id"]
    second = up.ask()
    again = up.ask(request="first")

    told = up.followed(run_id)

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/runs/{run_id}"
    assert second.json()["error"]["code"] == "already_building"
    assert second.json()["error"]["cause"] == f"is already building, run {run_id}"
    assert again.json()["run_id"] == run_id
    working = [
        next((s for s in ORDER if states(one)[s] == "running"), "") for one in told
    ]
    seen = [name for name in working if name]
    assert seen == sorted(seen, key=ORDER.index)
    assert {"starting", "learn"} <= set(seen)
    last = told[-1]
    assert last.state == "succeeded"
    assert [stage.name for stage in last.stages] == ORDER
    assert set(states(last).values()) == {"succeeded"}
    assert all(stage.seconds is not None for stage in last.stages)
    rows = {stage.name: stage.rows for stage in last.stages if stage.rows is not None}
    assert rows == {"inputs": 800, "scores": 800, "audience": 100}
    assert (last.version, last.is_unchanged, last.specification) == (1, False, 1)
    assert last.started_at < last.ended_at


def test_a_link_leads_to_the_run_on_the_screens_of_dagster(up):
    (run,) = up.client.get(
        "/runs", params={"audience": SLUG, "state": "succeeded"}
    ).json()["items"]
    server = up.server("web_server")
    command = command_of(server).split()
    port = command[command.index("--port") + 1]
    listening = {
        each.laddr.ip
        for each in server.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN
    }

    page = httpx.get(f"http://127.0.0.1:{port}{run['dagster_path']}", trust_env=False)
    without_path = httpx.post(
        f"http://127.0.0.1:{port}/graphql", json={"query": "{version}"}, trust_env=False
    )

    assert listening == {"127.0.0.1"}
    assert page.status_code == 200
    assert without_path.status_code == 404


def test_a_failure_names_its_cause_and_what_helps(up):
    with without(up.folder / "seed.parquet"):
        failed = up.followed(up.ask().json()["run_id"])[-1]

    assert failed.state == "failed"
    assert failed.error["code"] == "file_not_found"
    assert "seed.parquet" in failed.error["object"] + failed.error["cause"]
    assert failed.error["remedy"]
    found = states(failed)
    assert [found[name] for name in ORDER] == ["succeeded", "failed", *["skipped"] * 4]
    (listed,) = up.client.get("/runs", params={"state": "failed"}).json()["items"]
    assert listed["run_id"] == failed.run_id


def test_a_build_that_a_command_began_is_gone_on_with(up):
    workshop = open_workshop(Home(up.home), threads=2, memory_limit="1GB")
    (audience,) = workshop.catalog.list_audiences()
    with without(up.folder / "seed.parquet"), pytest.raises(StudioError):
        build_audience(workshop, audience, force=True)
    (failed, *_) = up.client.get("/runs", params={"state": "failed"}).json()["items"]

    again = up.post(failed["run_id"], "retry")

    assert again.retry_of == failed["run_id"]
    assert up.followed(again.run_id)[-1].state == "succeeded"


def test_a_worker_that_is_killed_fails_its_run_and_a_retry_keeps_what_is_done(up):
    run_id = up.ask(force=True).json()["run_id"]
    up.until_stage(run_id, "scores")
    up.worker(run_id).kill()

    until(lambda: up.run(run_id).is_final, RED_SECONDS)

    failed = up.run(run_id)
    assert failed.state == "failed"
    assert failed.error["code"] == "build_ended_unheard"
    again = up.post(run_id, "retry")
    last = up.followed(again.run_id)[-1]
    assert again.retry_of == run_id
    assert last.state == "succeeded"
    assert states(last)["inputs"] == states(last)["learn"] == "kept"
    assert states(last)["audience"] == "succeeded"
    assert last.version == 3


def test_a_run_that_a_daemon_was_starting_as_it_died_is_started_by_the_next(up):
    daemon = up.server("daemon")
    daemon.suspend()
    run_id = up.ask(force=True).json()["run_id"]
    assert up.run(run_id).state == "queued"
    with open_instance(Home(up.home)) as instance:  # as a daemon does, before a process
        name = instance.get_run_by_id(run_id).job_name
        taken = dg.DagsterEvent(dg.DagsterEventType.RUN_STARTING.value, name)
        instance.report_dagster_event(taken, run_id)
    assert up.run(run_id).state == "starting"
    daemon.kill()

    assert up.followed(run_id)[-1].state == "succeeded"


def test_a_run_outlives_the_servers_and_can_be_cancelled_without_them(up):
    """F11: they are red, then well again by themselves; nothing is asked for meanwhile."""
    run_id = up.ask(force=True).json()["run_id"]
    up.until_stage(run_id, "inputs")
    worker = up.worker(run_id)
    for name in SERVERS:
        up.server(name).kill()
    until(
        lambda: all(one["state"] == "down" for one in up.health().values()),
        RED_SECONDS,
        pause=0.05,
    )
    red = up.health()
    lives = worker.is_running()

    refused = up.ask()
    up.post(run_id, "cancel")

    assert lives
    assert red["daemon"]["cause"] == "was ended by signal 9"
    assert red["web_server"]["remedy"] == "it is being started again"
    assert refused.json()["error"]["code"] == "already_building"
    last = up.followed(run_id)[-1]
    assert last.state == "cancelled"
    assert set(states(last).values()) <= {"succeeded", "cancelled", "skipped"}
    assert psutil.wait_procs([worker], timeout=20)[1] == []
    assert (
        up.client.post(f"/runs/{run_id}/cancel").json()["error"]["code"] == "run_ended"
    )
    until(up.is_well)


def test_a_run_is_forked_from_what_is_loaded_and_outlives_it(up):
    (starter,) = (
        one
        for one in psutil.Process(up.process.pid).children()
        if "orchestration.run_starter" in command_of(one)
    )
    until(lambda: any(each.laddr for each in starter.net_connections("unix")))
    run_id = up.ask(force=True).json()["run_id"]
    up.until_stage(run_id, "inputs")

    worker = up.worker(run_id)
    parent = worker.parent()
    starter.kill()

    assert parent == starter
    assert up.followed(run_id)[-1].state == "succeeded"
    assert set(up.health()) == set(SERVERS)


def test_a_killed_studio_leaves_no_server_and_its_run_is_found_again(up):
    run_id = up.ask(force=True, request="last").json()["run_id"]
    up.until_stage(run_id, "inputs")
    worker = up.worker(run_id)
    servers = [up.server(name) for name in SERVERS]

    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait()

    assert psutil.wait_procs(servers, timeout=ORPHAN_SECONDS)[1] == []
    assert worker.is_running()
    up.start()
    assert up.ask(force=True, request="last").json()["run_id"] == run_id
    assert up.followed(run_id)[-1].state == "succeeded"


def test_a_second_studio_on_the_home_is_told_who_holds_it(up):
    """F16."""
    second = subprocess.run(
        [sys.executable, "-m", "tests.studio.up_process", "up", "--port", "1"],
        env=os.environ | {"LOOKALIKE_HOME": str(up.home)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 5
    assert f"`lookalike up`, process {up.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_without_dagster_runs_are_seen_and_none_is_started(up):
    workshop = open_workshop(create_home(up.home))
    with opened_runs(workshop, with_dagster=False) as runs:
        found = runs.overview(audience=SLUG, limit=3)
        with pytest.raises(StudioError) as refusal:
            runs.start(SLUG)
        with pytest.raises(StudioError) as unknown:
            runs.get("../../etc/passwd")
        with pytest.raises(StudioError) as succeeded:
            runs.retry(found[0].run_id)

    assert [run.created_at for run in found] == sorted(
        (run.created_at for run in found), reverse=True
    )
    assert runs.find("first") is not None
    assert refusal.value.code == "dagster_down"
    assert "--no-dagster" in refusal.value.remedy
    assert unknown.value.code == "unknown_run"
    assert succeeded.value.code == "run_not_failed"
    assert {part.state for part in vars(runs.health()).values()} == {"down"}


def test_the_studio_ends_with_all_its_servers(up):
    servers = [up.server(name) for name in SERVERS]

    up.process.terminate()

    assert psutil.wait_procs(servers, timeout=ORPHAN_SECONDS)[1] == []
    up.process.wait(timeout=30)
    assert not (up.home / "studio.holder").exists()
