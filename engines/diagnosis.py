"""Why nobody of the seed is found: hashes that were made differently on the two sides.

Asked only where nobody is found, since it may hash the whole population once. Two hashes
of one shape never tell by themselves that one was made of the other; trying does.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from catalog.normal_forms import HashAlgorithm
from engines.base import Hashing
from engines.quoting import quote_identifier
from engines.relations import one_row

if TYPE_CHECKING:
    import duckdb

_BY_LENGTH: dict[int, HashAlgorithm] = {32: "md5", 40: "sha1", 64: "sha256"}
_TITLES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
_OTHER = {"seed": "population", "population": "seed"}


def hash_differences(
    connection: "duckdb.DuckDBPyConnection",
    hashed_identifiers: Sequence[str],
    raw_identifiers: Mapping[str, Mapping[str, Hashing]],
) -> tuple[str, ...]:
    """A sentence for each identifier of which a cause was found; none where none was.

    `raw_identifiers` says by side which identifier is made of values in the clear.
    """
    return (
        *_hashed_twice(connection, hashed_identifiers),
        *_not_normalised(connection, raw_identifiers),
    )


def _hashed_twice(
    connection: "duckdb.DuckDBPyConnection", identifiers: Sequence[str]
) -> Iterator[str]:
    for slug in identifiers:
        name = quote_identifier(slug)
        for side, other in _OTHER.items():
            length = f"select max(length({name})) from main.stg_{side}"
            algorithm = _BY_LENGTH.get(one_row(connection, length)[0] or 0)
            if algorithm is None:
                continue
            again = f"{algorithm}(one.{name})"
            if _meet(connection, f"main.stg_{other}", again, f"main.stg_{side}", name):
                yield (
                    f"The {side}'s {slug} are {_TITLES[algorithm]} hashes of the"
                    f" {other}'s: they were hashed twice."
                )


def _not_normalised(
    connection: "duckdb.DuckDBPyConnection",
    raw_identifiers: Mapping[str, Mapping[str, Hashing]],
) -> Iterator[str]:
    for side, made in raw_identifiers.items():
        for slug, (_, algorithm) in made.items():
            name = quote_identifier(slug)
            as_written = f"{algorithm}(one.{name})"
            other = _OTHER[side]
            if _meet(
                connection, f"inputs.{side}", as_written, f"main.stg_{other}", name
            ):
                yield (
                    f"The {other}'s {slug} are hashes of values that were not"
                    " normalised first (white space, upper case)."
                )


def _meet(
    connection: "duckdb.DuckDBPyConnection",
    one: str,
    expression: str,
    other: str,
    name: str,
) -> bool:
    """True where the expression over the one relation gives a value of the other."""
    query = (
        f"select count(*) from (select 1 from {one} as one where {expression} in "
        f"(select {name} from {other} where {name} is not null) limit 1)"
    )
    return bool(one_row(connection, query)[0])
