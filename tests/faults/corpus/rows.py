"""Rows: none, few, one value alone, all missing, repeated, shuffled, on one side only."""

import numpy as np
import pandas as pd

from tests.faults.corpus.case import added, built, planned, rebuilt, scored
from tests.faults.corpus.expectation import Built, Planned, Scored, refused
from tests.faults.corpus.files import (
    FORMATS,
    POPULATION,
    SEED,
    file,
    frame,
    path_of,
    people,
    people_of,
)

SCORED = ("country", "plan", "age", "income", "visits")
REST = POPULATION - SEED


def none(table: pd.DataFrame) -> pd.DataFrame:
    return table.head(0)


def head(count: int):
    return lambda table: table.head(count)


def value(column: str, given: object):
    """The same value in every row of a column."""
    return lambda table: table.assign(**{column: given})


def emptied(*columns: str):
    """No value in these columns; the type stays."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.copy()
        for column in columns:
            kind = object if table[column].dtype == object else float
            table[column] = pd.Series([None] * len(table), dtype=kind)
        return table

    return change


def shuffled(table: pd.DataFrame) -> pd.DataFrame:
    return table.sample(frac=1, random_state=7).reset_index(drop=True)


def twice(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, table], ignore_index=True)


def some_twice(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, table.iloc[::7]], ignore_index=True)


def first_empty(table: pd.DataFrame) -> pd.DataFrame:
    """A row more, which has no identifier."""
    return pd.concat([table.head(1).assign(user_id=None), table], ignore_index=True)


def unseen_city(share: float):
    """Cities; of the seed's rows so many have one that the population never has."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        at = np.arange(len(table))
        city = np.where(at < share * len(table), "Atlantis", "Rome")
        return table.assign(city=np.where(at % 3 == 0, "Oslo", city))

    return change


def cities(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(city=np.where(np.arange(len(table)) % 2, "Rome", "Oslo"))


def strangers(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(user_id=[f"other {number}" for number in range(len(table))])


def ids_alone(table: pd.DataFrame) -> pd.DataFrame:
    return table[["user_id"]]


EMPTY = (
    *(
        added(
            f"I01-no-rows-{kind}",
            frame("people", lambda: none(people_of()[1]), kind),
            path_of("people", kind),
            refused("empty_dataset", "people", "add rows"),
        )
        for kind in FORMATS
    ),
    added("I01-0-bytes-csv", file("x.csv", b""), "x.csv", refused("empty_dataset", "'x.csv'")),
    added("I01-0-bytes-packed", file("x.csv.gz", b""), "x.csv.gz", refused("empty_dataset", "'x.csv.gz'")),
    added("I01-0-bytes-jsonl", file("x.jsonl", b""), "x.jsonl", refused("empty_dataset", "'x.jsonl'")),
    added("I01-0-bytes-parquet", file("x.parquet", b""), "x.parquet", refused("damaged_file", "'x.parquet'")),
    added("I01-header-alone", file("x.csv", b"user_id,age\n"), "x.csv", refused("empty_dataset", "'x.csv'", "0 rows")),
    added("I01-header-without-end", file("x.csv", b"user_id,age"), "x.csv", refused("empty_dataset", "'x.csv'", "0 rows")),
    added("I01-header-and-blank-lines", file("x.csv", b"user_id,age\n\n\n"), "x.csv", refused("empty_dataset", "'x.csv'", "0 rows")),
    added("I01-blank-lines", file("x.csv", b"\n\n\n"), "x.csv", refused("empty_dataset", "'x.csv'", "0 rows")),
    added("I01-mark-alone", file("x.csv", b"\xef\xbb\xbf"), "x.csv", refused("empty_dataset", "'x.csv'", "0 rows")),
    added("I01-utf-16-mark-alone", file("x.csv", b"\xff\xfe"), "x.csv", refused("empty_dataset", "'x.csv'", "0 rows")),
    added("I01-blank-jsonl", file("x.jsonl", b"\n\n"), "x.jsonl", refused("empty_dataset", "'x.jsonl'", "0 rows")),
    added("I01-folder-of-nothing", file("x/readme.txt", b"x"), "x", refused("empty_dataset", "'x'", ".parquet")),
    *(
        rebuilt(
            f"I01-{side}-emptied-{kind}",
            people(kind, **{side: none}),
            refused("empty_dataset", side, "0 rows"),
            kind,
        )
        for kind in ("csv", "jsonl", "parquet", "folder")
        for side in ("seed", "population")
    ),
)  # fmt: skip

SIZES = (
    *(
        planned(
            f"I02-{count}-people-{kind}",
            people(kind, seed=head(count), count=1_000, seed_count=500),
            refused("seed_too_small", "seed", f"has {count:,} ", "25"),
            kind,
        )
        for count in (1, 24)
        for kind in ("csv", "parquet")
    ),
    *(
        planned(
            f"I02-{count}-people-{kind}",
            people(kind, seed=head(count), count=1_000, seed_count=500),
            Planned(SCORED, caveats=(f"{count} seed people are few",)),
            kind,
        )
        for count in (25, 99, 499)
        for kind in ("csv", "parquet")
    ),
    planned(
        "I02-500-people",
        people(count=1_000, seed_count=500),
        Planned(SCORED, silent=("are few",)),
    ),
    planned(
        "I02-24-people-of-48-rows",
        people(seed=lambda table: twice(table.head(24))),
        refused("seed_too_small", "has 24 people", "25"),
    ),
    planned(
        "I02-24-people-and-rows-of-nobody",
        people(seed=lambda table: pd.concat([table.head(24), value("user_id", None)(table)])),
        refused("seed_too_small", "has 24 people", "25"),
    ),
    planned(
        "I02-minimum-lowered",
        people(seed=head(10)),
        Planned(SCORED, caveats=("10 seed people are few",)),
        limits={"minimum_seed": 5},
    ),
    rebuilt(
        "I02-shrunk-to-24",
        people(seed=head(24)),
        refused("seed_too_small", "seed", "24", "25"),
    ),
    built(
        "I02-30-people",
        people(seed=head(30)),
        Built(50, warnings=("The learning seed has 30 people",)),
    ),
)  # fmt: skip

MISSING = (
    *(
        planned(
            f"I03-{column}-empty-in-seed-{kind}",
            people(kind, seed=emptied(column)),
            Planned(left_out={column: "all_missing_in_seed"}),
            kind,
        )
        for column in ("plan", "income")
        for kind in ("csv", "jsonl", "parquet")
    ),
    *(
        planned(
            f"I03-{column}-empty-in-{'both' if both else 'population'}",
            people(**{"both" if both else "population": emptied(column)}),
            Planned(left_out={column: "all_missing"}),
        )
        for column in ("plan", "income")
        for both in (True, False)
    ),
    *(
        planned(
            f"I03-everything-empty-in-seed-{kind}",
            people(kind, seed=emptied(*SCORED)),
            refused("no_eligible_attribute", "population", "missing"),
            kind,
        )
        for kind in ("csv", "jsonl", "parquet")
    ),
    planned(
        "I03-everything-empty-in-population",
        people(population=emptied(*SCORED)),
        refused("no_eligible_attribute", "population", "missing"),
    ),
    scored(
        "I03-plan-empty-in-seed",
        people(seed=emptied("plan")),
        Scored(REST, SEED, dropped=("plan",)),
    ),
)

CONSTANT = (
    *(
        planned(
            f"I04-{column}-constant-in-both-{kind}",
            people(kind, both=value(column, given)),
            Planned(left_out={column: "constant"}),
            kind,
        )
        for column, given in (("country", "FR"), ("age", 41.0))
        for kind in ("csv", "parquet")
    ),
    *(
        planned(
            f"I04-{column}-constant-in-seed",
            people(seed=value(column, given)),
            Planned(left_out={column: "constant_in_seed"}),
        )
        for column, given in (("country", "FR"), ("age", 41.0), ("visits", 0.0))
    ),
    planned(
        "I04-everything-constant",
        people(both=lambda t: t.assign(country="FR", plan="x", age=1.0, income=2.0, visits=3.0)),
        refused("no_eligible_attribute", "population", "one value"),
    ),
    scored(
        "I04-constant-in-seed",
        people(seed=lambda table: table.assign(age=41.0, country="FR")),
        Scored(REST, SEED),
    ),
    scored(
        "I04-constant-in-both",
        people(both=lambda table: table.assign(age=41.0, country="FR")),
        Scored(REST, SEED, dropped=("age", "country")),
    ),
    scored(
        "I04-constant-in-population",
        people(population=lambda table: table.assign(age=41.0)),
        Scored(REST, SEED, dropped=("age",)),
    ),
)  # fmt: skip

UNSEEN = (
    *(
        planned(
            f"I09-{share:.0%}-unseen-{kind}",
            people(kind, seed=unseen_city(share), population=cities),
            Planned(left_out={"city": "unknown_to_population"} if share > 0.05 else {}),
            kind,
        )
        for share in (0.02, 0.5, 1.0)
        for kind in ("csv", "parquet", "jsonl")
    ),
    scored(
        "I09-half-unseen-and-named",
        people(seed=unseen_city(0.5), population=cities),
        Scored(REST, SEED),
        columns=("--categorical", "country,city", "--continuous", "age"),
    ),
    scored(
        "I09-no-value-in-common",
        people(seed=value("country", "XX")),
        Scored(REST, SEED),
    ),
    scored(
        "I09-numbers-far-outside",
        people(seed=lambda table: table.assign(age=table["age"] + 1e6)),
        Scored(REST, SEED),
    ),
)

REPEATED = (
    *(
        planned(
            f"I15-{name}-twice-{kind}",
            people(kind, **{name: some_twice}),
            Planned(SCORED, caveats=(f"{count} rows of the {name} repeat",)),
            kind,
        )
        for name, count in (("seed", 9), ("population", 58))
        for kind in ("csv", "parquet", "jsonl", "folder")
    ),
    planned(
        "I15-rows-of-nobody",
        people(population=first_empty, seed=first_empty),
        Planned(SCORED, caveats=("1 rows of the seed have no identifier",)),
    ),
    *(
        scored(
            f"I15-{name}-twice",
            people(**{name: twice}),
            Scored(REST, SEED, twin="people"),
        )
        for name in ("seed", "both")
    ),
    scored(
        "I15-rows-of-nobody-left-out",
        people(seed=first_empty, population=first_empty),
        Scored(REST, SEED, twin="people"),
    ),
    scored(
        "I15-every-identifier-missing",
        people(seed=value("user_id", None)),
        refused("seed_too_small", "seed", "0 people"),
    ),
    scored(
        "I15-one-identifier-for-all",
        people(population=value("user_id", "same")),
        refused("nobody_identified", "population", "0 people"),
    ),
    scored(
        "I15-no-identifier-in-the-population",
        people(population=value("user_id", None)),
        refused("nobody_identified", "population", "0 people"),
    ),
)

OVERLAP = (
    scored("I18-no-overlap", people(seed=strangers), Scored(POPULATION, 0, notes=("None of 60 seed people",))),
    scored("I18-half-overlap", people(seed=lambda t: pd.concat([t.head(30), strangers(t.tail(30))])), Scored(POPULATION - 30, 30)),
    scored("I18-full-overlap", people(), Scored(REST, SEED)),
    scored("I18-list-that-matches-nobody", people(seed=lambda t: ids_alone(strangers(t))), refused("no_overlap", "seed", "0 of its 60")),
    scored("I18-seed-is-the-population", people(seed=lambda t: people_of()[1]), refused("no_candidates", "0 new people")),
    planned("I18-one-file-for-both", people(), refused("same_dataset", "'population'", "seed.where"), datasets={"seed": {"path": "population.csv"}, "population": {"path": "population.csv"}}),
    planned("I18-list-of-ids", people(seed=ids_alone), Planned(SCORED)),
    *(planned(f"I18-list-of-ids-{kind}", people(kind, seed=ids_alone), Planned(SCORED), kind) for kind in ("jsonl", "parquet")),
    built("I18-list-that-matches-few", people(seed=lambda t: ids_alone(pd.concat([t.head(10), strangers(t)]))), refused("too_few_matched", "seed", "fewer than 25 of its 70 people", "at least 25")),
)  # fmt: skip

REORDERED = (
    *(
        scored(
            f"I26-shuffled-{kind}",
            people(kind, both=shuffled),
            # JSON as pandas writes it keeps 15 digits: near scores may change places.
            Scored(REST, SEED, twin="people", same_ranks=kind != "jsonl"),
            kind,
        )
        for kind in ("csv", "jsonl", "folder")
    ),
    *(
        scored(
            f"I26-{threads}-threads",
            people(),
            Scored(REST, SEED, twin="people", same_ranks=True),
            columns=(
                *("--threads", str(threads), "--categorical", "country,plan"),
                *("--continuous", "age,income,visits"),
            ),
        )
        for threads in (1, 4)
    ),
    scored(
        "I26-columns-turned-round",
        people(both=lambda table: table[table.columns[::-1]]),
        Scored(REST, SEED, twin="people", same_ranks=True),
    ),
)

CASES = (
    *EMPTY,
    *SIZES,
    *MISSING,
    *CONSTANT,
    *UNSEEN,
    *REPEATED,
    *OVERLAP,
    *REORDERED,
)
TWINS = (scored("people", people(), Scored(REST, SEED)),)
