"""The kinds of field a specification has: names, free text, numbers, tags.

A ValueError's message is "<cause>: <remedy>"; the reader of the document adds the place.
"""

import math
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from catalog.errors import StudioError
from catalog.names import LONGEST_NAME, display_name, shown
from catalog.visible_text import first_forbidden

STUDIO_TAG = "_nio_"
MOST_PEOPLE = 1_000_000_000_000


def _name(text: str) -> str:
    try:
        return display_name(text)
    except StudioError as error:
        raise ValueError(f"{error.cause}: {error.remedy}") from error


def _tag(text: str) -> str:
    tag = _name(text)
    if tag.startswith(STUDIO_TAG):
        raise ValueError(f"begins with {STUDIO_TAG}: the studio sets those tags itself")
    return tag


def _free_text(text: str) -> str:
    wrong = first_forbidden(text, allowed="\n\t\r")
    if wrong is not None:
        raise ValueError(f"holds the control character U+{ord(wrong):04X}: remove it")
    return text


def _column_name(text: str) -> str:
    """A column name is data: anything but nothing, and what UTF-8 cannot write."""
    if not text:
        raise ValueError("is empty: give an attribute or column name")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("holds a lone surrogate: remove it") from error
    return text


def _number(value: object) -> object:
    """Numbers only: no booleans, no text that looks like a number, no NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is not a number: give one without quotes")
    try:
        if not math.isfinite(value):
            raise ValueError("is not finite: give an ordinary number")
    except OverflowError as error:
        raise ValueError("is too large: give a smaller number") from error
    return value


def _variance_pooling(value: object) -> object:
    is_choice = not isinstance(value, bool) and value in ("auto", 0, 0.5, 1)
    if not is_choice:
        raise ValueError("is not one of auto, 0, 0.5 and 1: give one of them")
    return value if value == "auto" else float(value)  # type: ignore[arg-type]


def _join_key(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _different(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("is empty: name an identifier, or leave the field out")
    if len({*names}) < len(names):
        raise ValueError("has an identifier twice: keep one")
    return names


def is_unset(value: object) -> bool:
    """True for a field that asks for nothing: a document without it is the same one."""
    return value in (None, (), "")


def without_repeats(names: Iterable[str], result: tuple[str, ...]) -> tuple[str, ...]:
    """`result`, where no name stands in `names` twice; ValueError where one does."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"has {shown(name)} twice: keep one")
        seen.add(name)
    return result


Name = Annotated[str, AfterValidator(_name)]
Tag = Annotated[str, AfterValidator(_tag)]
FreeText = Annotated[
    str, StringConstraints(max_length=10_000), AfterValidator(_free_text)
]
ShortText = Annotated[
    str, StringConstraints(max_length=LONGEST_NAME), AfterValidator(_free_text)
]
ColumnName = Annotated[
    str, StringConstraints(max_length=1_000), AfterValidator(_column_name)
]
Number = Annotated[float, BeforeValidator(_number)]
VariancePooling = Annotated[
    float | str,
    BeforeValidator(_variance_pooling),
    WithJsonSchema({"enum": ["auto", 0, 0.5, 1], "type": ["string", "number"]}),
]
JoinKey = Annotated[
    tuple[str, ...],
    BeforeValidator(_join_key),
    AfterValidator(_different),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]
        }
    ),
]
