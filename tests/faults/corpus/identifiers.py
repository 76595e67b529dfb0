"""Identifiers: spelt in other ways, hashed or not, of other types on both sides."""

import hashlib

import numpy as np
import pandas as pd

from tests.faults.corpus.case import Case, built, planned, scored
from tests.faults.corpus.expectation import Built, Planned, Scored, refused
from tests.faults.corpus.files import POPULATION, SEED, all_of, people
from tests.faults.corpus.rows import REST, SCORED


def numbered(table: pd.DataFrame) -> pd.Series:
    return table["user_id"].str.removeprefix("user ").astype(int)


def addresses(spell=lambda text: text):
    """E-mail addresses instead of user ids, spelt in some way."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        numbers = numbered(table)
        texts = [spell(f"ian{number}@example.com") for number in numbers]
        return table.drop(columns="user_id").assign(email=texts)

    return change


def hashed(
    algorithm: str, *, upper: bool = False, normalise: bool = True, column: str = ""
):
    """Hashes of the addresses, under the name that the hash usually has."""

    def spell(text: str) -> str:
        made = hashlib.new(
            algorithm, (text if normalise else f" {text.upper()}").encode()
        )
        return made.hexdigest().upper() if upper else made.hexdigest()

    def change(table: pd.DataFrame) -> pd.DataFrame:
        name = column or f"{algorithm}_hashed_email"
        return addresses(spell)(table).rename(columns={"email": name})

    return change


def phones(spell):
    """Phone numbers instead of user ids."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        texts = [spell(f"{7_700_900_000 + number}") for number in numbered(table)]
        return table.drop(columns="user_id").assign(phone=texts)

    return change


def ids(spell):
    """Each identifier made of the person's number."""
    return lambda table: table.assign(user_id=[spell(n) for n in numbered(table)])


SPELLINGS = {
    "upper-case": str.upper,
    "spaces": lambda text: f"  {text} ",
    "tab": lambda text: f"\t{text}\t",
    "no-break-space": lambda text: f"\u00a0{text}\u00a0",
    "dotted-capital-i": lambda text: text.replace("i", "\u0130"),
    "line-end": lambda text: f"{text}\n",
    "all-at-once": lambda text: f" \t\u00a0{text.title()}\u00a0 ",
}

SPELT = (
    *(
        built(
            f"I16-{name}-{kind}",
            people(kind, seed=addresses(spell), population=addresses()),
            Built(50, matched=SEED),
            kind,
            output={"top": 50},
        )
        for name, spell in SPELLINGS.items()
        for kind in (("parquet",) if name in ("line-end", "tab") else ("csv",))
    ),
    built(
        "I16-in-the-population",
        people(seed=addresses(), population=addresses(SPELLINGS["all-at-once"])),
        Built(50, matched=SEED),
    ),
    *(
        scored(
            f"I16-scored-{name}",
            people("parquet", seed=addresses(spell), population=addresses()),
            Scored(REST, SEED),
            "parquet",
            identifier="email",
        )
        for name, spell in SPELLINGS.items()
        if name in ("upper-case", "tab", "all-at-once")
    ),
    scored(
        "I16-user-ids-with-spaces",
        people(seed=ids(lambda n: f" u{n}\u00a0"), population=ids(lambda n: f"u{n}")),
        Scored(REST, SEED),
    ),
    scored(
        "I16-user-ids-in-another-case",
        people(seed=ids(lambda n: f"U{n}"), population=ids(lambda n: f"u{n}")),
        Scored(POPULATION, 0, notes=("None of 60",)),
    ),
)

HASHED = (
    *(
        built(
            f"I17-raw-against-{algorithm}",
            people(seed=addresses(str.title), population=hashed(algorithm)),
            Built(50, matched=SEED),
        )
        for algorithm in ("sha256", "sha1", "md5")
    ),
    built(
        "I17-sha256-against-raw",
        people(seed=hashed("sha256"), population=addresses(str.upper)),
        Built(50, matched=SEED),
    ),
    *(
        built(
            f"I17-upper-case-{algorithm}",
            people(seed=hashed(algorithm, upper=True), population=hashed(algorithm)),
            Built(50, matched=SEED),
        )
        for algorithm in ("sha256", "md5")
    ),
    built(
        "I17-of-unnormalised-addresses",
        people(seed=hashed("sha256", normalise=False), population=hashed("sha256")),
        Built(50, matched=0, warnings=("None of 60",)),
    ),
    planned(
        "I17-md5-against-sha256-of-one-name",
        people(seed=hashed("md5", column="user_id"), population=hashed("sha256", column="user_id")),
        refused("identifier_shapes_differ", "user_id", "MD5", "SHA-256"),
    ),
    planned(
        "I17-md5-against-sha256",
        people(seed=hashed("md5"), population=hashed("sha256")),
        refused("no_shared_identifier", "population", "md5_hashed_email", "sha256_hashed_email"),
    ),
    planned(
        "I17-raw-in-a-column-named-hash",
        people(seed=lambda t: addresses()(t).rename(columns={"email": "hashed_email"}), population=hashed("sha256")),
        Planned(SCORED, caveats=("in the clear",)),
    ),
    planned(
        "I17-hash-in-a-column-named-email",
        people(seed=hashed("sha256", column="email"), population=hashed("sha256")),
        Planned(SCORED),
    ),
    planned(
        "I17-phones-against-addresses",
        people(seed=phones(lambda n: f"+44{n}"), population=addresses()),
        refused("no_shared_identifier", "population", "phone", "email"),
    ),
    built(
        "I17-phones-written-in-two-ways",
        people(seed=phones(lambda n: f"+44 (0){n[:4]} {n[4:]}"), population=phones(lambda n: f"0044{n}")),
        Built(50, matched=SEED),
    ),
    scored(
        "I17-scored-phones-of-csv-in-json-lines",
        all_of(
            people("csv", both=phones(lambda n: f"+44{n}")),
            people("jsonl", both=phones(lambda n: f"+44{n}")),
        ),
        Scored(REST, SEED),
        population="population.jsonl",
        identifier="phone",
    ),
    scored(
        "I17-scored-raw-against-hashed",
        people(seed=lambda t: addresses()(t).rename(columns={"email": "user_id"}), population=hashed("sha256", column="user_id")),
        refused("identifier_shapes_differ", "user_id", "raw e-mail addresses", "SHA-256"),
    ),
    scored(
        "I17-scored-upper-case",
        people(seed=hashed("sha256", upper=True, column="user_id"), population=hashed("sha256", column="user_id")),
        Scored(REST, SEED),
    ),
)  # fmt: skip

TYPES = (
    *(
        scored(
            f"I23-{name}",
            people("parquet", seed=ids(ours), population=ids(theirs)),
            Scored(REST if matched else POPULATION, matched, notes=notes),
            "parquet",
        )
        for name, ours, theirs, matched, notes in (
            ("int-and-text", int, str, SEED, ()),
            ("int-and-real", int, float, SEED, ()),
            ("real-and-text", float, str, SEED, ()),
            ("real-of-16-digits-and-int", lambda n: 1e15 + n, lambda n: 10**15 + n, SEED, ()),
            ("text-and-real-of-16-digits", lambda n: str(2**53 - n), lambda n: float(2**53 - n), SEED, ()),
            ("int-and-int32", int, np.int32, SEED, ()),
            ("zeros-in-front", lambda n: f"0{n}", str, 0, ("None of 60",)),
            ("zeros-in-front-of-int", lambda n: f"0{n}", int, 0, ("None of 60",)),
            ("text-of-a-real", lambda n: f"{n}.0", int, 0, ("None of 60",)),
            ("beyond-2-to-53", lambda n: 2**60 + n, lambda n: str(2**60 + n), SEED, ()),
        )
    ),
    *(
        planned(
            f"I23-attribute-{name}",
            people("parquet", seed=lambda t, to=to: t.assign(age=to(t["age"]))),
            Planned(left_out={"age": "types_differ"}),
            "parquet",
        )
        for name, to in (
            ("text", lambda c: c.astype(str)),
            ("boolean", lambda c: c > 40),
        )
    ),
    *(
        planned(
            f"I23-attribute-{name}-compares",
            people("parquet", seed=lambda t, to=to: t.assign(age=to(t["age"]))),
            Planned(SCORED),
            "parquet",
        )
        for name, to in (
            ("int", lambda c: c.astype(int)),
            ("single", lambda c: c.astype("float32")),
        )
    ),
    planned(
        "I23-attribute-named-and-text",
        people(seed=lambda t: t.assign(age="x" + t["age"].astype(str))),
        refused("types_differ", "'age'", "text", "real"),
        attributes=["age", "country"],
    ),
    planned(
        "I23-a-date-as-identifier",
        people("parquet", both=lambda t: t.assign(user_id=pd.Timestamp("2024-01-01"))),
        refused("no_identifier", "seed", "datasets map"),
        "parquet",
    ),
)  # fmt: skip

CASES = (*SPELT, *HASHED, *TYPES)
TWINS: tuple[Case, ...] = ()
