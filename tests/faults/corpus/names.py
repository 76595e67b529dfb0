"""Names and values that mean something to SQL, Jinja, HTML, a shell or a file system."""

import unicodedata
from os import mkfifo
from pathlib import Path

import pandas as pd

from tests.faults.corpus.case import Case, added, planned, scored
from tests.faults.corpus.expectation import Planned, Registered, Scored, refused
from tests.faults.corpus.files import SEED, file, files, frame, people
from tests.faults.corpus.rows import REST

PAYLOADS = {
    "quote": 'a"b',
    "apostrophe": "a'b",
    "semicolon": "a; drop table x",
    "dashes": "a -- b",
    "expression": "{{ 7 * 7 }}",
    "statement": "{% raw %}",
    "comment": "{# a #}",
    "line-break": "a\nb",
    "300-characters": "x" * 300,
    "emoji": "🎉 party",
    "select": "select",
    "script": "<script>alert(1)</script>",
    "dollars": "$(rm -rf /)",
    "backslash": "a\\b\\",
    "percent": "%s %(a)s %",
    "braces": "{0} {x!r}",
    "comma": "a,b",
    "spaces": "  a  ",
    "right-to-left": "a\u202eb",
    "formula": "=1+1",
    "slash": "../../etc/passwd",
    "tilde": "a~b/c",
}
SIDES = ("seed", "population")


def table_of(name: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user_id": [f"u{n}" for n in range(30)],
            name: [f"{n % 3}x" for n in range(30)],
        }
    )


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    """Every scored column under a name that is a payload."""
    names = ["quote", "expression", "line-break", "emoji", "dashes"]
    columns = ["country", "plan", "age", "income", "visits"]
    return table.rename(
        columns={c: PAYLOADS[n] for c, n in zip(columns, names, strict=True)}
    )


def option(*names: str) -> str:
    """Names as one CSV record."""
    return ",".join('"' + PAYLOADS[name].replace('"', '""') + '"' for name in names)


def recoded(table: pd.DataFrame) -> pd.DataFrame:
    """Every value replaced by a payload of its own."""
    country = dict(
        zip(("FR", "DE", "IT", "LU"), list(PAYLOADS.values())[:4], strict=True)
    )
    plan = {"basic": PAYLOADS["expression"], "plus": PAYLOADS["statement"]}
    return table.assign(
        country=table["country"].map(country), plan=table["plan"].map(plan)
    )


COLUMN_NAMES = (
    *(
        added(
            f"I10-{name}-{kind}",
            frame("x", lambda text=text: table_of(text), kind),
            f"x.{kind}",
            Registered(30, types={text: "VARCHAR"}, roles={text: "categorical"}),
        )
        for kind in ("csv", "parquet", "jsonl")
        for name, text in PAYLOADS.items()
    ),
    added("I10-composed-and-not", frame("x", lambda: table_of("é").assign(**{unicodedata.normalize("NFD", "é"): 1}), "parquet"), "x.parquet", refused("same_column_name", "'x.parquet'", "rename")),
    added("I10-case-alone", frame("x", lambda: table_of("Job").assign(job=1), "parquet"), "x.parquet", refused("same_column_name", "'Job'", "'job'")),
    added("I10-case-alone-csv", file("x.csv", "user_id,Job,job\n1,2,3\n"), "x.csv", refused("same_column_name", "'Job'", "'job'")),
    added("I10-case-alone-jsonl", file("x.jsonl", '{"user_id": 1, "Job": 1, "job": 2}\n'), "x.jsonl", refused("same_column_name", "'Job'", "'job'")),
    added("I10-empty-csv", file("x.csv", "user_id,,b\n1,2,3\n2,3,4\n"), "x.csv", Registered(2, types={"column_2": "BIGINT"})),
    added("I10-empty-parquet", frame("x", lambda: table_of(""), "parquet"), "x.parquet", refused("bad_column_name", "'x.parquet'", "column 2")),
    added("I10-empty-jsonl", file("x.jsonl", '{"user_id": 1, "": 2}\n'), "x.jsonl", refused("bad_column_name", "'x.jsonl'", "column 2")),
    added("I10-nul-parquet", frame("x", lambda: table_of("a\0b"), "parquet"), "x.parquet", refused("bad_column_name", "'x.parquet'", "column 2")),
    added("I10-nul-jsonl", file("x.jsonl", '{"user_id": 1, "a\\u0000b": 2}\n'), "x.jsonl", refused("bad_column_name", "'x.jsonl'", "column 2")),
    added("I10-of-the-engine", frame("x", lambda: table_of("file_row_number"), "parquet"), "x.parquet", refused("bad_column_name", "'file_row_number'", "rename")),
    added("I10-of-the-studio", frame("x", lambda: table_of("score"), "csv"), "x.csv", Registered(30, roles={"score": "categorical"})),
    scored("I10-payloads-as-columns", people("parquet", both=renamed), Scored(REST, SEED, twin="people"), "parquet", columns=("--categorical", option("quote", "expression"), "--continuous", option("line-break", "emoji", "dashes"))),
)  # fmt: skip

VALUES = (
    *(
        added(
            f"I11-{name}-{kind}",
            frame("x", lambda text=text: table_of("v").assign(v=[text, "b", "c"] * 10), kind),
            f"x.{kind}",
            Registered(30, roles={"v": "categorical"}, values={"v": [text, "b", "c"] * 10}),
        )
        for kind in ("csv", "jsonl")
        for name, text in PAYLOADS.items()
    ),
    *(
        scored(f"I11-recoded-{kind}", people(kind, both=recoded), Scored(REST, SEED, twin="people"), kind)
        for kind in ("csv", "parquet", "jsonl")
    ),
    scored(
        "I11-identifiers",
        people(both=lambda t: t.assign(user_id=t["user_id"] + " '; {{ 7 }} \"--")),
        Scored(REST, SEED),
    ),
)  # fmt: skip

GOOD = ("quote", "apostrophe", "semicolon", "dashes", "expression", "statement", "comment", "emoji", "select", "script", "dollars", "backslash", "slash")  # fmt: skip
GIVEN_NAMES = (
    *(
        added(
            f"I12-dataset-{name}",
            file("x.csv", "user_id,age\n1,2\n2,3\n"),
            "x.csv",
            Registered(2),
            *("--name", PAYLOADS[name], "--description", f"{PAYLOADS[name]}\nline two"),
        )
        for name in GOOD
    ),
    *(
        added(
            f"I12-dataset-{name}-refused",
            file("x.csv", "user_id,age\n1,2\n"),
            "x.csv",
            refused("name_invalid", "dataset"),
            *("--name", PAYLOADS[name]),
        )
        for name in ("line-break", "300-characters", "right-to-left")
    ),
    added("I12-dataset-blank", file("x.csv", "user_id,age\n1,2\n"), "x.csv", refused("name_invalid", "dataset", "empty"), "--name", "  "),
    added("I12-description-control", file("x.csv", "user_id,age\n1,2\n"), "x.csv", refused("description_invalid", "U+0007"), "--description", "a\x07b"),
    *(
        planned(f"I12-audience-{name}", people(), Planned(), name=PAYLOADS[name], description=PAYLOADS[name], tags=[PAYLOADS[name]])
        for name in GOOD
    ),
    *(
        planned(f"I12-audience-{name}-refused", people(), refused("specification_invalid", "name"), name=PAYLOADS[name])
        for name in ("line-break", "300-characters", "right-to-left")
    ),
    planned("I12-tag-of-the-studio", people(), refused("specification_invalid", "tags"), tags=["_nio_x"]),
    planned("I12-dataset-that-is-not-there", people(), refused("unknown_dataset", "'{{ 7 * 7 }}'"), seed={"dataset": "{{ 7 * 7 }}"}),
)  # fmt: skip

FILE_NAMES = {
    "brackets": "[ab].csv",
    "star": "*.csv",
    "question": "a?.csv",
    "quotes": 'it\'s "two" words.csv',
    "braces": "{a,b}.csv",
    "dollar": "$HOME.csv",
    "percent": "a%20b.csv",
    "backslash": "a\\b.csv",
    "emoji": "🎉.csv",
    "dash": "-x.csv",
    "line-break": "a\nb.csv",
    "semicolon": "a;b.csv",
    "upper": "A.CSV",
    "dots": "..x..csv",
    "expression": "{{ 7 * 7 }}.csv",
    "hash": "#a.csv",
    "tilde": "~.csv",
}
OTHERS = dict.fromkeys(("a.csv", "b.csv", "ab.csv"), "user_id,age\n1,1\n2,2\n3,3\n")


def exactly(name: str, path: str) -> Case:
    """The file of that name is read, though others lie beside it that a pattern finds."""
    content = {**OTHERS, path: "user_id,age\n7,30\n8,40\n"}
    expected = Registered(2, values={"age": [30, 40]})
    return added(
        f"I14-{name}", files(content), f"./{path}", expected, "--name", "chosen"
    )


def moved(folder: Path) -> None:
    """Both files under names that a pattern or a quote could mean."""
    people()(folder)
    (folder / "seed.csv").rename(folder / "[s]*.csv")
    (folder / "population.csv").rename(folder / 'it\'s "p".csv')


PATHS = (
    *(exactly(name, path) for name, path in FILE_NAMES.items()),
    added("I14-folder-in-between", files({**OTHERS, "[ab]/*.csv": "user_id,age\n7,30\n8,40\n"}), "[ab]/*.csv", Registered(2, values={"age": [30, 40]}), "--name", "chosen"),
    added("I14-not-there", file("b.csv", "user_id,age\n1,2\n"), "[b].csv", refused("file_not_found", "'[b].csv'")),
    added("I14-a-pipe", lambda folder: mkfifo(folder / "b.csv"), "b.csv", refused("not_a_file", "'b.csv'")),
    added("I14-an-address", file("b.csv", "user_id,age\n1,2\n"), "http://localhost/b.csv", refused("not_a_local_path", "address")),
    added("I14-a-long-name", file("b.csv", "user_id,age\n1,2\n"), "x" * 300 + ".csv", refused("file_not_found", "xxx.csv'")),
    scored("I14-scored", moved, Scored(REST, SEED, twin="people"), seed="[s]*.csv", population="it's \"p\".csv"),
)  # fmt: skip

CASES = (*COLUMN_NAMES, *VALUES, *GIVEN_NAMES, *PATHS)
TWINS: tuple[Case, ...] = ()
