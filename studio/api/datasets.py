"""Datasets in REST: listed with what can be chosen, added, mapped, profiled, removed."""

from asyncio import to_thread
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from studio.api.dependencies import Opened, settings
from studio.api.models.datasets import (
    ColumnRole,
    DatasetLine,
    DatasetShown,
    FileToInspect,
    InspectedFile,
    NewDataset,
    ProfiledDataset,
    RowFilter,
    Side,
)
from studio.api.paging import Page, Paged, page_of
from studio.services import dataset_sources, datasets, row_filters, uploads
from studio.services.access import Access
from studio.services.opening import csv_schema_of
from studio.services.row_filters import FilterColumn, KeptRows

router = APIRouter(prefix="/datasets", tags=["datasets"])
Settings = Annotated[Access, Depends(settings)]
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
    side: Annotated[
        Side | None, Query(description="Tell also whether each can be this side.")
    ] = None,
    seed: Annotated[
        str | None, Query(description="For side=population: the seed's dataset.")
    ] = None,
) -> Page[DatasetLine]:
    """Every dataset by name; those that cannot be chosen with reason and remedy."""
    catalog = opened.workshop.catalog
    lines = datasets.overview(catalog)
    if side is not None:
        verdicts = datasets.verdicts(catalog, side, seed)
        lines = [
            {**line, "eligibility": verdicts[line["name"]].model_dump()}
            for line in lines
        ]
    return Page[DatasetLine].model_validate(page_of(lines, paging))


@router.post("", status_code=201)
def add_dataset(
    wanted: NewDataset, opened: Opened, access: Settings, response: Response
) -> DatasetShown:
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
    file_name: Annotated[str, Query(examples=["customers.csv"])],
    name: Annotated[str, Query(examples=["Customers"])],
    table: str | None = None,
    description: Annotated[str, Query(max_length=10_000)] = "",
    csv_schema: Annotated[
        str | None,
        Query(
            max_length=1_000_000,
            description="How a CSV is read: JSON as `csv_schema` of `POST /datasets`.",
        ),
    ] = None,
) -> DatasetShown:
    """Register the file that is sent; the studio keeps it until it is removed."""
    workshop = opened.workshop
    schema = csv_schema_of(csv_schema, "the CSV schema") if csv_schema else None
    with uploads.received(workshop.home, file_name) as upload:
        async for chunk in request.stream():
            await to_thread(upload.write, chunk)
        upload.file.close()
        found: dict[str, Any] = await to_thread(
            datasets.add,
            workshop.catalog,
            workshop.engine,
            upload.path,
            name,
            table=table,
            csv_schema=schema,
            description=description,
        )
    return DatasetShown.model_validate(found)


@router.post("/inspect")
def inspect_file(
    wanted: FileToInspect, opened: Opened, access: Settings
) -> InspectedFile:
    """Say how a file of the studio's machine would be read; registers nothing."""
    workshop = opened.workshop
    path = dataset_sources.allowed_path(workshop.home, access, wanted.path)
    found = datasets.inspect(workshop.engine, path, wanted.table, wanted.csv_schema)
    return InspectedFile.model_validate(found)


@router.get("/{name}")
def show_dataset(name: str, opened: Opened) -> DatasetShown:
    """A dataset with what each of its columns is for and what it holds."""
    return DatasetShown.model_validate(datasets.show(opened.workshop.catalog, name))


@router.get("/{name}/filter-columns")
def list_filter_columns(name: str, opened: Opened) -> tuple[FilterColumn, ...]:
    """The columns that a filter of seed or population may ask."""
    return row_filters.filter_columns(opened.workshop, name)


@router.post("/{name}/rows")
def count_rows(name: str, wanted: RowFilter, opened: Opened) -> KeptRows:
    """How many rows a filter keeps, counted now; nothing is kept of it."""
    conditions = [each.model_dump() for each in wanted.where]
    return row_filters.rows_kept(opened.workshop, name, conditions)


@router.put("/{name}/mapping")
def map_column(name: str, wanted: ColumnRole, opened: Opened) -> DatasetShown:
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
def profile_dataset(name: str, opened: Opened) -> ProfiledDataset:
    """Look at a dataset as it is now, its identifiers too."""
    return ProfiledDataset.model_validate(datasets.profile(opened.workshop, name))


@router.delete("/{name}", status_code=204)
def remove_dataset(name: str, opened: Opened) -> None:
    """Forget a dataset; a file that was uploaded goes, any other stays."""
    datasets.remove(opened.workshop, name)
