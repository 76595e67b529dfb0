"""Bytes within quotes, told from a file's chunks as from its whole."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engines.csv_quotes import DELIMITERS, Quotes


def within_quotes(text):
    """Sign by sign: a quote opens at a field's start, spaces left out, or once more."""
    inside, last, found, closed = False, "\n", [], False
    for sign in text:
        if sign == '"' and inside:
            inside, closed = False, True
        elif sign == '"':
            inside = last in "\n\r\\,;\t|" or closed
        elif sign != '"':
            closed = False
        if sign != " ":
            last = sign
        found.append(inside)
    return found


def told(text, sizes):
    quotes, found, rest = Quotes('"', DELIMITERS), [], text.encode()
    for size in (*sizes, len(rest)):
        if chunk := rest[:size]:
            found += quotes.within(np.frombuffer(chunk, dtype=np.uint8)).tolist()
        rest = rest[size:]
    return found


@given(st.text('"",; \r\nab', max_size=40), st.lists(st.integers(1, 5), max_size=20))
@example('1,5" pipe\r\n2,"a""b"\r\n', [1] * 20)
def test_bytes_within_quotes_are_those_that_a_reader_finds(text, sizes):
    found = told(text, sizes)

    expected = within_quotes(text)
    at = [place for place, sign in enumerate(text) if sign != '"']
    assert [found[place] for place in at] == [expected[place] for place in at]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_line_break_in_the_first_name_ends_no_line(engine, tmp_path, mark):
    path = tmp_path / "data.csv"
    path.write_bytes(f'{mark}"user\r\nid",v\r\n1,2\r\n'.encode())

    found = engine.inspect(path)

    assert (found.rows, found.columns[0].name) == (1, "user\r\nid")


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('a,5" b\n', ""),
        ('a,"b\nc"\n', "b\nc"),
        ('a, "b"\n', "b"),
        ('"a""b",c"d,"e"', "abe"),
        ('a;"b\n"', "b\n"),
    ],
)
def test_a_quote_opens_at_the_start_of_a_field_alone(text, inside):
    pairs = zip(text, told(text, []), strict=True)

    assert "".join(sign for sign, is_in in pairs if is_in and sign != '"') == inside
