"""Datasets as their pages show them: a line each, and one with all of its columns."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import (
    Column,
    ColumnProfile,
    CsvSchema,
    Dataset,
    DatasetKind,
    Frozen,
)
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.personal_columns import names_people
from catalog.roles import Mapping, Role
from report.words import number_text, plain_text, share_text
from studio.services.dataset_changes import change_of
from studio.services.uploads import UPLOADS

if TYPE_CHECKING:
    from engines.column_values import FrequentValues, Spread
    from orchestration.workshop import Workshop

MOST_PLOTS = 100
SURE, LIKELY = 0.9, 0.7
PERSONAL_SHAPES = frozenset({"email", "phone", "ip", "uuid", "sha256", "sha1", "md5"})


class DatasetLine(Frozen):
    """One dataset. `written_at` is when its source changed last, null where it is gone."""

    name: str
    slug: str
    description: str
    kind: DatasetKind
    rows: int | None
    columns: int
    keys: tuple[str, ...]
    is_mapped: bool
    written_at: datetime | None


class Bar(Frozen):
    """A frequent value: its share of the rows that have one, in words and in percent."""

    value: str
    share: str
    percent: float


class ColumnView(Frozen):
    """One column: what it is for and why, and what it holds.

    `bars` are its frequent values, or `heights` its histogram in percent of the highest
    bin between the two `ends`.
    """

    name: str
    type: str
    role: Role
    attribute: str
    identifier_type: str | None
    sureness: str
    reason: str
    missing: str
    distinct: str
    bars: tuple[Bar, ...] = ()
    others: str | None = None
    heights: tuple[float, ...] = ()
    ends: tuple[str, str] | None = None
    hidden: str | None = None


class DatasetPage(Frozen):
    """One dataset with its columns, and the audiences that are made from it."""

    line: DatasetLine
    source: str
    is_upload: bool
    reading: tuple[str, ...]
    columns: tuple[ColumnView, ...]
    audiences: tuple[tuple[str, str], ...]
    trouble: str | None = None


def list_datasets(workshop: "Workshop", search: str = "") -> tuple[DatasetLine, ...]:
    """Every dataset with the searched text in its name or description, by name."""
    from catalog.names import folded

    wanted = folded(search)
    return tuple(
        line_of(found)
        for found in workshop.catalog.mapped_datasets()
        if any(
            wanted in folded(text)
            for text in (found.dataset.name, found.dataset.description)
        )
    )


def line_of(found: MappedDataset) -> DatasetLine:
    """How one dataset stands."""
    dataset = found.dataset
    return DatasetLine(
        name=dataset.name,
        slug=dataset.slug,
        description=dataset.description,
        kind=dataset.kind,
        rows=found.profile.rows if found.profile else None,
        columns=len(dataset.columns),
        keys=tuple(
            each.attribute for each in found.mappings if each.role is Role.identity
        ),
        is_mapped=any(each.is_scored for each in found.mappings)
        and any(each.role is Role.identity for each in found.mappings),
        written_at=written_at(dataset),
    )


def show_dataset(workshop: "Workshop", name: str) -> DatasetPage:
    """One dataset; StudioError `unknown_dataset` where it is none.

    Where its source is no longer what was read, `trouble` says what became of it. All
    figures are of the last reading then, and plots are shown where its copy is kept.
    """
    found = workshop.catalog.mapped_dataset(name)
    dataset = found.dataset
    change = change_of(workshop, found)
    held: dict[str, FrequentValues | Spread] = {}
    if change is None or not dataset.kind.is_read_in_place:
        try:
            held = _held(workshop, found)
        except StudioError as error:
            change = change or error
    profiles = found.column_profiles
    rows = found.profile.rows if found.profile else 0
    return DatasetPage(
        line=line_of(found),
        source=Path(dataset.path).name if _is_upload(dataset) else dataset.path,
        is_upload=_is_upload(dataset),
        reading=reading_words(dataset),
        columns=tuple(
            _column(
                mapping,
                found.column(mapping.column).type,
                profiles.get(mapping.column),
                rows,
                held.get(mapping.column),
            )
            for mapping in found.mappings
        ),
        audiences=workshop.catalog.audiences_using(dataset.id),
        trouble=None if change is None else str(change),
    )


def reading_words(dataset: Dataset) -> tuple[str, ...]:
    """How a CSV file is read, in words; empty for other kinds."""
    schema = dataset.csv_schema
    if schema is None:
        return ()
    marks = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
    return (
        f"Delimiter: {marks.get(schema.delimiter, schema.delimiter)}",
        f"Encoding: {schema.encoding}",
        f"Column names: {'first line' if schema.has_header else 'none'}",
        f"Decimals: {'comma' if schema.decimal_separator == ',' else 'point'}",
        *_unusual_reading(schema),
    )


def _unusual_reading(schema: CsvSchema) -> Iterator[str]:
    """What else is said of how a file is read: only where it is not as in most files."""
    if schema.quote != '"':
        yield f"Quotes: {schema.quote or 'none'}"
    if schema.quote and schema.escape != schema.quote:
        yield f"Inner quotes: behind {schema.escape}"
    if schema.date_format:
        day_first = schema.date_format.startswith("%d")
        yield f"Dates: {'day, month, year' if day_first else 'month, day, year'}"
    tokens = [token for token in schema.null_tokens if token]
    if tokens:
        yield f"Also missing: {', '.join(tokens)}"


def written_at(dataset: Dataset) -> datetime | None:
    """When the newest file of a source was written; null where the source is gone."""
    from engines.sources import content_files

    try:
        newest = max(path.stat().st_mtime for path in content_files(Path(dataset.path)))
    except (OSError, StudioError):
        return None
    return datetime.fromtimestamp(newest, UTC)


def _is_upload(dataset: Dataset) -> bool:
    return Path(dataset.path).parent.parent.name == UPLOADS


def _held(
    workshop: "Workshop", found: MappedDataset
) -> "dict[str, FrequentValues | Spread]":
    """What the columns that name nobody hold."""
    dataset, profile = found.dataset, found.profile
    if profile is None:
        return {}
    shown = tuple(
        found.column(each.column)
        for each in found.mappings
        if _hidden(each, found.column_profiles.get(each.column)) is None
    )
    return _values_of(
        workshop,
        dataset,
        profile.fingerprint,
        shown[:MOST_PLOTS],
    )


@lru_cache(maxsize=16)
def _values_of(
    workshop: "Workshop",
    dataset: Dataset,
    fingerprint: str,
    columns: tuple[Column, ...],
) -> "dict[str, FrequentValues | Spread]":
    """What columns hold, counted once for each content of the source."""
    return workshop.engine.column_values(dataset, fingerprint, columns)


def _hidden(mapping: Mapping, profile: ColumnProfile | None) -> str | None:
    """Why values of a column are not shown; null where they are."""
    if mapping.role is Role.identity:
        return "Identifiers are not shown"
    looks_personal = profile is not None and profile.looks_like in PERSONAL_SHAPES
    if looks_personal or names_people(mapping.column):
        return "Values that may name people are not shown"
    return None


def _column(
    mapping: Mapping,
    type_name: str,
    profile: ColumnProfile | None,
    rows: int,
    held: "FrequentValues | Spread | None",
) -> ColumnView:
    from engines.column_values import FrequentValues, Spread

    missing = profile.missing + profile.non_finite if profile else 0
    bars: tuple[Bar, ...] = ()
    heights: tuple[float, ...] = ()
    others, ends = None, None
    if isinstance(held, FrequentValues):
        total = held.others + sum(count for _, count in held.values)
        bars = tuple(
            Bar(
                value=plain_text(value, 60) or "empty",
                share=share_text(count / total),
                percent=round(100 * count / total, 1),
            )
            for value, count in held.values
        )
        if held.others:
            others = f"other values {share_text(held.others / total)}"
    elif isinstance(held, Spread):
        highest = max(held.counts) or 1
        heights = tuple(round(100 * count / highest, 1) for count in held.counts)
        ends = (_number(held.least), _number(held.greatest))
    return ColumnView(
        name=mapping.column,
        type=type_name.lower(),
        role=mapping.role,
        attribute=mapping.attribute,
        identifier_type=mapping.identifier_type,
        sureness=sureness(mapping),
        reason="set by a person" if mapping.is_confirmed else mapping.reason,
        missing=share_text(missing / rows) if profile and rows else "–",
        distinct=number_text(profile.distinct) if profile else "–",
        bars=bars,
        others=others,
        heights=heights,
        ends=ends,
        hidden=_hidden(mapping, profile),
    )


def sureness(mapping: Mapping) -> str:
    """How sure a proposal is, in a word."""
    if mapping.is_confirmed:
        return "set"
    if mapping.confidence >= SURE:
        return "sure"
    return "likely" if mapping.confidence >= LIKELY else "a guess"


def _number(value: float) -> str:
    return number_text(value, 0 if value == int(value) else 2)
