"""Examples in the OpenAPI document: every parameter, body and answer has one of its schema.

They are composed of the words in `example_words`, so a model that is new has an example once
its words have.
"""

import json
from collections.abc import Iterator
from typing import Any

from studio.api.example_words import WORDS

Json = dict[str, Any]
JSON = "application/json"
EVENTS = "text/event-stream"


def add_examples(document: Json) -> None:
    """Put an example beside each schema that has none.

    Raises KeyError with the word for which there is no example.
    """
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                _add_to_parameter(parameter, path, schemas)
            if "requestBody" in operation:
                _add_to_content(operation["requestBody"], path, schemas)
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    _add_to_content(answer, path, schemas)
    for path, operations in document["paths"].items():
        if path.endswith("/events"):
            _add_to_events(document, path, operations["get"])


def example_of(schema: Json, schemas: Json, model: str = "", word: str = "") -> Any:
    """An example of a schema, which is that of a word of a model.

    >>> example_of({"type": "string"}, {}, word="owner")
    'Ada'
    >>> example_of({"type": "array", "items": {"$ref": "#/components/schemas/One"}},
    ...     {"One": {"properties": {"owner": {"type": "string"}}}})
    [{'owner': 'Ada'}]
    """
    for example in _examples(schema, schemas, model, word):
        return example
    raise KeyError(f"{model}.{word}")


def _examples(schema: Json, schemas: Json, model: str, word: str) -> Iterator[Any]:
    """What could be the example, the nearest first."""
    yield from schema.get("examples", ())
    if f"{model}.{word}" in WORDS:
        yield WORDS[f"{model}.{word}"]
    yield from _composed(schema, schemas, word)
    if "enum" in schema:
        yield _one_of(schema["enum"], word)
    if word in WORDS:
        yield WORDS[word]
    if "default" in schema:
        yield schema["default"]
    if {"type": "null"} in schema.get("anyOf", ()):
        yield None


def _composed(schema: Json, schemas: Json, word: str) -> Iterator[Any]:
    """The example of what is made of models; nothing for plain values."""
    for way in schema.get("anyOf", ()):
        yield from _composed(way, schemas, word)
    if schema.get("type") == "array":
        for item in _composed(schema.get("items", {}), schemas, word):
            yield [item]
    if "$ref" not in schema:
        return
    name = schema["$ref"].rpartition("/")[2]
    model = schemas[name]
    fields = model.get("properties", {})
    if name in WORDS:
        yield WORDS[name]
    elif "example" in model:
        yield model["example"]
    elif "enum" in model:
        yield _one_of(model["enum"], word)
    else:
        yield {each: example_of(fields[each], schemas, name, each) for each in fields}


def _one_of(values: list[Any], word: str) -> Any:
    return WORDS[word] if word in WORDS and WORDS[word] in values else values[0]


def _add_to_parameter(parameter: Json, path: str, schemas: Json) -> None:
    section = path.split("/")[1]
    if "example" not in parameter and "examples" not in parameter:
        parameter["example"] = example_of(
            parameter["schema"], schemas, section, parameter["name"]
        )


def _add_to_content(body: Json, path: str, schemas: Json) -> None:
    """An answer that is no model has its example by the last segment of the address."""
    content = body.get("content", {}).get(JSON)
    if content is not None and "example" not in content:
        word = path.rpartition("/")[2].replace("-", "_")
        content["example"] = example_of(content["schema"], schemas, word=word)


def _add_to_events(document: Json, path: str, operation: Json) -> None:
    """A stream tells what is found below its address, each time that it has changed."""
    followed = document["paths"][path.removesuffix("/events")]["get"]
    example = followed["responses"]["200"]["content"][JSON]["example"]
    event = path.split("/")[1].removesuffix("s")
    content = operation["responses"]["200"]["content"][EVENTS]
    content["example"] = f"event: {event}\ndata: {json.dumps(example)}\n\n"
