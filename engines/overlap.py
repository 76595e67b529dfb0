"""People whom audiences have in common, counted where their files stand.

Identifiers are joined by DuckDB and never become Python values.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from engines.base import MembersPart, PeopleInCommon
from engines.quoting import quote_identifier, quote_literal
from engines.relations import one_row, read_parquet

if TYPE_CHECKING:
    import duckdb


def count_people(
    connection: "duckdb.DuckDBPyConnection", parts: Sequence[MembersPart]
) -> list[int]:
    """People of each part."""
    return [
        one_row(connection, f"select count(*) from ({_people(part)})")[0]
        for part in parts
    ]


def count_in_common(
    connection: "duckdb.DuckDBPyConnection", parts: Sequence[MembersPart]
) -> list[PeopleInCommon]:
    """Of each two parts, the people of each who are in the other."""
    return [_in_common(connection, *pair) for pair in combinations(parts, 2)]


def _in_common(
    connection: "duckdb.DuckDBPyConnection", first: MembersPart, second: MembersPart
) -> PeopleInCommon:
    if first.keyed_by == second.keyed_by:
        (people,) = one_row(
            connection,
            f"select count(*) from ({_people(first)}) as first "
            f"inner join ({_people(second)}) as second using (person_key)",
        )
        return PeopleInCommon(people, people, ("person_key",))
    shared = [name for name in first.identifiers if name in second.identifiers]
    if not shared:
        return PeopleInCommon(None, None, ())
    of_first, of_second = one_row(
        connection,
        "select count(distinct first.person_key), count(distinct second.person_key) "
        f"from ({_identities(first, shared)}) as first "
        f"inner join ({_identities(second, shared)}) as second "
        "on first.id_type = second.id_type and first.identifier = second.identifier",
    )
    return PeopleInCommon(of_first, of_second, tuple(shared))


def _people(part: MembersPart, columns: str = "person_key") -> str:
    where = "" if part.tier is None else f" where tier = {quote_literal(part.tier)}"
    return f"select {columns} from {read_parquet([part.members])}{where}"


def _identities(part: MembersPart, names: Sequence[str]) -> str:
    """SQL for a row per identifier of each person, those of further rows too."""
    queries = [
        f"select person_key, {quote_literal(name)} as id_type, identifier from "
        f"({_people(part, f'person_key, {quote_identifier(name)} as identifier')}) "
        "where identifier is not null"
        for name in names
    ]
    if part.identities is not None:
        listed = ", ".join(map(quote_literal, names))
        queries.append(
            f"select person_key, id_type, identifier from {read_parquet([part.identities])} "
            f"where id_type in ({listed}) and person_key in ({_people(part)})"
        )
    return " union all ".join(queries)
