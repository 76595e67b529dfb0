"""The engine on DuckDB: each method opens what it needs and closes it again."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.conditions import Condition
from catalog.datasets import Column, CsvSchema, Dataset, DatasetProfile
from catalog.home import Home
from catalog.normal_forms import Form, form_of
from engines import (
    fingerprints,
    forgetting,
    inspection,
    loading,
    people_stream,
    selections,
    sources,
    work_tables,
)
from engines.atomic import remove_dead_drafts
from engines.base import (
    BATCH_ROWS,
    NO_KEY,
    BuildInputs,
    Hashing,
    InputIdentifier,
    Inspection,
    KeyColumn,
    MembersFile,
    MembersPart,
    PeopleInCommon,
    Source,
    WeightCounts,
)
from engines.column_values import FrequentValues, Spread, column_values
from engines.connection import (
    clear_work_spill,
    memory_session,
    start_work,
    work_session,
)
from engines.diagnosis import hash_differences
from engines.failures import explained
from engines.filtered_columns import held_to_one, lost_shares, with_seed_values
from engines.identifier_shapes import (
    Digits,
    digits_of,
    identifier_shape,
    lost_zeros,
)
from engines.inputs import write_schema
from engines.kept import is_kept, kept_whole
from engines.limits import Settings
from engines.members import write_identities, write_members
from engines.output import copy_columns
from engines.overlap import count_in_common, count_people
from engines.population_index import (
    PopulationIndex,
    count_found,
    kept_hashes,
    make_index,
    people_of_seed,
)
from engines.profile import (
    PROFILE_LOCK,
    kept_profile,
    profile_files,
    profile_id,
    sample_file,
)
from engines.relations import column_of, one_row, read_parquet
from engines.samples import sample_column
from engines.scratch import SPILL, remove_dead
from engines.turns import turn
from engines.unknown_values import (
    kept_values,
    listed_texts_of,
    texts_of,
    unknown_shares,
)
from engines.weights import weight_counts

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class DuckDBEngine:
    """Data on one machine: Parquet is read where it stands, all else is loaded to it."""

    def __init__(self, home: Home, settings: Settings | None = None) -> None:
        self.home = home
        self.settings = settings or Settings()
        # The newest columns of each dataset, with the fingerprint that they are of.
        self._columns: dict[str, tuple[str, tuple[Column, ...]]] = {}

    def inspect(
        self,
        path: Path,
        table: str | None = None,
        csv_schema: CsvSchema | None = None,
    ) -> Inspection:
        """Say what a path holds and how it will be read; reads a text file whole."""
        return inspection.inspect(self.home, self.settings, path, table, csv_schema)

    def fingerprint(self, dataset: Dataset) -> str:
        """Hash of the dataset's content and of how it is read, 64 hex digits."""
        self._check_path(dataset)
        return fingerprints.fingerprint_of(self.home, dataset)

    def columns(self, dataset: Dataset, fingerprint: str) -> tuple[Column, ...]:
        """The columns that the source has at this fingerprint; looked at once.

        Raises StudioError `changed_while_read` where it has another one by now.
        """
        known, columns = self._columns.get(dataset.id, ("", ()))
        if known != fingerprint:
            confirm = fingerprints.watch(self.home, dataset, fingerprint)
            columns = self.inspect(Path(dataset.path), dataset.table).columns
            confirm()
            self._columns[dataset.id] = (fingerprint, columns)
        return columns

    def stamp(self, dataset: Dataset) -> str:
        """Cheap sign of change (names, sizes, times of the files), 64 hex digits."""
        path = self._check_path(dataset)
        with explained(f"dataset '{dataset.name}'", path.parent):
            return sources.stamp_of(dataset)

    def load(self, dataset: Dataset, fingerprint: str) -> None:
        """Make the dataset readable as Parquet at this fingerprint; nothing if it is."""
        self._check_path(dataset)
        loading.load(self.home, self.settings, dataset, fingerprint)

    def forget(self, dataset: Dataset, profiles: Iterable[str] = ()) -> None:
        """Remove these profiles and the copies of the dataset; its source stays.

        Raises StudioError where something cannot be removed.
        """
        forgetting.forget(self.home, dataset, profiles)

    def column_values(
        self, dataset: Dataset, fingerprint: str, columns: Sequence[Column]
    ) -> dict[str, FrequentValues | Spread]:
        """What columns of a loaded dataset hold, in few figures, by their names."""
        files = self._files(dataset, fingerprint)
        with explained(f"dataset '{dataset.name}'", self.home.root):
            return column_values(self.settings, self.home.root / SPILL, files, columns)

    def profile(
        self, dataset: Dataset, fingerprint: str, key_columns: Sequence[KeyColumn]
    ) -> DatasetProfile:
        """Statistics of all columns and of the key columns; made once, then read.

        The first key column decides which sample the statistics of numbers are from.
        """
        for key in key_columns:
            if key != NO_KEY:
                column_of(dataset, key.name)
        folder = self.home.profile(profile_id(dataset, fingerprint))
        known = kept_profile(dataset, fingerprint, key_columns, folder)
        if known is not None:
            return known
        files = self._files(dataset, fingerprint)
        # The first to read every value: what is told may be of the file itself.
        subject = f"dataset '{dataset.name}' ('{Path(dataset.path).name}')"
        with explained(subject, folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (
                turn(folder / PROFILE_LOCK, subject),
                memory_session(
                    self.settings,
                    self.home.root / SPILL,
                    files=files,
                    keep_order=True,
                ) as connection,
            ):
                return profile_files(
                    connection,
                    files,
                    dataset,
                    fingerprint,
                    key_columns=key_columns,
                    folder=folder,
                    confirm=fingerprints.watch(self.home, dataset, fingerprint),
                )

    def unknown_shares(
        self, seed: Source, population: Source, columns: Sequence[tuple[str, str]]
    ) -> list[float]:
        """Share of the seed's rows with a value that have one the population never has.

        One for each pair of columns, the seed's and the population's. Values are compared
        as texts; 0 where the seed has none.
        """
        ours = self._files(seed.dataset, seed.fingerprint)
        theirs = self._files(population.dataset, population.fingerprint)
        profile = profile_id(population.dataset, population.fingerprint)
        pairs, kept = [], []
        for ours_name, theirs_name in columns:
            column = column_of(population.dataset, theirs_name)
            found = kept_values(self.home, profile, population.dataset, column)
            kept += [] if found is None else [found]
            pairs.append(
                (
                    texts_of(ours, column_of(seed.dataset, ours_name)),
                    texts_of(theirs, column)
                    if found is None
                    else listed_texts_of(found, column),
                )
            )
        with (
            explained(
                f"dataset '{seed.dataset.name}' or '{population.dataset.name}'",
                self.home.root,
            ),
            memory_session(
                self.settings,
                self.home.root / SPILL,
                files=[*ours, *theirs, *kept],
            ) as connection,
        ):
            return unknown_shares(connection, pairs)

    def keep_rows(
        self,
        source: Source,
        conditions: Sequence[tuple[Condition, Column]],
        columns: Sequence[str],
    ) -> Source:
        """The rows of a loaded source on which all conditions hold, kept in the home."""
        dataset = source.dataset
        files = self._files(dataset, source.fingerprint)
        kept = selections.selection_of(self.home, source, conditions, columns)
        path = Path(kept.dataset.path)
        if not is_kept(self.home, path):
            confirm = fingerprints.watch(self.home, dataset, source.fingerprint)
            with (
                explained(f"dataset '{dataset.name}'", path.parent),
                kept_whole(path) as temporary,
                memory_session(
                    self.settings,
                    self.home.root / SPILL,
                    files=[*files, temporary],
                    keep_order=True,
                ) as connection,
            ):
                selections.keep_rows(
                    connection, source, files, conditions, kept, temporary
                )
                confirm()
        return kept

    def count_rows(
        self, source: Source, conditions: Sequence[tuple[Condition, Column]]
    ) -> int:
        """How many rows of a loaded source all conditions hold on."""
        subject = f"dataset '{source.dataset.name}'"
        with self._reading(source, subject) as (connection, files):
            return selections.count_rows(connection, source, files, conditions)

    def held_to_one(
        self,
        source: Source,
        columns: Sequence[str],
        conditions: Sequence[tuple[Condition, Column]],
    ) -> dict[str, int]:
        """Columns with at most one value where all conditions hold: rows that have it."""
        found = [column_of(source.dataset, name) for name in columns]
        subject = f"dataset '{source.dataset.name}'"
        with self._reading(source, subject) as (connection, files):
            return held_to_one(connection, files, found, conditions)

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
        """Share of the seed's rows with a value that no row has on which all hold."""
        ours = self._files(seed.dataset, seed.fingerprint)
        theirs = self._files(population.dataset, population.fingerprint)
        asked = [
            (
                None if own is None else texts_of(ours, column_of(seed.dataset, own)),
                column_of(population.dataset, name),
            )
            for own, name in columns
        ]
        people = people_of_seed(seed, ours, population, theirs, identifiers)
        with (
            explained(
                f"dataset '{seed.dataset.name}' or '{population.dataset.name}'",
                self.home.root,
            ),
            memory_session(
                self.settings, self.home.root / SPILL, files=[*ours, *theirs]
            ) as connection,
        ):
            pairs = with_seed_values(connection, people, asked)
            return lost_shares(connection, theirs, pairs, conditions, enough)

    def weight_counts(self, source: Source, column: str) -> WeightCounts:
        """What a loaded source's column of numbers holds, as weights of its rows."""
        with self._reading(source, f"column '{column}'") as (connection, files):
            return weight_counts(connection, files, column)

    def count_values(
        self,
        source: Source,
        column: str,
        conditions: Sequence[tuple[Condition, Column]] = (),
    ) -> dict[str, int]:
        """Rows by value of a column, as text, of those that all conditions hold on."""
        found = column_of(source.dataset, column)
        with self._reading(source, f"column '{column}'") as (connection, files):
            return selections.count_values(connection, files, found, conditions)

    @contextmanager
    def _reading(
        self, source: Source, subject: str
    ) -> "Iterator[tuple[duckdb.DuckDBPyConnection, tuple[Path, ...]]]":
        """A session on a loaded source's files; what fails in it is of that subject."""
        files = self._files(source.dataset, source.fingerprint)
        spill = self.home.root / SPILL
        with (
            explained(subject, self.home.root),
            memory_session(self.settings, spill, files=files) as connection,
        ):
            yield connection, files

    def identifier_shape(self, source: Source, column: str) -> str:
        """What an identifier's values look like, in words that show none of them."""
        files = self._files(source.dataset, source.fingerprint)
        found = column_of(source.dataset, column)
        with memory_session(
            self.settings, self.home.root / SPILL, files=files
        ) as connection:
            return identifier_shape(connection, read_parquet(files), found)

    def lost_zeros(
        self, seed: Source, population: Source, columns: Sequence[tuple[str, str]]
    ) -> tuple[str, ...]:
        """For each pair of columns the side that lost leading zeros, or no text."""
        ours = self._digits(seed, [own for own, _ in columns])
        if not any(ours):
            return ("",) * len(columns)
        theirs = self._digits(population, [other for _, other in columns])
        return tuple(
            "seed"
            if lost_zeros(one, other)
            else "population"
            if lost_zeros(other, one)
            else ""
            for one, other in zip(ours, theirs, strict=True)
        )

    def _digits(self, source: Source, columns: Sequence[str]) -> list[Digits | None]:
        """What the first identifiers of each column are, where all of them are digits."""
        subject = f"dataset '{source.dataset.name}'"
        with self._reading(source, subject) as (connection, files):
            rows = read_parquet(files)
            return [
                digits_of(connection, rows, column_of(source.dataset, each))
                for each in columns
            ]

    def found_rows(
        self,
        seed: Source,
        population: Source,
        identifiers: Sequence[InputIdentifier],
        most_rows: int,
    ) -> int | None:
        """How many rows of the seed are of people of the population."""
        profile = population.profile
        if profile is None:
            return None
        folder = self.home.profile(profile.id)
        shared = [
            each for each in identifiers if each.is_shared and not each.is_carried
        ]
        hashes = {
            each.slug: path
            for each in shared
            if is_kept(self.home, path := kept_hashes(folder, population, each))
        }
        if profile.rows > most_rows and len(hashes) < len(shared):
            return None
        ours = self._files(seed.dataset, seed.fingerprint)
        theirs = self._files(population.dataset, population.fingerprint)
        with (
            explained(f"dataset '{population.dataset.name}'", self.home.root),
            memory_session(
                self.settings,
                self.home.root / SPILL,
                files=[*ours, *theirs, *hashes.values()],
            ) as connection,
        ):
            query = count_found(seed, ours, population, theirs, shared, hashes)
            (count,) = one_row(connection, query)
            return int(count)

    def write_inputs(self, build_folder: Path, inputs: BuildInputs) -> tuple[str, ...]:
        """Write the schema `inputs` of the build's work database.

        Returns the attributes whose distinct values stand in `inputs.population_values`.
        """
        population_files = self._files(
            inputs.population.dataset, inputs.population.fingerprint
        )
        seed_files = self._files(inputs.seed.dataset, inputs.seed.fingerprint)
        unlike = inputs.unlike
        unlike_files = (
            () if unlike is None else self._files(unlike.dataset, unlike.fingerprint)
        )
        sample = self._sample(inputs.population, sample_key_of(inputs.identifiers))
        kept = [each for each in (sample, inputs.previous_members) if each is not None]
        index = self.index_population(inputs)
        kept += index.files if index is not None else ()
        with explained(f"build '{inputs.build_id}'", build_folder):
            start_work(
                build_folder, [*population_files, *seed_files, *unlike_files, *kept]
            )
            with work_session(self.settings, build_folder, alone=True) as connection:
                write_schema(
                    connection,
                    inputs,
                    population_files,
                    seed_files,
                    sample,
                    index,
                    unlike_files,
                )
            if index is None:
                return ()
            index.save(build_folder)
        return tuple(index.columns)

    def index_population(self, inputs: BuildInputs) -> PopulationIndex | None:
        """What is kept of the population, made where it is not; None if its key repeats."""
        population = inputs.population
        if not inputs.has_unique_key or population.profile is None:
            return None
        dataset, fingerprint = population.dataset, population.fingerprint
        files = self._files(dataset, fingerprint)
        folder = self.home.profile(population.profile.id)
        subject = f"dataset '{dataset.name}'"
        with (
            explained(subject, folder),
            turn(folder / PROFILE_LOCK, subject),
            memory_session(
                self.settings,
                self.home.root / SPILL,
                files=files,
                folders=[folder],
                keep_order=True,
            ) as connection,
        ):
            confirm = fingerprints.watch(self.home, dataset, fingerprint)
            return make_index(connection, inputs, files, self.home, confirm)

    def wait_for_work(self, build_folder: Path) -> None:
        """Return once nobody has the build's work database open, in no process.

        StudioError `database_locked`, naming the holder, after a bounded wait.
        """
        with work_session(self.settings, build_folder, alone=True):
            pass

    def kept_open(self, build_folder: Path) -> AbstractContextManager[object]:
        """Keep the build's work database open; what works on it meanwhile opens it at once.

        Not while dbt runs, which opens it with settings of its own. Raises StudioError
        `database_locked` as `wait_for_work` does.
        """
        return work_session(self.settings, build_folder)

    def clear_spill(self, build_folder: Path) -> None:
        """Remove what killed processes had spilled or half written, of any build."""
        clear_work_spill(build_folder)
        remove_dead(self.home.root / SPILL)
        remove_dead_drafts(self.home)

    def read_sample(
        self,
        source: Source,
        key_column: str,
        columns: Sequence[str],
        form: Form = "text",
    ) -> "pa.Table":
        """Rows of the sample by one key, columns by the source's names; may be empty."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._sample(source, KeyColumn(key_column, form))
        names = [column.name for column in source.dataset.columns]
        for name in columns:
            column_of(source.dataset, name)
        if path is None:
            return pa.table({name: pa.array([], pa.string()) for name in columns})
        kept = [sample_column(names.index(name)) for name in columns]
        with explained(f"sample of dataset '{source.dataset.name}'", self.home.root):
            table = pq.read_table(path, columns=kept, page_checksum_verification=True)
        return table.select(kept).rename_columns(list(columns))

    def read_table(self, build_folder: Path, relation: str) -> "pa.Table":
        """Read a small relation of the work database, `name` or `schema.name`."""
        return work_tables.read(self.settings, build_folder, relation)

    def read_tables(
        self, build_folder: Path, relations: Sequence[str]
    ) -> dict[str, "pa.Table"]:
        """Read small relations, `schema.name`, with one opening of the work database."""
        return work_tables.read_all(self.settings, build_folder, relations)

    def overlap(
        self, parts: Sequence[MembersPart]
    ) -> tuple[list[int], list[PeopleInCommon]]:
        """People of each part, and those that each two have in common, in their order."""
        files = {each.members for each in parts} | {
            each.identities for each in parts if each.identities is not None
        }
        with (
            explained("the members of the audiences", self.home.root),
            memory_session(
                self.settings, self.home.root / SPILL, files=files
            ) as connection,
        ):
            return count_people(connection, parts), count_in_common(connection, parts)

    def copy_columns(
        self,
        source: Path,
        target: Path,
        columns: Mapping[str, str],
        only: Mapping[str, str] | None = None,
        *,
        for_spreadsheets: bool = False,
    ) -> int:
        """Write columns of a Parquet file, renamed, in the kind that `target` ends with."""
        with (
            explained(f"file '{target.name}'", target.parent),
            memory_session(
                self.settings,
                self.home.root / SPILL,
                files=[source],
                folders=[target.absolute().parent],
                keep_order=True,
            ) as connection,
        ):
            return copy_columns(
                connection,
                source,
                target.absolute(),
                columns,
                only or {},
                for_spreadsheets=for_spreadsheets,
            )

    def stream(
        self,
        build_folder: Path,
        relation: str,
        columns: Sequence[str],
        batch_rows: int = BATCH_ROWS,
    ) -> Generator["pa.RecordBatch"]:
        """Read columns of a relation in batches, in no particular order."""
        return work_tables.stream(
            self.settings, build_folder, relation, columns, batch_rows
        )

    def stream_people(
        self, build_folder: Path, relation: str, columns: Sequence[str]
    ) -> Generator["pa.RecordBatch"]:
        """`row_id` and attributes of a relation's people, in batches of any order.

        An attribute whose values were listed need not be in the relation, and comes as
        a dictionary array.
        """
        return people_stream.stream(self.settings, build_folder, relation, columns)

    def write_table(
        self,
        build_folder: Path,
        schema: str,
        name: str,
        batches: Iterable["pa.RecordBatch"],
        arrow_schema: "pa.Schema",
    ) -> int:
        """Create or replace a table of the work database from batches; rows written."""
        return work_tables.write(
            self.settings,
            build_folder,
            schema,
            name,
            batches=batches,
            arrow_schema=arrow_schema,
        )

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
        """Write the audience's people, best first, to one Parquet file."""
        with (
            explained("the audience's members", target.parent),
            work_session(self.settings, build_folder) as connection,
        ):
            return write_members(
                connection,
                target,
                identifiers,
                contributions,
                metadata or {},
                tiers,
                has_quotas=has_quotas,
            )

    def hash_differences(
        self,
        build_folder: Path,
        hashed_identifiers: Sequence[str],
        raw_identifiers: Mapping[str, Mapping[str, Hashing]],
    ) -> tuple[str, ...]:
        """Why hashes of the two sides do not meet, in sentences; may hash everybody."""
        with (
            explained("the identifiers of seed and population", build_folder),
            work_session(self.settings, build_folder) as connection,
        ):
            return hash_differences(connection, hashed_identifiers, raw_identifiers)

    def export_identities(self, build_folder: Path, target: Path) -> int:
        """Write every identifier of the audience's people to a Parquet file; its rows."""
        with (
            explained("the audience's identifiers", target.parent),
            work_session(self.settings, build_folder) as connection,
        ):
            return write_identities(connection, target)

    def _check_path(self, dataset: Dataset) -> Path:
        """The dataset's path, if it may be read: what the studio made stands in the home."""
        is_ours = dataset.kind.is_made_here
        folders = (self.home.root,) if is_ours else self.settings.allowed_folders
        return sources.check_path(Path(dataset.path), folders)

    def _files(self, dataset: Dataset, fingerprint: str) -> tuple[Path, ...]:
        """The Parquet files of a dataset; loads what is not loaded yet."""
        self.load(dataset, fingerprint)
        return sources.parquet_files(self.home, dataset, fingerprint)

    def _sample(self, source: Source, key: KeyColumn) -> Path | None:
        """The kept sample by a key, made where it is not yet; None if the key repeats."""
        profile = self.profile(source.dataset, source.fingerprint, [key])
        if not profile.keys[0].is_unique:
            return None
        return sample_file(self.home.profile(profile.id), key)


def sample_key_of(identifiers: Sequence[InputIdentifier]) -> KeyColumn:
    """The population's column by which its sample is drawn: that of its first identifier."""
    first = next(each for each in identifiers if each.population_column is not None)
    form = (
        first.population_hashing[0] if first.population_hashing else form_of(first.slug)
    )
    return KeyColumn(first.population_column or "", form)
