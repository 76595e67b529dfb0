"""One normal form of an identifier, in the dbt macro, the engine and Python alike."""

import json
from pathlib import Path

import duckdb
import pytest

from catalog.normal_forms import digest, normalised
from engines.casts import key_text
from tests.dbt_project.macro_text import rendered

SPELLINGS = json.loads(
    Path(__file__).with_name("identifiers.json").read_text(encoding="utf-8")
)
FILES = (
    "engine/lower_case.sql",
    "engine/digits_of.sql",
    "people/trimmed.sql",
    "people/normalised_identifier.sql",
)
# Published test vectors: FIPS 180-4 and RFC 1321, and an address hashed by hand elsewhere.
DIGESTS = [
    ("abc", "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("abc", "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("abc", "md5", "900150983cd24fb0d6963f7d28e17f72"),
    ("", "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
]


def evaluated(expression: str, text: str) -> str | None:
    with duckdb.connect() as connection:
        query = f"select {expression} from (select cast(? as varchar) as written)"
        return connection.execute(query, [text]).fetchall()[0][0]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda each: repr(each["written"]))
def test_the_macro_the_engine_and_python_give_the_same_form(spelling):
    form, written = spelling["form"], spelling["written"]
    macro = rendered(f"normalised_identifier('written', '{form}')", *FILES)

    found = {
        "macro": evaluated(macro, written),
        "engine": evaluated(key_text("written", "VARCHAR", "written", form), written),
        "python": normalised(written, form),
    }

    assert found == dict.fromkeys(found, spelling["normal"])


@pytest.mark.parametrize(("text", "algorithm", "expected"), DIGESTS)
def test_hashes_are_those_of_the_standards(text, algorithm, expected):
    call = f"digest('written', '{algorithm}')"
    macro = rendered(call, "engine/digest.sql")

    assert evaluated(macro, text) == digest(text, algorithm) == expected
