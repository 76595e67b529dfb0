"""What is wrong with a specification, in words: place, field, value and remedy."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from catalog.errors import StudioError
from catalog.names import shown, suggestion
from catalog.schema_walk import items_of, options_of, property_of
from catalog.yaml_document import Node, Place


def place_of(
    root: Node, location: Sequence[str | int]
) -> tuple[Place, tuple[str | int, ...]]:
    """Where an error stands: as far along its path as the document goes.

    A key's own place for an unknown key, the value's for everything else; a missing
    field is placed at the mapping that lacks it.
    """
    node, place = root, root.place
    path: list[str | int] = []
    for step in location:
        if node.mapping is not None and str(step) in node.mapping:
            child = node.mapping[str(step)]
            place = child.place if child.text else node.keys[str(step)]
            node = child
        elif node.items is not None and isinstance(step, int):
            node = node.items[step]
            place = node.place
        elif node.mapping is None:
            break
        path.append(step)
    return place, tuple(path)


def told(
    detail: ErrorDetails,
    path: tuple[str | int, ...],
    where: str,
    schema: Mapping[str, Any],
) -> StudioError:
    """One fault that pydantic found, as a person meets it; `path` is from the root."""
    named = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    field = named.lstrip(".") or "document"
    kind, context = detail["type"], detail.get("ctx", {})
    value = _value(detail["input"])
    if kind == "extra_forbidden":
        known = _known_fields(schema, path[:-1])
        hint = suggestion(str(path[-1]), known) or f"use one of {', '.join(known)}"
        return _invalid(where, f"has the unknown key {shown(field)}", hint)
    if kind == "missing":
        return _invalid(where, f"lacks {field}", f"add {field}")
    if kind == "value_error":
        cause, _, remedy = str(context["error"]).rpartition(": ")
        return _invalid(where, f"{field} {value} {cause}".replace("  ", " "), remedy)
    wanted = _wanted(kind, context, field)
    return _invalid(where, f"{field} is {value or 'a list or mapping'}", wanted)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict | list | tuple):
        return ""
    return "empty" if value is None else str(value).lower()[:80]


def _wanted(kind: str, context: Mapping[str, Any], field: str) -> str:
    if field == "schema_version":
        return "give 1, or upgrade the studio if the document is of a newer one"
    if kind == "literal_error":
        return f"give {context['expected']}"
    bounds = {
        "greater_than": "a number above {gt}",
        "greater_than_equal": "a number of at least {ge}",
        "less_than": "a number below {lt}",
        "less_than_equal": "a number of at most {le}",
        "too_long": "at most {max_length} of them",
        "too_short": "at least {min_length}, or leave the field out",
        "string_too_long": "at most {max_length} characters",
    }
    if kind in bounds:
        return "give " + bounds[kind].format(**context)
    kinds = {
        "int_": "a whole number without quotes",
        "bool_": "true or false",
        "string_": "text",
        "tuple_": "a list",
        "dict_": "a mapping",
        "model_": "a mapping of fields",
    }
    return next(
        (f"give {text}" for start, text in kinds.items() if kind.startswith(start)),
        "see docs/specification.schema.json",
    )


def _known_fields(schema: Mapping[str, Any], path: Sequence[str | int]) -> list[str]:
    options = options_of(schema, schema)
    for step in path:
        if isinstance(step, int):
            inner = items_of(options)
        else:
            inner = property_of(options, step)
        options = options_of(inner, schema)
    return [name for option in options for name in option.get("properties", ())]


def _invalid(where: str, cause: str, remedy: str) -> StudioError:
    return StudioError("specification_invalid", where, cause, remedy)
