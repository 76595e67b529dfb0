"""`lookalike datasets`: register sources and say what their columns are for."""

from pathlib import Path
from typing import Annotated, Any

import typer

from catalog.column_roles import Role
from catalog.errors import StudioError
from studio.commands.options import AsJson
from studio.console import (
    guarded,
    note,
    print_facts,
    print_json,
    print_line,
    print_table,
)

app = typer.Typer(no_args_is_help=True, help="Register data and map its columns.")

Name = Annotated[str, typer.Argument(help="The dataset's name.", show_default=False)]


@app.command()
@guarded
def add(
    path: Annotated[
        Path,
        typer.Argument(
            help="Parquet file or folder, CSV, JSON Lines, or DuckDB file.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Its name; without one, the file's.")
    ] = None,
    table: Annotated[str | None, typer.Option(help="Table of a DuckDB file.")] = None,
    description: Annotated[str, typer.Option(help="Free text.")] = "",
    schema: Annotated[
        Path | None,
        typer.Option(help="CSV schema as JSON, as `datasets show --json` prints it."),
    ] = None,
    is_replaced: Annotated[
        bool,
        typer.Option(
            "--replace", help="Take it anew for the dataset of that name, columns too."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Register a source: inspect it, profile it, propose what its columns are for."""
    from studio.services import datasets
    from studio.services.opening import open_studio, read_csv_schema

    studio = open_studio(makes_home=True)
    named = name or path.name.split(".")[0] or path.name
    read = read_csv_schema(schema)
    if is_replaced:
        found = datasets.replace(
            studio, path, named, table=table, csv_schema=read, description=description
        )
    else:
        found = datasets.add(
            studio.catalog,
            studio.engine,
            path,
            named,
            table=table,
            csv_schema=read,
            description=description,
        )
    for text in found["notes"]:
        note(text)
    _print_dataset(found, as_json=as_json)


@app.command("list")
@guarded
def list_datasets(
    show_audiences: Annotated[
        bool, typer.Option("--show-audiences", help="List audiences too: seeds to be.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the registered datasets."""
    from studio.services import datasets
    from studio.services.opening import open_studio

    studio = open_studio()
    found = datasets.overview(studio.catalog)
    if show_audiences:
        found += datasets.audiences_as_seeds(studio)
    if as_json:
        print_json(found)
    elif not found:
        print_line("No dataset is registered. `lookalike datasets add FILE` adds one.")
    else:
        rows = [
            [
                each["name"],
                each["kind"],
                each["rows"],
                each["columns"],
                ", ".join(each["identifiers"]),
            ]
            for each in found
        ]
        print_table(["name", "kind", "rows", "columns", "identifiers"], rows)


@app.command()
@guarded
def show(name: Name, as_json: AsJson = False) -> None:
    """Show a dataset: its columns, their roles, and why."""
    from studio.services import datasets
    from studio.services.opening import open_studio

    _print_dataset(datasets.show(open_studio().catalog, name), as_json=as_json)


@app.command("map")
@guarded
def map_column(
    name: Name,
    column: Annotated[
        str | None, typer.Option(help="The column, exactly as it is named.")
    ] = None,
    role: Annotated[Role | None, typer.Option(help="What it is for.")] = None,
    identifier_type: Annotated[
        str | None, typer.Option(help="For the role identity: which identifier it is.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the mappings, or give one column another role."""
    from catalog.map_command import map_command
    from studio.services import datasets
    from studio.services.opening import open_studio

    workshop = open_studio()
    if (column is None) != (role is None):
        raise typer.BadParameter("--column and --role go together")
    if column is None or role is None:
        found = datasets.show(workshop.catalog, name)
    elif role is Role.identity and identifier_type is None:
        slug = workshop.catalog.get_dataset(name).slug
        raise StudioError(
            "identifier_type_missing",
            "option --identifier-type",
            "is missing, which says what identifier the column holds",
            f"run `{map_command(slug, column)}`, or name one of your own",
        )
    else:
        found = datasets.map_column(workshop, name, column, role, identifier_type)
    _print_dataset(found, as_json=as_json)


@app.command()
@guarded
def profile(name: Name, as_json: AsJson = False) -> None:
    """Profile a dataset as it is now, its identifiers too."""
    from studio.services import datasets
    from studio.services.opening import open_studio

    found = datasets.profile(open_studio(), name)
    _print_dataset(found, as_json=as_json)
    if not as_json:
        for key in found["keys"]:
            print_line(
                f"{key['column']}: {key['duplicates']:,} rows repeat an identifier,"
                f" {key['missing']:,} have none."
            )


@app.command()
@guarded
def remove(name: Name) -> None:
    """Forget a dataset; its file stays where it is."""
    from studio.services import datasets
    from studio.services.opening import open_studio

    dataset = datasets.remove(open_studio(), name)
    print_line(f"'{dataset.name}' is no longer registered; its file was not touched.")


def _print_dataset(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_facts({key: found[key] for key in ("name", "kind", "path", "rows")})
    print_table(
        ["column", "type", "role", "attribute", "missing", "distinct", "because"],
        [
            [
                each["column"],
                each["type"].lower(),
                each["role"],
                each["attribute"],
                each["missing"],
                each["distinct"],
                each["reason"],
            ]
            for each in found["columns"]
        ],
    )
