"""What is kept of a population so that an audience need not read all of it again.

Beside the codes of its attributes, the hash of each row's identifiers: it finds the rows
that may be the seed's people. SQL compares the identifiers themselves, so that a hash
that two of them share decides nothing. Made once per content, for populations whose key
names each row once: elsewhere rows become people, and people have other values.
"""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Dataset
from catalog.home import Home
from catalog.normal_forms import Form, form_of
from engines.base import BuildInputs, Hashing, InputIdentifier, Source
from engines.casts import key_text
from engines.codes import FOLDER, MOST_VALUES, CodedColumn, encode
from engines.digests import digests_file, kept_digests
from engines.failures import build_damaged
from engines.kept import is_kept, kept_whole
from engines.keys import hashes_file
from engines.marks import make_marks, parts_of
from engines.quoting import quote_identifier, quote_literal
from engines.relations import column_of, read_parquet, row_id_of
from engines.sealed import read_sealed, write_sealed

if TYPE_CHECKING:
    import duckdb
    import numpy as np

CODES = "codes.json"


@dataclass(frozen=True)
class PopulationIndex:
    """The coded attributes by slug, the files of hashes and digests by identifier.

    `file_rows` are the rows of each file, `marks` what the build asks of each row.
    """

    columns: Mapping[str, CodedColumn]
    hashes: Mapping[str, Path]
    digests: Mapping[str, Path]
    file_rows: tuple[int, ...]
    marks: Mapping[str, "np.ndarray"] = field(default_factory=dict)

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The files that SQL reads."""
        lists = (each.values for each in self.columns.values())
        return (*lists, *self.hashes.values(), *self.digests.values())

    def places_of(self, row_ids: "np.ndarray") -> "np.ndarray":
        """The places of rows, by the order of files and rows, from their ids."""
        import numpy as np

        starts = np.array([*accumulate(self.file_rows, initial=0)])
        return starts[row_ids >> 40] + (row_ids & ((1 << 40) - 1))

    def save(self, build_folder: Path) -> None:
        """Note for the build's scoring where the codes are, and keep the marks."""
        import numpy as np

        for name, marks in self.marks.items():
            np.save(_marks_file(build_folder, name), marks)
        document = {
            "file_rows": self.file_rows,
            "columns": {slug: asdict(each) for slug, each in self.columns.items()},
            "marks": {name: zlib.crc32(each.data) for name, each in self.marks.items()},
        }
        write_sealed(
            build_folder / CODES, json.loads(json.dumps(document, default=str))
        )


def kept_index(build_folder: Path) -> PopulationIndex:
    """What a build uses of its population's index; nothing where there is none."""
    path = build_folder / CODES
    if not path.exists():
        return PopulationIndex({}, {}, {}, ())
    document = read_sealed(path)
    if document is None:
        raise build_damaged(f"file '{CODES}' of build '{build_folder.name}'")
    columns = {
        slug: CodedColumn(
            Path(each["values"]),
            Path(each["codes"]),
            each["code_type"],
            tuple(each["checksums"]),
        )
        for slug, each in document["columns"].items()
    }
    marks = {
        name: _kept_marks(build_folder, name, checksum)
        for name, checksum in document["marks"].items()
    }
    return PopulationIndex(columns, {}, {}, tuple(document["file_rows"]), marks)


def _marks_file(build_folder: Path, name: str) -> Path:
    return build_folder / f"marks{name}.npy"


def _kept_marks(build_folder: Path, name: str, checksum: int) -> "np.ndarray":
    """A mark of every row; StudioError where it is not as it was written."""
    import numpy as np

    path = _marks_file(build_folder, name)
    try:
        marks: np.ndarray = np.load(path)
    except (OSError, ValueError, EOFError):
        marks = np.empty(0)
    if zlib.crc32(marks.data) != checksum:
        raise build_damaged(f"file '{path.name}' of build '{build_folder.name}'")
    return marks


def make_index(
    connection: "duckdb.DuckDBPyConnection",
    inputs: BuildInputs,
    files: Sequence[Path],
    home: Home,
    confirm: Callable[[], None],
) -> PopulationIndex:
    """The index for a build's attributes and identifiers, made as far as it is not kept.

    `confirm` refuses files that changed meanwhile, before anything of them is kept.
    Raises ValueError for a population without a profile.
    """
    import pyarrow.parquet as pq

    dataset = inputs.population.dataset
    profile = inputs.population.profile
    if profile is None:
        raise ValueError("an index is made of a profiled population")
    folder = home.profile(profile.id) / FOLDER
    distinct = {each.name: each.distinct for each in profile.columns}
    columns = {
        each.slug: each.column
        for each in inputs.population_attributes
        if distinct[each.column] <= MOST_VALUES
    }
    marked = {part.column.name for part in parts_of(inputs)}
    names = [
        *columns.values(),
        *(name for name in sorted(marked) if distinct[name] <= MOST_VALUES),
    ]
    coded = encode(connection, dataset, files, names, folder, home, confirm)
    return PopulationIndex(
        columns={
            slug: coded[column] for slug, column in columns.items() if column in coded
        },
        hashes={
            each.slug: _keep_hashes(
                connection, inputs.population, each, files, folder, home, confirm
            )
            for each in inputs.identifiers
            if each.finds_people
        },
        digests={
            each.slug: _keep_digests(
                connection,
                dataset,
                str(each.population_column),
                files,
                folder,
                home,
                confirm,
            )
            for each in inputs.identifiers
            if each.population_hashing is None
            and is_plain(inputs.population, each.population_column)
        },
        file_rows=tuple(pq.read_metadata(file).num_rows for file in files),
        marks=make_marks(connection, inputs, files, coded),
    )


def _keep_hashes(
    connection: "duckdb.DuckDBPyConnection",
    population: Source,
    identifier: InputIdentifier,
    files: Sequence[Path],
    folder: Path,
    home: Home,
    confirm: Callable[[], None],
) -> Path:
    text = identifier_text_of(identifier, population, "population")
    target = hashes_file(folder, text)
    if not is_kept(home, target):
        with kept_whole(target) as temporary:
            connection.execute(
                f"copy (select hash({text}) as identifier_hash "
                f"from {read_parquet(files)}) to {quote_literal(str(temporary))} "
                "(format parquet, compression uncompressed)"
            ).fetchall()
            confirm()
    return target


def _keep_digests(
    connection: "duckdb.DuckDBPyConnection",
    dataset: Dataset,
    name: str,
    files: Sequence[Path],
    folder: Path,
    home: Home,
    confirm: Callable[[], None],
) -> Path:
    target = digests_file(folder, dataset.columns.index(column_of(dataset, name)))
    if not is_kept(home, target):
        rows, row_id = read_parquet(files), row_id_of(files)
        with kept_digests(connection, rows, row_id, name, target):
            confirm()
    return target


def is_plain(source: Source, column: str | None) -> bool:
    """True where every value of the column is a plain digest."""
    keys = source.profile.keys if source.profile else ()
    return any(each.is_plain for each in keys if each.column == column)


def identifier_text_of(identifier: InputIdentifier, source: Source, side: str) -> str:
    """SQL for an identifier as staging writes it: in its form, hashed where it has to be."""
    name: str = getattr(identifier, f"{side}_column")
    made: Hashing | None = getattr(identifier, f"{side}_hashing")
    form: Form = "hash" if identifier.is_hash else form_of(identifier.slug)
    column, text = column_of(source.dataset, name), quote_identifier(name)
    if not is_plain(source, name):
        text = key_text(text, column.type, name, made[0] if made else form)
    return f"{made[1]}({text})" if made else text


def row_id_at(place: str, file_rows: Sequence[int]) -> str:
    """SQL for the id of the row at a place by the order of files and rows."""
    if len(file_rows) == 1:
        return place
    cases = " ".join(
        f"when {place} < {end} then {at << 40} | ({place} - {start})"
        for at, (start, end) in enumerate(pairwise(accumulate(file_rows, initial=0)))
    )
    return f"case {cases} end"


def found_rows(
    inputs: BuildInputs,
    index: PopulationIndex,
    seed_files: Sequence[Path],
    unlike_files: Sequence[Path] = (),
) -> str:
    """SQL for the ids of the population's rows of which a hash is that of a seed's row.

    The negative seed's rows count as well.
    """
    found = [
        _found_places(_identifier(inputs, slug), inputs.seed, "seed", seed_files, path)
        for slug, path in index.hashes.items()
        if _identifier(inputs, slug).seed_column is not None
    ]
    if inputs.unlike is not None:
        found += [
            _found_places(
                _identifier(inputs, slug), inputs.unlike, "unlike", unlike_files, path
            )
            for slug, path in index.hashes.items()
            if _identifier(inputs, slug).unlike_column is not None
        ]
    places = " union ".join(found)
    row_id = row_id_at("place", index.file_rows)
    return f"select {row_id} as row_id from ({places}) as places"


def people_of_seed(
    seed: Source,
    seed_files: Sequence[Path],
    population: Source,
    files: Sequence[Path],
    identifiers: Sequence[InputIdentifier],
) -> str:
    """SQL for the population's rows of the seed's people, by any shared identifier."""
    tests = []
    for each in identifiers:
        if each.is_shared and not each.is_carried:
            ours = identifier_text_of(each, seed, "seed")
            theirs = identifier_text_of(each, population, "population")
            tests.append(
                f"{theirs} in (select {ours} from {read_parquet(seed_files)} "
                f"where {ours} is not null)"
            )
    return f"{read_parquet(files)} where {' or '.join(tests) or 'false'}"


def kept_hashes(
    profile_folder: Path, population: Source, identifier: InputIdentifier
) -> Path:
    """Where the hashes of an identifier are kept, if a build has made them."""
    text = identifier_text_of(identifier, population, "population")
    return hashes_file(profile_folder / FOLDER, text)


def count_found(
    seed: Source,
    seed_files: Sequence[Path],
    population: Source,
    files: Sequence[Path],
    identifiers: Sequence[InputIdentifier],
    hashes: Mapping[str, Path],
) -> str:
    """SQL for the number of the seed's rows that share an identifier with the population.

    By its kept hashes where there are some: two texts of one hash would count too many.
    """
    row_id, rows = row_id_of(seed_files), read_parquet(seed_files)
    found = []
    for each in identifiers:
        ours = identifier_text_of(each, seed, "seed")
        theirs = identifier_text_of(each, population, "population")
        known = f"select {theirs} as value from {read_parquet(files)}"
        if each.slug in hashes:
            ours = f"case when {ours} is not null then hash({ours}) end"
            kept = read_parquet([hashes[each.slug]])
            known = f"select identifier_hash as value from {kept}"
        found.append(
            f"select row_id from (select {ours} as value, {row_id} as row_id "
            f"from {rows}) as ours semi join ({known}) as theirs "
            "on ours.value = theirs.value"
        )
    return f"select count(distinct row_id) from ({' union all '.join(found)})"


def _found_places(
    identifier: InputIdentifier,
    seed: Source,
    side: str,
    seed_files: Sequence[Path],
    kept: Path,
) -> str:
    text = identifier_text_of(identifier, seed, side)
    return (
        "select file_row_number as place from "
        f"read_parquet([{quote_literal(str(kept))}], file_row_number = true) "
        f"where identifier_hash in (select hash({text}) "
        f"from {read_parquet(seed_files)} where {text} is not null)"
    )


def _identifier(inputs: BuildInputs, slug: str) -> InputIdentifier:
    return next(each for each in inputs.identifiers if each.slug == slug)
