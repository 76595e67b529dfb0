import duckdb
import pytest

from catalog.errors import StudioError
from engines.quoting import quote_identifier, quote_literal

PAYLOADS = [
    'a"; drop table people; --',
    "it's",
    "{{ var('x') }}",
    "{% raw %}",
    "{# no #}",
    "line\nbreak",
    "é",
    "e\u0301",
    "🙂",
    "select",
    "x" * 300,
]


@pytest.mark.parametrize("text", PAYLOADS)
def test_quoted_text_is_data(text):
    query = f"select {quote_literal(text)} as {quote_identifier(text)}"

    relation = duckdb.sql(query)

    assert relation.columns == [text]
    assert relation.fetchall() == [(text,)]


@pytest.mark.parametrize("quote", [quote_identifier, quote_literal])
def test_a_nul_character_is_refused(quote):
    with pytest.raises(StudioError, match="NUL"):
        quote("a\0b")
