"""Columns: of every type, like an id, filled for the seed alone, changed later."""

import datetime as dt
import decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.corpus.case import Case, added, built, planned, rebuilt, scored
from tests.faults.corpus.expectation import Built, Planned, Registered, Scored, refused
from tests.faults.corpus.files import SEED, file, frame, people, people_of
from tests.faults.corpus.rows import REST, SCORED

COUNT = 60


def typed(values: list[object], kind: pa.DataType | None = None):
    """A Parquet file with a column `v` of one Arrow type."""

    def write(folder):
        ids = pa.array([f"u{n}" for n in range(COUNT)])
        repeated = (values * COUNT)[:COUNT]
        column = pa.array(repeated, kind)
        pq.write_table(pa.table({"user_id": ids, "v": column}), folder / "x.parquet")

    return write


DAY, TIME = dt.date(2024, 2, 1), dt.datetime(2024, 2, 1, 3, 4, 5)
TYPES = {
    "date": (typed([DAY]), "metadata"),
    "time": (typed([dt.time(3, 4)]), "metadata"),
    "timestamp": (typed([TIME]), "metadata"),
    "timestamp-ns": (typed([TIME], pa.timestamp("ns")), "metadata"),
    "timestamp-zone": (typed([TIME], pa.timestamp("us", "UTC")), "metadata"),
    "duration": (typed([dt.timedelta(1)]), None),
    "boolean": (typed([True, False]), "categorical"),
    "decimal": (typed([decimal.Decimal("1.50"), decimal.Decimal("2.25")]), "continuous"),
    "wide-decimal": (typed([decimal.Decimal(10**30), decimal.Decimal(7)]), "categorical"),
    "256-bit-decimal": (typed([decimal.Decimal(10**60), decimal.Decimal(7)], pa.decimal256(70, 0)), None),
    "list": (typed([[1, 2], [3]]), "metadata"),
    "struct": (typed([{"a": 1}, {"a": 2}]), "metadata"),
    "map": (typed([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int64())), "metadata"),
    "binary": (typed([b"\x00\xff", b"a"]), "metadata"),
    "fixed-binary": (typed([b"ab", b"cd"], pa.binary(2)), "metadata"),
    "dictionary": (typed(["a", "b"], pa.dictionary(pa.int32(), pa.string())), "categorical"),
    "large-text": (typed(["a", "b"], pa.large_string()), "categorical"),
    "nothing": (typed([None], pa.null()), None),
    "half": (typed([1.5, 2.5], pa.float16()), None),
    "single": (typed([1.5, 2.5], pa.float32()), "continuous"),
    "int8": (typed(list(range(-20, 20)), pa.int8()), "continuous"),
    "uint64": (typed([2**63 + n for n in range(20)], pa.uint64()), "continuous"),
    "int-flag": (typed([0, 1]), "categorical"),
    "ip": (typed(["10.0.0.1", "10.0.0.2"]), "metadata"),
    "code": (typed(list(range(20))), "continuous"),
}  # fmt: skip


def same(table: pd.DataFrame) -> pd.DataFrame:
    return table


def like_an_id(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(card="c" + table["user_id"].str.removeprefix("user "))


def many_values(count: int):
    def change(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(card=[f"c{n % count}" for n in range(len(table))])

    return change


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    chosen = {*people_of()[0]["user_id"]}
    return table.assign(
        label=["yes" if each in chosen else "no" for each in table["user_id"]]
    )


def leaking(given):
    """A column that only the seed's people have a value in."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        chosen = {*people_of()[0]["user_id"]}
        values = [
            given(int(each.removeprefix("user "))) if each in chosen else None
            for each in table["user_id"]
        ]
        return table.assign(
            leak=pd.Series(values, dtype=object if isinstance(given(0), str) else float)
        )

    return change


ALL_TYPES = tuple(
    added(
        f"I22-{name}",
        write,
        "x.parquet",
        Registered(COUNT, roles={"v": role} if role else {}),
    )
    for name, (write, role) in TYPES.items()
)
NESTED_JSON = (
    added("I22-nested-json", file("x.jsonl", '{"user_id": "a", "v": {"b": [1]}}\n' * 3), "x.jsonl", Registered(3, roles={"v": "metadata"})),
    added("I22-mixed-json", file("x.jsonl", '{"user_id": "a", "v": {"b": [1]}}\n{"user_id": "b", "v": "x"}\n{"user_id": "c", "v": 1}\n'), "x.jsonl", Registered(3, types={"v": "VARCHAR"}, values={"v": ['{"b":[1]}', "x", "1"]})),
    planned("I22-a-list-named-as-attribute", people("parquet", both=lambda t: t.assign(tags=[["a"]] * len(t))), refused("is_metadata", "'tags'"), "parquet", attributes=["tags", "age"]),
    planned("I22-a-date-named-as-continuous", people("parquet", both=lambda t: t.assign(born=pd.Timestamp("1990-01-01"))), refused("not_a_number", "'born'"), "parquet", attributes=[{"attribute": "born", "role": "continuous"}, "age"]),
    scored("I22-scored-booleans-and-decimals", people("parquet", both=lambda t: t.assign(old=t["age"] > 50, price=[decimal.Decimal(int(a)) / 4 for a in t["age"]])), Scored(REST, SEED), "parquet", columns=("--categorical", "old,country", "--continuous", "price,visits")),
    scored("I22-scored-dates", people("parquet", both=lambda t: t.assign(born=pd.to_datetime("1950-01-01") + pd.to_timedelta(t["age"].fillna(0) % 7, "D"))), Scored(REST, SEED), "parquet", columns=("--categorical", "born,country")),
    scored("I22-scored-lists", people("parquet", both=lambda t: t.assign(tags=[["a"]] * len(t))), refused("not_a_category", "'tags'"), "parquet", columns=("--categorical", "tags", "--continuous", "age")),
)  # fmt: skip

IDS = (
    *(planned(f"I07-like-an-id-{kind}", people(kind, both=like_an_id), Planned(SCORED, left_out={"card": "id_like"}), kind) for kind in ("csv", "jsonl", "parquet", "folder")),
    planned("I07-named", people(both=like_an_id), refused("id_like", "'card'", "400 values"), attributes=["card", "age"]),
    *(
        planned(f"I07-{count}-values", people("parquet", both=many_values(count), count=20_000), Planned((*SCORED, "card") if fits else SCORED, left_out={} if fits else {"card": "too_many_values"}), "parquet")
        for count, fits in ((9_999, True), (10_000, False), (15_000, False))
    ),
    planned("I07-raised-limit", people("parquet", both=many_values(12_000), count=20_000), Planned((*SCORED, "card")), "parquet", limits={"maximum_cardinality": 13_000}),
    scored("I07-scored", people(both=like_an_id), refused("id_like", "'card'"), columns=("--categorical", "card,country")),
    planned("I07-90-in-100", people(both=many_values(360)), Planned((*SCORED, "card"))),
    planned("I07-91-in-100", people(both=many_values(364)), Planned(SCORED, left_out={"card": "id_like"})),
    added("I07-a-million-values", frame("x", lambda: pd.DataFrame({"user_id": np.arange(1_000_000), "card": [f"c{n}" for n in range(1_000_000)]}), "parquet"), "x.parquet", Registered(1_000_000), is_long=True),
)  # fmt: skip

LEAKS = (
    *(planned(f"I08-label-{kind}", people(kind, both=labelled), Planned(SCORED, left_out={"label": "constant_in_seed"}), kind) for kind in ("csv", "parquet", "jsonl")),
    *(planned(f"I08-filled-for-the-seed-alone-{kind}-{name}", people(kind, both=leaking(given)), Planned(SCORED, left_out={"leak": "only_in_seed"}), kind) for kind in ("csv", "parquet") for name, given in (("text", lambda n: "abc"[n % 3]), ("number", lambda n: float(n % 17)))),
    built("I08-label-named", people(both=labelled), Built(50, warnings=("1 is perfect",)), attributes=["label", "age", "country"]),
    built("I08-filled-for-the-seed-alone-named", people(both=leaking(lambda n: float(n % 17))), Built(50, warnings=("has weight 0: “leak”",)), attributes=["leak", "age", "country"]),
)  # fmt: skip


def without(column: str):
    return lambda table: table.drop(columns=column)


def renamed(**names: str):
    return lambda table: table.rename(columns=names)


def retyped(column: str, to):
    return lambda table: table.assign(**{column: to(table[column])})


def folder_instead(folder: Path) -> None:
    (folder / "seed.csv").unlink()
    (folder / "seed.csv").mkdir()


def another_part(folder: Path) -> None:
    """A third file with other columns beside the two of the population."""
    people("folder")(folder)
    fewer = people_of()[1][["user_id", "age"]]
    fewer.to_parquet(folder / "population" / "part-2.parquet")


CHANGED = (
    *(
        rebuilt(f"I24-{side}-without-{column}-{kind}", people(kind, **{side: without(column)}), refused("columns_changed", side, f"'{column}'"), kind)
        for kind in ("csv", "jsonl", "parquet", "folder")
        for side, column in (("population", "age"), ("seed", "country"), ("population", "user_id"))
    ),
    *(
        rebuilt(f"I24-renamed-{kind}", people(kind, population=renamed(age="years")), refused("columns_changed", "population", "'age'", "'years'"), kind)
        for kind in ("csv", "jsonl", "parquet", "folder")
    ),
    *(
        rebuilt(f"I24-retyped-{kind}", people(kind, population=retyped("age", lambda c: "x" + c.astype(str))), refused(code, "population", "'age'", *names), kind)
        for kind, code, names in (("csv", "wrong_value", ("line 2",)), ("jsonl", "columns_changed", ("DOUBLE", "VARCHAR")), ("parquet", "columns_changed", ("DOUBLE", "VARCHAR")), ("folder", "columns_changed", ("DOUBLE", "VARCHAR")))
    ),
    *(
        rebuilt(f"I24-another-column-{kind}", people(kind, population=lambda t: t.assign(shoe=44)), Built(50, 2), kind)
        for kind in ("jsonl", "folder")
    ),
    rebuilt("I24-columns-turned-round-csv", people(population=lambda t: t[t.columns[::-1]]), Built(50, 2)),
    rebuilt("I24-file-gone", lambda folder: (folder / "seed.csv").unlink(), refused("file_not_found", "seed.csv")),
    rebuilt("I24-file-is-a-folder", folder_instead, refused("empty_dataset", "seed")),
    rebuilt("I24-folder-of-two-sorts", another_part, refused("columns_differ", "'part-2.parquet'", "'part-0.parquet'"), "folder"),
)  # fmt: skip

CASES: tuple[Case, ...] = (*ALL_TYPES, *NESTED_JSON, *IDS, *LEAKS, *CHANGED)
TWINS: tuple[Case, ...] = ()
