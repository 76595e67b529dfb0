"""The specification document: YAML in and out, its hash, and its published schema.

Every error says where in the document the value stands, what it is and what to do.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML

from catalog.errors import StudioError
from catalog.schema_walk import items_of, options_of, property_of
from catalog.specification_faults import place_of, told
from catalog.specification_model import AudienceSpecification
from catalog.specification_people import AttributeChoice
from catalog.workflow import REMEDY, WorkflowDocument, edited_stage, stages_as_json
from catalog.yaml_document import Node, Place, at, parse_document, read_text

MOST_FAULTS = 100
BOUNDS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
}

__all__ = [
    "AudienceSpecification",
    "attributes_to_yaml",
    "json_schema",
    "parse_specification",
    "parse_workflow",
    "read_specification",
    "read_workflow",
    "specification_errors",
    "specification_hash",
    "specification_of",
    "to_yaml",
    "workflow_to_yaml",
]


def read_specification(path: Path | str) -> AudienceSpecification:
    """The specification in a YAML file; StudioError where there is none in it."""
    return read_workflow(path).specification


def read_workflow(path: Path | str) -> WorkflowDocument:
    """The workflow document, or plain specification, in a YAML file."""
    return parse_workflow(read_text(Path(path)), str(path))


def parse_specification(
    text: str, source_name: str = "specification"
) -> AudienceSpecification:
    """The specification in a YAML text; the first thing wrong in it as a StudioError."""
    return parse_workflow(text, source_name).specification


def parse_workflow(text: str, source_name: str = "workflow") -> WorkflowDocument:
    """The document in a YAML text; the first thing wrong in it as a StudioError."""
    document, errors = _parsed(text, source_name)
    if document is None:
        raise errors[0]
    return document


def specification_of(values: Mapping[str, Any]) -> AudienceSpecification:
    """The specification of plain values; the first thing wrong as a StudioError."""
    try:
        return AudienceSpecification.model_validate(values)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise told(detail, detail["loc"], "the request", _schema()) from error


def specification_errors(text: str, source_name: str) -> tuple[StudioError, ...]:
    """What is wrong with a document, in its own order; empty where nothing is.

    The first hundred faults: beyond them it is no specification.
    """
    try:
        return _parsed(text, source_name)[1]
    except StudioError as error:
        return (error,)


def to_yaml(specification: AudienceSpecification) -> str:
    """The document of a specification: fields in order, defaults spelt out.

    `parse_specification` of it gives an equal specification.
    """
    return _as_yaml(_document(specification))


def attributes_to_yaml(choices: Sequence[AttributeChoice]) -> str:
    """The field `attributes` alone, to be pasted into a document."""
    return _as_yaml({"attributes": _choices(choices)})


def workflow_to_yaml(
    specification: AudienceSpecification, *, trigger_immediately: bool = False
) -> str:
    """The workflow document: the specification, the trigger, the stages in order.

    `parse_specification` of it gives an equal specification.
    """
    document = _document(specification)
    document["trigger_immediately"] = trigger_immediately
    document["stages"] = stages_as_json()
    return _as_yaml(document)


def _as_yaml(document: dict[str, Any]) -> str:
    writer = YAML(typ="rt")
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 10_000
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(_quoted(document), stream)
    return stream.getvalue()


def specification_hash(specification: AudienceSpecification) -> str:
    """SHA-256 of the canonical JSON: equal content, equal hash, whatever the layout."""
    canonical = json.dumps(
        specification.model_dump(mode="json"),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def json_schema() -> str:
    """The published JSON schema of the document (docs/specification.schema.json)."""
    schema = _schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


@cache
def _schema() -> dict[str, Any]:
    """The schema with its short forms; made once, and read only."""
    schema = WorkflowDocument.model_json_schema()
    short = {
        "AttributeChoice": {"type": "string", "minLength": 1},
        "Tier": {"type": "number", "exclusiveMinimum": 0},
    }
    for name, form in short.items():
        schema["$defs"][name] = {"anyOf": [form, schema["$defs"][name]]}
    return _in_schema_words(schema)


def _in_schema_words(value: Any) -> Any:
    """The same schema with bounds by their names in JSON Schema.

    Pydantic leaves its own names where a validator runs before the bound.
    """
    if isinstance(value, list):
        return [_in_schema_words(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {BOUNDS.get(key, key): _in_schema_words(each) for key, each in value.items()}


def _parsed(
    text: str, source_name: str
) -> tuple[WorkflowDocument | None, tuple[StudioError, ...]]:
    root = parse_document(text, source_name)
    schema = _schema()
    value = _plain(root, schema, schema)
    try:
        document = WorkflowDocument.model_validate(value)
    except ValidationError as error:
        found: dict[tuple[Any, ...], tuple[Place, ErrorDetails]] = {}
        for detail in error.errors(include_url=False):
            place, path = place_of(root, detail["loc"])
            found.setdefault(path, (place, detail))
        in_order = sorted(found.items(), key=lambda e: (e[1][0].line, e[1][0].column))
        return None, tuple(
            told(detail, path, at(source_name, place), schema)
            for path, (place, detail) in in_order[:MOST_FAULTS]
        )
    edited = None if document.stages is None else edited_stage(document.stages)
    if edited is not None:
        place = _place_of_stage(root, edited[0])
        where = at(source_name, place)
        return None, (StudioError("stages_edited", where, edited[1], REMEDY),)
    return document, ()


def _place_of_stage(root: Node, position: int) -> Place:
    """Where a stage of the document stands; the list itself for one that it lacks."""
    assert root.mapping is not None  # noqa: S101
    items = root.mapping["stages"].items or []
    return items[position].place if position < len(items) else root.keys["stages"]


def _plain(node: Node, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """The node's value; where the schema wants text an unquoted scalar stays as typed."""
    options = options_of(schema, root)
    if node.mapping is not None:
        return {
            key: _plain(child, property_of(options, key), root)
            for key, child in node.mapping.items()
        }
    if node.items is not None:
        inner = items_of(options)
        return [_plain(child, inner, root) for child in node.items]
    value = node.scalar()
    types = {str(option.get("type")) for option in options}
    is_text = "string" in types and value is not None
    return node.text if is_text else value


def _document(specification: AudienceSpecification) -> dict[str, Any]:
    """The fields as plain values, without those that say nothing."""
    document = _without_empty(specification.model_dump(mode="json"))
    if specification.attributes is not None:
        document["attributes"] = _choices(specification.attributes)
    if specification.join_key is not None and len(specification.join_key) == 1:
        document["join_key"] = specification.join_key[0]
    return document


def _choices(choices: Sequence[AttributeChoice]) -> list[Any]:
    return [
        choice.model_dump() if choice.role else choice.attribute for choice in choices
    ]


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    cleaned = {
        key: _without_empty(value) if isinstance(value, dict) else value
        for key, value in values.items()
    }
    return {k: v for k, v in cleaned.items() if v is not None and v not in ("", [], {})}


def _quoted(value: Any) -> Any:
    """Text in quotes wherever another reader might take it for something else."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return {_quoted(key): _quoted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_quoted(inner) for inner in value]
    if isinstance(value, str) and not _is_plain_text(value):
        return DoubleQuotedScalarString(value)
    return value


def _is_plain_text(text: str) -> bool:
    letters = text.replace(" ", "").replace("_", "")
    confusing = ("yes", "no", "on", "off", "y", "n", "null", "true", "false")
    return letters.isalpha() and text == text.strip() and text.lower() not in confusing
