"""The OpenAPI document: an example of every parameter, body and answer, and all in the docs."""

import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from studio.api import examples
from studio.api.routes import ROUTERS, add_routes

DOCS = Path(__file__).parents[2] / "docs" / "rest.md"
JSON = "application/json"


def new_api() -> FastAPI:
    """The routes without a studio behind them."""
    app = FastAPI(openapi_url=None)
    app.state.studio = app.state.access = None
    add_routes(app)
    return app.routes[-1].app


@pytest.fixture(scope="module")
def document():
    return json.loads(json.dumps(new_api().openapi()))


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def successes(operation):
    """The answers with JSON of an operation, by status."""
    for status, answer in operation["responses"].items():
        if status.startswith("2") and JSON in answer.get("content", {}):
            yield status, answer["content"][JSON]


def examples_of(document):
    """Every place that needs an example, with its schema and what stands there."""
    for name, operation in operations(document):
        for each in operation.get("parameters", ()):
            whole = [*each.get("examples", {}).values(), {"value": each.get("example")}]
            given = each["schema"].get("examples", [whole[0]["value"]])
            yield f"{name} ?{each['name']}", each["schema"], given[0]
        for status, content in successes(operation):
            yield f"{name} {status}", content["schema"], content.get("example")
        asked = operation.get("requestBody", {}).get("content", {}).get(JSON)
        if asked is not None:
            yield f"{name} body", asked["schema"], asked.get("example")


def faults(document):
    """The places whose example is missing or none of its schema."""
    components = {"components": document["components"]}
    return {
        place
        for place, schema, example in examples_of(document)
        if example is None
        or list(Draft202012Validator({**schema, **components}).iter_errors(example))
    }


def test_every_parameter_body_and_answer_has_an_example_of_its_schema(document):
    places = [place for place, _, _ in examples_of(document)]

    assert len(places) > 200
    assert faults(document) == set()


def test_every_parameter_is_described(document):
    told = {
        (name, each["name"]): each.get("description", "")
        for name, operation in operations(document)
        for each in operation.get("parameters", ())
    }

    assert len(told) > 100
    assert [place for place, words in told.items() if not words] == []


def answers_of(document):
    """Each answer of a model: its address, the model, the example."""
    for router, _ in ROUTERS:
        for route in router.routes:
            (method,) = route.methods
            operation = document["paths"][route.path][method.lower()]
            for status, content in successes(operation):
                if route.response_model and int(status) == (route.status_code or 200):
                    yield route.path, route.response_model, content.get("example")


def refused_by_models(document):
    found = set()
    for path, model, example in answers_of(document):
        try:
            TypeAdapter(model).validate_json(json.dumps(example))
        except ValidationError:
            found.add(path)
    return found


def test_every_answers_example_is_taken_by_its_model(document):
    assert len(list(answers_of(document))) > 60
    assert refused_by_models(document) == set()


@pytest.mark.parametrize(
    ("word", "example", "place"),
    [
        ("people", "many", "GET /audiences 200"),
        ("draft_id", 7, "GET /drafts/{draft_id} ?draft_id"),
        ("Output", {"top": 0}, "POST /drafts/{draft_id}/estimate 200"),
    ],
)
def test_an_example_of_another_schema_is_noticed(monkeypatch, word, example, place):
    monkeypatch.setitem(examples.WORDS, word, example)

    assert place in faults(new_api().openapi())


def test_an_example_that_only_the_model_refuses_is_noticed(monkeypatch):
    monkeypatch.setitem(examples.WORDS, "created_at", "yesterday")
    changed = new_api().openapi()

    assert faults(changed) == set()
    assert "/drafts" in refused_by_models(changed)


def test_a_word_without_an_example_is_noticed(monkeypatch):
    monkeypatch.delitem(examples.WORDS, "is_free")

    with pytest.raises(KeyError, match=r"NameCheck\.is_free"):
        new_api().openapi()


def test_every_word_that_has_an_example_is_used(monkeypatch):
    used = set()

    class Noted(dict):
        def __getitem__(self, word):
            used.add(word)
            return super().__getitem__(word)

    monkeypatch.setattr(examples, "WORDS", Noted(examples.WORDS))
    new_api().openapi()

    assert examples.WORDS.keys() - used == set()


def test_streams_have_the_example_of_what_they_follow(document):
    streams = [each for each in document["paths"] if each.endswith("/events")]

    assert streams == ["/comparisons/{run_id}/events", "/runs/{run_id}/events"]
    for path, event in zip(streams, ("comparison", "run"), strict=True):
        answer = document["paths"][path]["get"]["responses"]["200"]
        head, data, *_ = answer["content"]["text/event-stream"]["example"].split("\n")
        followed = document["paths"][path.removesuffix("/events")]["get"]
        assert head == f"event: {event}"
        assert (
            json.loads(data.removeprefix("data: "))
            == followed["responses"]["200"]["content"][JSON]["example"]
        )


def addresses_in_docs():
    """Each address of the table. A word alone stands in place of the last of the one before."""
    table = DOCS.read_text(encoding="utf-8").partition("## Addresses")[2]
    method, path = "", ""
    for line in re.findall(r"^\| (`.*?) \|", table.partition("\n## ")[0], re.MULTILINE):
        for told in re.findall(r"`([^`]+)`", line):
            first, _, rest = told.partition(" ")
            if first.isupper():
                method, path = first, rest or path
            else:
                path = f"{path.rpartition('/')[0]}/{told}"
            yield f"{method} {path}"


def test_every_address_is_in_the_docs_and_no_other(document):
    told = list(addresses_in_docs())

    assert len(told) == len(set(told))
    assert set(told) == {name for name, _ in operations(document)}
