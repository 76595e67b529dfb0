"""`lookalike audience export` and `overlap`: the people of published audiences."""

from pathlib import Path
from typing import Annotated

import typer

from studio.commands.audiences import Name
from studio.commands.options import AsJson
from studio.console import guarded, note, print_json, print_line, print_table


@guarded
def export(
    name: Name,
    out: Annotated[
        Path,
        typer.Option(
            help="File to write; ends with .csv, .csv.gz, .parquet or .jsonl."
        ),
    ],
    tier: Annotated[
        str | None, typer.Option(help="Of one tier alone, by its name.")
    ] = None,
    number: Annotated[
        int | None,
        typer.Option("--version", help="Of which version; without it the served one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write an audience's members to a file, all of them or those of one tier."""
    from studio.services import members
    from studio.services.opening import open_studio

    found = members.export(open_studio(), name, out, tier, number)
    if as_json:
        print_json(found)
        return
    of_tier = "" if tier is None else f", tier '{tier}'"
    print_line(
        f"{found['people']:,} people of version {found['version']}{of_tier} written to"
        f" {found['file']}."
    )


@guarded
def overlap(
    names: Annotated[
        list[str], typer.Argument(help="Audiences, two or more.", show_default=False)
    ],
    by_tier: Annotated[
        bool, typer.Option("--tiers", help="Compare the tiers of each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Count the people whom audiences have in common, as they are in use."""
    from studio.services.opening import open_studio
    from studio.services.overlap import overlap as people_in_common
    from studio.services.overlap import overlap_tables

    found = people_in_common(open_studio(), names, by_tier=by_tier)
    if as_json:
        print_json(found)
        return
    for table in overlap_tables(found):
        print_line("")
        print_line(f"{table.caption}.")
        print_line("")
        print_table(table.head, table.rows)
    if any(not each["compared_by"] for each in found["pairs"]):
        note("Audiences without an identifier in common cannot be compared.")
