"""How a CSV file is read, as fields: a change has it read anew before it is saved."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from catalog.datasets import CsvSchema
from studio.web.components.elements import block

ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252")
TWICE, AS_FOUND = "twice", "as found"
CHOICES: dict[str, tuple[str, dict[Any, str]]] = {
    "delimiter": (
        "Delimiter",
        {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar"},
    ),
    "quote": ("Quotes", {'"': 'Double (")', "'": "Single (')", "": "None"}),
    "escape": ("Inner quotes", {TWICE: "Written twice", "\\": "Backslash"}),
    "encoding": ("Encoding", {each: each for each in ENCODINGS}),
    "decimal_separator": ("Decimals", {".": "Point", ",": "Comma"}),
    "date_format": (
        "Dates",
        {
            AS_FOUND: "As found, or 2026-12-31",
            "%d.%m.%Y": "31.12.2026",
            "%d/%m/%Y": "31/12/2026",
            "%m/%d/%Y": "12/31/2026",
        },
    ),
    "has_header": ("Column names", {True: "First line", False: "None"}),
}
MISSING = "null_tokens"


def csv_settings(
    schema: CsvSchema,
    read: Callable[[Callable[[CsvSchema], CsvSchema], str], Awaitable[None]],
) -> dict[str, ui.element]:
    """The fields by their names; `read` is given a change of the schema and the field used."""
    fields: dict[str, ui.element] = {}
    with block("settings"):
        for name, (label, options) in CHOICES.items():
            value = shown_value(schema, name)
            field = ui.select(
                {value: str(value)} | options, label=label, value=value
            ).props("outlined dense options-dense")
            field.on_value_change(
                lambda event, name=name: read(
                    partial(changed, name=name, value=event.value), name
                )
            )
            if name == "escape" and not schema.quote:
                field.disable()
            fields[name] = field
        missing = ui.input("Also missing", value=shown_value(schema, MISSING))
        missing.props('outlined dense hint="Besides empty fields, with commas: NA, -"')

        async def take() -> None:
            if missing.value != shown_value(schema, MISSING):
                await read(partial(changed, name=MISSING, value=missing.value), MISSING)

        missing.on("blur", take, []).on("keydown.enter", take, [])
        fields[MISSING] = missing
    return fields


def shown_value(schema: CsvSchema, name: str) -> Any:
    """What a field shows of a schema.

    >>> shown_value(CsvSchema(null_tokens=("", "-", "NA")), "null_tokens")
    '-, NA'
    """
    value = getattr(schema, name)
    if name == MISSING:
        return ", ".join(token for token in value if token)
    if name == "escape":
        return TWICE if value == schema.quote or not schema.quote else value
    return AS_FOUND if name == "date_format" and value is None else value


def changed(schema: CsvSchema, name: str, value: Any) -> CsvSchema:
    """The schema with another value of a field; its columns are found anew.

    >>> changed(CsvSchema(), "quote", "'").escape
    "'"
    >>> changed(CsvSchema(), "null_tokens", "NA, ?").null_tokens
    ('', 'NA', '?')
    """
    values: dict[str, Any] = {"columns": (), name: value}
    if name == MISSING:
        typed = (each.strip() for each in str(value or "").split(","))
        values[name] = ("", *dict.fromkeys(each for each in typed if each))
    elif name == "date_format":
        values[name] = None if value == AS_FOUND else value
    elif name == "escape":
        values[name] = schema.quote if value == TWICE else value
    elif name == "quote" and schema.escape == schema.quote:
        values["escape"] = value
    return schema.model_copy(update=values)
