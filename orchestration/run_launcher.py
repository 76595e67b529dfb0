"""Each run in a process of its own, which lives and dies apart from Dagster's servers.

Dagster's own launcher makes the worker a child of the code server: where that dies, the
run can be neither ended nor seen to have died. Here the run carries its process in a
tag, as a run does that a command carries out. It is forked from what has loaded all that
a run needs, or where nothing has, loads it by itself. Named in `dagster.yaml`.
"""

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, RunLauncher, WorkerStatus
from dagster._core.launcher.base import LaunchRunContext
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from orchestration.endings import WORKER_TAG, report_end, worker_of
from orchestration.leases import interrupt, owner_is_alive, owner_of
from orchestration.project import ROOT
from orchestration.run_starter import Fork, fork_for

WORKER = "orchestration.run_worker"


class OwnProcessRunLauncher(RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """Starts a run as a process in a session of its own, and hears of its death."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """Where Dagster's settings name this class."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """It has no settings."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Any
    ) -> "OwnProcessRunLauncher":
        """Made by Dagster from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the run's process; whoever starts it hears of its end at once."""
        run = context.dagster_run
        origin = context.job_code_origin
        if origin is None:
            raise dg.DagsterInvariantViolationError("The run's job has no code.")
        arguments = ExecuteRunArgs(
            job_origin=origin,
            run_id=run.run_id,
            instance_ref=self._instance.get_ref(),
        ).get_command_args()
        arguments = arguments[arguments.index("api") :]
        process = fork_for(arguments) or Alone(arguments)
        owner = owner_of(run.run_id, process.pid)
        self._instance.add_run_tags(run.run_id, {WORKER_TAG: owner})
        process.begin()
        threading.Thread(
            target=self._hear, args=(process, run.run_id), name="worker", daemon=True
        ).start()

    def _hear(self, process: "Fork | Alone", run_id: str) -> None:
        process.wait()
        run = self._instance.get_run_by_id(run_id)
        if run is not None:
            report_end(self._instance, run)

    def terminate(self, run_id: str) -> bool:
        """Interrupt the run's process; False where the run has ended already."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        worker = worker_of(run)
        if worker is not None and owner_is_alive(worker):
            interrupt(worker)
        else:
            self._instance.report_run_canceled(run, "No process was at work on it.")
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's monitoring asks for runs whose starter has died as well."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process lives. One of another launcher is not judged."""
        worker = worker_of(run)
        if worker is None or owner_is_alive(worker):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, "its process has died")


class Alone:
    """A process that loads what its run needs, once it is told to begin."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", WORKER, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.pid = self._process.pid

    def begin(self) -> None:
        """Let it begin; one that has died by now is heard of by `wait`."""
        if self._process.stdin is not None:
            with suppress(OSError), self._process.stdin as line:
                line.write(b"\n")

    def wait(self) -> None:
        """Return when it has ended."""
        self._process.wait()
