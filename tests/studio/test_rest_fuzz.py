"""REST asked at random, half of it about objects that exist: no fault, nothing untold.

What is known of an operation is the document's own example, with the ids of this home.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import booleans, sampled_from
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from studio.api import questions
from studio.services import comparison, draft_estimates, drafts
from studio.services.studio import Studio
from tests.studio.conftest import AUDIENCE
from tests.studio.rest import API, client_of, compared_in, copy_home, serving, stamps
from tests.studio.served import add_version

PATIENCE = 60  # seconds, on a machine that has other work
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
CHECKS = [status_code_conformance, response_schema_conformance]
# What the examples name, and what it is called in this home.
HERE: dict[Any, Any] = {
    "Spring buyers": AUDIENCE,
    "Buyers": "seed",
    "Customers": "population",
    "job": "country",
    "student": "DE",
    "customers.parquet": "more.csv",
    "customers.csv": "more.csv",
}
CHOICES = {
    "name": "Drafted",
    "seed": {"dataset": "seed"},
    "population": {"dataset": "population"},
    "scoring": {"model": "naive_bayes"},
}
FIRST = ("version", "specification", "number", "from", "to")
# The examples' other audience; a run of the first that has failed, and one of this.
OTHER = "summer_buyers"
FAILED_RUN, RUN_AT_WORK = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
# Where the example with these names would meet what is there already.
INSTEAD: dict[str, dict[str, Any]] = {
    "POST /audiences": {"body": {"name": "By example"}},
    "POST /audiences/{name}/duplicate": {"body": {"name": "Like them"}},
    "POST /datasets": {"body": {"name": "More"}},
    "POST /datasets/upload": {"query": {"name": "Sent"}},
    "POST /drafts": {"body": {"new_name": "Copied once more"}},
    "DELETE /datasets/{name}": {"path": {"name": "More"}},
    "POST /runs/{run_id}/retry": {"path": {"run_id": FAILED_RUN}},
    "POST /runs/{run_id}/cancel": {"path": {"run_id": RUN_AT_WORK}},
}
# What is never answered well here, by its reason: people have one identifier each, and
# `test_identities.py` takes the file of people who have several.
NEVER_WELL = {"POST /audiences/{name}/identities": 404}


class Dagster:
    """In place of the gateway: what is asked for is the run that is there."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id

    def launch(self, *_: object, **__: object) -> str:
        return self.run_id

    retry = cancel = launch


class Addressed:
    """The application as a client with the token asks it."""

    def __init__(self, client: TestClient) -> None:
        self.app = client.app
        token = client.headers["authorization"]
        self.own = {b"host": b"127.0.0.1:8480", b"authorization": token.encode()}

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            given = [(n, v) for n, v in scope["headers"] if n.lower() not in self.own]
            scope = {**scope, "headers": [*given, *self.own.items()]}
        await self.app(scope, receive, send)


@dataclass
class Asked:
    """A studio that is asked about what it has, and what was answered by operation."""

    studio: Studio
    operations: list[Any]
    run_id: str
    comparison_id: str
    draft_id: str
    slug: str
    person: str
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)

    def in_order(self, *methods: str) -> Iterator[Any]:
        """The operations, those that only look before those that change."""
        found = [e for e in self.operations if e.method.upper() in methods]
        yield from sorted(found, key=lambda e: METHODS.index(e.method.upper()))

    def path_of(self, operation: Any) -> dict[str, str]:
        """Ids that exist; a draft that is changed is one of its own."""
        is_dataset = operation.path.startswith("/datasets")
        is_run = operation.path.startswith("/runs")
        draft = self.draft_id
        if "{draft_id}" in operation.path and operation.method.upper() != "GET":
            draft = drafts.duplicate(self.studio.workshop, draft).id
        return {
            "name": "population" if is_dataset else self.slug,
            "run_id": self.run_id if is_run else self.comparison_id,
            "draft_id": draft,
            "picture": "reach",
            "file": "figures.json",
            **INSTEAD.get(operation.label, {}).get("path", {}),
        }

    def here(self, example: Any, word: str = "") -> Any:
        """An example with the names of this home."""
        if isinstance(example, dict):
            return {each: self.here(value, each) for each, value in example.items()}
        if isinstance(example, list):
            return [self.here(each, word) for each in example]
        if word in FIRST and isinstance(example, int):
            return 1
        if word == "identifier":
            return self.person
        return self.slug if example == "spring_buyers" else HERE.get(example, example)

    def query_of(self, operation: Any) -> dict[str, Any]:
        """What an address must be asked with, by the examples."""
        asked = operation.definition.raw.get("parameters", ())
        given = {
            each["name"]: self.here(each["example"], each["name"])
            for each in asked
            if each["in"] == "query" and each.get("required")
        }
        return given | INSTEAD.get(operation.label, {}).get("query", {})

    def body_of(self, operation: Any) -> tuple[str, Any] | None:
        """The example of the body, with its media type; None where there is none."""
        body = operation.definition.raw.get("requestBody", {"content": {}})
        for media_type, content in body["content"].items():
            told = self.here(content["example"])
            if isinstance(told, str):
                return media_type, told.encode()
            return media_type, told | INSTEAD.get(operation.label, {}).get("body", {})
        return None

    def call(self, case: Any, *, known: set[str]) -> Any:
        """The answer, of which status and schema are told; `known` are parts that exist."""
        operation = case.operation
        if "path" in known:
            there = self.path_of(operation)
            case.path_parameters = {each: there[each] for each in case.path_parameters}
        if "query" in known:
            case.query = self.query_of(operation)
        if "body" in known and (body := self.body_of(operation)):
            case.media_type, case.body = body
        # What slower scorers would find is no matter of what the routes answer.
        if operation.path.endswith("/what-if") and isinstance(case.body, dict):
            case.body.pop("model", None)
        answer = case.call(timeout=PATIENCE)
        assert answer.status_code < 500, (operation.label, answer.text)
        case.validate_response(answer, checks=CHECKS)
        self.answered[operation.label, answer.status_code] += 1
        return answer


@pytest.fixture(scope="module")
def asked(built_home, tmp_path_factory):
    root = copy_home(built_home[0], tmp_path_factory.mktemp("rest_fuzz"))
    rows = "".join(f"u{at},{at % 90}\n" for at in range(60))
    (root.parent / "more.csv").write_text(f"user_id,age\n{rows}")
    with serving(root) as studio, pytest.MonkeyPatch.context() as patch:
        yield opened(studio, root, patch)
        draft_estimates.OPEN.close()


def opened(studio: Studio, root: Path, patch: pytest.MonkeyPatch) -> Asked:
    client = client_of(studio)
    figures = compared_in(client.get(f"{API}/openapi.json").json())
    patch.setattr(questions, "MOST_SECONDS", 2.0)
    for name in ("compare", "compare_draft"):
        patch.setattr(comparison, name, lambda *_: SimpleNamespace(comparison=figures))
    (run,) = studio.runs.overview(limit=1)
    patch.setattr(studio.runs, "_gateway", Dagster(run.run_id))
    workshop = studio.workshop
    add_more(studio, run.audience)
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", Addressed(client))
    members = client.post(
        f"{API}/audiences/{run.audience}/export", json={"kind": "csv"}
    )
    return Asked(
        studio=studio,
        operations=[each.ok() for each in schema.get_all_operations()],
        run_id=run.run_id,
        comparison_id=studio.comparisons.start(run.audience, None).id,
        draft_id=draft.id,
        slug=run.audience,
        person=members.text.splitlines()[1].split(",")[1],
    )


def add_more(studio: Studio, slug: str) -> None:
    """A second version, another audience of the same people, and runs not ended well."""
    workshop, catalog = studio.workshop, studio.workshop.catalog
    add_version(workshop, slug)
    kept = catalog.newest_specification(catalog.get_audience(slug).id).specification
    catalog.save_specification(kept.model_copy(update={"name": "Summer buyers"}))
    add_version(workshop, OTHER, people_of=slug)
    for run_id, audience, status in (
        (FAILED_RUN, slug, dg.DagsterRunStatus.FAILURE),
        (RUN_AT_WORK, OTHER, dg.DagsterRunStatus.STARTED),
    ):
        studio.runs._history._instance.add_run(
            dg.DagsterRun(
                job_name="build",
                run_id=run_id,
                tags={"dagster/partition": audience},
                status=status,
            )
        )


@pytest.mark.filterwarnings("ignore")
def test_each_example_of_the_document_is_answered_as_it_says(asked):
    root = asked.studio.workshop.home.root
    before = stamps(root)
    statuses = {}

    for operation in asked.in_order("GET"):
        statuses[operation.label] = ask_example(asked, operation)
    assert stamps(root) == before  # to look changes nothing
    for operation in asked.in_order(*METHODS[1:]):
        statuses[operation.label] = ask_example(asked, operation)

    assert len(asked.operations) > 85
    assert set(statuses) == {each.label for each in asked.operations}
    others = {each: status for each, status in statuses.items() if status >= 300}
    assert others == NEVER_WELL


def ask_example(asked: Asked, operation: Any) -> int:
    named = re.findall(r"{(\w+)}", operation.path)
    case = operation.Case(path_parameters=dict.fromkeys(named, ""))
    return asked.call(case, known={"path", "query", "body"}).status_code


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_asked_is_answered_as_the_document_says(asked, mode):
    asked.answered.clear()

    for operation in asked.in_order(*METHODS):
        ask_at_random(asked, operation, mode)

    total = asked.answered.total()
    not_there = sum(n for (_, code), n in asked.answered.items() if code == 404)
    assert total > 300
    assert not_there < total / 2, asked.answered


def ask_at_random(asked: Asked, operation: Any, mode: GenerationMode) -> None:
    @seed(20260101)
    @settings(
        max_examples=4,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        is_there=sampled_from((True, True, False)),
        is_meant=booleans(),
    )
    def check(case, is_there, is_meant):
        known = {"path"} if is_there else set()
        asked.call(case, known=known | ({"body"} if is_meant else set()))

    check()
