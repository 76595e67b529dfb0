"""What every engine can do, and the values that go in and out of it."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from catalog.conditions import Condition
from catalog.datasets import (
    Column,
    CsvSchema,
    Dataset,
    DatasetKind,
    DatasetProfile,
)
from catalog.home import Home
from catalog.normal_forms import Form, HashAlgorithm
from catalog.roles import Mapping as AttributeMapping
from engines.limits import Settings

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.column_values import FrequentValues, Spread

BATCH_ROWS = 122_880

Hashing = tuple[Form, HashAlgorithm]

__all__ = [
    "BATCH_ROWS",
    "NO_KEY",
    "BuildInputs",
    "Engine",
    "Hashing",
    "InputAttribute",
    "InputIdentifier",
    "InputQuota",
    "InputQuotas",
    "Inspection",
    "KeyColumn",
    "MembersFile",
    "MembersPart",
    "PeopleInCommon",
    "Settings",
    "Source",
    "SpecificationRow",
    "WeightCounts",
]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a source is, before it is registered.

    `notes` are full sentences on what was detected and how it will be read, to be shown
    to the person. `table` is the table of a DuckDB file as it is registered.
    """

    kind: DatasetKind
    columns: tuple[Column, ...]
    csv_schema: CsvSchema | None = None
    rows: int | None = None
    notes: tuple[str, ...] = ()
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset at one fingerprint, with its profile where one is needed.

    `mappings` are given where the catalog's do not count: for rows that the studio
    keeps itself. `chosen_by` are the attributes by which its rows were chosen,
    `held_to_one` those that this left one value alone, `weighed_by` the one by which
    they are weighed.
    """

    dataset: Dataset
    fingerprint: str
    profile: DatasetProfile | None = None
    mappings: tuple[AttributeMapping, ...] | None = None
    chosen_by: tuple[str, ...] = ()
    held_to_one: tuple[str, ...] = ()
    weighed_by: str | None = None


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column of identifiers and the form in which they are compared."""

    name: str
    form: Form = "text"


# Rows without an identifier have a sample too: those with the least hash.
NO_KEY = KeyColumn("")


@dataclass(frozen=True, slots=True)
class InputIdentifier:
    """An identifier type and the column that holds it on each side, None where none does.

    The sides are the population, the seed and the negative seed (`unlike`).
    `population_hashing`, `seed_hashing` and `unlike_hashing` say of a side that holds values in the clear
    how they become this identifier: their form and the hash. `is_carried`: it is
    delivered and says nothing about who is who.
    """

    slug: str
    is_hash: bool
    population_column: str | None
    seed_column: str | None
    population_hashing: Hashing | None = None
    seed_hashing: Hashing | None = None
    unlike_column: str | None = None
    unlike_hashing: Hashing | None = None
    is_carried: bool = False

    @property
    def is_shared(self) -> bool:
        """True where both sides have it."""
        return self.population_column is not None and self.seed_column is not None

    @property
    def finds_people(self) -> bool:
        """True where the population and a seed, the negative one too, have it."""
        joins = self.seed_column is not None or self.unlike_column is not None
        return self.population_column is not None and joins and not self.is_carried


@dataclass(frozen=True, slots=True)
class InputAttribute:
    """An attribute; `column` is the population's. Centre and scale: continuous only."""

    slug: str
    role: Literal["categorical", "continuous"]
    column: str
    seed_column: str | None = None
    centre: float | None = None
    scale: float | None = None
    is_discrete: bool = False
    frequent_values: tuple[float, ...] = ()

    @property
    def is_in_seed(self) -> bool:
        """True where the seed's own rows have the attribute."""
        return self.seed_column is not None


@dataclass(frozen=True, slots=True)
class WeightCounts:
    """What a column of weights holds, in rows.

    `effective` is how many rows of equal weight say as much as these: the square of the
    sum over the sum of squares (Kish, Survey Sampling, 1965). `greatest_share` is the
    greatest weight's part of the sum. Both count the rows above 0 alone.
    """

    missing: int
    zero: int
    negative: int
    not_finite: int
    above_zero: int
    effective: float
    greatest_share: float


@dataclass(frozen=True, slots=True)
class SpecificationRow:
    """The scoring and output fields of a specification, as the dbt models read them."""

    smoothing: float = 30.0
    gaussian_prior: float = 10.0
    variance_pooling: float | None = None
    attribute_weights: str = "noise_decorrelated"
    output_kind: Literal["top", "min_score", "best_percent"] = "top"
    output_value: float = 1000.0
    include_seed: bool = False
    keep_margin: float | None = None
    sample_size: int = 20_000
    sample_minimum: int = 2_000
    bin_count: int = 1_024
    maximum_linked_rows: int = 50
    model: str = "naive_bayes"
    as_published_nulls: bool = False
    matched_minimum: int = 500


@dataclass(frozen=True, slots=True)
class InputQuota:
    """What one group of the population has of the audience; None where it is not said.

    `is_share`: the numbers are shares of the audience, else people. `is_exact`: both
    are the same, and shares are rounded together.
    """

    value: str
    at_least: float | None
    at_most: float | None
    is_share: bool
    is_exact: bool


@dataclass(frozen=True, slots=True)
class InputQuotas:
    """The groups that have quotas, by the values of one column of the population.

    `fills_from_others`: places that a group cannot fill go to the others.
    """

    column: Column
    groups: tuple[InputQuota, ...]
    fills_from_others: bool


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """All that one build reads. Slugs are validated by the catalog; columns are free text.

    `protected` are the attributes that are never scored and whose groups are compared.
    `has_unique_key`: each row of the population is a person. `seed_weight` is the seed's
    column of weights, `unlike` the negative seed. `previous_members` is the members' file
    of the version before, where members of it stay near the cut. `conditions` are the
    population's filter, each with its column.
    """

    build_id: str
    population: Source
    seed: Source
    identifiers: tuple[InputIdentifier, ...]
    attributes: tuple[InputAttribute, ...]
    specification: SpecificationRow = field(default_factory=SpecificationRow)
    has_unique_key: bool = False
    seed_weight: str | None = None
    unlike: Source | None = None
    previous_members: Path | None = None
    conditions: tuple[tuple[Condition, Column], ...] = ()
    quotas: InputQuotas | None = None
    protected: tuple[InputAttribute, ...] = ()

    @property
    def population_attributes(self) -> tuple[InputAttribute, ...]:
        """What is read of the population: what is scored, then what is protected."""
        return (*self.attributes, *self.protected)


@dataclass(frozen=True, slots=True)
class MembersFile:
    """What an export of members wrote.

    `content_hash` is over the rows in order, whatever the file's metadata.
    """

    rows: int
    content_hash: str
    bytes: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MembersPart:
    """The people of an audience's file, or of one tier of it, to compare with others.

    `identities` has the identifiers of people with more than the columns hold. Of two
    parts with equal `keyed_by` a person has the same key in both.
    """

    members: Path
    identities: Path | None
    identifiers: tuple[str, ...]
    keyed_by: tuple[str, ...]
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class PeopleInCommon:
    """People of each of two parts who are in the other; None where nothing compares them.

    The two counts differ where one person of a part is several of the other.
    """

    of_first: int | None
    of_second: int | None
    compared_by: tuple[str, ...]


class Engine(Protocol):
    """Opens, profiles, streams and writes data. Every method opens and closes by itself."""

    @property
    def home(self) -> Home:
        """The home that it works in."""

    @property
    def settings(self) -> Settings:
        """What this engine may use."""

    def inspect(
        self,
        path: Path,
        table: str | None = None,
        csv_schema: CsvSchema | None = None,
    ) -> Inspection:
        """Say what a path holds and how it will be read; reads a text file whole."""

    def fingerprint(self, dataset: Dataset) -> str:
        """Hash of the dataset's content, 64 hex digits."""

    def columns(self, dataset: Dataset, fingerprint: str) -> tuple[Column, ...]:
        """The columns that the source has at this fingerprint; looked at once.

        Raises StudioError `changed_while_read` where it has another one by now.
        """

    def stamp(self, dataset: Dataset) -> str:
        """Cheap sign of change (names, sizes, times of the files), 64 hex digits."""

    def load(self, dataset: Dataset, fingerprint: str) -> None:
        """Make the dataset readable as Parquet at this fingerprint; nothing if it is."""

    def forget(self, dataset: Dataset, profiles: Iterable[str] = ()) -> None:
        """Remove these profiles and the copies of the dataset; its source stays.

        Raises StudioError where something cannot be removed.
        """

    def column_values(
        self, dataset: Dataset, fingerprint: str, columns: Sequence[Column]
    ) -> "dict[str, FrequentValues | Spread]":
        """What columns of a loaded dataset hold, in few figures, by their names."""

    def profile(
        self, dataset: Dataset, fingerprint: str, key_columns: Sequence[KeyColumn]
    ) -> DatasetProfile:
        """Statistics of all columns and of the key columns; made once, then read."""

    def unknown_shares(
        self, seed: Source, population: Source, columns: Sequence[tuple[str, str]]
    ) -> list[float]:
        """Share of the seed's rows with a value that have one the population never has.

        One for each pair of columns, the seed's and the population's.
        """

    def keep_rows(
        self,
        source: Source,
        conditions: Sequence[tuple[Condition, Column]],
        columns: Sequence[str],
    ) -> Source:
        """The rows of a loaded source on which all conditions hold, kept in the home.

        Raises StudioError `filter_selects_nobody` where there are none.
        """

    def count_rows(
        self, source: Source, conditions: Sequence[tuple[Condition, Column]]
    ) -> int:
        """How many rows of a loaded source all conditions hold on.

        Raises StudioError `filter_selects_nobody` where there are none.
        """

    def count_values(
        self,
        source: Source,
        column: str,
        conditions: Sequence[tuple[Condition, Column]] = (),
    ) -> dict[str, int]:
        """Rows by value of a column, as text, of those that all conditions hold on."""

    def held_to_one(
        self,
        source: Source,
        columns: Sequence[str],
        conditions: Sequence[tuple[Condition, Column]],
    ) -> dict[str, int]:
        """Columns with at most one value where all conditions hold: rows that have it."""

    def lost_shares(
        self,
        seed: Source,
        population: Source,
        columns: Sequence[tuple[str | None, str]],
        conditions: Sequence[tuple[Condition, Column]],
        *,
        identifiers: Sequence[InputIdentifier],
        enough: float,
    ) -> list[float]:
        """Share of the seed's rows with a value that no row has on which all hold.

        One for each pair of columns, the seed's and the population's; without one of
        the seed's, its people's rows of the population say what they have. A share of
        at most `enough` need not be exact.
        """

    def weight_counts(self, source: Source, column: str) -> WeightCounts:
        """What a loaded source's column of numbers holds, as weights of its rows."""

    def identifier_shape(self, source: Source, column: str) -> str:
        """What an identifier's values look like, in words that show none of them."""

    def lost_zeros(
        self, seed: Source, population: Source, columns: Sequence[tuple[str, str]]
    ) -> tuple[str, ...]:
        """For each pair of columns the side that lost leading zeros, or no text."""

    def found_rows(
        self,
        seed: Source,
        population: Source,
        identifiers: Sequence[InputIdentifier],
        most_rows: int,
    ) -> int | None:
        """How many rows of the seed are of people of the population.

        None where that takes reading more than `most_rows` identifiers of which no
        hashes are kept.
        """

    def write_inputs(self, build_folder: Path, inputs: BuildInputs) -> tuple[str, ...]:
        """Write the schema `inputs` of the build's work database.

        Returns the attributes whose distinct values stand in `inputs.population_values`.
        """

    def wait_for_work(self, build_folder: Path) -> None:
        """Return once nobody has the build's work database open, in no process.

        StudioError `database_locked`, naming the holder, after a bounded wait.
        """

    def kept_open(self, build_folder: Path) -> AbstractContextManager[object]:
        """Keep the build's work database open; what works on it meanwhile opens it at once.

        Not while dbt runs, which opens it with settings of its own.
        """

    def clear_spill(self, build_folder: Path) -> None:
        """Remove what killed processes had spilled or half written, of any build."""

    def read_sample(
        self,
        source: Source,
        key_column: str,
        columns: Sequence[str],
        form: Form = "text",
    ) -> "pa.Table":
        """Rows of the sample by one key, columns by the source's names; may be empty."""

    def read_table(self, build_folder: Path, relation: str) -> "pa.Table":
        """Read a small relation of the work database, `name` or `schema.name`."""

    def stream(
        self,
        build_folder: Path,
        relation: str,
        columns: Sequence[str],
        batch_rows: int = BATCH_ROWS,
    ) -> Generator["pa.RecordBatch"]:
        """Read columns of a relation in batches, in no particular order."""

    def stream_people(
        self, build_folder: Path, relation: str, columns: Sequence[str]
    ) -> Generator["pa.RecordBatch"]:
        """`row_id` and attributes of a relation's people, in batches of any order.

        An attribute whose values were listed need not be in the relation, and comes as
        a dictionary array.
        """

    def write_table(
        self,
        build_folder: Path,
        schema: str,
        name: str,
        batches: Iterable["pa.RecordBatch"],
        arrow_schema: "pa.Schema",
    ) -> int:
        """Create or replace a table of the work database from batches; rows written."""

    def export_members(
        self,
        build_folder: Path,
        target: Path,
        identifiers: Sequence[str],
        contributions: Iterable["pa.RecordBatch"] = (),
        metadata: Mapping[str, str] | None = None,
        tiers: Sequence[tuple[str, int]] = (),
        *,
        has_quotas: bool = False,
    ) -> MembersFile:
        """Write the audience's people, best first, to one Parquet file.

        `identifiers` are slugs. Batches of contributions hold `row_id` and
        `contribution_<attribute>` columns; `metadata` goes into the file's own. With
        `tiers`, names and how many of the best they reach down to, a column `tier`;
        with quotas a column `quota_group`.
        """

    def hash_differences(
        self,
        build_folder: Path,
        hashed_identifiers: Sequence[str],
        raw_identifiers: Mapping[str, Mapping[str, Hashing]],
    ) -> tuple[str, ...]:
        """Why hashes of the two sides do not meet, in sentences; may hash everybody."""

    def export_identities(self, build_folder: Path, target: Path) -> int:
        """Write every identifier of the audience's people to a Parquet file; its rows."""

    def copy_columns(
        self,
        source: Path,
        target: Path,
        columns: Mapping[str, str],
        only: Mapping[str, str] | None = None,
        *,
        for_spreadsheets: bool = False,
    ) -> int:
        """Write columns of a Parquet file, renamed, in the kind that `target` ends with.

        `only` are texts that columns must have; `for_spreadsheets` lets no text of a CSV
        file be taken for a formula. Returns the rows written.
        """

    def overlap(
        self, parts: Sequence[MembersPart]
    ) -> tuple[list[int], list[PeopleInCommon]]:
        """People of each part, and those that each two have in common, in their order."""

    def read_tables(
        self, build_folder: Path, relations: Sequence[str]
    ) -> dict[str, "pa.Table"]:
        """Read small relations, `schema.name`, with one opening of the work database."""
