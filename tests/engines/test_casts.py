"""Values of any type as text: the same value has the same text in whatever type it is."""

import duckdb
import pytest

from engines.casts import category_text, identifier_text

WHOLE = [0, -7, 10**15 - 1, 10**15, 1_234_567_890_123_456, -(2**53), 2**53 - 1, 2**53]


def texts(form, number: int) -> dict[str, str]:
    """The text of a number in each type that can hold it."""
    types = ("BIGINT", "DOUBLE", "HUGEINT", "DECIMAL(38,2)", "VARCHAR")
    with duckdb.connect() as connection:
        values = ", ".join(
            form(f"cast({number} as {each})", each, "user_id") for each in types
        )
        row = connection.execute(f"select {values}").fetchall()[0]
    return dict(zip(types, row, strict=True))


@pytest.mark.parametrize("form", [identifier_text, category_text])
@pytest.mark.parametrize("number", WHOLE)
def test_a_whole_number_has_one_text_in_every_type(form, number):
    found = texts(form, number)

    assert found == dict.fromkeys(found, str(number))
