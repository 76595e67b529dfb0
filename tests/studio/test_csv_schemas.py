"""A CSV schema that is given: its fields are marks and names, never SQL."""

import json

import pytest

from catalog.datasets import CsvSchema
from engines.csv_types import typed_value
from studio.services.opening import open_studio
from tests.studio.conftest import ask, assert_refused

ROWS = "email,v\nada@example.com,1\nbob@example.com,2\n"
OVERWRITING = (
    "varchar)) is null then null end as v from (values ('1','OVERWRITTEN')) t(f0,f1)) to"
    " '{path}' (format csv, header false, use_tmp_file false); select 1 --"
)


def typed(type_name):
    return {"columns": [{"name": "email", "type": type_name}]}


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        ("columns", typed("varchar) || (select ' read ' || version()")),
        ("columns", typed("varchar) || ' ' || replace(f0, '@', ' at '")),
        ("columns", typed(OVERWRITING)),
        ("columns", typed("NOPE")),
        ("decimal_separator", {"decimal_separator": "','", "has_amounts": True}),
        ("delimiter", {"delimiter": ""}),
        ("delimiter", {"delimiter": "||"}),
        ("delimiter", {"delimiter": "\n"}),
        ("quote", {"quote": '""'}),
        ("escape", {"escape": "ab"}),
        ("date_format", {"date_format": "%"}),
        ("date_format", {"date_format": "%Q"}),
        *(
            ("encoding", {"encoding": name})
            for name in ("rot13", "hex", "idna", "undefined", "utf\0", "x" * 9, "é" * 9)
        ),
    ],
)
def test_one_that_is_no_mark_and_no_name_is_refused_and_nothing_is_done(
    here, field, schema
):
    path = here / "people.csv"
    path.write_text(ROWS)
    told = json.dumps(schema).replace("{path}", str(path))
    (here / "schema.json").write_text(told)

    answer = ask("datasets", "add", path, "--schema", here / "schema.json")

    assert_refused(answer, "CSV schema 'schema.json' is wrong at", field)
    assert "Value error" not in answer.err
    assert path.read_text() == ROWS
    assert open_studio().catalog.list_datasets() == ()


def test_a_type_that_a_kept_schema_has_from_elsewhere_is_never_run():
    with pytest.raises(KeyError):
        typed_value("f0", "varchar) || version(", CsvSchema(), 0)


@pytest.mark.parametrize(
    "schema",
    [
        {"encoding": "cp1252"},
        {"encoding": "UTF-16"},
        {"quote": "", "escape": ""},
        {"delimiter": "\t", "escape": "\\"},
        {"date_format": "%d.%m.%Y %H:%M"},
        {"date_format": None},
    ],
)
def test_what_files_are_written_with_is_taken(schema):
    found = CsvSchema.model_validate(schema)

    assert {name: getattr(found, name) for name in schema} == schema
