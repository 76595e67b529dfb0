"""Specifications in requests: JSON as programs write it, or the YAML document itself."""

import json
from asyncio import to_thread
from typing import Annotated, Any, NoReturn

from fastapi import Depends, Request

from catalog.errors import StudioError
from catalog.specification import (
    AudienceSpecification,
    json_schema,
    parse_specification,
    specification_of,
)

SCHEMA = "Specification"
REFERENCE = f"#/components/schemas/{SCHEMA}"
EXAMPLE = {
    "name": "Spring buyers",
    "seed": {"dataset": "Buyers"},
    "population": {"dataset": "Customers"},
    "output": {"top": 1000},
}
YAML_EXAMPLE = """name: Spring buyers
seed: {dataset: Buyers}
population: {dataset: Customers}
output: {top: 1000}
"""
# What FastAPI cannot know: the route reads the body itself.
DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A specification (docs/specification.md). Datasets count as they"
        " are registered.",
        "content": {
            "application/json": {"schema": {"$ref": REFERENCE}, "example": EXAMPLE},
            "application/yaml": {
                "schema": {"type": "string"},
                "example": YAML_EXAMPLE,
            },
        },
    }
}


async def body_text(request: Request) -> str:
    """The body as text; StudioError where it is no UTF-8."""
    try:
        return (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused("is not UTF-8", "send it as UTF-8") from None


async def specification(
    request: Request, text: Annotated[str, Depends(body_text)]
) -> AudienceSpecification:
    """The specification in a body; StudioError says where it is wrong."""
    if is_yaml(request):
        return await to_thread(parse_specification, text, "the request")
    return specification_of(values_of(text))


def is_yaml(request: Request) -> bool:
    """True where the body says that it is YAML; otherwise it is JSON."""
    return "yaml" in request.headers.get("content-type", "").lower()


def values_of(text: str) -> dict[str, Any]:
    """The object in a JSON text."""
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _refused("is not JSON", "mend it, or send YAML as such") from None
    if not isinstance(found, dict):
        raise _refused("is not an object", "send the fields of a specification")
    return found


def specification_schemas() -> dict[str, Any]:
    """The published schema of a specification, in the words of OpenAPI."""
    text = json_schema().replace("#/$defs/", "#/components/schemas/")
    whole = json.loads(text)
    parts: dict[str, Any] = whole.pop("$defs", {})
    del whole["$schema"]
    return {**parts, SCHEMA: whole}


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _refused(cause: str, remedy: str) -> StudioError:
    return StudioError("document_invalid", "the request's body", cause, remedy)


Specified = Annotated[AudienceSpecification, Depends(specification)]
