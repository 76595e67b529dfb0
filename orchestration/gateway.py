"""Asking Dagster for runs: to launch one, to go on with one, to end one.

A launch goes through the web server, which alone has the graph loaded. A run is ended
through the instance, which needs no server to be up.
"""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import dagster as dg
import httpx
from dagster._core.storage.tags import (
    PARENT_RUN_ID_TAG,
    PARTITION_NAME_TAG,
    ROOT_RUN_ID_TAG,
)

from catalog.errors import StudioError
from catalog.records import Audience
from orchestration.endings import ended_in_the_queue, worker_of
from orchestration.jobs import (
    BUILD_AUDIENCE,
    FORCE_TAG,
    REQUEST_TAG,
    SPECIFICATION_TAG,
    TRACKING_TAG,
)
from orchestration.leases import interrupt
from orchestration.partitions import add_partitions
from orchestration.workshop import Workshop

LOCATION = "lookalike_studio"
REPOSITORY = "__repository__"  # Dagster's name for definitions that have none
LAUNCH_SECONDS = 30
LOOK_SECONDS = 4
# No connection, no JSON, or JSON of another shape.
NO_ANSWER = (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError)
LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  answer: launchPipelineExecution(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
  }
}
"""
RETRY = """
mutation Retry($parameters: ReexecutionParams!) {
  answer: launchRunReexecution(reexecutionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
  }
}
"""
LOOK = """
{
  workspaceOrError {
    ... on Workspace {
      locationEntries { name locationOrLoadError { __typename } }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look at the web server showed: that it answers, that the graph is loaded."""

    answers: bool
    is_loaded: bool


def look(address: str) -> Sight:
    """Look at the web server at an address that only ours can have."""
    try:
        data = ask(address, LOOK, LOOK_SECONDS)
        entries = data["workspaceOrError"].get("locationEntries", ())
    except NO_ANSWER:
        return Sight(answers=False, is_loaded=False)
    loaded = {
        each["name"]
        for each in entries
        if (each["locationOrLoadError"] or {}).get("__typename") == "RepositoryLocation"
    }
    return Sight(answers=True, is_loaded=LOCATION in loaded)


def ask(
    address: str, query: str, seconds: float, **variables: object
) -> dict[str, Any]:
    """What GraphQL answers; raises one of NO_ANSWER where nothing of the kind does."""
    answer = (
        _client()
        .post(
            f"{address}/graphql",
            json={"query": query, "variables": variables},
            timeout=seconds,
        )
        .raise_for_status()
    )
    data: dict[str, Any] = answer.json()["data"]
    return data


@cache
def _client() -> httpx.Client:
    """Made once, since it loads certificates; keeps no connection to a server that died."""
    return httpx.Client(
        trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
    )


class Gateway:
    """The way to Dagster.

    `address` says where the web server is, or raises StudioError `dagster_down`.
    """

    def __init__(
        self,
        workshop: Workshop,
        instance: dg.DagsterInstance,
        address: Callable[[], str],
    ) -> None:
        self._workshop = workshop
        self._instance = instance
        self._address = address

    def launch(
        self, audience: Audience, specification: int, *, force: bool, request: str
    ) -> str:
        """Ask for a run of an audience's partition; the run's id.

        Raises StudioError `dagster_down` or `launch_refused`.
        """
        add_partitions(self._instance, [audience.slug])
        tracking = self._workshop.tracking
        tags = {
            PARTITION_NAME_TAG: audience.slug,
            SPECIFICATION_TAG: str(specification),
            REQUEST_TAG: request,
            **({FORCE_TAG: uuid.uuid4().hex} if force else {}),
            **({TRACKING_TAG: tracking} if tracking else {}),
        }
        return self._launched(LAUNCH, _execution(tags), f"a run of '{audience.name}'")

    def retry(self, run_id: str, *, from_failure: bool) -> str:
        """Go on with a run: only its failed steps and those after; the new run's id.

        Not `from_failure` the new run has all steps, which a run that was cancelled
        needs; what its build has finished is not done again either way. Nor has Dagster
        failed steps to begin with where the process died after the last of them, nor
        anything at all where a command carried the run out.
        """
        run, what = self._instance.get_run_by_id(run_id), f"a retry of run {run_id}"
        if run is None:
            raise LaunchRefusedError(what, "has nothing to go on with")
        add_partitions(self._instance, [run.tags[PARTITION_NAME_TAG]])
        if run.remote_job_origin is None:
            return self._launched(LAUNCH, _execution(_tags_of_retry(run)), what)
        if from_failure:
            with suppress(LaunchRefusedError):
                return self._retried(run_id, "FROM_FAILURE", what)
        return self._retried(run_id, "ALL_STEPS", what)

    def _retried(self, run_id: str, strategy: str, what: str) -> str:
        parameters = {"parentRunId": run_id, "strategy": strategy}
        return self._launched(RETRY, parameters, what)

    def cancel(self, run_id: str) -> None:
        """Ask a run to end; one that waits ends at once.

        A daemon may just have begun it, which Dagster does not see: its process is
        ended as well.
        """
        self._instance.run_coordinator.cancel_run(run_id)
        run = self._instance.get_run_by_id(run_id)
        if run is not None and ended_in_the_queue(self._instance, run):
            worker = worker_of(run)
            if worker is not None:
                interrupt(worker)

    def _launched(self, query: str, parameters: object, what: str) -> str:
        try:
            data = ask(self._address(), query, LAUNCH_SECONDS, parameters=parameters)
            answer = data["answer"]
            kind = answer["__typename"]
        except NO_ANSWER as error:
            raise dagster_down(f"did not answer ({type(error).__name__})") from None
        if kind != "LaunchRunSuccess":
            raise LaunchRefusedError(what, f"was refused by Dagster ({kind})")
        return str(answer["run"]["runId"])


class LaunchRefusedError(StudioError):
    """Dagster does not take a run."""

    def __init__(self, what: str, cause: str) -> None:
        super().__init__(
            "launch_refused",
            what,
            cause,
            "look at the health of Dagster, then try again",
        )


def _execution(tags: Mapping[str, str]) -> dict[str, Any]:
    """What GraphQL is told of a run that is to be launched."""
    return {
        "selector": {
            "repositoryLocationName": LOCATION,
            "repositoryName": REPOSITORY,
            "pipelineName": BUILD_AUDIENCE,
        },
        "runConfigData": {},
        "executionMetadata": {
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
            "parentRunId": tags.get(PARENT_RUN_ID_TAG),
            "rootRunId": tags.get(ROOT_RUN_ID_TAG),
        },
    }


def _tags_of_retry(run: dg.DagsterRun) -> dict[str, str]:
    """The tags by which another run goes on with the same build."""
    kept = (PARTITION_NAME_TAG, SPECIFICATION_TAG, FORCE_TAG, REQUEST_TAG, TRACKING_TAG)
    return {
        **{name: run.tags[name] for name in kept if name in run.tags},
        PARENT_RUN_ID_TAG: run.run_id,
        ROOT_RUN_ID_TAG: run.root_run_id or run.run_id,
    }


def dagster_down(cause: str, remedy: str = "") -> StudioError:
    """The refusal of what needs Dagster's web server while it is not up."""
    return StudioError(
        "dagster_down",
        "Dagster",
        cause,
        remedy or "wait until it is up again; nothing was asked for",
    )
