"""Where new datasets come from: which paths are read, how uploads are kept, what is shown."""

import asyncio
from collections.abc import AsyncIterator

import pandas as pd
import pytest

from catalog.datasets import Column, CsvSchema
from catalog.errors import StudioError
from catalog.home import create_home
from studio.services import dataset_pages, dataset_sources, datasets, uploads
from studio.services.access import Access, read_access
from studio.services.opening import open_studio

ROWS = "user_id;email;job;age\n" + "".join(
    f"u{n};person{n}@mail.example;{'clerk' if n % 2 else 'baker'};{n % 70},5\n"
    for n in range(200)
)


@pytest.fixture
def workshop(tmp_path):
    """A home in a folder beside one file of people."""
    (tmp_path / "people.csv").write_text(ROWS)
    return open_studio(create_home(tmp_path / ".lookalike"))


async def parts(*content: bytes) -> AsyncIterator[bytes]:
    for each in content:
        yield each


def upload(workshop, name: str, *content: bytes, most: int = 1 << 20):
    return asyncio.run(
        dataset_sources.keep_upload(workshop, name, parts(*content), most)
    )


def refusal(act, *arguments, **named) -> StudioError:
    with pytest.raises(StudioError) as refused:
        act(*arguments, **named)
    return refused.value


def refused_path(workshop, typed: str) -> str:
    home = workshop.home
    return refusal(dataset_sources.allowed_path, home, read_access(home), typed).code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "path_missing"),
        ("/etc/hostname", "outside_allowed_folders"),
        ("../../../../../../../../etc/hostname", "outside_allowed_folders"),
        ("../nothing-of-this-name.csv", "outside_allowed_folders"),
        ("http://127.0.0.1/people.csv", "not_a_local_path"),
        ("s3://bucket/people.csv", "not_a_local_path"),
        ("peo\0ple.csv", "nul_character"),
        ("x" * 300 + ".csv", "file_not_found"),
        (".lookalike/catalog.db", "inside_home"),
        ("out.csv", "outside_allowed_folders"),
        ("in.db", "inside_home"),
    ],
)
def test_a_path_outside_what_may_be_read_is_refused(workshop, tmp_path, typed, code):
    (tmp_path / "out.csv").symlink_to("/etc/hostname")
    (tmp_path / "in.db").symlink_to(tmp_path / ".lookalike/catalog.db")

    assert refused_path(workshop, typed) == code


def test_the_folders_that_may_be_read_are_a_setting(workshop, tmp_path, monkeypatch):
    home, people = workshop.home, str(tmp_path / "people.csv")
    found = dataset_sources.allowed_path(home, read_access(home), " people.csv ")
    assert found.name == "people.csv"

    (tmp_path / "data").mkdir()
    monkeypatch.setenv("LOOKALIKE_DATA_FOLDERS", str(tmp_path / "data"))

    assert refused_path(workshop, people) == "outside_allowed_folders"


def test_with_a_login_no_folder_is_open_unless_it_is_named(workshop, tmp_path):
    access = Access(proxy={"header": "x-user", "address": "127.0.0.1"})
    people = str(tmp_path / "people.csv")

    found = refusal(dataset_sources.allowed_path, workshop.home, access, people)

    assert found.code == "outside_allowed_folders"
    named = access.model_copy(update={"data_folders": (tmp_path,)})
    assert (
        dataset_sources.allowed_path(workshop.home, named, people).name == "people.csv"
    )


def test_a_look_shows_how_a_file_is_read_and_nobody_in_it(workshop, tmp_path):
    found = dataset_sources.look(workshop, tmp_path / "people.csv")

    shown = {column.name: column.first_values for column in found.columns}
    assert (found.kind, found.rows) == ("csv", 200)
    assert shown["job"][:2] == ("baker", "clerk")
    assert shown["age"][:2] == ("0.5", "1.5")
    assert set(shown["user_id"]) == set(shown["email"]) == {dataset_sources.HIDDEN}
    assert workshop.catalog.list_datasets() == ()


def test_a_look_reads_the_file_as_it_is_told_to(workshop, tmp_path):
    schema = CsvSchema(delimiter=";", has_header=False)

    found = dataset_sources.look(workshop, tmp_path / "people.csv", schema)

    assert found.rows == 201
    assert found.columns[2].first_values[:2] == ("job", "baker")


def first_values(workshop, path, schema=None):
    found = dataset_sources.look(workshop, path, schema)
    return {each.name: (each.type, *each.first_values) for each in found.columns}


def test_a_look_shows_values_as_they_are_read(workshop, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("plan,seen,spent\n'a, ''b''',1.2.2024,7\n'c',3.4.2024,?\n")

    wanted = CsvSchema(
        quote="'", escape="'", null_tokens=("", "?"), date_format="%d.%m.%Y"
    )

    assert first_values(workshop, path, wanted) == {
        "plan": ("VARCHAR", "a, 'b'", "c"),
        "seen": ("DATE", "2024-02-01", "2024-04-03"),
        "spent": ("BIGINT", "7", "–"),
    }
    unasked = wanted.model_copy(update={"date_format": None, "null_tokens": ("",)})
    assert first_values(workshop, path, unasked)["seen"][0] == "VARCHAR"
    assert first_values(workshop, path, unasked)["spent"][0] == "VARCHAR"


@pytest.mark.parametrize(
    ("line", "schema"),
    [
        (r'"a \"b\"",1', CsvSchema(escape="\\")),
        ('a "b",1', CsvSchema(quote="", escape="")),
        ("'a \"b\"',1", CsvSchema(quote="'", escape="'")),
    ],
)
def test_a_look_reads_quotes_as_it_is_told_to(workshop, tmp_path, line, schema):
    path = tmp_path / "quoted.csv"
    path.write_text("plan,visits\n" + f"{line}\n" * 30)

    assert first_values(workshop, path, schema)["plan"][1] == 'a "b"'


def test_a_type_that_a_value_is_not_of_is_told_with_its_line(workshop, tmp_path):
    path = tmp_path / "typed.csv"
    path.write_text("plan,visits\nbasic,1\ntop,2\n")
    found = dataset_sources.look(workshop, path)
    columns = (Column(name="plan", type="DATE"), found.csv_schema.columns[1])
    schema = found.csv_schema.model_copy(update={"columns": columns})

    told = refusal(dataset_sources.look, workshop, path, schema)

    assert told.code == "wrong_value"
    assert told.remedy == dataset_sources.REMEDIES["wrong_value"]
    assert "line 2, column 'plan'" in told.object and "basic" not in str(told)


@pytest.mark.parametrize(
    "column",
    ["First Name", "surname", "customer_name", "username", "Straße", "address", "dob"],
)
def test_who_a_column_names_is_shown_nowhere(workshop, tmp_path, column):
    path = tmp_path / "named.csv"
    rows = "".join(f"{n},Ann Example,spring\n" for n in range(200))
    path.write_text(f"user_id,{column},campaign_name\n{rows}")

    look = dataset_sources.look(workshop, path)
    dataset_sources.add(workshop, path, "Named")
    page = dataset_pages.show_dataset(workshop, "Named")

    assert "Ann" not in str(look) + str(page)
    assert look.columns[2].first_values[0] == "spring"
    columns = {each.name: each for each in page.columns}
    assert columns[column].hidden is not None
    assert columns["campaign_name"].bars[0].value == "spring"


@pytest.mark.parametrize(
    "column", ["campaign_name", "address_type", "birth_year", "street_count", "names"]
)
def test_a_name_that_only_holds_such_a_word_hides_nothing(column):
    assert dataset_sources.masked(column, ["spring"], ["spring"]) == ("spring",)


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_other_kinds_are_looked_at_too(workshop, tmp_path, kind):
    frame = pd.DataFrame({"job": ["clerk", None], "phone": ["+43 660 1234567", "-"]})
    path = tmp_path / f"people.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_json(path, orient="records", lines=True)

    found = dataset_sources.look(workshop, path)

    assert found.columns[0].first_values == ("clerk", "–")
    assert "660" not in str(found)


def test_an_upload_is_kept_under_an_id_and_goes_with_its_dataset(workshop):
    path = upload(
        workshop, "../../Evil name.csv", ROWS[:50].encode(), ROWS[50:].encode()
    )

    assert path.name == "data.csv"
    assert path.parent.parent == workshop.home.root / uploads.UPLOADS
    assert path.read_text() == ROWS
    assert path.stat().st_mode & 0o777 == 0o600
    dataset_sources.add(workshop, path, "People", description="of ours")
    assert datasets.remove(workshop, "People").name == "People"
    assert not path.parent.exists()


def test_a_name_that_is_taken_is_told_without_a_command(workshop):
    path = workshop.home.root.parent / "people.csv"
    dataset_sources.add(workshop, path, "People")

    taken = refusal(dataset_sources.add, workshop, path, "people")

    assert taken.code == "name_taken"
    assert taken.remedy == dataset_sources.REMEDIES["name_taken"]


def test_what_is_too_large_or_breaks_off_leaves_nothing(workshop):
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    found = refusal(upload, workshop, "big.csv", b"x" * 600, b"x" * 600, most=1_000)
    with pytest.raises(ConnectionError):
        asyncio.run(dataset_sources.keep_upload(workshop, "a.csv", broken(), 1 << 20))

    assert found.code == "upload_too_large"
    assert list((workshop.home.root / uploads.UPLOADS).iterdir()) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("shop.duckdb", "upload_kind_refused"),
        ("SHOP.DUCKDB", "upload_kind_refused"),
        ("people.exe", "unknown_file_type"),
        ("", "unknown_file_type"),
    ],
)
def test_an_upload_of_another_kind_is_refused(workshop, name, code):
    assert refusal(upload, workshop, name, b"x").code == code


def test_a_dataset_is_shown_with_what_its_columns_hold(workshop, tmp_path):
    dataset_sources.add(workshop, tmp_path / "people.csv", "People")

    found = dataset_pages.show_dataset(workshop, "People")

    columns = {column.name: column for column in found.columns}
    bars = [(bar.value, bar.percent) for bar in columns["job"].bars]
    assert bars == [("baker", 50.0), ("clerk", 50.0)]
    assert columns["email"].hidden is not None
    assert columns["email"].bars == columns["user_id"].bars == ()
    # 200 rows in 12 bins: fewer than 25 in each, so no height tells of so few.
    assert set(columns["age"].heights) == {0.0}
    assert found.line.keys == ("email", "user_id") or set(found.line.keys) == {
        "email",
        "user_id",
    }
    assert found.audiences == ()


def test_a_dataset_whose_file_is_gone_is_shown_without_its_values(workshop, tmp_path):
    dataset_sources.add(workshop, tmp_path / "people.csv", "People")
    (tmp_path / "people.csv").unlink()

    found = dataset_pages.show_dataset(workshop, "People")

    assert found.trouble is not None
    assert found.line.written_at is None
    assert [column.name for column in found.columns] == [
        "user_id",
        "email",
        "job",
        "age",
    ]


def test_a_dataset_that_lost_a_column_is_shown_with_what_is_gone(workshop, tmp_path):
    path = tmp_path / "people.parquet"
    people = pd.DataFrame({"user_id": [f"u{n}" for n in range(90)], "age": range(90)})
    people.to_parquet(path)
    dataset_sources.add(workshop, path, "People")

    people.drop(columns="age").to_parquet(path)
    found = dataset_pages.show_dataset(workshop, "People")

    assert "other columns than when it was registered ('age' is gone)" in found.trouble
    assert len(found.columns) == 2


def test_figures_of_a_damaged_csv_are_told_as_those_of_the_last_reading(
    workshop, tmp_path
):
    path = tmp_path / "people.csv"
    dataset_sources.add(workshop, path, "People")
    before = dataset_pages.show_dataset(workshop, "People")

    path.write_bytes(ROWS.encode()[:900] + b'"\x00;;;\n' * 40)
    damaged = dataset_pages.show_dataset(workshop, "People")

    assert before.trouble is None
    assert "dataset 'People' has changed since it was read" in damaged.trouble
    assert damaged.columns == before.columns
    assert damaged.line.rows == 200
    refusal(datasets.profile, workshop, "People")
    assert dataset_pages.show_dataset(workshop, "People") == damaged
    path.write_text(ROWS)
    assert dataset_pages.show_dataset(workshop, "People").trouble is None


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_source_with_other_rows_is_told_until_it_is_read_anew(
    workshop, tmp_path, kind
):
    def write(jobs: list[str]) -> None:
        people = pd.DataFrame({"user_id": range(len(jobs)), "job": jobs})
        if kind == "parquet":
            people.to_parquet(path)
        elif kind == "csv":
            people.to_csv(path, index=False)
        else:
            people.to_json(path, orient="records", lines=True)

    path = tmp_path / f"buyers.{kind}"
    write(["clerk"] * 60)
    dataset_sources.add(workshop, path, "Buyers")
    assert dataset_pages.show_dataset(workshop, "Buyers").trouble is None

    write(["baker"] * 90)
    changed = dataset_pages.show_dataset(workshop, "Buyers")

    assert "has changed since it was read" in changed.trouble
    assert changed.line.rows == 60
    assert "baker" not in str(changed)
    datasets.profile(workshop, "Buyers")
    found = dataset_pages.show_dataset(workshop, "Buyers")
    assert (found.trouble, found.line.rows) == (None, 90)
    assert found.columns[1].bars[0].value == "baker"
