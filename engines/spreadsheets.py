"""Tables that spreadsheets open: no cell or name in them that one would run as a formula.

Whoever writes a text into a dataset chooses what its cell begins with. What belongs here
is for people's eyes alone; programs get their bytes as they are.
"""

from engines.quoting import quote_identifier, quote_literal

# The last four are the first four as wide characters, which some languages type.
FORMULA_SIGNS = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# A cell in quotes is one cell, whichever separator the spreadsheet looks for.
QUOTED = "force_quote *"


def harmless(text: str) -> str:
    """The text, with a ' in front where a spreadsheet would take it for a formula.

    >>> harmless("=1+1"), harmless("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def harmless_column(name: str, types: dict[str, str]) -> str:
    """SQL for the same of a column's texts; numbers and the like stay as they are."""
    column = quote_identifier(name)
    if types[name] != "VARCHAR":
        return column
    signs = ", ".join(quote_literal(sign) for sign in FORMULA_SIGNS)
    return f"case when left({column}, 1) in ({signs}) then '''' || {column} else {column} end"
