"""CSV: read right, or an error that names the line."""

import codecs
import gzip

import pytest

from catalog.datasets import CsvSchema
from catalog.errors import StudioError
from engines.inspection import proposed_marks


def write(path, content):
    path.write_bytes(content)
    return path


def columns_of(engine, path):
    return {column.name: column.type for column in engine.inspect(path).columns}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n1,2\n3\n5,6\n", 3),
        (b"a,b\n1,2\n3,4,5\n", 3),
        (b'a,b\n1,2\n"3,4\n5,6\n', 3),
        (b'a,b\n1,"x"y\n3,4\n', 2),
        (b"a,b\n1,2\n3,\x004\n", 3),
        ("a,b\n1,é\n".encode() + b"2,\xe9\n", 3),
    ],
    ids=["short", "long", "open quote", "after quote", "nul", "half utf-8"],
)
def test_a_bad_line_is_named(engine, tmp_path, content, line):
    path = write(tmp_path / "data.csv", content)

    with pytest.raises(StudioError, match=f"line {line}"):
        engine.inspect(path)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a,b\n1,é\n2,ü\n".encode(), "utf-8"),
        (codecs.BOM_UTF8 + "a,b\n1,é\n2,ü\n".encode(), "utf-8"),
        ("a,b\n1,é\n2,ü\n".encode("utf-16"), "utf-16"),
        ("a,b\n1,é\n2,ü\n".encode("utf-16-le"), "utf-16-le"),
        ("a,b\n1,é\n2,ü\n".encode("latin-1"), "latin-1"),
        ("a,b\r\n1,é\r\n2,ü\r\n".encode(), "utf-8"),
        ("a,b\r\n1,é\n2,ü\r\n".encode(), "utf-8"),
        ("a,b\r1,é\r2,ü\r".encode(), "utf-8"),
        ("a,b\n1,é\n\n2,ü".encode(), "utf-8"),
        ('"a","b"\n"1","é"\n"2","ü"\n'.encode(), "utf-8"),
        ("a;b\n1;é\n2;ü\n".encode(), "utf-8"),
        ("a\tb\n1\té\n2\tü\n".encode(), "utf-8"),
    ],
)
def test_encodings_and_line_ends_give_the_same_rows(
    engine, loaded, tmp_path, content, encoding
):
    path = write(tmp_path / "data.csv", content)

    assert engine.inspect(path).csv_schema.encoding == encoding
    assert loaded(path).to_pylist() == [{"a": 1, "b": "é"}, {"a": 2, "b": "ü"}]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_an_encoding_that_is_given_is_taken_where_none_would_be_found(
    engine, tmp_path, encoding
):
    mixed = "a,b\n1,é\n".encode() + b"2,\xe9\n"
    path = write(tmp_path / "data.csv", mixed)

    found = engine.inspect(path, None, CsvSchema(encoding=encoding))

    assert found.rows == 2
    assert found.csv_schema.encoding == encoding
    with pytest.raises(StudioError, match="line 3.* not UTF-8"):
        engine.inspect(path, None, CsvSchema())


def test_another_encoding_than_the_file_s_is_told_with_the_file_s(engine, tmp_path):
    path = write(tmp_path / "data.csv", "a,b\n1,é\n".encode("latin-1"))

    with pytest.raises(StudioError) as refused:
        engine.inspect(path, None, CsvSchema())

    assert refused.value.remedy == "write it as UTF-8, or have it read as latin-1"


@pytest.mark.parametrize(
    ("schema", "remedy"),
    [
        (None, """another delimiter than commas or by another quote than \""""),
        (CsvSchema(delimiter=":"), "another delimiter than ':' or by another quote"),
        (CsvSchema(quote="", escape=""), "another delimiter than commas or by a quote"),
    ],
)
def test_a_ragged_line_is_told_with_the_marks_it_was_read_by(
    engine, tmp_path, schema, remedy
):
    path = write(tmp_path / "data.csv", b"a,b:c\n1,2:3\n'4,5':6,7:8\n")

    with pytest.raises(StudioError, match="line 3 has") as refused:
        engine.inspect(path, None, schema)

    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "marks"),
    [
        ("a.csv", b"a;b\n1;2\n3;4;5\n", CsvSchema(delimiter=";")),
        ("a.tsv", "a\tb\né\n".encode("latin-1"), "latin-1"),
        ("a.csv", "a,b\n1,é\n".encode() + b"2,\xe9\n", CsvSchema()),
        ("a.csv", b"a,b\n1,\0\n", CsvSchema()),
        ("a.csv", b"a,a\n1,2\n", CsvSchema()),
        ("a.csv", b"", None),
        ("a.csv.gz", gzip.compress(b"a,b\n" * 999, mtime=0)[:-9], None),
        ("a.jsonl", b"a,b\n1,2,3\n", None),
        ("a.text", b"a,b\n1,2,3\n", None),
        ("a.csv", b"PK\x03\x04 and more", None),
        ("gone.csv", None, None),
    ],
)
def test_the_marks_of_a_file_are_told_where_others_may_help(
    engine, tmp_path, name, content, marks
):
    if content is not None:
        write(tmp_path / name, content)

    found = proposed_marks(engine.home, tmp_path / name)

    if marks == "latin-1":
        marks = CsvSchema(delimiter="\t", encoding="latin-1")
    assert found == marks


def test_a_packed_file_is_read(loaded, tmp_path):
    path = write(tmp_path / "data.csv.gz", gzip.compress(b"a,b\n1,x\n2,y\n"))

    assert loaded(path)["a"].to_pylist() == [1, 2]


def test_a_packed_file_cut_short_is_refused(engine, tmp_path):
    content = gzip.compress(b"a,b\n" + b"1,x\n" * 1000)
    path = write(tmp_path / "data.csv.gz", content[:-20])

    with pytest.raises(StudioError, match="not a whole gzip file"):
        engine.inspect(path)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"a,b\n", "has 0 rows")]
)
def test_a_file_without_rows_is_refused(engine, tmp_path, content, words):
    with pytest.raises(StudioError, match=words):
        engine.inspect(write(tmp_path / "data.csv", content))


@pytest.mark.parametrize("header", [b"a,a", b"a,A"])
def test_the_same_column_name_twice_is_refused(engine, tmp_path, header):
    with pytest.raises(StudioError, match="same name"):
        engine.inspect(write(tmp_path / "data.csv", header + b"\n1,2\n"))


def test_a_column_without_a_name_is_called_by_its_position(engine, tmp_path):
    path = write(tmp_path / "data.csv", b",age\n0,41\n1,42\n")

    assert columns_of(engine, path) == {"column_1": "BIGINT", "age": "BIGINT"}


@pytest.mark.parametrize(
    "people",
    [
        ["ada@example.com", "bob@example.com", "cy@example.com"],
        [f"ab{n:062x}" for n in range(1, 4)],
        ["FR,+33 1 23 45 67 89", "FR,+33 1 23 45 67 80"],
        ["ada@example.com"],
    ],
)
def test_a_list_of_people_without_a_header_keeps_its_first_one(
    engine, loaded, tmp_path, people
):
    path = write(
        tmp_path / "data.csv", "".join(f"{each}\n" for each in people).encode()
    )

    found = columns_of(engine, path)

    assert list(found) == [f"column_{n + 1}" for n in range(len(found))]
    assert loaded(path).num_rows == len(people)


def test_phone_numbers_alone_are_no_header(loaded, tmp_path):
    phones = ["+447700900000", "+447700900001"]
    path = write(tmp_path / "data.csv", "\n".join(phones).encode())

    assert loaded(path)["column_1"].to_pylist() == phones


def test_a_file_without_a_header_is_recognised(engine, loaded, tmp_path):
    path = write(tmp_path / "data.csv", b"u1,41\nu2,42\nu3,43\n")

    assert columns_of(engine, path) == {"column_1": "VARCHAR", "column_2": "BIGINT"}
    assert loaded(path).num_rows == 3


@pytest.mark.parametrize(
    ("values", "type_name"),
    [
        (["1", "-2", "30"], "BIGINT"),
        (["1", "2.5", "1e400"], "DOUBLE"),
        (["1.5", "nan", "inf"], "DOUBLE"),
        (["01", "02", "10"], "VARCHAR"),
        (["1", "2", "x"], "VARCHAR"),
        (["12345678901234567890", "2", "3"], "VARCHAR"),
        (["123456789012345678", "2", "3"], "BIGINT"),
        (["9007199254740993", "9007199254740992", "1.5"], "VARCHAR"),
        (["9007199254740993", "9007199254740992", "nan"], "VARCHAR"),
        (["9.007.199.254.740.993", "9.007.199.254.740.992", ""], "VARCHAR"),
        (["8999999999999999", "1.5", "1e30"], "DOUBLE"),
        (["+447700900000", "+447700900001", ""], "VARCHAR"),
        (["+447700900000", "447700900001", "NA"], "VARCHAR"),
        (["+1.4155550100", "+1.4155550101", ""], "VARCHAR"),
        (["+33.612.345.678", "+33.612.345.679", ""], "VARCHAR"),
        (["+12", "-3", "0"], "BIGINT"),
        (["+1.5", "-2.0", "+3"], "DOUBLE"),
        (["1_000", "2", "3"], "VARCHAR"),
        (["0x10", "2", "3"], "VARCHAR"),
        (["true", "false", ""], "BOOLEAN"),
        (["2024-01-02", "2024-02-03", ""], "DATE"),
        (["2024-01-02 10:00:00", "2024-01-02", ""], "TIMESTAMP"),
        (["13/02/2024", "01/02/2024", ""], "DATE"),
        (["01/02/2024", "03/04/2024", ""], "VARCHAR"),
        (["-", "-", "-"], "VARCHAR"),
        (["1", "N/A", ""], "BIGINT"),
        (["NA", "null", "2.5"], "DOUBLE"),
    ],
)
def test_types_are_decided_over_all_values(engine, tmp_path, values, type_name):
    rows = "".join(f"u{at},{value}\n" for at, value in enumerate(values))
    path = write(tmp_path / "data.csv", f"id,v\n{rows}".encode())

    assert columns_of(engine, path)["v"] == type_name


def test_a_value_far_down_decides_the_type(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("engines.csv_schema.FIRST_ROWS", 10)
    rows = "".join(f"{at},{at},\n" for at in range(100)) + "100,many,5\n"
    path = write(tmp_path / "data.csv", f"a,b,c\n{rows}".encode())

    assert columns_of(engine, path) == {"a": "BIGINT", "b": "VARCHAR", "c": "BIGINT"}


def test_whole_numbers_too_long_for_a_double_are_judged_by_all_rows(
    engine, tmp_path, monkeypatch
):
    monkeypatch.setattr("engines.csv_schema.FIRST_ROWS", 2)
    first = "123456789012345678,123456789012345678,123456789012345678\nNA,NA,\n"
    path = write(tmp_path / "data.csv", f"a,b,c\n{first}7,x,2.5\n".encode())

    assert columns_of(engine, path) == {"a": "BIGINT", "b": "VARCHAR", "c": "VARCHAR"}


@pytest.mark.parametrize("columns", [19, 20, 21, 45])
def test_columns_of_several_queries_keep_their_own_types(
    engine, tmp_path, monkeypatch, columns
):
    monkeypatch.setattr("engines.csv_schema.FIRST_ROWS", 2)
    kinds = [("1", "BIGINT"), ("1.5", "DOUBLE"), ("x", "VARCHAR"), ("true", "BOOLEAN")]
    wanted = {f"c{at}": kinds[at * 7 % 4][1] for at in range(columns)}
    row = ",".join(kinds[at * 7 % 4][0] for at in range(columns))
    content = "\n".join([",".join(wanted), row, row, row, ""])
    path = write(tmp_path / "data.csv", content.encode())

    assert columns_of(engine, path) == wanted


def test_null_tokens_are_stated_and_read_as_missing(engine, loaded, tmp_path):
    path = write(
        tmp_path / "data.csv", b"id,v,country\nu1,1,NA\nu2,N/A,FR\nu3,-,\nu4,\\N,\\N\n"
    )

    found = engine.inspect(path)
    table = loaded(path)

    assert {"", "N/A", "-", "\\N"} <= set(found.csv_schema.null_tokens)
    assert any("'v'" in note and "N/A" in note for note in found.notes)
    assert table["v"].to_pylist() == [1, None, None, None]
    assert table["country"].to_pylist() == ["NA", "FR", None, None]


def test_decimal_commas_are_stated_and_read(engine, loaded, tmp_path):
    path = write(tmp_path / "data.csv", b"id;v\nu1;1,5\nu2;2\nu3;-0,25\n")

    found = engine.inspect(path)

    assert found.csv_schema.decimal_separator == ","
    assert "Numbers are written with a decimal comma." in found.notes
    assert loaded(path)["v"].to_pylist() == [1.5, 2.0, -0.25]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["3.417,50", "72,64", "-1.000.000,5"], [3417.5, 72.64, -1000000.5]),
        (["3,417.50", "72.64", "1,000"], [3417.5, 72.64, 1000.0]),
        (["72,64 €", "1.000,00 €", "5 €"], [72.64, 1000.0, 5.0]),
        (["$72.64", "$ 1,000", "-5"], [72.64, 1000.0, -5.0]),
        (["+1,000.50", "-72.64", "+5"], [1000.5, -72.64, 5.0]),
        (["1.234", "2.500,5", "987"], [1234.0, 2500.5, 987.0]),
    ],
)
def test_amounts_are_stated_and_read(engine, loaded, tmp_path, cells, numbers):
    rows = "".join(f"u{at};{cell}\n" for at, cell in enumerate(cells))
    path = write(tmp_path / "data.csv", f"id;v\n{rows}".encode())

    found = engine.inspect(path)

    assert found.csv_schema.has_amounts
    assert any("'v' holds" in note and "thousands" in note for note in found.notes)
    assert loaded(path)["v"].to_pylist() == numbers


def test_a_number_with_a_point_follows_the_other_columns(loaded, tmp_path):
    path = write(tmp_path / "data.csv", b"id;v;w\nu1;1.234;0,5\nu2;987;1,25\n")

    assert loaded(path)["v"].to_pylist() == [1234.0, 987.0]


@pytest.mark.parametrize(
    "cells",
    [
        ["5 EUR", "5 USD", "7 EUR"],
        ["1.234.567,5", "12.34.567,5"],
        ["01067", "80331", "1.234"],
    ],
)
def test_what_is_no_amount_stays_text(engine, tmp_path, cells):
    rows = "".join(f"u{at};{cell}\n" for at, cell in enumerate(cells))
    path = write(tmp_path / "data.csv", f"id;v\n{rows}".encode())

    assert columns_of(engine, path)["v"] == "VARCHAR"


def test_marks_of_thousands_that_come_later_are_refused(engine, register, tmp_path):
    path = write(tmp_path / "data.csv", b"a;b\n1,5;x\n")
    dataset = register(path)
    write(path, b"a;b\n1,5;x\n3.417;y\n")

    with pytest.raises(StudioError, match="line 3, column 'a' is not a number"):
        engine.load(dataset, engine.fingerprint(dataset))


def test_text_that_looks_like_numbers_is_told_with_its_line(engine, tmp_path):
    cells = ["12,5"] * 9 + ["n. a."]
    rows = "".join(f"u{at};{cell};0{at}067\n" for at, cell in enumerate(cells))
    path = write(tmp_path / "data.csv", f"id;v;plz\n{rows}".encode())

    told = [note for note in engine.inspect(path).notes if "looks like" in note]

    assert len(told) == 1
    assert "'v' looks like numbers and is read as text: line 11" in told[0]
    assert "n. a." not in told[0]


@pytest.mark.parametrize("code", ["01067", "+447700900000"])
def test_codes_of_which_some_are_no_numbers_are_codes(engine, tmp_path, code):
    rows = "".join(f"u{at};{80331 + at}\n" for at in range(9)) + f"u9;{code}\n"
    path = write(tmp_path / "data.csv", f"id;code\n{rows}".encode())

    assert not any("looks like" in note for note in engine.inspect(path).notes)


@pytest.mark.parametrize("name", ["data.csv", "data.xlsx"])
@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_is_named_as_one_whatever_its_ending(engine, tmp_path, name, start):
    path = write(tmp_path / name, start + bytes(100))

    with pytest.raises(StudioError, match="Save as, CSV UTF-8") as told:
        engine.inspect(path)

    assert told.value.code == "spreadsheet"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_line_that_tells_excel_the_delimiter_is_honoured(
    engine, loaded, tmp_path, mark, end
):
    lines = [b"sep=|", b"a|b;c", b"1|x;y", b"2|z;z"]
    path = write(tmp_path / "data.csv", mark + end.join(lines) + end)

    assert engine.inspect(path).csv_schema.delimiter == "|"
    assert loaded(path).to_pydict() == {"a": [1, 2], "b;c": ["x;y", "z;z"]}


def test_lines_are_counted_with_the_one_that_tells_the_delimiter(engine, tmp_path):
    path = write(tmp_path / "data.csv", b"sep=;\na;b\n1;2\n3\n")

    with pytest.raises(StudioError, match="line 4"):
        engine.inspect(path)


def test_a_value_is_found_on_its_line_after_the_delimiter_s(engine, register, tmp_path):
    path = write(tmp_path / "data.csv", b"sep=;\na;b\n1;2\n")
    dataset = register(path)
    write(path, b"sep=;\na;b\n1;2\nx;4\n")

    with pytest.raises(StudioError, match="line 4, column 'a' is not a whole number"):
        engine.load(dataset, engine.fingerprint(dataset))


def test_ambiguous_dates_are_stated(engine, tmp_path):
    path = write(tmp_path / "data.csv", b"id,v\nu1,01/02/2024\nu2,03/04/2024\n")

    notes = engine.inspect(path).notes

    assert any("do not tell day from month" in note for note in notes)


def test_rows_keep_their_order(loaded, tmp_path):
    rows = "".join(f"{at * 7919 % 30011},v\n" for at in range(30011))
    path = write(tmp_path / "data.csv", f"a,b\n{rows}".encode())

    got = loaded(path)["a"].to_pylist()

    assert got == [at * 7919 % 30011 for at in range(30011)]


def test_quoted_line_breaks_and_stray_quotes_lose_no_row(loaded, tmp_path):
    path = write(tmp_path / "data.csv", b'a,b\n1,"x\n\ny"\n2,5" pipe\n3,z\n')

    assert loaded(path)["b"].to_pylist() == ["x\n\ny", '5" pipe', "z"]


@pytest.mark.parametrize("content", [b"v\n1\n\n3\n", b"v\n1\n3\n\n", b"v\n\n1\n3"])
def test_blank_lines_of_a_single_column_are_missing_values(source, tmp_path, content):
    profile = source(write(tmp_path / "data.csv", content)).profile

    assert (profile.rows, profile.column("v").missing) == (3, 1)


def test_a_schema_that_is_given_is_used(engine, loaded, tmp_path):
    path = write(tmp_path / "data.csv", b"a|b\n'1|2'|x\n3|y\n")
    schema = CsvSchema(delimiter="|", quote="'", escape="'")

    assert loaded(path, csv_schema=schema)["a"].to_pylist() == ["1|2", "3"]


def test_a_value_of_another_type_after_registration_is_named_by_line(
    engine, register, tmp_path
):
    path = write(tmp_path / "data.csv", b'a,b\n1,"x\ny"\n2,z\n')
    dataset = register(path)
    write(path, b'a,b\n1,"x\ny"\n2,z\n2.5,z\n')

    with pytest.raises(StudioError, match="line 5, column 'a'") as told:
        engine.load(dataset, engine.fingerprint(dataset))

    assert "2.5" not in str(told.value)


def test_columns_may_move_and_be_added_but_not_go(engine, register, tmp_path):
    path = write(tmp_path / "data.csv", b"a,b\n1,x\n")
    dataset = register(path)

    write(path, b"c,b,a\n9,y,2\n")
    engine.load(dataset, engine.fingerprint(dataset))
    write(path, b"c,a\n9,2\n")
    with pytest.raises(StudioError, match="no longer has the columns 'b'"):
        engine.load(dataset, engine.fingerprint(dataset))


def test_a_bad_value_is_never_in_the_message(engine, tmp_path):
    path = write(tmp_path / "data.csv", b"a,b\n1,2\nann@example.com\n")

    with pytest.raises(StudioError) as told:
        engine.inspect(path)

    assert "ann" not in str(told.value)


def test_a_failed_load_leaves_nothing(engine, register, tmp_path):
    path = write(tmp_path / "data.csv", b"a,b\n1,x\n")
    dataset = register(path)
    write(path, b"a,b\n1,x\n2\n")

    with pytest.raises(StudioError):
        engine.load(dataset, engine.fingerprint(dataset))

    assert not list(engine.home.dataset(dataset.id).glob("*.parquet"))
    assert {file.name for file in engine.home.dataset(dataset.id).iterdir()} <= {
        "load.lock"
    }


def test_a_million_columns_are_refused(engine, tmp_path):
    path = write(tmp_path / "data.csv", b"a," * 1_000_000 + b"b\n")

    with pytest.raises(StudioError, match="more than 10,000"):
        engine.inspect(path)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "value", ['5" pipe', '5"', 'a "b', 'a"b"c', 'x"y" "z'], ids=str
)
def test_a_quote_within_a_field_is_a_sign_like_any_other(
    loaded, engine, tmp_path, line_end, encoding, value
):
    lines = ["user_id,v", f"1,{value}", '2,"b,""c"" d"', "3,e", ""]
    path = write(tmp_path / "data.csv", line_end.join(lines).encode(encoding))

    assert loaded(path)["v"].to_pylist() == [value, 'b,"c" d', "e"]
    assert engine.inspect(path).rows == 3


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "text",
    ["a\rb", "a\nb", "a\r\nb", "a\u2028b\u2029c", "a\x85b\x0bc\x1c", "C:\\"],
    ids=ascii,
)
def test_what_stands_in_quotes_is_kept_in_names_and_in_values(
    loaded, tmp_path, text, line_end
):
    rows = [f'id,"{text}"', f'1,"{text}"', f'2,"{text}x"', '3,"y"', ""]
    path = write(tmp_path / "data.csv", line_end.join(rows).encode())

    assert loaded(path).to_pylist() == [
        {"id": 1, text: text},
        {"id": 2, text: text + "x"},
        {"id": 3, text: "y"},
    ]


def test_a_line_separator_of_unicode_ends_no_line(loaded, tmp_path):
    path = write(tmp_path / "data.csv", "id,a\u2028b\n1,x\u2028y\n2,z\n".encode())

    assert loaded(path).to_pylist() == [
        {"id": 1, "a\u2028b": "x\u2028y"},
        {"id": 2, "a\u2028b": "z"},
    ]


def test_line_ends_of_two_sorts_leave_what_is_in_quotes_alone(loaded, tmp_path):
    path = write(tmp_path / "data.csv", b'id,a\r\n1,"x\ry"\n2,"x\r\ny"\r\n')

    assert loaded(path)["a"].to_pylist() == ["x\ry", "x\r\ny"]


@pytest.mark.parametrize(
    ("order", "wanted"), [("%d.%m.%Y", "2024-02-01"), ("%m.%d.%Y", "2024-01-02")]
)
def test_dates_that_tell_no_order_are_read_in_the_one_that_is_given(
    engine, loaded, tmp_path, order, wanted
):
    path = write(tmp_path / "d.csv", b"seen,other\n01.02.2024,2024-05-06\n")

    found = engine.inspect(path, None, CsvSchema(date_format=order))

    assert [each.type for each in found.columns] == ["DATE", "DATE"]
    assert found.csv_schema.date_format == order
    rows = loaded(path, csv_schema=found.csv_schema)
    assert str(rows["seen"][0].as_py())[:10] == wanted


def test_dates_that_tell_their_order_are_read_by_it_whatever_is_given(engine, tmp_path):
    path = write(tmp_path / "d.csv", b"seen,n\n01.02.2024,1\n13.04.2024,2\n")

    found = engine.inspect(path, None, CsvSchema(date_format="%m.%d.%Y"))

    assert found.csv_schema.date_format == "%d.%m.%Y"


@pytest.mark.parametrize(("wanted", "number"), [(".", 1.234), (",", 1234.0)])
def test_a_number_of_either_decimal_sign_is_read_by_the_one_that_is_given(
    engine, loaded, tmp_path, wanted, number
):
    path = write(tmp_path / "d.csv", b"wage;name\n1.234;a\n5.678;b\n")
    given = CsvSchema(delimiter=";", decimal_separator=wanted)

    found = engine.inspect(path, None, given)

    rows = loaded(path, csv_schema=found.csv_schema)
    assert rows["wage"][0].as_py() == number
