"""Datasets: where rows stand, how they are read, and what their profile found."""

import codecs
import re
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class DatasetKind(StrEnum):
    """The kinds of source; the last two are made by the studio and never registered.

    `selection`: the rows of a registered dataset that a filter keeps; `audience`: the
    people of an audience's version. Both are Parquet inside the home.
    """

    parquet = "parquet"
    csv = "csv"
    json_lines = "json_lines"
    duckdb_table = "duckdb_table"
    selection = "selection"
    audience = "audience"

    @property
    def is_made_here(self) -> bool:
        """True for files that the studio wrote itself."""
        return self in (DatasetKind.selection, DatasetKind.audience)

    @property
    def is_read_in_place(self) -> bool:
        """True where rows are read from the source's own files, not from a copy."""
        return self is DatasetKind.parquet or self.is_made_here


class Frozen(BaseModel):
    """A value that never changes after it was made; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Frozen):
    """A column as its source names it, with the engine's name of its type."""

    name: str
    type: str


CSV_TYPES = ("VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
# The parts that a date is read by.
DATE_FORMAT = re.compile(r"(%-?[aAwdbhBmyYHIpMSfgnzZjUWcxX]|%%|[^%\0]){1,40}")
# Python's codecs of names and of source code.
NO_FILES = frozenset(
    ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
)


class CsvSchema(Frozen):
    """How a CSV file is read: shown at registration, saved, then applied strictly.

    With `has_amounts` a number may have marks of thousands and a currency sign. `columns`
    are of CSV_TYPES.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "utf-8"
    has_header: bool = True
    null_tokens: tuple[str, ...] = ("",)
    decimal_separator: Literal[".", ","] = "."
    has_amounts: bool = False
    date_format: str | None = None
    columns: tuple[Column, ...] = ()

    @field_validator("delimiter")
    @classmethod
    def _delimits(cls, value: str) -> str:
        return _one_mark(value)

    @field_validator("quote", "escape")
    @classmethod
    def _is_a_mark_or_none(cls, value: str) -> str:
        return _one_mark(value) if value else value

    @field_validator("encoding")
    @classmethod
    def _is_of_text(cls, value: str) -> str:
        try:
            # What turns bytes into bytes, as hex does, is no encoding of text.
            "a".encode(value)
            if codecs.lookup(value).name not in NO_FILES:
                return value
        except (LookupError, ValueError):
            pass
        raise ValueError("give an encoding of text, such as utf-8 or latin-1")

    @field_validator("date_format")
    @classmethod
    def _names_parts(cls, value: str | None) -> str | None:
        if value is None or DATE_FORMAT.fullmatch(value):
            return value
        raise ValueError("give the parts of a date, such as %d.%m.%Y")

    @field_validator("columns")
    @classmethod
    def _have_types(cls, value: tuple[Column, ...]) -> tuple[Column, ...]:
        if any(column.type not in CSV_TYPES for column in value):
            raise ValueError(f"give each column one of {', '.join(CSV_TYPES)}")
        return value


def _one_mark(value: str) -> str:
    """One character that is on a line; ValueError for any other text."""
    if len(value) == 1 and value not in "\0\r\n":
        return value
    raise ValueError("give one character that ends no line")


class Dataset(Frozen):
    """A registered source.

    `path` is where the user's file, folder or DuckDB file is, absolute. CSV and JSON
    Lines are loaded to Parquet inside the home; `Engine.relation` knows which to read.
    """

    id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    name: str
    slug: str
    kind: DatasetKind
    path: str
    table: str | None = None
    csv_schema: CsvSchema | None = None
    columns: tuple[Column, ...]
    description: str = ""
    tags: tuple[str, ...] = ()


class ColumnProfile(Frozen):
    """What one column holds, over all rows of one fingerprint.

    `missing` counts nulls, `non_finite` NaN and the infinities (missing too where the
    column is scored). `distinct` counts distinct values that are not null. `centre`,
    `scale` and `frequent_values` (SCORING "Continuous attribute") are from the
    sample and only there for numbers. `looks_like` names personal data found by
    shape ("email", "phone", "sha256", "md5", …), else null.
    """

    name: str
    type: str
    missing: int
    non_finite: int = 0
    distinct: int
    centre: float | None = None
    scale: float | None = None
    frequent_values: tuple[float, ...] = ()
    looks_like: str | None = None


class KeyProfile(Frozen):
    """What one identifier column holds: whether it names each row once.

    `is_hash` says that every value is a hex digest of 32, 40 or 64 digits.
    `duplicates` counts rows beyond the first of each identifier. `is_plain`: every value
    is known to be in its normal form as it stands.
    """

    column: str
    missing: int
    duplicates: int
    is_hash: bool
    is_plain: bool = False

    @property
    def is_unique(self) -> bool:
        """True where each row has one identifier and no two rows share it."""
        return self.missing == 0 and self.duplicates == 0


class DatasetProfile(Frozen):
    """Statistics of one dataset at one fingerprint; made once, then read."""

    id: str
    dataset_id: str
    fingerprint: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    keys: tuple[KeyProfile, ...] = ()

    def column(self, name: str) -> ColumnProfile:
        """The profile of one column, by its exact name."""
        return next(column for column in self.columns if column.name == name)
