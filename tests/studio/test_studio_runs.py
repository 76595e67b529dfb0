"""`lookalike up` as a process: a supervised Dagster, asked for runs through REST."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import httpx
import psutil
import pytest

from catalog.errors import StudioError
from catalog.home import Home, create_home
from catalog.run_records import Run
from orchestration.instance import open_instance
from orchestration.launch import build_audience
from orchestration.servers import free_port
from orchestration.workshop import open_workshop
from studio.services.runs import opened_runs
from tests.orchestration.conftest import SLUG, open_studio
from tests.studio.halting import command_of, halt, halted, server_of, worker_at_work
from tests.studio.served import PATIENCE, until

pytestmark = pytest.mark.servers

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
    def home(self) -> Home:
        return Home(self.folder / "home")

    def start(self) -> None:
        port = free_port()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.studio.up_process", "up"]
                + ["--port", str(port)],
                env=os.environ | {"LOOKALIKE_HOME": str(self.home.root)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        address = f"http://127.0.0.1:{port}/api/v1"
        self.client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        until(self.is_well, pause=0.5)

    def health(self) -> dict[str, dict[str, str]]:
        try:
            return self.client.get("/runs/health").json()
        except httpx.HTTPError:
            return {}

    def is_well(self) -> bool:
        return are(self.health(), "well")

    def ask(self, **wanted: object) -> httpx.Response:
        return self.client.post("/runs", json={"audience": SLUG, **wanted})

    def run(self, run_id: str) -> Run:
        return Run.model_validate_json(self.client.get(f"/runs/{run_id}").text)

    def post(self, run_id: str, what: str) -> Run:
        answer = self.client.post(f"/runs/{run_id}/{what}")
        assert answer.status_code == 202, answer.text
        return Run.model_validate_json(answer.text)

    def follow(self, run_id: str) -> Iterator[Run]:
        """What the stream says until it ends."""
        path = f"/runs/{run_id}/events"
        with self.client.stream("GET", path, timeout=PATIENCE) as lines:
            assert lines.headers["content-type"].startswith("text/event-stream")
            for line in lines.iter_lines():
                if line.startswith("data: "):
                    yield Run.model_validate_json(line.removeprefix("data: "))

    def followed(self, run_id: str) -> list[Run]:
        return [*self.follow(run_id)]

    @contextmanager
    def halted_at(self, run_id: str, name: str) -> Iterator[psutil.Process]:
        """The run's process stands still at work on this stage, or on a later one."""
        worker = worker_at_work(self.home, run_id)

        def is_there() -> bool:
            halt(worker, self.home)
            stage = at_work(self.run(run_id))
            if stage and ORDER.index(stage) >= ORDER.index(name):
                return True
            worker.resume()
            return False

        try:
            until(is_there)
            yield worker
        finally:
            with suppress(psutil.NoSuchProcess):
                worker.resume()

    def server(self, name: str) -> psutil.Process:
        return server_of(self.process.pid, SERVERS[name])


def are(health: dict[str, dict[str, str]], state: str) -> bool:
    return {each.get("state") for each in health.values()} == {state}


def states(run: Run) -> dict[str, str]:
    return {stage.name: stage.state.value for stage in run.stages}


def at_work(run: Run) -> str:
    """The stage that is at work, empty between two."""
    return next((name for name in ORDER if states(run)[name] == "running"), "")


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Up]:
    studio = Up(tmp_path_factory.mktemp("up"))
    open_studio(studio.folder)
    studio.start()
    try:
        yield studio
    finally:
        studio.process.terminate()
        studio.process.wait(timeout=PATIENCE)


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
    told = []

    def halt_while_it_learns() -> str:
        run_id = answer.json()["run_id"]
        with up.halted_at(run_id, "learn"):
            stage = at_work(up.run(run_id))
            until(lambda: any(at_work(one) == stage for one in told))
        return stage

    with ThreadPoolExecutor(1) as others:
        with halted(up.server("daemon"), up.home):
            answer = up.ask(request="first")
            run_id = answer.json()["run_id"]
            second = up.ask()
            again = up.ask(request="first")
            stream = up.follow(run_id)
            told.append(next(stream))
        halting = others.submit(halt_while_it_learns)
        for one in stream:
            told.append(one)

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/runs/{run_id}"
    assert second.json()["error"]["code"] == "already_building"
    assert second.json()["error"]["cause"] == f"is already building, run {run_id}"
    assert again.json()["run_id"] == run_id
    seen = [at_work(one) for one in told if at_work(one)]
    assert seen == sorted(seen, key=ORDER.index)
    assert {"starting", halting.result()} <= set(seen)
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
    workshop = open_workshop(up.home, threads=2, memory_limit="1GB")
    (audience,) = workshop.catalog.list_audiences()
    with without(up.folder / "seed.parquet"), pytest.raises(StudioError):
        build_audience(workshop, audience, force=True)
    (failed, *_) = up.client.get("/runs", params={"state": "failed"}).json()["items"]

    again = up.post(failed["run_id"], "retry")

    assert again.retry_of == failed["run_id"]
    assert up.followed(again.run_id)[-1].state == "succeeded"


def test_a_worker_that_is_killed_fails_its_run_and_a_retry_keeps_what_is_done(up):
    run_id = up.ask(force=True).json()["run_id"]
    with up.halted_at(run_id, "scores") as worker:
        worker.kill()

    until(lambda: up.run(run_id).is_final)

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
    with halted(up.server("daemon"), up.home) as daemon:
        run_id = up.ask(force=True).json()["run_id"]
        assert up.run(run_id).state == "queued"
        with open_instance(up.home) as instance:  # as a daemon does, before a process
            name = instance.get_run_by_id(run_id).job_name
            taken = dg.DagsterEvent(dg.DagsterEventType.RUN_STARTING.value, name)
            instance.report_dagster_event(taken, run_id)
        assert up.run(run_id).state == "starting"
        daemon.kill()

    assert up.followed(run_id)[-1].state == "succeeded"


def test_a_run_outlives_the_servers_and_can_be_cancelled_without_them(up):
    """F11: they are red, then well again by themselves; nothing is asked for meanwhile."""
    run_id = up.ask(force=True).json()["run_id"]
    servers = [up.server(name) for name in SERVERS]

    def all_red() -> dict[str, dict[str, str]] | None:
        health = up.health()
        return health if are(health, "down") else None

    with up.halted_at(run_id, "inputs") as worker:
        for server in servers:
            server.kill()
        red = until(all_red, pause=0.05)
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
    assert psutil.wait_procs([worker], timeout=PATIENCE)[1] == []
    assert (
        up.client.post(f"/runs/{run_id}/cancel").json()["error"]["code"] == "run_ended"
    )
    until(up.is_well)


def test_a_run_is_forked_from_what_is_loaded_and_outlives_it(up):
    starter = server_of(up.process.pid, "orchestration.run_starter")
    until(Path(starter.cmdline()[-1]).exists)
    run_id = up.ask(force=True).json()["run_id"]
    with up.halted_at(run_id, "inputs") as worker:
        parent = worker.parent()
        starter.kill()

    assert parent == starter
    assert up.followed(run_id)[-1].state == "succeeded"
    assert set(up.health()) == set(SERVERS)


def test_a_killed_studio_leaves_no_server_and_its_run_is_found_again(up):
    run_id = up.ask(force=True, request="last").json()["run_id"]
    servers = [up.server(name) for name in SERVERS]

    with up.halted_at(run_id, "inputs") as worker:
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
        env=os.environ | {"LOOKALIKE_HOME": str(up.home.root)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 5
    assert f"`lookalike up`, process {up.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_without_dagster_runs_are_seen_and_none_is_started(up):
    workshop = open_workshop(create_home(up.home.root))
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
    up.process.wait(timeout=PATIENCE)
    assert not (up.home.root / "studio.holder").exists()
