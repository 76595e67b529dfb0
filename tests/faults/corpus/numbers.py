"""Numbers and dates: not finite, far from zero, tied, written in other ways."""

import numpy as np
import pandas as pd

from tests.faults.corpus.case import added, built, planned, scored
from tests.faults.corpus.expectation import Built, Planned, Registered, Scored
from tests.faults.corpus.files import POPULATION, SEED, file, people
from tests.faults.corpus.rows import shuffled

REST = POPULATION - SEED
ODD = {
    "nan": "NaN",
    "inf": "inf",
    "minus-inf": "-inf",
    "infinity": "Infinity",
    "1e400": "1e400",
    "minus-1e400": "-1e400",
}


def odd_numbers(*odd: float):
    """The first ages are these."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        ages = table["age"].to_numpy().copy()
        ages[: len(odd)] = odd
        return table.assign(age=ages)

    return change


def odd_texts(*odd: str):
    """The first ages are written like this."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        ages = table["age"].astype(int).astype(str).to_numpy(dtype=object)
        ages[: len(odd)] = odd
        return table.assign(age=ages)

    return change


def moved(**offsets: float):
    return lambda table: table.assign(
        **{name: table[name] + offset for name, offset in offsets.items()}
    )


def times(**factors: float):
    return lambda table: table.assign(
        **{name: table[name] * factor for name, factor in factors.items()}
    )


def whole(table: pd.DataFrame) -> pd.DataFrame:
    """Incomes as whole numbers, so that an offset loses nothing of them."""
    return table.assign(income=table["income"].clip(upper=1e9).round())


def tied(table: pd.DataFrame) -> pd.DataFrame:
    """Two sorts of people alone: hundreds of scores are the same."""
    country = np.where(table["country"] == "DE", "DE", "FR")
    return table[["user_id"]].assign(country=country)


def lines(*values: str, header: str = "user_id,v") -> str:
    """A file of one column beside the identifier."""
    return "\n".join([header, *(f"u{n},{v}" for n, v in enumerate(values))]) + "\n"


def number_file(name: str, *values: str, **expected: object):
    """A column `v` of these texts, read as expected."""
    text = lines(*values)
    return added(
        name, file("x.csv", text), "x.csv", Registered(len(values), **expected)
    )


def semicolons(name: str, *values: str, **expected: object):
    text = "\n".join(["user_id;v", *(f"u{n};{v}" for n, v in enumerate(values))])
    return added(
        name, file("x.csv", text), "x.csv", Registered(len(values), **expected)
    )


DOUBLE = {"v": "DOUBLE"}
NOT_FINITE = (
    *(
        number_file(
            f"I05-{name}-in-a-file", "1.5", odd, "2.5",
            types=DOUBLE, missing={"v": 1}, roles={"v": "continuous"},
        )
        for name, odd in ODD.items()
    ),
    number_file(
        "I05-nothing-but-nan", "NaN", "NaN", "nan", types=DOUBLE, missing={"v": 3}
    ),
    number_file(
        "I05-the-greatest-number", "1.7976931348623157e308", "5e-324", "-0.0",
        types=DOUBLE, missing={"v": 0}, values={"v": [1.7976931348623157e308, 5e-324, 0.0]},
    ),
    added(
        "I05-1e400-jsonl",
        file("x.jsonl", '{"user_id": "a", "v": 1e400}\n{"user_id": "b", "v": 1.5}\n'),
        "x.jsonl",
        Registered(2, types=DOUBLE, missing={"v": 1}),
    ),
    *(
        scored(
            f"I05-{side}-{kind}",
            people(kind, **{side: odd_numbers(np.nan, np.inf, -np.inf, np.inf, 1e308)}),
            Scored(REST, SEED),
            kind,
        )
        for side in ("seed", "population", "both")
        for kind in ("csv", "parquet")
    ),
    planned(
        "I05-no-finite-number-in-seed",
        people(seed=lambda table: table.assign(age=np.inf)),
        Planned(left_out={"age": "all_missing_in_seed"}),
    ),
    planned(
        "I05-no-finite-number-in-both",
        people("parquet", both=lambda table: table.assign(age=-np.inf)),
        Planned(left_out={"age": "all_missing"}),
        "parquet",
    ),
    scored(
        "I05-1e400-written",
        people(both=odd_texts("1e400", "-1e400")),
        Scored(REST, SEED),
    ),
)  # fmt: skip

FAR = (
    *(
        scored(
            f"I06-{offset:.0e}-{kind}",
            people(kind, both=lambda table, by=offset: moved(age=by, income=by, visits=by)(whole(table))),
            Scored(REST, SEED, twin="whole numbers"),
            kind,
        )
        for offset, kind in (
            (1e9, "csv"), (1e12, "parquet"), (1e15, "csv"), (-1e15, "parquet"),
        )
    ),
    scored(
        "I06-1e15-and-a-spread-of-an-eighth",
        people(both=lambda table: moved(age=1e15)(times(age=0.125)(whole(table)))),
        Scored(REST, SEED, twin="whole numbers"),
    ),
    scored(
        "I06-tiny",
        people("parquet", both=lambda table: times(age=2.0**-900, visits=2.0**-1000)(whole(table))),
        Scored(REST, SEED, twin="whole numbers"),
        "parquet",
    ),
    scored(
        "I06-huge",
        people("parquet", both=lambda table: times(age=2.0**900, visits=2.0**1000)(whole(table))),
        Scored(REST, SEED, twin="whole numbers"),
        "parquet",
    ),
)  # fmt: skip

TIED = (
    *(
        built(f"I21-{top}-of-ties", people(both=lambda table: shuffled(tied(table))), Built(top), output={"top": top})
        for top in (1, 17, 339)
    ),
    *(
        scored(
            f"I21-{threads}-threads",
            people(both=lambda table: shuffled(tied(table))),
            Scored(REST, SEED, twin="ties", same_ranks=True),
            columns=("--threads", str(threads), "--categorical", "country"),
        )
        for threads in (1, 4)
    ),
    scored(
        "I21-parquet",
        people("parquet", both=tied),
        Scored(REST, SEED, twin="ties", same_ranks=True),
        "parquet",
        columns=("--categorical", "country"),
    ),
)  # fmt: skip

WRITTEN = (
    *(
        number_file(
            f"I25-token-{name}", "1", token, "3",
            types={"v": "BIGINT"}, missing={"v": 1}, values={"v": [1, None, 3]},
            notes=(f"'{token}' is read as missing",),
        )
        for name, token in (
            ("n-a", "N/A"), ("small-n-a", "n/a"), ("na", "NA"), ("excel", "#N/A"),
            ("null", "null"), ("NULL", "NULL"), ("none", "None"), ("dash", "-"),
            ("backslash-n", r"\N"),
        )
    ),
    number_file("I25-tokens-of-text-stay", "NA", "FR", "null", types={"v": "VARCHAR"}, missing={"v": 0}, values={"v": ["NA", "FR", "null"]}),
    number_file("I25-backslash-n-in-text", r"\N", "FR", "DE", missing={"v": 1}, values={"v": [None, "FR", "DE"]}),
    number_file("I25-empty", "1", "", "3", missing={"v": 1}, values={"v": [1, None, 3]}),
    number_file("I25-tokens-alone", "-", "N/A", "-", types={"v": "VARCHAR"}),
    number_file("I25-unknown-token", "1", "missing", "3", types={"v": "VARCHAR"}, missing={"v": 0}),
    semicolons("I25-decimal-comma", "1,5", "-0,25", "3", types=DOUBLE, values={"v": [1.5, -0.25, 3.0]}, notes=("decimal comma",)),
    semicolons("I25-thousands-marks", "1.000,5", "2.000", "3", types=DOUBLE, values={"v": [1000.5, 2000.0, 3.0]}, notes=("decimal comma",)),
    added("I25-both-decimal-marks", file("x.csv", "user_id;a;b\nu1;1,5;1.5\nu2;2,5;2.5\n"), "x.csv", Registered(2, types={"a": "VARCHAR", "b": "DOUBLE"}, notes=("decimal commas",))),
    number_file("I25-ambiguous-date", "01/02/2024", "03/04/2024", types={"v": "VARCHAR"}, notes=("do not tell day from month",)),
    number_file("I25-day-first", "13/02/2024", "01/02/2024", types={"v": "DATE"}, notes=("day, month, year",)),
    number_file("I25-month-first", "02/13/2024", "02/01/2024", types={"v": "DATE"}, notes=("month, day, year",)),
    number_file("I25-neither-day-nor-month", "13/02/2024", "02/13/2024", types={"v": "VARCHAR"}, notes=("do not tell day from month",)),
    number_file("I25-iso-date", "2024-02-01", "", types={"v": "DATE"}, roles={"v": "metadata"}),
    number_file("I25-impossible-date", "2024-02-31", "2024-02-01", types={"v": "VARCHAR"}),
    number_file("I25-leading-zeros", "007", "010", types={"v": "VARCHAR"}, values={"v": ["007", "010"]}),
    number_file("I25-twenty-digits", "12345678901234567890", "1", types={"v": "VARCHAR"}, values={"v": ["12345678901234567890", "1"]}),
    number_file("I25-spaces-around", " 1 ", "2", types={"v": "BIGINT"}, values={"v": [1, 2]}),
    number_file("I25-percent", "5%", "6%", types={"v": "VARCHAR"}),
    number_file("I25-other-digits", "٣", "١", types={"v": "VARCHAR"}, values={"v": ["٣", "١"]}),
    number_file("I25-hex", "0x10", "1", types={"v": "VARCHAR"}),
    number_file("I25-underscores", "1_000", "2", types={"v": "VARCHAR"}),
)  # fmt: skip

CASES = (*NOT_FINITE, *FAR, *TIED, *WRITTEN)
TWINS = (
    scored("whole numbers", people(both=whole), Scored(REST, SEED)),
    scored(
        "ties",
        people(both=tied),
        Scored(REST, SEED),
        columns=("--categorical", "country"),
    ),
)
