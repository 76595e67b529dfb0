"""Checks on what is registered about a dataset: its columns and its mappings."""

from collections import Counter
from collections.abc import Sequence

from catalog.datasets import Column, Dataset
from catalog.errors import StudioError
from catalog.names import display_name, shown, suggestion
from catalog.roles import Mapping, Role
from catalog.visible_text import first_forbidden


def check_columns(name: str, columns: Sequence[Column]) -> None:
    """Refuse a source without columns, or with two of one name."""
    names = [column.name for column in columns]
    if not names:
        raise StudioError(
            "no_columns",
            f"dataset {shown(name)}",
            "has no columns",
            "give a source with a header or a schema",
        )
    repeated = next((n for n, count in Counter(names).items() if count > 1), None)
    if repeated is not None:
        raise StudioError(
            "column_repeated",
            f"dataset {shown(name)}",
            f"has the column {shown(repeated)} twice",
            "rename one of the two",
        )


def check_texts(name: str, description: str, tags: Sequence[str]) -> None:
    """Refuse what cannot be shown: control characters, tags that are no names."""
    wrong = first_forbidden(description, allowed="\n\t\r")
    if wrong is not None:
        raise StudioError(
            "description_invalid",
            f"dataset {shown(name)}",
            f"has a description with the control character U+{ord(wrong):04X}",
            "leave it out",
        )
    for tag in tags:
        display_name(tag, "tag")


def check_mappings(dataset: Dataset, mappings: Sequence[Mapping]) -> None:
    """Refuse mappings that contradict the dataset or one another."""
    columns = {column.name for column in dataset.columns}
    seen: dict[str, str] = {}
    for mapping in mappings:
        where = f"column {shown(mapping.column)} of dataset {shown(dataset.name)}"
        if mapping.column not in columns:
            raise StudioError(
                "unknown_column",
                where,
                "is not there",
                suggestion(mapping.column, columns) or "name one that is",
            )
        columns.discard(mapping.column)
        if mapping.attribute in seen:
            raise StudioError(
                "attribute_repeated",
                where,
                f"is {mapping.attribute}, as is column {shown(seen[mapping.attribute])}",
                "give one of the two another role or name",
            )
        seen[mapping.attribute] = mapping.column
        if (mapping.role is Role.identity) != (mapping.identifier_type is not None):
            raise StudioError(
                "identifier_type_invalid",
                where,
                f"is {mapping.role} with identifier type {mapping.identifier_type}",
                "give an identity, and nothing else, an identifier type",
            )
