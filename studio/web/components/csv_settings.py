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
Read = Callable[[Callable[[CsvSchema], CsvSchema], str], Awaitable[None]]


class CsvSettings:
    """A field for each mark; `read` is given a change of the schema and the field's name.

    The fields stay while it is read: of two marks chosen quickly both are heard.
    """

    def __init__(self, schema: CsvSchema, read: Read) -> None:
        self._read = read
        # What each field was told or asked last.
        self._last: dict[str, Any] = {MISSING: shown_value(schema, MISSING)}
        self.fields: dict[str, ui.element] = {}
        self._choices: dict[str, ui.select] = {}
        with block("settings"):
            for name, (label, _) in CHOICES.items():
                field = ui.select({}, label=label)
                field.props("outlined dense options-dense")
                field.on_value_change(partial(self._choose, name))
                self._choices[name] = self.fields[name] = field
            missing = ui.input("Also missing", value=self._last[MISSING])
            missing.props(
                'outlined dense hint="Besides empty fields, with commas: NA, -"'
            )
            self._missing = self.fields[MISSING] = missing
        take = self._take_missing
        missing.on("blur", take, []).on("keydown.enter", take, [])
        self.show(schema)

    def show(self, schema: CsvSchema) -> None:
        """Show the marks as they are now; what is being typed stays."""
        for name, field in self._choices.items():
            value = shown_value(schema, name)
            self._last[name] = value
            options = {value: str(value)} | CHOICES[name][1]
            if field.options == options:
                field.value = value  # drawn anew, an open menu would close
            else:
                field.set_options(options, value=value)
            if name == "escape":
                field.set_enabled(bool(schema.quote))

    async def _choose(self, name: str, event: Any) -> None:
        if self._last[name] == event.value:
            return  # told, not chosen
        self._last[name] = event.value
        await self._read(partial(changed, name=name, value=event.value), name)

    async def _take_missing(self) -> None:
        typed = self._missing.value
        if typed != self._last[MISSING]:
            self._last[MISSING] = typed
            await self._read(partial(changed, name=MISSING, value=typed), MISSING)


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
