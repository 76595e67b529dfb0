"""An audience's people as one Parquet file: the same rows give the same bytes.

Identifiers go from the work database to the file in Arrow's buffers and are never
Python values.
"""

import hashlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import StudioError
from engines.atomic import written_whole
from engines.base import MembersFile
from engines.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROWS_A_GROUP = 100_000
PREFIX = "contribution_"


def write_members(
    connection: "duckdb.DuckDBPyConnection",
    target: Path,
    identifiers: Sequence[str],
    contributions: Iterable["pa.RecordBatch"],
    metadata: Mapping[str, str],
    tiers: Sequence[tuple[str, int]] = (),
    has_quotas: bool = False,
) -> MembersFile:
    """Write the file and hash its rows in their order.

    `tiers` are names and the places where they end; a place is counted among the new
    people, best first. With quotas each person's group stands beside them.
    """
    import pyarrow.parquet as pq

    try:
        terms = _store_contributions(connection, contributions)
    finally:
        # An error keeps this frame: what the batches opened is closed all the same.
        if isinstance(contributions, Generator):
            contributions.close()
    reader = connection.sql(
        _query(identifiers, terms, tiers, has_quotas=has_quotas)
    ).to_arrow_reader(ROWS_A_GROUP)
    schema = reader.schema.with_metadata(dict(metadata) or None)
    digest = hashlib.sha256(
        repr([(one.name, str(one.type)) for one in schema]).encode()
    )
    rows = 0
    # Closed in any case: a result that is still open keeps the database open.
    with reader, written_whole(target) as temporary:
        with pq.ParquetWriter(
            temporary, schema, compression="zstd", write_page_checksum=True
        ) as writer:
            for group in _groups(reader, schema):
                update_hash(digest, group)
                writer.write_table(group, row_group_size=ROWS_A_GROUP)
                rows += group.num_rows
        size = temporary.stat().st_size
    return MembersFile(rows, digest.hexdigest(), size, tuple(schema.names))


def write_identities(connection: "duckdb.DuckDBPyConnection", target: Path) -> int:
    """Write the identifiers of the audience's people, in a fixed order; the rows.

    A person may have more of them than the members' file has columns.
    """
    import pyarrow.parquet as pq

    reader = connection.sql(
        "select person_key, id_type, identifier from main.audience_identities "
        "order by person_key, id_type, identifier"
    ).to_arrow_reader(ROWS_A_GROUP)
    rows = 0
    with (
        reader,
        written_whole(target) as temporary,
        pq.ParquetWriter(
            temporary, reader.schema, compression="zstd", write_page_checksum=True
        ) as writer,
    ):
        for group in _groups(reader, reader.schema):
            writer.write_table(group, row_group_size=ROWS_A_GROUP)
            rows += group.num_rows
    return rows


def _store_contributions(
    connection: "duckdb.DuckDBPyConnection", batches: Iterable["pa.RecordBatch"]
) -> list[str]:
    """A temporary table of contributions by row id; the names of their columns."""
    import pyarrow as pa

    names: list[str] = []
    for batch in batches:
        connection.register("written", pa.Table.from_batches([batch]))
        if not names:
            names = [name for name in batch.schema.names if name != "row_id"]
            if not all(name.startswith(PREFIX) for name in names):
                raise StudioError(
                    "wrong_columns",
                    "the contributions",
                    f"hold columns that do not start with '{PREFIX}'",
                    "name each after its attribute",
                )
            connection.execute(
                "create or replace temp table contributions as select * from written"
            )
        else:
            connection.execute(
                "insert into contributions by name select * from written"
            )
        connection.unregister("written")
    return names


def _query(
    identifiers: Sequence[str],
    terms: Sequence[str],
    tiers: Sequence[tuple[str, int]],
    *,
    has_quotas: bool,
) -> str:
    """SQL for the members in their final order, which ends with a unique key."""
    ids = "".join(
        f", cast(coalesce(people.{slug}, seed_identities.{slug}) as varchar) as {slug}"
        for slug in map(quote_identifier, identifiers)
    )
    of_seed = "".join(
        f", min(identifier) filter (where id_type = {quote_literal(slug)}) "
        f"as {quote_identifier(slug)}"
        for slug in identifiers
    )
    shares = "".join(
        f", cast(contributions.{name} as double) as {name}"
        for name in map(quote_identifier, terms)
    )
    joined = (
        "left join contributions on contributions.row_id = audience_members.row_id "
        if terms
        else ""
    )
    group = ""
    if has_quotas:
        group = ", quotas.quota_value as quota_group"
        joined += (
            "left join main.audience_candidates as candidates "
            "on candidates.row_id = audience_members.row_id "
            "left join inputs.quotas as quotas "
            "on quotas.quota_group = candidates.quota_group "
        )
    return (
        f"select audience_members.person_key{ids}"
        ", cast(audience_members.score as double) as score"
        ", cast(audience_members.log_odds as double) as log_odds"
        ', cast(audience_members.rank as bigint) as "rank"'
        ", cast(audience_members.percentile as double) as percentile"
        f", audience_members.is_seed{_tier(tiers)}{group}{shares} "
        "from main.audience_members as audience_members "
        "left join main.audience_people as people "
        "on people.row_id = audience_members.row_id "
        f"left join (select seed_people.person_key{of_seed} "
        "from main.canonical_seed_identities as seed_identities "
        "inner join main.canonical_seed_rows as seed_people "
        "on seed_identities.seed_row_id = seed_people.row_id "
        "group by seed_people.person_key) as seed_identities "
        "on seed_identities.person_key = audience_members.person_key "
        f"{joined}"
        "order by audience_members.rank nulls last, audience_members.person_key"
    )


def _tier(tiers: Sequence[tuple[str, int]]) -> str:
    """SQL for the column of tiers; nothing where there are none, null for the seed."""
    if not tiers:
        return ""
    place = (
        "row_number() over (partition by audience_members.is_seed "
        "order by audience_members.rank)"
    )
    cases = " ".join(
        f"when {place} <= {end:d} then {quote_literal(name)}" for name, end in tiers
    )
    return f", case when audience_members.is_seed then null {cases} end as tier"


def _groups(
    batches: Iterable["pa.RecordBatch"], schema: "pa.Schema"
) -> Iterator["pa.Table"]:
    """The rows in tables of exactly ROWS_A_GROUP rows, the last one shorter."""
    import pyarrow as pa

    waiting = schema.empty_table()
    for batch in batches:
        table = pa.Table.from_batches([batch]).replace_schema_metadata(schema.metadata)
        waiting = pa.concat_tables([waiting, table])
        while waiting.num_rows >= ROWS_A_GROUP:
            yield waiting.slice(0, ROWS_A_GROUP).combine_chunks()
            waiting = waiting.slice(ROWS_A_GROUP)
    if waiting.num_rows:
        yield waiting.combine_chunks()


def update_hash(digest: "hashlib._Hash", table: "pa.Table") -> None:
    """Add a table's rows to a hash: per column which are null, lengths and bytes.

    Independent of how Arrow lays them out: nulls count as empty, -0.0 as 0.0.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    for column in table.columns:
        digest.update(np.ascontiguousarray(pc.is_valid(column).to_numpy()).tobytes())
        if pa.types.is_string(column.type):
            text = pc.fill_null(column, "")
            digest.update(pc.binary_length(text).to_numpy().astype("<i4").tobytes())
            for chunk in text.chunks:
                # Slices share a buffer: the concatenation holds just these bytes.
                digest.update(_text_bytes(chunk))
        elif pa.types.is_floating(column.type):
            values = pc.fill_null(column, 0.0).to_numpy() + 0.0
            digest.update(values.astype("<f8").tobytes())
        else:
            filled = pc.fill_null(column.cast(pa.int64()), 0)
            digest.update(filled.to_numpy().astype("<i8").tobytes())


def _text_bytes(chunk: "pa.StringArray") -> memoryview:
    """The bytes of an array's texts, one after the other."""
    import numpy as np

    _, offsets, data = chunk.buffers()
    if data is None or not len(chunk):
        return memoryview(b"")
    bounds = np.frombuffer(offsets, dtype=np.int32)[chunk.offset :][: len(chunk) + 1]
    return memoryview(data)[int(bounds[0]) : int(bounds[-1])]
