"""Roles: what a column can be for, and the mapping that says what it is for."""

import re

from pydantic import Field

from catalog.column_roles import Role, TypeFamily
from catalog.datasets import Frozen
from catalog.identifiers import is_personal
from catalog.names import SLUG_PATTERN

__all__ = ["Mapping", "Role", "TypeFamily", "type_family"]


class Mapping(Frozen):
    """What one column is for, and the slug under which it meets its like elsewhere.

    For an identity the attribute is its identifier type. `confidence` is 1 where a
    person said so or the type leaves no choice.
    """

    column: str
    attribute: str = Field(pattern=SLUG_PATTERN)
    role: Role
    identifier_type: str | None = None
    confidence: float = Field(ge=0, le=1)
    reason: str
    is_confirmed: bool = False

    @property
    def is_scored(self) -> bool:
        """True where the column can be evidence."""
        return self.role in (Role.continuous, Role.categorical)

    @property
    def is_personal(self) -> bool:
        """True for an e-mail address or phone number in the clear."""
        return is_personal(self.identifier_type)


_FAMILIES = (
    (TypeFamily.nested, r"struct|map|union|list|array|json|variant|geometry|.*[\]>]$"),
    (TypeFamily.time, r"date|time|interval|year_month|day_time"),
    (TypeFamily.binary, r"blob|bytea|binary|varbinary|bit\b"),
    (TypeFamily.boolean, r"bool|logical"),
    (
        TypeFamily.integer,
        r"(decimal|numeric)\(\d+, *0\)|u?(tiny|small|big|huge)?int(eger)?\d*\b|long\b|short\b",
    ),
    (TypeFamily.real, r"double|float|real|decimal|numeric|bignum"),
)


def type_family(type_name: str) -> TypeFamily:
    """The family of an engine's type name; what is unknown counts as text.

    >>> type_family("DECIMAL(10,2)"), type_family("INTEGER[]"), type_family("VARCHAR")
    (<TypeFamily.real: 'real'>, <TypeFamily.nested: 'nested'>, <TypeFamily.text: 'text'>)
    """
    name = type_name.strip().lower()
    if name.startswith("enum"):
        return TypeFamily.text
    for family, pattern in _FAMILIES:
        if re.match(pattern, name, re.DOTALL):
            return family
    return TypeFamily.text
