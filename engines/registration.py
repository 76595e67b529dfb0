"""Datasets, from a path that a person named to a source with a profile.

Joins what the catalog remembers with what the engine finds; `engines` may read both.
"""

import shlex
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from catalog.attributes import Mapping, Role, propose_mappings, type_family
from catalog.datasets import CsvSchema, Dataset, DatasetProfile
from catalog.errors import StudioError
from catalog.names import display_name, shown, shown_path, slug_of
from catalog.normal_forms import form_of
from catalog.store import Catalog
from engines.base import NO_KEY, Engine, Inspection, KeyColumn, Source
from engines.connection import WORK_DATABASE


class HasCatalogAndEngine(Protocol):
    """What knows the catalog and the engine together."""

    @property
    def catalog(self) -> Catalog:
        """What is registered."""

    @property
    def engine(self) -> Engine:
        """What reads it."""


def register(
    catalog: Catalog,
    engine: Engine,
    path: Path,
    name: str,
    *,
    table: str | None = None,
    csv_schema: CsvSchema | None = None,
    description: str = "",
) -> tuple[Dataset, Inspection]:
    """Inspect a source, register it, profile it and propose its mappings.

    Nothing is registered where any of these fails; what a killed registration of the
    same name left goes first.
    """
    refuse_work_table(path)
    refuse_registered(catalog, name)
    inspection = engine.inspect(path, table, csv_schema)
    with catalog.alone():
        unfinished = catalog.unfinished_dataset(name)
        if unfinished is not None:
            forget(catalog, engine, unfinished)
        dataset = catalog.add_dataset(
            name,
            inspection.kind,
            str(path.absolute()),
            inspection.columns,
            table=table if inspection.table else None,
            csv_schema=inspection.csv_schema,
            description=description,
        )
        try:
            profile = _profiled(engine, dataset)
            catalog.set_mappings(dataset.id, propose_mappings(dataset, profile))
            catalog.save_profile(profile)
        except BaseException:
            forget(catalog, engine, dataset)
            raise
    return dataset, inspection


def refuse_registered(catalog: Catalog, name: str) -> None:
    """A dataset that is registered is read anew, not added again."""
    try:
        held = catalog.holder_of(display_name(name, "dataset"))
    except StudioError:
        return  # nobody can have that name: it is told after what is wrong with the file
    if held is None or catalog.unfinished_dataset(name) is not None:
        return
    dataset, since = held
    raise StudioError(
        "name_taken",
        f"dataset {shown(name)}",
        f"is registered already, from {shown_path(dataset.path)}, since"
        f" {since:%Y-%m-%d %H:%M} UTC",
        f"`lookalike datasets profile {dataset.slug}` reads it as it is now, `datasets"
        " add` with --replace takes changed columns too, --name gives another name",
    )


def replace(
    catalog: Catalog,
    engine: Engine,
    path: Path,
    name: str,
    *,
    table: str | None = None,
    csv_schema: CsvSchema | None = None,
    description: str = "",
) -> tuple[Dataset, Inspection]:
    """Read a registered dataset anew, from this path, with the columns that it has now.

    Mappings of columns that stay are kept, new ones are proposed; audiences go on using
    it. Nothing changes where any of this fails. Raises StudioError `unknown_dataset`.
    """
    refuse_work_table(path)
    held = catalog.get_dataset(name)
    inspection = engine.inspect(path, table, csv_schema)
    dataset = held.model_copy(
        update={
            "kind": inspection.kind,
            "path": str(path.absolute()),
            "table": table if inspection.table else None,
            "csv_schema": inspection.csv_schema,
            "columns": inspection.columns,
            "description": description or held.description,
        }
    )
    profile = _profiled(engine, dataset)
    proposed = propose_mappings(dataset, profile)
    with catalog.alone():
        catalog.update_dataset(
            dataset,
            lambda known: kept_mappings(held, dataset, known, proposed),
            profile,
        )
    return dataset, inspection


def kept_mappings(
    before: Dataset,
    now: Dataset,
    mappings: Sequence[Mapping],
    proposed: Sequence[Mapping],
) -> tuple[Mapping, ...]:
    """The mappings of a dataset that is read anew: the kept ones, else the proposed.

    A role that nobody set goes with the type that it was proposed for.
    """
    old, new = (
        {each.name: type_family(each.type) for each in side.columns}
        for side in (before, now)
    )
    kept = {
        each.column: each
        for each in mappings
        if each.column in new
        and (each.is_confirmed or old[each.column] is new[each.column])
    }
    taken = {each.attribute for each in kept.values()}
    found = []
    for each in proposed:
        mapping = kept.get(each.column) or _beside(each, taken)
        taken.add(mapping.attribute)
        found.append(mapping)
    return tuple(found)


def _beside(proposed: Mapping, taken: Collection[str]) -> Mapping:
    """A proposal with an attribute of its own; an identifier that is there is another's."""
    if proposed.attribute not in taken:
        return proposed
    changed: dict[str, object] = {"attribute": slug_of(proposed.column, {*taken})}
    if proposed.role is Role.identity:
        changed |= {
            "role": Role.metadata,
            "identifier_type": None,
            "reason": f"another column is already the {proposed.attribute}",
        }
    return proposed.model_copy(update=changed)


def _profiled(engine: Engine, dataset: Dataset) -> DatasetProfile:
    """The dataset loaded and looked at; StudioError where it has no rows."""
    fingerprint = engine.fingerprint(dataset)
    engine.load(dataset, fingerprint)
    profile = engine.profile(dataset, fingerprint, ())
    refuse_empty(dataset, profile.rows)
    return profile


def forget(catalog: Catalog, engine: Engine, dataset: Dataset) -> None:
    """Remove a dataset: what is kept of its people first, then what names it.

    Where the first fails or is killed it can be tried again.
    """
    engine.forget(dataset, catalog.own_profiles(dataset.id))
    catalog.remove_dataset(dataset.id)


def current_source(
    workshop: HasCatalogAndEngine, name: str, needed: Sequence[str] = ()
) -> Source:
    """The dataset of that name as it is now: fingerprint, loaded copy and profile.

    All columns mapped as identifiers are profiled as keys. Raises StudioError
    `columns_changed` where a mapped column, or one of `needed`, is gone or has another
    type than when it was registered.
    """
    catalog, engine = workshop.catalog, workshop.engine
    dataset = catalog.get_dataset(name)
    mappings = catalog.mappings(dataset.id) or _propose(catalog, engine, dataset)
    fingerprint = engine.fingerprint(dataset)
    refuse_changed_columns(engine, dataset, fingerprint, mappings, needed)
    engine.load(dataset, fingerprint)
    # Which of them comes first, and so the sample, is settled with the other side.
    profile = engine.profile(dataset, fingerprint, [NO_KEY, *keys_of(mappings)])
    refuse_empty(dataset, profile.rows)
    catalog.save_profile(profile)
    return Source(dataset, fingerprint, profile)


def _propose(catalog: Catalog, engine: Engine, dataset: Dataset) -> Sequence[Mapping]:
    """The proposed mappings, saved where a killed registration saved none."""
    proposed = propose_mappings(dataset, _profiled(engine, dataset))
    catalog.set_mappings(dataset.id, proposed)
    return proposed


def keys_of(mappings: Sequence[Mapping]) -> list[KeyColumn]:
    """The columns that are mapped as identifiers, each with its normal form."""
    return [
        KeyColumn(each.column, form_of(each.attribute))
        for each in mappings
        if each.role is Role.identity
    ]


def refuse_work_table(path: Path) -> None:
    """The tables of a build in progress are no datasets: they go with the build (B21)."""
    if path.name == WORK_DATABASE and (path.parent / "build.json").exists():
        raise StudioError(
            "work_table",
            f"file '{path.name}'",
            "is the work database of a build, which is swept away",
            "register the members.parquet of a version instead",
        )


def refuse_empty(dataset: Dataset, rows: int) -> None:
    """Nobody can be learnt from, or found in, a dataset without rows."""
    if rows == 0:
        raise StudioError(
            "empty_dataset",
            f"dataset '{dataset.name}'",
            "has 0 rows",
            f"write rows to '{Path(dataset.path).name}' and try again",
        )


def refuse_changed_columns(
    engine: Engine,
    dataset: Dataset,
    fingerprint: str,
    mappings: Sequence[Mapping],
    also: Sequence[str] = (),
) -> None:
    """Mapped columns must still be there with their type; new ones are ignored."""
    if dataset.csv_schema is not None:
        return  # a file read by a saved schema is checked against it when it is loaded
    columns = engine.columns(dataset, fingerprint)
    now = {column.name: column.type for column in columns}
    before = {column.name: column.type for column in dataset.columns}
    needed = [
        each.column
        for each in mappings
        if each.role is not Role.metadata or each.column in also
    ]
    gone = [name for name in needed if name not in now]
    retyped = [
        f"'{name}' was {before[name]} and is {now[name]}"
        for name in needed
        if name in now and now[name] != before[name]
    ]
    if gone or retyped:
        new = [f"'{name}' is new" for name in now if name not in before]
        told = [f"'{name}' is gone" for name in gone] + retyped + new
        raise StudioError(
            "columns_changed",
            f"dataset '{dataset.name}'",
            f"has other columns than when it was registered ({'; '.join(told)})",
            f"restore them, or take them with `lookalike datasets add"
            f" {shlex.quote(dataset.path)} --name {dataset.slug} --replace`",
        )
