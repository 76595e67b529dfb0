"""The schema `inputs` of a work database: the user's columns, cast and named by slugs.

The only place where a build quotes a user's column name into SQL.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING, get_args, get_type_hints

from catalog.datasets import Dataset
from catalog.errors import StudioError
from engines.base import BuildInputs, InputAttribute, Source, SpecificationRow
from engines.casts import category_text, family, identifier_text, number
from engines.marks import IS_KEPT, mark_columns, sample_filter
from engines.population_index import PopulationIndex, found_rows, row_id_at
from engines.quoting import quote_identifier, quote_literal
from engines.relations import column_of, one_row, read_parquet, row_id_of
from engines.samples import kept_type, sample_column

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def write_schema(
    connection: "duckdb.DuckDBPyConnection",
    inputs: BuildInputs,
    population_files: tuple[Path, ...],
    seed_files: tuple[Path, ...],
    sample: Path | None,
    index: PopulationIndex | None = None,
    unlike_files: tuple[Path, ...] = (),
) -> None:
    """Write views and tables in one transaction; what an earlier try left is replaced.

    `sample` is the kept sample of the population and `index` what else is kept of it,
    None where its key names rows twice. Raises StudioError where a text column meant as
    numbers holds other text.
    """
    check_numbers(connection, inputs, population_files, seed_files)
    population = _population_view(inputs, population_files, marks=mark_columns(inputs))
    connection.execute("begin")
    connection.execute("create schema if not exists inputs")
    connection.execute(f"create or replace view inputs.population as {population}")
    uncoded = _uncoded_view(inputs, population_files, index)
    connection.execute(f"create or replace view inputs.population_uncoded as {uncoded}")
    connection.execute(
        f"create or replace view inputs.seed as {_seed_view(inputs, seed_files)}"
    )
    connection.execute(
        f"create or replace view inputs.unlike as {_unlike_view(inputs, unlike_files)}"
    )
    connection.execute(
        f"create or replace view inputs.sample as {_sample_view(inputs, sample)}"
    )
    _write_values(connection, inputs, index)
    _write_found(connection, inputs, seed_files, index, unlike_files)
    _write_attributes(connection, inputs)
    _write_specification(connection, inputs)
    _write_previous_members(connection, inputs)
    _write_quotas(connection, inputs)
    connection.execute("commit")


def _population_view(
    inputs: BuildInputs,
    files: tuple[Path, ...],
    coded: Container[str] = (),
    marks: Sequence[str] = (),
) -> str:
    """The rows of the files, without the attributes that are in codes."""
    dataset = inputs.population.dataset
    columns = [f"{row_id_of(files)} as row_id"]
    columns += [
        _identifier(identifier.slug, dataset, identifier.population_column)
        for identifier in inputs.identifiers
    ]
    for attribute in inputs.population_attributes:
        if attribute.slug in coded:
            continue
        column = column_of(dataset, attribute.column)
        columns.append(
            _attribute(attribute, quote_identifier(column.name), column.type)
        )
    columns += marks
    return f"select {', '.join(columns)} from {read_parquet(files)}"


def _uncoded_view(
    inputs: BuildInputs, files: tuple[Path, ...], index: PopulationIndex | None
) -> str:
    """What the index has no codes of; where that is one digest, the kept digests."""
    if index is None:
        return _population_view(inputs, files)
    slugs = [each.slug for each in inputs.identifiers]
    is_all_coded = all(each.slug in index.columns for each in inputs.attributes)
    if not (is_all_coded and len(slugs) == 1 and slugs[0] in index.digests):
        return _population_view(inputs, files, index.columns)
    row_id = row_id_at("file_row_number", index.file_rows)
    return (
        f"select {row_id} as row_id, lower(hex(digest)) as {quote_identifier(slugs[0])} "
        f"from {read_parquet([index.digests[slugs[0]]])}"
    )


def _seed_view(inputs: BuildInputs, files: tuple[Path, ...]) -> str:
    dataset = inputs.seed.dataset
    columns = [f"{row_id_of(files)} as row_id"]
    if inputs.seed_weight is not None:
        weight = quote_identifier(column_of(dataset, inputs.seed_weight).name)
        columns.append(f"cast({weight} as double) as seed_weight")
    columns += [
        _identifier(identifier.slug, dataset, identifier.seed_column)
        for identifier in inputs.identifiers
    ]
    for attribute in inputs.attributes:
        if attribute.seed_column is None:
            nothing = f"cast(null as {_type(attribute)})"
            columns.append(f"{nothing} as {quote_identifier(attribute.slug)}")
            continue
        column = column_of(dataset, attribute.seed_column)
        columns.append(
            _attribute(attribute, quote_identifier(column.name), column.type)
        )
    return f"select {', '.join(columns)} from {read_parquet(files)}"


def _unlike_view(inputs: BuildInputs, files: tuple[Path, ...]) -> str:
    """The identifiers of the negative seed's rows; no row where there is none."""
    if inputs.unlike is None:
        nulls = [
            f"cast(null as varchar) as {quote_identifier(each.slug)}"
            for each in inputs.identifiers
        ]
        return f"select {', '.join(['cast(null as bigint) as row_id', *nulls])} where false"
    columns = [
        _identifier(each.slug, inputs.unlike.dataset, each.unlike_column)
        for each in inputs.identifiers
    ]
    row_id = f"{row_id_of(files)} as row_id"
    return f"select {', '.join([row_id, *columns])} from {read_parquet(files)}"


def _sample_view(inputs: BuildInputs, sample: Path | None) -> str:
    if sample is None:
        return "select *, cast(null as bigint) as sample_key from inputs.population where false"
    dataset = inputs.population.dataset
    positions = {column.name: at for at, column in enumerate(dataset.columns)}
    columns = ["row_id"]
    for identifier in inputs.identifiers:
        name = identifier.population_column
        text = "cast(null as varchar)"
        if name is not None:
            type_name = kept_type(column_of(dataset, name).type)
            text = identifier_text(sample_column(positions[name]), type_name, name)
        columns.append(f"{text} as {quote_identifier(identifier.slug)}")
    for attribute in inputs.population_attributes:
        column = column_of(dataset, attribute.column)
        kept = sample_column(positions[column.name])
        columns.append(_attribute(attribute, kept, kept_type(column.type)))
    columns.append("sample_key")
    kept = sample_filter(
        inputs, sample, lambda column: sample_column(positions[column.name])
    )
    return f"select {', '.join(columns)} from {read_parquet([sample])} where {kept}"


def _write_found(
    connection: "duckdb.DuckDBPyConnection",
    inputs: BuildInputs,
    seed_files: tuple[Path, ...],
    index: PopulationIndex | None,
    unlike_files: tuple[Path, ...],
) -> None:
    """The rows of the population that may be people of a seed; all, without an index.

    What is in codes or digests is taken from there, so that the source is not read again.
    """
    if index is None:
        slugs = [each.slug for each in inputs.identifiers]
        slugs += [each.slug for each in inputs.attributes]
        columns = ["row_id", *map(quote_identifier, slugs)]
        connection.execute(
            "create or replace view inputs.population_found as "
            f"select {', '.join(columns)} from inputs.population"
        )
        return
    rows = found_rows(inputs, index, seed_files, unlike_files)
    connection.register("found", _coded_values(connection, inputs, index, rows))
    columns = ["uncoded.row_id"]
    columns += [f"uncoded.{quote_identifier(each.slug)}" for each in inputs.identifiers]
    columns += [
        f"{'found' if each.slug in index.columns else 'uncoded'}."
        f"{quote_identifier(each.slug)}"
        for each in inputs.attributes
    ]
    columns += [f"found.{quote_identifier(name)}" for name in index.marks]
    connection.execute(
        f"create or replace table inputs.population_found as select {', '.join(columns)} "
        "from inputs.population_uncoded as uncoded "
        "inner join found on uncoded.row_id = found.row_id"
    )
    connection.unregister("found")


def _coded_values(
    connection: "duckdb.DuckDBPyConnection",
    inputs: BuildInputs,
    index: PopulationIndex,
    rows: str,
) -> "pa.Table":
    """The rows' ids, the values of their coded attributes, and their marks."""
    import pyarrow as pa

    row_ids = connection.sql(rows).to_arrow_table().column("row_id").to_numpy()
    places = index.places_of(row_ids)
    columns = {"row_id": pa.array(row_ids)}
    for attribute in inputs.attributes:
        if attribute.slug in index.columns:
            listed = connection.sql(
                f"select {_value_column(attribute)} from inputs.population_values "
                f"where attribute = {quote_literal(attribute.slug)} order by code"
            ).to_arrow_table()
            codes = index.columns[attribute.slug].at(places)
            columns[attribute.slug] = listed.column(0).take(pa.array(codes))
    for name, marks in index.marks.items():
        columns[name] = pa.array(marks[places])
    return pa.table(columns)


def _value_column(attribute: InputAttribute) -> str:
    """The column of `population_values` that holds the attribute's values."""
    return "number_value" if attribute.role == "continuous" else "text_value"


def _write_values(
    connection: "duckdb.DuckDBPyConnection",
    inputs: BuildInputs,
    index: PopulationIndex | None,
) -> None:
    """The distinct values of the coded attributes, cast as the population's rows are."""
    connection.execute(
        "create or replace table inputs.population_values "
        "(attribute varchar, code integer, text_value varchar, number_value double, "
        "row_count bigint)"
    )
    for attribute in inputs.population_attributes:
        if index is None or attribute.slug not in index.columns:
            continue
        type_name = column_of(inputs.population.dataset, attribute.column).type
        name = _value_column(attribute)
        cast = number if attribute.role == "continuous" else category_text
        value = cast("value", type_name, attribute.column)
        column = index.columns[attribute.slug]
        file = quote_literal(str(column.values))
        listed = f"read_parquet([{file}], file_row_number = true)"
        if IS_KEPT in index.marks:
            connection.register("kept", column.row_counts(index.marks[IS_KEPT]))
            listed = (
                f"(select listed.value, listed.file_row_number, kept.row_count "
                f"from {listed} as listed "
                "inner join kept on listed.file_row_number = kept.code)"
            )
        connection.execute(
            f"insert into inputs.population_values (attribute, code, {name}, row_count) "
            f"select {quote_literal(attribute.slug)}, file_row_number, {value}, "
            f"row_count from {listed}"
        )


def _identifier(slug: str, dataset: Dataset, name: str | None) -> str:
    """SQL for an identifier's column; nulls where the dataset has none."""
    if name is None:
        return f"cast(null as varchar) as {quote_identifier(slug)}"
    column = column_of(dataset, name)
    text = identifier_text(quote_identifier(name), column.type, name)
    return f"{text} as {quote_identifier(slug)}"


def _type(attribute: InputAttribute) -> str:
    return "double" if attribute.role == "continuous" else "varchar"


def _attribute(attribute: InputAttribute, expression: str, type_name: str) -> str:
    cast = number if attribute.role == "continuous" else category_text
    text = cast(expression, type_name, attribute.column)
    return f"{text} as {quote_identifier(attribute.slug)}"


def check_numbers(
    connection: "duckdb.DuckDBPyConnection",
    inputs: BuildInputs,
    population_files: tuple[Path, ...],
    seed_files: tuple[Path, ...],
) -> None:
    """Refuse a text column as a continuous attribute where a value is not a number."""
    for source, files, named in (
        (
            inputs.population,
            population_files,
            [(a, a.column) for a in inputs.attributes],
        ),
        (inputs.seed, seed_files, [(a, a.seed_column) for a in inputs.attributes]),
    ):
        texts = [
            name
            for attribute, name in named
            if attribute.role == "continuous"
            and name is not None
            and family(column_of(source.dataset, name).type) == "text"
        ]
        if texts:
            _count_failures(connection, source, files, texts)


def _count_failures(
    connection: "duckdb.DuckDBPyConnection",
    source: Source,
    files: tuple[Path, ...],
    names: list[str],
) -> None:
    def failures() -> Iterator[str]:
        for name in names:
            quoted = quote_identifier(name)
            value = number(quoted, "VARCHAR", name)
            filled = f"nullif(trim(cast({quoted} as varchar)), '') is not null"
            yield f"count(*) filter (where {value} is null and {filled})"

    query = f"select {', '.join(failures())} from {read_parquet(files)}"
    for name, count in zip(names, one_row(connection, query), strict=True):
        if count:
            raise StudioError(
                "not_a_number",
                f"column '{name}' of dataset '{source.dataset.name}'",
                f"holds {count:,} texts that are not numbers",
                "use it as a categorical attribute, or mend those values",
            )


def _write_attributes(
    connection: "duckdb.DuckDBPyConnection", inputs: BuildInputs
) -> None:
    import pyarrow as pa

    attributes = pa.table(
        {
            "attribute": pa.array([a.slug for a in inputs.attributes], pa.string()),
            "column_name": pa.array([a.column for a in inputs.attributes], pa.string()),
            "role": pa.array([a.role for a in inputs.attributes], pa.string()),
            "position": pa.array(range(len(inputs.attributes)), pa.int32()),
            "centre": pa.array([a.centre for a in inputs.attributes], pa.float64()),
            "scale": pa.array([a.scale for a in inputs.attributes], pa.float64()),
            "is_discrete": pa.array(
                [a.is_discrete for a in inputs.attributes], pa.bool_()
            ),
            "is_in_seed": pa.array(
                [a.is_in_seed for a in inputs.attributes], pa.bool_()
            ),
        }
    )
    pairs = [
        (attribute.slug, value)
        for attribute in inputs.attributes
        if attribute.role == "continuous" and not attribute.is_discrete
        for value in attribute.frequent_values
    ]
    frequent = pa.table(
        {
            "attribute": pa.array([slug for slug, _ in pairs], pa.string()),
            "frequent_value": pa.array([value for _, value in pairs], pa.float64()),
        }
    )
    for name, table in (("attributes", attributes), ("frequent_values", frequent)):
        connection.register("written", table)
        connection.execute(
            f"create or replace table inputs.{name} as select * from written"
        )
        connection.unregister("written")


def _write_previous_members(
    connection: "duckdb.DuckDBPyConnection", inputs: BuildInputs
) -> None:
    """People of the version before, without its added seed; nobody where none counts."""
    query = "select cast(null as varchar) as person_key where false"
    if inputs.previous_members is not None:
        file = read_parquet((inputs.previous_members,))
        query = f"select person_key from {file} where not is_seed order by person_key"
    connection.execute(f"create or replace table inputs.previous_members as {query}")


def _write_quotas(connection: "duckdb.DuckDBPyConnection", inputs: BuildInputs) -> None:
    """One row a group with a quota, by its place; none where there are no quotas."""
    connection.execute(
        "create or replace table inputs.quotas (quota_group smallint, "
        "quota_value varchar, at_least double, at_most double, is_share boolean, "
        "is_exact boolean, fills_from_others boolean)"
    )
    if inputs.quotas is not None:
        connection.executemany(
            "insert into inputs.quotas values (?, ?, ?, ?, ?, ?, ?)",
            [
                [place, *astuple(each), inputs.quotas.fills_from_others]
                for place, each in enumerate(inputs.quotas.groups)
            ],
        )


_SQL_TYPES = {float: "double", int: "bigint", bool: "boolean"}


def _write_specification(
    connection: "duckdb.DuckDBPyConnection", inputs: BuildInputs
) -> None:
    """One row; its columns are the fields of SpecificationRow."""
    hints = get_type_hints(SpecificationRow)
    columns = ["cast(? as varchar) as build_id"]
    columns += [
        f"cast(? as {_sql_type(hint)}) as {name}" for name, hint in hints.items()
    ]
    connection.execute(
        f"create or replace table inputs.spec as select {', '.join(columns)}",
        [inputs.build_id, *asdict(inputs.specification).values()],
    )


def _sql_type(hint: object) -> str:
    kinds = get_args(hint) or (hint,)
    return next((_SQL_TYPES[kind] for kind in kinds if kind in _SQL_TYPES), "varchar")
