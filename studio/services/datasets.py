"""What a person does with datasets: add, list, look at, map, profile, remove."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from catalog.attributes import Role, with_role
from catalog.datasets import CsvSchema, Dataset
from catalog.eligibility import Verdict, population_verdicts, seed_verdicts
from catalog.errors import StudioError
from catalog.store import Catalog, MappedDataset
from engines import registration
from engines.base import Engine
from engines.registration import (
    HasCatalogAndEngine,
    current_source,
    forget,
    register,
)
from studio.services import uploads
from studio.services.audit import Verb, record

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


def add(
    catalog: Catalog,
    engine: Engine,
    path: Path,
    name: str,
    *,
    table: str | None,
    csv_schema: CsvSchema | None,
    description: str,
) -> dict[str, Any]:
    """Register a source; what was found of it and how it will be read."""
    dataset, inspection = register(
        catalog,
        engine,
        path,
        name,
        table=table,
        csv_schema=csv_schema,
        description=description,
    )
    record(engine.home, Verb.dataset_added, f"dataset/{dataset.id}")
    return {**show(catalog, dataset.id), "notes": list(inspection.notes)}


def replace(
    workshop: "Workshop",
    path: Path,
    name: str,
    *,
    table: str | None,
    csv_schema: CsvSchema | None,
    description: str,
) -> dict[str, Any]:
    """Read a registered dataset anew with the columns that it has now."""
    before = Path(workshop.catalog.get_dataset(name).path)
    dataset, inspection = registration.replace(
        workshop.catalog,
        workshop.engine,
        path,
        name,
        table=table,
        csv_schema=csv_schema,
        description=description,
    )
    if before != Path(dataset.path):
        uploads.discard(workshop, before)
    record(workshop.home, Verb.dataset_added, f"dataset/{dataset.id}")
    return {**show(workshop.catalog, dataset.id), "notes": list(inspection.notes)}


def remove(workshop: "Workshop", name: str) -> Dataset:
    """Forget a dataset, with its profiles and the copies that the home holds.

    A file that was uploaded goes too; any other source stays. Refused while an audience
    uses it, and where something cannot be removed.
    """
    with workshop.catalog.alone():  # not while it is planned with, or being registered
        dataset = workshop.catalog.unused_dataset(name)
        forget(workshop.catalog, workshop.engine, dataset)
        uploads.discard(workshop, Path(dataset.path))
    record(workshop.home, Verb.dataset_removed, f"dataset/{dataset.id}")
    return dataset


def verdicts(
    catalog: Catalog, side: Literal["seed", "population"], seed: str | None = None
) -> dict[str, Verdict]:
    """Whether each dataset can be the seed, or the population of a seed, by its name.

    Raises StudioError `seed_missing` where the population of no seed is asked for.
    """
    found = catalog.mapped_datasets()
    if side == "seed":
        return {each.subject: each for each in seed_verdicts(found)}
    if seed is None:
        raise StudioError(
            "seed_missing",
            "the population",
            "is asked for without a seed",
            "name the dataset of the seed",
        )
    ours = catalog.mapped_dataset(seed)
    return {each.subject: each for each in population_verdicts(ours, found)}


def rows_of(found: MappedDataset) -> int | None:
    """Rows of the newest profile; None where there is none."""
    return found.profile.rows if found.profile else None


def overview(catalog: Catalog) -> list[dict[str, Any]]:
    """Every dataset in a line."""
    return [
        {
            "name": found.dataset.name,
            "kind": found.dataset.kind.value,
            "rows": rows_of(found),
            "columns": len(found.dataset.columns),
            "identifiers": [
                each.attribute for each in found.mappings if each.role is Role.identity
            ],
            "path": found.dataset.path,
        }
        for found in catalog.mapped_datasets()
    ]


def audiences_as_seeds(studio: "Workshop") -> list[dict[str, Any]]:
    """Every audience that is served, in a line as a dataset's: it can be a seed."""
    from orchestration.audience_seeds import audience_dataset

    rows = []
    for audience in studio.catalog.list_audiences():
        version = studio.catalog.served_version(audience.id)
        if version is None:
            continue
        try:
            dataset = audience_dataset(audience, version)
        except FileNotFoundError:
            continue  # a version that is gone from the disk cannot be a seed
        rows.append(
            {
                "name": audience.name,
                "kind": dataset.kind.value,
                "rows": version.figures.get("delivered_people"),
                "columns": len(dataset.columns),
                "identifiers": [column.name for column in dataset.columns],
                "path": dataset.path,
            }
        )
    return rows


def show(catalog: Catalog, name: str) -> dict[str, Any]:
    """One dataset with what each of its columns is for and what it holds."""
    found = catalog.mapped_dataset(name)
    profiles = (
        {each.name: each for each in found.profile.columns} if found.profile else {}
    )
    types = {each.name: each.type for each in found.dataset.columns}
    columns = []
    for mapping in found.mappings:
        profile = profiles.get(mapping.column)
        columns.append(
            {
                "column": mapping.column,
                "type": types[mapping.column],
                "role": mapping.role.value,
                "attribute": mapping.attribute,
                "confidence": mapping.confidence,
                "missing": profile.missing + profile.non_finite if profile else None,
                "distinct": profile.distinct if profile else None,
                "reason": mapping.reason,
            }
        )
    return {
        "name": found.dataset.name,
        "kind": found.dataset.kind.value,
        "path": found.dataset.path,
        "table": found.dataset.table,
        "description": found.dataset.description,
        "rows": rows_of(found),
        "csv_schema": (
            found.dataset.csv_schema.model_dump(mode="json")
            if found.dataset.csv_schema
            else None
        ),
        "columns": columns,
    }


def map_column(
    workshop: "Workshop",
    name: str,
    column: str,
    role: Role,
    identifier_type: str | None,
) -> dict[str, Any]:
    """Give one column the role that the person wants."""
    catalog = workshop.catalog
    dataset = catalog.change_mappings(
        name, lambda known: with_role(known, column, role, identifier_type)
    )
    record(workshop.home, Verb.column_mapped, f"dataset/{dataset.id}")
    return show(catalog, dataset.id)


def profile(studio: HasCatalogAndEngine, name: str) -> dict[str, Any]:
    """Look at the dataset as it is now, its identifiers too."""
    source = current_source(studio, name)
    keys = source.profile.keys if source.profile else ()
    return {
        **show(studio.catalog, source.dataset.id),
        "fingerprint": source.fingerprint,
        "keys": [{**key.model_dump(), "is_unique": key.is_unique} for key in keys],
    }
