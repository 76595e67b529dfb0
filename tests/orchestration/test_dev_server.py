"""`lookalike dev` as a person starts it: Dagster's own server builds an audience."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.orchestration.conftest import SLUG, open_studio

SECONDS = 180
LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchPipelineExecution(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
REPOSITORIES = """
{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }
"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


def ask(port: int, query: str, **variables: object) -> dict:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"http://127.0.0.1:{port}/graphql",
        body,
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())["data"]


def wait_for(until: float, look):
    """What `look` finds, as soon as it finds something."""
    while time.monotonic() < until:
        try:
            found = look()
        except (urllib.error.URLError, OSError, KeyError):
            found = None
        if found:
            return found
        time.sleep(1)
    pytest.fail("nothing came in time")


@pytest.fixture
def server(tmp_path):
    """A running `lookalike dev` on a free port; ended with all its children."""
    workshop, audience = open_studio(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "from studio.cli import main; main()"]
            + ["dev", "--port", str(port)],
            env=os.environ | {"LOOKALIKE_HOME": str(workshop.home.root)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield workshop, audience, port, process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def test_the_server_builds_an_audience_that_is_asked_for_on_its_screen(server):
    workshop, audience, port, process = server
    until = time.monotonic() + SECONDS
    (repository,) = wait_for(
        until, lambda: ask(port, REPOSITORIES)["repositoriesOrError"]["nodes"]
    )

    answer = ask(
        port,
        LAUNCH,
        parameters={
            "selector": {
                "repositoryLocationName": repository["location"]["name"],
                "repositoryName": repository["name"],
                "pipelineName": "build_audience",
            },
            "runConfigData": {},
            "executionMetadata": {
                "tags": [{"key": "dagster/partition", "value": SLUG}]
            },
        },
    )["launchPipelineExecution"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    run_id = answer["run"]["runId"]
    final = wait_for(
        until,
        lambda: (
            {"SUCCESS", "FAILURE", "CANCELED"}
            & {ask(port, STATUS, id=run_id)["runOrError"]["status"]}
        ),
    )

    assert final == {"SUCCESS"}
    version = workshop.catalog.served_version(audience.id)
    assert version.figures["delivered_people"] == 100
    process.terminate()
    assert process.wait(timeout=20) is not None
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.1", port)) != 0
