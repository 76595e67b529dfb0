"""Values of any source type as the three types a build knows: ids, texts and numbers.

The same value has the same text in whatever type it is stored: 1, 1.0 and 1.00 are `1`.
"""

import re

from catalog.errors import StudioError
from catalog.normal_forms import Form

INTEGERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
}
FLOATS = {"FLOAT", "DOUBLE"}
# From here on a double stands for several whole numbers.
EXACT_UP_TO = 2**53
TIMES = ("DATE", "TIME", "TIMESTAMP", "INTERVAL")


def family(type_name: str) -> str:
    """What sort of values a DuckDB type holds.

    integer, float, decimal, boolean, text, time, nested or other.

    >>> family("DECIMAL(10,2)"), family("INTEGER[]"), family("BLOB")
    ('decimal', 'nested', 'other')
    """
    upper = type_name.upper()
    if upper.endswith("]") or upper.startswith(("STRUCT", "MAP", "UNION", "LIST")):
        return "nested"
    word = re.split(r"[ (]", upper, maxsplit=1)[0]
    if word in INTEGERS:
        return "integer"
    if word in FLOATS:
        return "float"
    if word.startswith(TIMES):
        return "time"
    names = {"DECIMAL": "decimal", "BOOLEAN": "boolean", "VARCHAR": "text"}
    return names.get(word, "text" if word in ("ENUM", "UUID") else "other")


def is_number(type_name: str) -> bool:
    """True for types whose values are numbers."""
    return family(type_name) in ("integer", "float", "decimal")


def is_simple(type_name: str) -> bool:
    """True for types of which values can be counted and compared: not nested, no blob."""
    return family(type_name) not in ("nested", "other")


def _number_text(expression: str) -> str:
    number = f"cast({expression} as double)"
    return (
        f"case when not isfinite({number}) then null "
        f"when {number} = trunc({number}) and abs({number}) <= {EXACT_UP_TO} "
        f"then cast(cast({number} as bigint) as varchar) "
        f"else cast({number} as varchar) end"
    )


def _decimal_text(expression: str) -> str:
    """Digits of a decimal without zeros at the end; exact, whatever its width."""
    text = f"cast({expression} as varchar)"
    return (
        f"case when contains({text}, '.') then rtrim(rtrim({text}, '0'), '.') "
        f"else {text} end"
    )


def identifier_text(expression: str, type_name: str, column: str) -> str:
    """SQL for an identifier as text; raises StudioError for types that cannot be one."""
    kind = family(type_name)
    if kind == "float":
        return _number_text(expression)
    if kind == "decimal":
        return _decimal_text(expression)
    if kind in ("integer", "text"):
        return f"cast({expression} as varchar)"
    raise StudioError(
        "not_an_identifier",
        f"column '{column}'",
        f"is of type {type_name}, which cannot be an identifier",
        "map another column as the identifier",
    )


def key_text(expression: str, type_name: str, column: str, form: Form = "text") -> str:
    """SQL for an identifier as it is compared: in its normal form, nothing left is null.

    The same text as the macro `normalised_identifier` of the dbt project, which staging
    uses, and as `catalog.normal_forms`.
    """
    text = identifier_text(expression, type_name, column)
    normal = _trimmed(text)
    if form in ("email", "hash"):
        normal = f"lower({normal})"
    elif form == "phone":
        normal = _phone_number(normal)
    nobody = (
        f"{text} like '00000000%' and length({text}) >= 32 "
        f"and trim(leading '0-' from {text}) = ''"
    )
    return f"nullif(case when {nobody} then '' else {normal} end, '')"


def _trimmed(text: str) -> str:
    """Without white space at its ends; a text that has none is passed on as it is."""
    visible = f"{text} between '!' and '~~' and reverse({text}) between '!' and '~~'"
    blank = "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' ' || chr(160)"
    return f"case when {visible} then {text} else trim(both {blank} from {text}) end"


def _phone_number(text: str) -> str:
    """Digits, after a plus where the number is written with its country's code."""
    written = f"({text})"
    digits = f"regexp_replace(replace({written}, '(0)', ''), '[^0-9]', '', 'g')"
    return (
        f"case when {written} like '+%' then '+' || nullif({digits}, '') "
        f"when {written} like '00%' then '+' || nullif(substr({digits}, 3), '') "
        f"else regexp_replace({written}, '[^0-9]', '', 'g') end"
    )


def category_text(expression: str, type_name: str, column: str) -> str:
    """SQL for a category as text; raises StudioError for types that have none."""
    kind = family(type_name)
    if kind == "float":
        return _number_text(expression)
    if kind == "decimal":
        return _decimal_text(expression)
    if type_name.upper() == "TIMESTAMP WITH TIME ZONE":
        # Its text would follow the session's time zone.
        return f"cast({expression} at time zone 'UTC' as varchar)"
    if kind in ("integer", "text", "boolean", "time"):
        return f"cast({expression} as varchar)"
    raise StudioError(
        "not_a_category",
        f"column '{column}'",
        f"is of type {type_name}, which has no categories",
        "leave it out or write it as a plain column",
    )


def number(expression: str, type_name: str, column: str) -> str:
    """SQL for a number; raises StudioError for types that hold none."""
    kind = family(type_name)
    if kind == "text":
        return f"try_cast(nullif(trim(cast({expression} as varchar)), '') as double)"
    if kind in ("integer", "float", "decimal", "boolean"):
        return f"cast({expression} as double)"
    raise StudioError(
        "not_a_number",
        f"column '{column}'",
        f"is of type {type_name}, which holds no numbers",
        "use it as a categorical attribute or leave it out",
    )
