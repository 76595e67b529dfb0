"""`lookalike audience export` and `overlap`: the people of published audiences."""

from pathlib import Path
from typing import Annotated, Any

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
    from studio.services import members
    from studio.services.opening import open_studio

    found = members.overlap(open_studio(), names, by_tier=by_tier)
    if as_json:
        print_json(found)
        return
    labels = [_label(each) for each in found["audiences"]]
    print_table(["audience", "version", "people", *labels], _matrix(found, labels))
    print_line("")
    print_line("People in common, and the share that they are of the row's audience.")
    print_line("")
    rows = [
        [labels[each["first"]], labels[each["second"]], _jaccard(each), _basis(each)]
        for each in found["pairs"]
    ]
    print_table(["", "and", "Jaccard", "compared by"], rows)
    if any(not each["compared_by"] for each in found["pairs"]):
        note("Audiences without an identifier in common cannot be compared.")


def _label(audience: dict[str, Any]) -> str:
    tier = audience["tier"]
    return str(audience["name"]) if tier is None else f"{audience['name']}: {tier}"


def _matrix(found: dict[str, Any], labels: list[str]) -> list[list[object]]:
    cells: dict[tuple[int, int], str] = {}
    for each in found["pairs"]:
        first, second = each["first"], each["second"]
        cells[first, second] = _cell(each["people_of_first"], each["share_of_first"])
        cells[second, first] = _cell(each["people_of_second"], each["share_of_second"])
    return [
        [
            labels[row],
            audience["version"],
            audience["people"],
            *(cells.get((row, column), "") for column in range(len(labels))),
        ]
        for row, audience in enumerate(found["audiences"])
    ]


def _cell(people: int | None, share: float | None) -> str:
    if people is None:
        return "–"
    return f"{people:,} ({share:.1%})" if share is not None else f"{people:,}"


def _jaccard(pair: dict[str, Any]) -> str:
    return "–" if pair["jaccard"] is None else f"{pair['jaccard']:.3f}"


def _basis(pair: dict[str, Any]) -> str:
    return ", ".join(pair["compared_by"]) or "no identifier in common"
