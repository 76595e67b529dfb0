"""Datasets: where rows stand, how they are read, and what their profile found."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


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


class CsvSchema(Frozen):
    """How a CSV file is read: shown at registration, saved, then applied strictly.

    With `has_amounts` a number may have marks of thousands and a currency sign.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "utf-8"
    has_header: bool = True
    null_tokens: tuple[str, ...] = ("",)
    decimal_separator: str = "."
    has_amounts: bool = False
    date_format: str | None = None
    columns: tuple[Column, ...] = ()


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
