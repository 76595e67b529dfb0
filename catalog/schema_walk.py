"""A walk along a JSON schema: what is wanted at each place of a document."""

from collections.abc import Mapping, Sequence
from typing import Any


def options_of(
    schema: Mapping[str, Any], root: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The schemas that a value may have here, with references followed."""
    if "$ref" in schema:
        return options_of(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return [o for option in schema["anyOf"] for o in options_of(option, root)]
    return [schema] if schema else []


def items_of(options: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The schema of a list's items; empty where no option is a list."""
    found: Mapping[str, Any] = next((o["items"] for o in options if "items" in o), {})
    return found


def property_of(options: Sequence[Mapping[str, Any]], key: str) -> Mapping[str, Any]:
    """The schema of a mapping's field; empty where no option knows the field."""
    for option in options:
        found = option.get("properties", {}).get(key)
        if found is None:
            found = option.get("additionalProperties")
        if isinstance(found, dict):
            return found
    return {}
