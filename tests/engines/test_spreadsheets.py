"""Tables for spreadsheets: what one would run as a formula is a text, all else is kept."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
HARMFUL = [f"{sign}cmd|' /C calc'!A0" for sign in SIGNS]
PLAIN = ["job", "a=1", "", "'=1", " =1", "5", "x;=1+1", 'say "=1"', "line\n=1", None]


@pytest.fixture
def write(engine, tmp_path):
    """Write a column of texts and one of numbers as CSV; the bytes."""

    def written(texts, name="job", **options):
        table = pa.table({name: texts, "log_odds": [-1.5] * len(texts)})
        pq.write_table(table, tmp_path / "people.parquet")
        columns = {each: each for each in table.column_names}
        target = tmp_path / "people.csv"
        target.unlink(missing_ok=True)
        source = tmp_path / "people.parquet"
        assert engine.copy_columns(source, target, columns, **options) == len(texts)
        return target.read_bytes()

    return written


def rows_of(content):
    return list(csv.reader(content.decode().splitlines(keepends=True)))


@pytest.mark.parametrize("text", HARMFUL)
def test_a_text_that_begins_as_a_formula_is_one_no_more(write, text):
    head, row = rows_of(write([text], for_spreadsheets=True))

    assert head == ["job", "log_odds"]
    assert row == [f"'{text}", "-1.5"]


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_and_all_numbers_are_kept(write, text):
    (row,) = rows_of(write([text], for_spreadsheets=True))[1:]

    assert row == [text or "", "-1.5"]


@pytest.mark.parametrize("name", ["=1+1", "@name", 'a "b', "b;=1"])
def test_the_names_of_columns_are_no_formulas_either(write, name):
    head, row = rows_of(write(["=1"], name, for_spreadsheets=True))

    assert head == [f"'{name}" if name[0] in "=@" else name, "log_odds"]
    assert row == ["'=1", "-1.5"]


def test_every_cell_stands_in_quotes_so_that_no_separator_begins_another(write):
    content = write(["x;=1+1", "y\t=1+1"], for_spreadsheets=True)

    assert content == b'"job","log_odds"\n"x;=1+1","-1.5"\n"y\t=1+1","-1.5"\n'


def test_what_programs_read_is_kept_to_the_byte(write):
    assert (
        write(["=1+1", "-5", "+33"]) == b"job,log_odds\n=1+1,-1.5\n-5,-1.5\n+33,-1.5\n"
    )
