"""`lookalike datasets`: what a person registers, looks at, maps and forgets."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.studio.conftest import ask, assert_refused


def test_init_makes_a_home_for_its_owner_alone(here, monkeypatch):
    monkeypatch.delenv("LOOKALIKE_HOME")

    first, second = ask("init", "."), ask("init", ".")

    assert (first.code, second.code) == (0, 0)
    assert "Made" in first.out
    assert "There was" in second.out
    assert (here / ".lookalike").stat().st_mode & 0o777 == 0o700


def test_init_makes_the_home_that_is_named(here, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_HOME", str(here / "named"))

    first, other = ask("init"), ask("init", ".")

    assert f"Made a studio in {here / 'named'}." in first.out
    assert str(here / ".lookalike") in other.out
    assert "names another" in other.err
    assert ask("audience", "list").code == 0


def test_a_named_home_that_is_not_there_is_made_by_no_command_that_reads(
    here, monkeypatch
):
    monkeypatch.setenv("LOOKALIKE_HOME", str(here / "mistyped"))

    assert_refused(ask("audience", "list"), "mistyped", "lookalike init")
    assert not (here / "mistyped").exists()


def test_registering_makes_the_home_that_is_named(two_files, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_HOME", str(two_files / "named"))

    assert ask("datasets", "add", "population.csv").code == 0
    assert (two_files / "named").is_dir()


def test_an_identity_without_its_type_is_told_with_the_whole_command(two_files):
    ask("datasets", "add", "population.csv")

    told = ask(
        "datasets", "map", "population", "--column", "plan", "--role", "identity"
    )

    command = "--column plan --role identity --identifier-type customer_id`"
    assert_refused(told, "option --identifier-type is missing", command)


def test_a_file_that_is_registered_is_told_with_its_path_and_the_ways_on(two_files):
    ask("datasets", "add", "population.csv")

    again = ask("datasets", "add", "population.csv")

    assert_refused(again, "is registered already, from", "population.csv", "UTC")
    assert_refused(again, "datasets profile population", "--replace")


def test_replacing_takes_changed_columns_and_keeps_the_mappings_that_stay(two_files):
    before = ask("datasets", "add", "population.csv", "--json").json
    ask("datasets", "map", "population", "--column", "age", "--role", "categorical")
    frame = pd.read_csv("population.csv").rename(columns={"country": "land"})
    frame.assign(visits="many").to_csv("population.csv", index=False)

    found = ask("datasets", "add", "population.csv", "--replace", "--json").json

    roles = {each["column"]: each["role"] for each in found["columns"]}
    assert roles["age"] == "categorical"
    assert (roles["land"], roles["visits"]) == ("categorical", "categorical")
    assert "country" not in roles
    assert roles["user_id"] == "identity"
    assert before["rows"] == found["rows"]
    assert ask("datasets", "profile", "population").code == 0


def test_a_name_or_table_that_is_no_text_goes_into_no_catalog(two_files):
    named = ask("datasets", "add", "population.csv", "--name", "\udcfe")
    ask("datasets", "add", "population.csv", "--table", "\udcfe")
    ask("datasets", "add", "seed.csv")
    sides = ("--seed", "seed", "--population", "population")
    drawn = ask("audience", "new", "--name", "\udcfe", *sides)

    assert_refused(named, r"dataset '\udcfe' holds the control character U+DCFE")
    assert_refused(drawn, r"audience '\udcfe' holds the control character U+DCFE")
    assert ask("datasets", "show", "population", "--json").json["table"] is None


@pytest.mark.parametrize("path", ["\udcff.csv", "a\udcff/b.csv", "absent\udcfe.csv"])
def test_a_path_whose_bytes_are_no_text_is_refused_with_it(here, path):
    if not path.startswith("absent"):
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text("user_id,age\n1,2\n")

    told = ask("datasets", "add", path, "--name", "people")

    assert_refused(told, "not UTF-8", r"\udc", "rename the file or folder")


def test_what_is_not_registered_cannot_be_replaced(two_files):
    told = ask("datasets", "add", "population.csv", "--replace")

    assert_refused(told, "dataset 'population' is not registered")


def test_without_a_home_commands_say_how_to_make_one(here, monkeypatch):
    monkeypatch.delenv("LOOKALIKE_HOME")

    assert_refused(ask("datasets", "list"), str(here), "lookalike init")


def test_add_proposes_a_role_for_each_column(two_files):
    found = ask("datasets", "add", "population.csv", "--json").json

    roles = {each["column"]: each["role"] for each in found["columns"]}
    assert found["name"] == "population"
    assert found["rows"] == 1_000
    assert roles == {
        "user_id": "identity",
        "country": "categorical",
        "plan": "categorical",
        "age": "continuous",
        "income": "continuous",
        "visits": "continuous",
    }
    ages = next(each for each in found["columns"] if each["column"] == "age")
    assert ages["missing"] == 0
    assert ages["distinct"] == pd.read_csv("population.csv")["age"].nunique()


def test_show_says_what_add_said(two_files):
    added = ask("datasets", "add", "population.csv", "--name", "people", "--json").json

    shown = ask("datasets", "show", "people", "--json").json

    assert shown == {key: added[key] for key in shown}


def test_list_shows_each_dataset_once(two_files):
    ask("datasets", "add", "population.csv")
    ask("datasets", "add", "seed.csv")

    found = ask("datasets", "list", "--json").json

    assert {(each["name"], each["rows"]) for each in found} == {
        ("population", 1_000),
        ("seed", 120),
    }
    assert all(each["identifiers"] == ["user_id"] for each in found)


def test_a_name_is_taken_once(two_files):
    ask("datasets", "add", "population.csv", "--name", "People")

    again = ask("datasets", "add", "seed.csv", "--name", "people")

    assert_refused(again, "'people'")
    assert len(ask("datasets", "list", "--json").json) == 1


def test_map_gives_a_column_another_role(two_files):
    ask("datasets", "add", "population.csv")

    ask("datasets", "map", "population", "--column", "age", "--role", "categorical")

    shown = ask("datasets", "show", "population", "--json").json
    roles = {each["column"]: each["role"] for each in shown["columns"]}
    assert roles["age"] == "categorical"


def test_mapping_an_unknown_column_is_refused_with_its_name(two_files):
    ask("datasets", "add", "population.csv")

    answer = ask(
        "datasets", "map", "population", "--column", "Country", "--role", "metadata"
    )

    assert_refused(answer, "'Country'", "'country'")


def test_profile_counts_identifiers_that_repeat_or_are_missing(here):
    pd.DataFrame({"user_id": ["a", "b", "b", None], "age": [1, 2, 3, 4]}).to_parquet(
        here / "people.parquet"
    )
    ask("datasets", "add", "people.parquet")

    (key,) = ask("datasets", "profile", "people", "--json").json["keys"]

    assert (key["duplicates"], key["missing"], key["is_unique"]) == (1, 1, False)


def test_remove_forgets_the_dataset_and_leaves_its_file(two_files):
    before = (two_files / "population.csv").read_bytes()
    ask("datasets", "add", "population.csv")

    assert ask("datasets", "remove", "population").code == 0

    assert ask("datasets", "list", "--json").json == []
    assert (two_files / "population.csv").read_bytes() == before


def test_an_unknown_dataset_is_refused_with_those_that_are_near(two_files):
    ask("datasets", "add", "population.csv", "--name", "customers")

    assert_refused(ask("datasets", "show", "costumers"), "'costumers'", "'customers'")


@pytest.mark.parametrize(
    "name", ["[ab].csv", "*.csv", 'it\'s "two" words.csv', "a?.csv"]
)
def test_a_file_name_is_no_pattern(here, name):
    """I14: others lie beside it that the pattern would find."""
    for other in ("a.csv", "b.csv", "ab.csv"):
        (here / other).write_text("user_id,age\n1,1\n2,2\n3,3\n")
    (here / name).write_text("user_id,age\n7,30\n8,40\n")

    found = ask("datasets", "add", name, "--name", "chosen", "--json")

    assert found.code == 0, found.err
    assert found.json["rows"] == 2


def test_a_column_is_for_what_its_type_allows(here):
    """I22: each type has a stated role, and none is lost."""
    rows = 60
    frame = pd.DataFrame(
        {
            "user_id": [f"u{n}" for n in range(rows)],
            "born": pd.Timestamp("1990-05-01"),
            "is_new": [n % 2 == 0 for n in range(rows)],
            "tags": [["x", "y"]] * rows,
            "place": [{"city": "Lyon"}] * rows,
            "blob": [b"\x00\x01"] * rows,
            "height": [1.5 + n / 100 for n in range(rows)],
        }
    )
    frame.to_parquet(here / "typed.parquet")

    found = ask("datasets", "add", "typed.parquet", "--json").json

    roles = {each["column"]: each["role"] for each in found["columns"]}
    assert roles == {
        "user_id": "identity",
        "born": "metadata",
        "is_new": "categorical",
        "tags": "metadata",
        "place": "metadata",
        "blob": "metadata",
        "height": "continuous",
    }
    assert all(each["reason"] for each in found["columns"])


def test_a_hash_is_known_by_its_shape(here):
    """I17: a column named e-mail that holds hashes is the hash."""
    hashes = [f"{n:064X}" for n in range(50)]
    pd.DataFrame({"email": hashes, "age": range(50)}).to_parquet(here / "h.parquet")

    found = ask("datasets", "add", "h.parquet", "--json").json

    attributes = {each["column"]: each["attribute"] for each in found["columns"]}
    assert attributes["email"] == "sha256_hashed_email"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("nothing.csv", b"", ("'nothing.csv'", "empty")),
        ("header.csv", b"user_id,age\n", ("header", "0 rows")),
        ("ragged.csv", b"user_id,age\n1,2\n3,4,5\n6,7\n", ("ragged.csv", "line 3")),
        ("quote.csv", b'user_id,age\n1,2\n"3,4\n5,6\n', ("quote.csv",)),
        ("nul.csv", b"user_id,age\n1,2\n3,\x004\n", ("nul.csv", "NUL")),
        ("same.csv", b"age,user_id,age\n1,2,3\n", ("same.csv", "'age'")),
        ("damaged.parquet", b"PAR1 and no more", ("damaged.parquet",)),
        ("table.xlsx", b"PK\x03\x04", ("table.xlsx",)),
    ],
)
def test_a_bad_file_is_refused_by_name(here, name, content, told):
    """I01, I13: named with its line where it has one, and not registered."""
    (here / name).write_bytes(content)

    answer = ask("datasets", "add", name)

    assert_refused(answer, *told)
    assert ask("datasets", "list", "--json").json == []
    assert list((here / "home" / "datasets").iterdir()) == []


def test_a_parquet_file_of_no_rows_is_refused(here):
    pd.DataFrame({"user_id": ["a"], "age": [1.0]}).head(0).to_parquet("empty.parquet")

    assert_refused(ask("datasets", "add", "empty.parquet"), "'empty.parquet'", "0 rows")


def test_a_file_that_is_not_there_is_refused(here):
    assert_refused(ask("datasets", "add", "no such.csv"), "no such.csv")


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("utf-16", b"")]
)
def test_encodings_with_a_mark_are_read_right(here, encoding, mark):
    """I13: the mark is no part of the first name, and CRLF no part of a value."""
    text = "user_id,città\r\n1,Forlì\r\n2,Bari\r\n"
    (here / "marked.csv").write_bytes(mark + text.encode(encoding))

    found = ask("datasets", "add", "marked.csv", "--json")

    assert found.code == 0, found.err
    assert [each["column"] for each in found.json["columns"]] == ["user_id", "città"]
    assert found.json["rows"] == 2


def test_what_counts_as_missing_is_stated(here):
    """I25: tokens that mean nothing are told when the file is registered."""
    rows = [
        "user_id,age",
        *(f"u{n},{n}" for n in range(30)),
        "v1,N/A",
        "v2,NULL",
        "v3,",
    ]
    (here / "tokens.csv").write_text("\n".join(rows) + "\n")

    found = ask("datasets", "add", "tokens.csv", "--json")

    ages = next(each for each in found.json["columns"] if each["column"] == "age")
    assert ages["missing"] == 3
    assert "N/A" in json.dumps(found.json["notes"])


def test_an_ambiguous_date_is_told(here):
    """I25: 01/02/2024 is the first of February or the second of January."""
    rows = ["user_id,seen", *(f"u{n},0{1 + n % 9}/02/2024" for n in range(30))]
    (here / "dates.csv").write_text("\n".join(rows) + "\n")

    found = ask("datasets", "add", "dates.csv", "--json")

    assert "seen" in found.err + json.dumps(found.json.get("notes", []))


def test_a_renamed_column_of_parquet_is_told_with_its_new_name(here):
    """I24."""
    people = pd.DataFrame({"user_id": ["a", "b"], "age": [1.5, 2.5]})
    people.to_parquet("people.parquet")
    assert ask("datasets", "add", "people.parquet").code == 0
    people.rename(columns={"age": "years"}).to_parquet("people.parquet")

    answer = ask("datasets", "profile", "people")

    assert_refused(answer, "'people'", "'age' is gone", "'years' is new")


def test_a_file_that_became_another_encoding_is_refused(here):
    """I13: read by the saved schema it would be read wrong."""
    text = "user_id,town\n1,Bari\n2,Como\n"
    (here / "towns.csv").write_text(text)
    assert ask("datasets", "add", "towns.csv").code == 0
    (here / "towns.csv").write_bytes(text.replace("o", "ò").encode("latin-1"))

    answer = ask("datasets", "profile", "towns")

    assert_refused(answer, "'towns.csv'", "utf-8", "latin-1")
