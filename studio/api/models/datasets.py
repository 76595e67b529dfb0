"""Datasets as REST takes and tells them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog.attributes import IDENTIFIER_TYPES, Role
from catalog.conditions import Condition
from catalog.datasets import CsvSchema, DatasetKind
from catalog.specification_people import MOST_CONDITIONS
from studio.services.dataset_sources import Look


class Asked(BaseModel):
    """What a request brings; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class NewDataset(Asked):
    """A file of the studio's machine to be registered."""

    path: str = Field(
        min_length=1,
        description="In one of the folders that REST may name; a relative path counts"
        " from the first.",
        examples=["customers.parquet"],
    )
    name: str = Field(examples=["Customers"])
    table: str | None = Field(None, description="Table of a DuckDB file.")
    description: str = Field("", max_length=10_000)
    csv_schema: CsvSchema | None = None


class FileToInspect(Asked):
    """A file of the studio's machine to be looked at."""

    path: str = Field(min_length=1, examples=["customers.csv"])
    table: str | None = None
    csv_schema: CsvSchema | None = None


class ColumnRole(Asked):
    """What a column is to be for."""

    column: str = Field(examples=["age"])
    role: Role = Field(examples=["continuous"])
    identifier_type: str | None = Field(
        None,
        description="For the role identity: which identifier it is, one of"
        f" {', '.join(IDENTIFIER_TYPES)}, or a name of your own.",
    )


class RowFilter(Asked):
    """Which rows are meant: all conditions hold, as in `where` of a specification."""

    where: tuple[Condition, ...] = Field(
        max_length=MOST_CONDITIONS, examples=[[{"column": "age", "at_least": "30"}]]
    )


class Eligibility(BaseModel):
    """Whether the dataset can be chosen, and if not, why and what to do."""

    eligible: bool
    code: str
    reason: str
    remedy: str
    notes: list[str]


class ListedDataset(BaseModel):
    """A dataset in a line. `eligibility` is there where a side was asked for."""

    name: str
    slug: str
    description: str
    kind: DatasetKind
    rows: int | None
    columns: int
    identifiers: tuple[str, ...]
    is_mapped: bool = Field(
        description="It has an identifier and a column that can be scored."
    )
    written_at: datetime | None = Field(
        description="When its source changed last; null where it is gone."
    )
    eligibility: Eligibility | None = None


class MappedColumn(BaseModel):
    """A column, what it is for and what it holds."""

    column: str
    type: str
    role: Role
    attribute: str
    confidence: float
    missing: int | None
    distinct: int | None
    reason: str


class DatasetShown(BaseModel):
    """A dataset with its columns."""

    name: str
    kind: str
    table: str | None
    description: str
    rows: int | None
    csv_schema: CsvSchema | None
    columns: list[MappedColumn]
    notes: list[str] = []


class KeyShown(BaseModel):
    """What an identifier column holds."""

    column: str
    missing: int
    duplicates: int
    is_hash: bool
    is_unique: bool


class ProfiledDataset(DatasetShown):
    """A dataset as it is now."""

    fingerprint: str
    keys: list[KeyShown]


class InspectedFile(Look):
    """The same of a file, with a name that fits it."""

    suggested_name: str


Side = Literal["seed", "population"]
