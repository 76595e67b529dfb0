"""Asking Dagster for runs: to launch one, to go on with one, to end one.

A launch goes through the web server, which alone has the graph loaded. A run is ended
through the instance, which needs no server to be up.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import dagster as dg
import httpx

from catalog.errors import StudioError
from catalog.records import Audience
from orchestration.jobs import (
    BUILD_AUDIENCE,
    FORCE_TAG,
    REQUEST_TAG,
    SPECIFICATION_TAG,
    TRACKING_TAG,
)
from orchestration.partitions import sync_partitions
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
        slugs = [each.slug for each in self._workshop.catalog.list_audiences()]
        sync_partitions(self._instance, {*slugs, audience.slug})
        tracking = self._workshop.tracking
        tags = {
            "dagster/partition": audience.slug,
            SPECIFICATION_TAG: str(specification),
            REQUEST_TAG: request,
            **({FORCE_TAG: uuid.uuid4().hex} if force else {}),
            **({TRACKING_TAG: tracking} if tracking else {}),
        }
        parameters = {
            "selector": {
                "repositoryLocationName": LOCATION,
                "repositoryName": REPOSITORY,
                "pipelineName": BUILD_AUDIENCE,
            },
            "runConfigData": {},
            "executionMetadata": {
                "tags": [{"key": key, "value": value} for key, value in tags.items()]
            },
        }
        return self._launched(LAUNCH, parameters, f"a run of '{audience.name}'")

    def retry(self, run_id: str, *, from_failure: bool) -> str:
        """Go on with a run: only its failed steps and those after; the new run's id.

        Not `from_failure` the new run has all steps, which a run that was cancelled
        needs; what its build has finished is not done again either way.
        """
        strategy = "FROM_FAILURE" if from_failure else "ALL_STEPS"
        parameters = {"parentRunId": run_id, "strategy": strategy}
        return self._launched(RETRY, parameters, f"a retry of run {run_id}")

    def cancel(self, run_id: str) -> None:
        """Ask a run to end; one that waits ends at once."""
        self._instance.run_coordinator.cancel_run(run_id)

    def _launched(self, query: str, parameters: object, what: str) -> str:
        try:
            data = ask(self._address(), query, LAUNCH_SECONDS, parameters=parameters)
            answer = data["answer"]
            kind = answer["__typename"]
        except NO_ANSWER as error:
            raise dagster_down(f"did not answer ({type(error).__name__})") from None
        if kind != "LaunchRunSuccess":
            raise StudioError(
                "launch_refused",
                what,
                f"was refused by Dagster ({kind})",
                "look at the health of Dagster, then try again",
            )
        return str(answer["run"]["runId"])


def dagster_down(cause: str, remedy: str = "") -> StudioError:
    """The refusal of what needs Dagster's web server while it is not up."""
    return StudioError(
        "dagster_down",
        "Dagster",
        cause,
        remedy or "wait until it is up again; nothing was asked for",
    )
