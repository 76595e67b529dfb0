"""Datasets in REST: listed with what can be chosen, added, mapped, profiled, removed."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from studio.api.dependencies import Named, Opened, Settings
from studio.api.models.datasets import (
    ColumnRole,
    DatasetShown,
    FileToInspect,
    InspectedFile,
    ListedDataset,
    NewDataset,
    ProfiledDataset,
    RowFilter,
    Side,
)
from studio.api.paging import Page, Paged, page_of
from studio.services import (
    dataset_pages,
    dataset_sources,
    datasets,
    row_filters,
    uploads,
)
from studio.services.dataset_pages import DatasetPage
from studio.services.dataset_sources import Look
from studio.services.opening import csv_schema_of
from studio.services.row_filters import FilterColumn, KeptRows
from studio.services.studio import Studio

router = APIRouter(prefix="/datasets", tags=["datasets"])
FileName = Annotated[str, Query(description="Its ending says the kind.")]
SentSchema = Annotated[
    str | None,
    Query(
        max_length=1_000_000,
        description="How a CSV is read: JSON as `csv_schema` of `POST /datasets`.",
    ),
]
FILE = {
    "requestBody": {
        "required": True,
        "description": "The file's bytes.",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "user_id,age\nu1,34\n",
            }
        },
    }
}


@router.get("")
def list_datasets(
    opened: Opened,
    paging: Paged,
    search: Annotated[
        str, Query(max_length=200, description="In name or description.")
    ] = "",
    side: Annotated[
        Side | None, Query(description="Tell also whether each can be this side.")
    ] = None,
    seed: Annotated[
        str | None, Query(description="For side=population: the seed's dataset.")
    ] = None,
) -> Page[ListedDataset]:
    """Every dataset by name; those that cannot be chosen with reason and remedy."""
    workshop = opened.workshop
    verdicts = {} if side is None else datasets.verdicts(workshop.catalog, side, seed)
    lines = [
        {
            **line.model_dump(exclude={"keys"}),
            "identifiers": line.keys,
            "eligibility": verdict.model_dump() if verdict else None,
        }
        for line in dataset_pages.list_datasets(workshop, search)
        for verdict in (verdicts.get(line.name),)
    ]
    return Page[ListedDataset].model_validate(page_of(lines, paging))


@router.post("", status_code=201)
def add_dataset(wanted: NewDataset, opened: Opened, access: Settings) -> DatasetShown:
    """Register a file of the studio's machine."""
    workshop = opened.workshop
    path = dataset_sources.allowed_path(workshop.home, access, wanted.path)
    found = datasets.add(
        workshop.catalog,
        workshop.engine,
        path,
        wanted.name,
        table=wanted.table,
        csv_schema=wanted.csv_schema,
        description=wanted.description,
    )
    return DatasetShown.model_validate(found)


@router.post("/upload", status_code=201, openapi_extra=FILE)
async def upload_dataset(
    request: Request,
    opened: Opened,
    file_name: FileName,
    name: Annotated[str, Query(description="What it is to be called.")],
    description: Annotated[
        str, Query(max_length=10_000, description="What it holds.")
    ] = "",
    csv_schema: SentSchema = None,
) -> DatasetShown:
    """Register the file that is sent; the studio keeps it until it is removed."""
    workshop = opened.workshop
    schema = csv_schema_of(csv_schema, "the CSV schema") if csv_schema else None
    async with sent(request, opened, file_name) as path:
        found: dict[str, Any] = await to_thread(
            datasets.add,
            workshop.catalog,
            workshop.engine,
            path,
            name,
            table=None,
            csv_schema=schema,
            description=description,
        )
    return DatasetShown.model_validate(found)


@router.post("/upload/inspect", openapi_extra=FILE)
async def inspect_upload(
    request: Request,
    opened: Opened,
    file_name: FileName,
    csv_schema: SentSchema = None,
) -> InspectedFile:
    """Say how the file that is sent would be read; nothing is kept of it."""
    workshop = opened.workshop
    schema = csv_schema_of(csv_schema, "the CSV schema") if csv_schema else None
    async with sent(request, opened, file_name) as path:
        try:
            found = await to_thread(dataset_sources.look, workshop, path, schema)
        finally:
            uploads.discard(workshop, path)
    return _inspected(found, file_name)


@router.post("/inspect")
def inspect_file(
    wanted: FileToInspect, opened: Opened, access: Settings
) -> InspectedFile:
    """Say how a file of the studio's machine would be read; registers nothing."""
    workshop = opened.workshop
    path = dataset_sources.allowed_path(workshop.home, access, wanted.path)
    found = dataset_sources.look(workshop, path, wanted.csv_schema, wanted.table)
    return _inspected(found, path.name)


def _inspected(found: Look, file_name: str) -> InspectedFile:
    named = {"suggested_name": dataset_sources.suggested_name(file_name)}
    return InspectedFile.model_validate({**found.model_dump(), **named})


@asynccontextmanager
async def sent(request: Request, opened: Studio, file_name: str) -> AsyncIterator[Path]:
    """The file that a request brings, written into the home as it arrives."""
    with uploads.received(opened.workshop, file_name) as upload:
        async for chunk in request.stream():
            await to_thread(upload.write, chunk)
        upload.file.close()
        yield upload.path


@router.get("/{name}")
def show_dataset(name: Named, opened: Opened) -> DatasetShown:
    """A dataset with what each of its columns is for and what it holds."""
    return DatasetShown.model_validate(datasets.show(opened.workshop.catalog, name))


@router.get("/{name}/columns")
def show_columns(name: Named, opened: Opened) -> DatasetPage:
    """What each column is for and holds, in bars; and the audiences that are made of it.

    Nothing that fewer than 25 rows have is told apart.
    """
    return dataset_pages.show_dataset(opened.workshop, name)


@router.get("/{name}/filter-columns")
def list_filter_columns(name: Named, opened: Opened) -> tuple[FilterColumn, ...]:
    """The columns that a filter of seed or population may ask."""
    return row_filters.filter_columns(opened.workshop, name)


@router.post("/{name}/rows")
def count_rows(name: Named, wanted: RowFilter, opened: Opened) -> KeptRows:
    """How many rows a filter keeps, counted now; nothing is kept of it."""
    conditions = [each.model_dump() for each in wanted.where]
    return row_filters.rows_kept(opened.workshop, name, conditions)


@router.put("/{name}/mapping")
def map_column(name: Named, wanted: ColumnRole, opened: Opened) -> DatasetShown:
    """Give a column another role."""
    found = datasets.map_column(
        opened.workshop,
        name,
        wanted.column,
        wanted.role,
        wanted.identifier_type,
    )
    return DatasetShown.model_validate(found)


@router.post("/{name}/profile")
def profile_dataset(name: Named, opened: Opened) -> ProfiledDataset:
    """Look at a dataset as it is now, its identifiers too."""
    return ProfiledDataset.model_validate(datasets.profile(opened.workshop, name))


@router.delete("/{name}", status_code=204)
def remove_dataset(name: Named, opened: Opened) -> None:
    """Forget a dataset; a file that was uploaded goes, any other stays."""
    datasets.remove(opened.workshop, name)
