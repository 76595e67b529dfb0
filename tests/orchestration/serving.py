"""`lookalike dev` as a process, and what one asks of its screens."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.jobs import BUILD_AUDIENCE

SECONDS = 180
FINAL = {"SUCCESS", "FAILURE", "CANCELED"}
LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchPipelineExecution(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
RETRY = """
mutation Retry($parameters: ReexecutionParams!) {
  launchRunReexecution(reexecutionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
TERMINATE = """
mutation Terminate($id: String!) { terminateRun(runId: $id) { __typename } }
"""
REPOSITORIES = """
{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }
"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


@dataclass(frozen=True, slots=True)
class Server:
    """A `lookalike dev` that answers on its port."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """What GraphQL answers; OSError with all that it says where it is no answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(  # noqa: S310
            f"http://127.0.0.1:{self.port}/graphql",
            body,
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.loads(answer.read())["data"]
        except urllib.error.HTTPError as error:
            raise OSError(error.read().decode()) from error

    def launch(self, slug: str, config: object = None, **tags: str) -> str:
        """Ask for a run of an audience, as its page does; the run's id."""
        (repository,) = wait_for(
            lambda: self.ask(REPOSITORIES)["repositoriesOrError"]["nodes"]
        )
        told = {"dagster/partition": slug, **tags}
        parameters = {
            "selector": {
                "repositoryLocationName": repository["location"]["name"],
                "repositoryName": repository["name"],
                "pipelineName": BUILD_AUDIENCE,
            },
            "runConfigData": config or {},
            "executionMetadata": {
                "tags": [{"key": key, "value": value} for key, value in told.items()]
            },
        }
        return _launched(
            self.ask(LAUNCH, parameters=parameters)["launchPipelineExecution"]
        )

    def retry(self, run_id: str) -> str:
        """Re-execute a run from failure; the new run's id."""
        parameters = {"parentRunId": run_id, "strategy": "FROM_FAILURE"}
        answer = self.ask(RETRY, parameters=parameters)
        return _launched(answer["launchRunReexecution"])

    def terminate(self, run_id: str) -> bool:
        """Cancel a run; False while Dagster refuses, since the run is being started."""
        answer = self.ask(TERMINATE, id=run_id)["terminateRun"]
        return bool(answer["__typename"] == "TerminateRunSuccess")

    def status(self, run_id: str) -> str:
        """The run's state."""
        return str(self.ask(STATUS, id=run_id)["runOrError"]["status"])

    def end_of(self, run_id: str, seconds: float = SECONDS) -> str:
        """The run's final state."""
        return wait_for(lambda: {self.status(run_id)} & FINAL, seconds).pop()


def _launched(answer: dict[str, Any]) -> str:
    if answer["__typename"] != "LaunchRunSuccess":
        raise AssertionError(answer)
    return str(answer["run"]["runId"])


def wait_for(look: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What `look` finds, as soon as it finds something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            found = look()
        except (urllib.error.URLError, OSError, KeyError):
            found = None
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError("nothing came in time")


@contextmanager
def serving(home: Path, log: Path) -> Iterator[Server]:
    """A running `lookalike dev` on a free port; ended with all its children."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", "from studio.cli import main; main()"]
            + ["dev", "--port", str(port)],
            env=os.environ | {"LOOKALIKE_HOME": str(home)},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield Server(process, port, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
