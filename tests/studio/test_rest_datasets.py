"""REST: datasets, from where they may come to what their pages show."""

import json

import pytest

from studio.services import audit
from studio.services.access import Access
from tests.studio.conftest import AUDIENCE
from tests.studio.rest import API, PARTS, assert_refused, client_of


def test_datasets_are_listed_a_page_at_a_time(client):
    whole = client.get(f"{API}/datasets").json()
    part = client.get(f"{API}/datasets?limit=1&offset=1").json()

    assert {"seed", "population"} <= {each["name"] for each in whole["items"]}
    assert part["items"] == whole["items"][1:2]
    assert part["total"] == whole["total"]


def test_a_dataset_that_cannot_be_the_population_is_listed_with_reason_and_remedy(
    client,
):
    answer = client.get(f"{API}/datasets?side=population&seed=seed").json()

    verdicts = {each["name"]: each["eligibility"] for each in answer["items"]}
    assert verdicts["population"]["eligible"]
    assert verdicts["seed"]["code"] == "same_dataset"
    assert verdicts["seed"]["reason"] and verdicts["seed"]["remedy"]


def test_datasets_are_listed_and_shown_as_their_pages_do(client, studio):
    from studio.services.dataset_pages import list_datasets, show_dataset

    def found(query: str = "") -> list[dict]:
        return client.get(f"{API}/datasets?{query}").json()["items"]

    (line,) = found("search=POPUL")
    told = list_datasets(studio.workshop, "population")[0]
    assert (line["slug"], line["identifiers"]) == (told.slug, list(told.keys))
    assert line["is_mapped"] and line["written_at"] and line["kind"] == "csv"
    assert found("search=nothing-like-it") == []

    page = client.get(f"{API}/datasets/population/columns").json()
    columns = {each["name"]: each for each in page["columns"]}
    shown = show_dataset(studio.workshop, "population")
    assert columns.keys() == {each.name for each in shown.columns}
    assert columns["country"]["bars"] and columns["age"]["heights"]
    assert columns["user_id"]["hidden"] and not columns["user_id"]["bars"]
    assert page["trouble"] is None and AUDIENCE in dict(page["audiences"])


def test_the_population_of_no_seed_is_refused(client):
    assert_refused(client.get(f"{API}/datasets?side=population"), 400, "seed_missing")


def test_a_file_is_inspected_added_mapped_profiled_and_removed(client, studio):
    path = studio.workshop.home.root.parent / "more.csv"
    path.write_text("user_id,age\n" + "".join(f"u{i},{i % 90}\n" for i in range(60)))

    seen = client.post(f"{API}/datasets/inspect", json={"path": "more.csv"}).json()
    added = client.post(f"{API}/datasets", json={"path": "more.csv", "name": "More"})
    mapped = client.put(
        f"{API}/datasets/More/mapping", json={"column": "age", "role": "metadata"}
    )
    profiled = client.post(f"{API}/datasets/More/profile").json()
    removed = client.delete(f"{API}/datasets/More")

    assert [each["name"] for each in seen["columns"]] == ["user_id", "age"]
    assert [each["first_values"][:2] for each in seen["columns"]] == [
        ["hidden", "hidden"],
        ["0", "1"],
    ]
    assert seen["suggested_name"] == "more"
    assert added.status_code == 201
    assert added.json()["rows"] == 60
    roles = {each["column"]: each["role"] for each in mapped.json()["columns"]}
    assert roles == {"user_id": "identity", "age": "metadata"}
    assert profiled["keys"][0]["is_unique"]
    assert removed.status_code == 204
    assert path.exists()
    assert_refused(client.get(f"{API}/datasets/More"), 404, "unknown_dataset")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/etc/passwd", "outside_allowed_folders"),
        ("../" * 30 + "etc/passwd", "outside_allowed_folders"),
        ("https://example.org/people.csv", "not_a_local_path"),
        ("linked.csv", "outside_allowed_folders"),
        ("a\0b.csv", "nul_character"),
        ("x" * 300 + ".csv", "file_not_found"),
    ],
)
def test_a_path_outside_the_allowed_folders_is_refused(
    client, studio, tmp_path, path, code
):
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("user_id\n1\n")
    link = studio.workshop.home.root.parent / "linked.csv"
    link.unlink(missing_ok=True)
    link.symlink_to(elsewhere)

    answer = client.post(f"{API}/datasets", json={"path": path, "name": "Other"})

    assert answer.status_code in (400, 404)
    assert answer.json()["code"] == code


def test_with_a_login_no_folder_is_open_unless_it_is_named(studio, monkeypatch):
    proxy = {"header": "X-User", "address": "10.0.0.1"}
    client = client_of(studio, Access.model_validate({"proxy": proxy}))

    answer = client.post(f"{API}/datasets", json={"path": "seed.csv", "name": "Other"})

    assert_refused(answer, 400, "outside_allowed_folders")


def test_an_upload_is_kept_until_its_dataset_is_removed(client, studio):
    body = "user_id,age\n" + "".join(f"u{i},{i % 90}\n" for i in range(60))
    uploads = studio.workshop.home.root / "uploads"

    answer = client.post(
        f"{API}/datasets/upload?file_name=../../people.csv&name=Sent", content=body
    )
    kept = [(path.name, path.stat().st_mode & 0o777) for path in uploads.rglob("*.csv")]
    client.delete(f"{API}/datasets/Sent")

    assert answer.status_code == 201, answer.text
    assert answer.json()["rows"] == 60
    assert kept == [("data.csv", 0o600)]
    assert list(uploads.iterdir()) == []


def test_an_upload_is_read_as_its_schema_says(client):
    body = "user_id;spent\n" + "".join(f"u{i};1,{i}\n" for i in range(60))
    columns = [
        {"name": "user_id", "type": "VARCHAR"},
        {"name": "spent", "type": "DOUBLE"},
    ]
    schema = {"delimiter": ";", "decimal_separator": ",", "columns": columns}
    asked = {
        "file_name": "spent.csv",
        "name": "Spent",
        "csv_schema": json.dumps(schema),
    }

    answer = client.post(f"{API}/datasets/upload", params=asked, content=body)
    wrong = client.post(
        f"{API}/datasets/upload", params=asked | {"csv_schema": "{"}, content=body
    )
    client.delete(f"{API}/datasets/Spent")

    assert answer.status_code == 201, answer.text
    assert answer.json()["csv_schema"]["decimal_separator"] == ","
    assert [each["type"] for each in answer.json()["columns"]] == ["VARCHAR", "DOUBLE"]
    assert_refused(wrong, 422, "schema_invalid")


def test_an_upload_is_looked_at_and_nothing_is_kept_of_it(client, studio):
    body = "user_id;spent\n" + "".join(f"u{i};1,{i}\n" for i in range(60))
    path = f"{API}/datasets/upload/inspect?file_name=Spent 2026.csv"
    uploads = studio.workshop.home.root / "uploads"

    seen = client.post(path, content=body)
    ragged = client.post(path, content=body + "u61;1;2;3\n")

    assert seen.status_code == 200, seen.text
    assert (seen.json()["rows"], seen.json()["kind"]) == (60, "csv")
    assert seen.json()["suggested_name"] == "Spent 2026"
    assert seen.json()["csv_schema"]["decimal_separator"] == ","
    assert 400 <= ragged.status_code < 500 and "Spent 2026.csv" in ragged.text
    assert list(uploads.iterdir()) == []
    names = [each["name"] for each in client.get(f"{API}/datasets").json()["items"]]
    assert "Spent 2026" not in names


def test_an_upload_that_is_ragged_is_read_by_the_marks_that_are_sent_then(client):
    rows = "".join(f"u{i},'a, {i % 3}',{i}\n" for i in range(60))
    path, schema = "file_name=quoted.csv", '{"quote": "\'", "escape": "\'"}'
    inspect = f"{API}/datasets/upload/inspect?{path}"

    ragged = client.post(inspect, content=f"user_id,plan,visits\n{rows}")
    seen = client.post(
        f"{inspect}&csv_schema={schema}", content=f"user_id,plan,visits\n{rows}"
    )

    assert_refused(ragged, 400, "bad_line")
    assert 'another quote than "' in ragged.json()["remedy"]
    assert seen.status_code == 200, seen.text
    assert seen.json()["columns"][1]["first_values"][0] == "a, 0"


def test_where_datasets_may_come_from_is_told_to_builders(client, studio):
    found = client.get(f"{API}/sources").json()

    assert found["folders"] == [str(studio.workshop.home.root.parent)]
    assert ".csv" in found["uploadable"] and ".duckdb" not in found["uploadable"]
    assert found["upload_bytes"] == 2 << 30


@pytest.mark.parametrize("body", [b"", b"user_id\n", b"\xff\xfe\x00", b"a,a\n1,2\n"])
def test_nothing_stays_of_an_upload_that_fails(client, studio, body):
    uploads = studio.workshop.home.root / "uploads"

    answer = client.post(
        f"{API}/datasets/upload?file_name=people.csv&name=Sent", content=body
    )

    assert 400 <= answer.status_code < 500, answer.text
    assert set(answer.json()) == PARTS
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_what_was_done_with_datasets_is_in_the_audit_log(studio):
    verbs = {each.verb for each in audit.read(studio.workshop.home)}

    assert {"dataset_added", "dataset_removed", "column_mapped"} <= verbs
