"""Stored parameters of any scorer by their dataclasses: fields in, fields out.

What a scorer stores is a dataclass of numbers and texts with a list of attributes, each a
dataclass of its own kind. Checks of values stand in those dataclasses.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from python_scoring.parameters import Entries, as_dict, refusal

Stored = TypeVar("Stored")
READERS: Mapping[Any, Callable[[Entries, str], Any]] = {
    str: Entries.text,
    int: Entries.integer,
    float: Entries.number,
    bool: Entries.flag,
    tuple[str, ...]: Entries.texts,
    tuple[float, ...]: Entries.numbers,
}


def document_of(parameters: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """Plain dicts, lists and numbers; each attribute says its kind under `kind`."""
    names = {kind: name for name, kind in kinds.items()}
    return as_dict(parameters) | {
        "attributes": [
            {"kind": names[type(attribute)]} | as_dict(attribute)
            for attribute in parameters.attributes
        ]
    }


def parameters_of(
    document: object, kind: Callable[..., Stored], kinds: Mapping[str, type]
) -> Stored:
    """What `document_of` made; ValueError with the field and the remedy for any other."""
    # a dataclass, and called as one: mypy knows no type for both
    entries = Entries.of(document, "parameters", kind)  # type: ignore[arg-type]
    attributes = tuple(
        _attribute(attribute, f"attributes[{place}]", kinds)
        for place, attribute in enumerate(entries.items("attributes"))
    )
    plain = (field for field in fields(kind) if field.name != "attributes")  # type: ignore[arg-type]
    read = {field.name: READERS[field.type](entries, field.name) for field in plain}
    return kind(**read, attributes=attributes)


def require_named_once(names: list[str]) -> None:
    """Refuse no attributes, and one named twice."""
    if not names:
        raise refusal("attributes", "is empty")
    if len(set(names)) != len(names):
        raise refusal("attributes", "names an attribute twice")


def require_values(
    where: str, values: tuple[str, ...], numbers: tuple[float, ...]
) -> None:
    """Refuse values without their numbers, and one named twice."""
    if len(values) != len(numbers):
        raise refusal(where, f"has {len(numbers)} numbers for {len(values)} values")
    if len(set(values)) != len(values):
        raise refusal(f"{where}, values", "names a value twice")


def _attribute(document: object, where: str, kinds: Mapping[str, type]) -> Any:
    given = str(document.get("kind")) if isinstance(document, dict) else ""
    if not isinstance(document, dict) or given not in kinds:
        raise refusal(f"{where}.kind", f"is {given!r}, not one of {', '.join(kinds)}")
    kind = kinds[given]
    without_kind = {key: value for key, value in document.items() if key != "kind"}
    entries = Entries.of(without_kind, where, kind)
    return kind(
        **{
            field.name: READERS[field.type](entries, field.name)
            for field in fields(kind)
        }
    )
