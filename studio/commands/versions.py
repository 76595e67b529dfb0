"""`lookalike audience versions`, `diff`, `serve-version`: what was published, and back."""

from typing import Annotated, Any

import typer

from studio.commands.audiences import Name
from studio.commands.options import AsJson
from studio.console import guarded, print_json, print_line, print_table


@guarded
def versions(name: Name, as_json: AsJson = False) -> None:
    """List an audience's versions: served, available, withdrawn, or gone from disk."""
    from studio.services import versions as service
    from studio.services.opening import open_studio

    found = service.versions(open_studio(), name)
    if as_json:
        print_json(found)
    elif not found:
        print_line(f"'{name}' has no version yet. Build it first.")
    else:
        columns = ["version", "state", "people", "entered", "left", "spec", "published"]
        print_table(columns, [_row(each) for each in found])


def _row(version: dict[str, Any]) -> list[object]:
    state = version["state"]
    return [
        version["version"],
        state if version["on_disk"] else f"{state}, gone from disk",
        version["people"],
        version["entered_people"],
        version["left_people"],
        version["specification"],
        f"{version['published_at']:%Y-%m-%d %H:%M} UTC",
    ]


@guarded
def diff(
    name: Name,
    from_version: Annotated[
        int | None,
        typer.Option("--from", help="The earlier version; by default the one before."),
    ] = None,
    to_version: Annotated[
        int | None,
        typer.Option("--to", help="The later version; by default the served one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two versions: who entered and left, and how far distributions moved."""
    from report.refresh_words import refresh_sentences
    from studio.services import versions as service
    from studio.services.opening import open_studio

    found = service.diff(open_studio(), name, from_version, to_version)
    if as_json:
        print_json(found)
        return
    print_line(f"Version {found['to']} beside version {found['from']}")
    for text in refresh_sentences(found):
        print_line(f"  {text}")
    rows = [
        [each["attribute"], each["psi"], each["verdict"]] for each in _drifts(found)
    ]
    if rows:
        print_line("")
        print_table(["distribution", "PSI", "verdict"], rows)


def _drifts(found: dict[str, Any]) -> list[dict[str, Any]]:
    score = [found["score_drift"]] if found["score_drift"] else []
    return [*score, *found["attributes"]]


@guarded
def serve_version(
    name: Name,
    number: Annotated[int, typer.Argument(help="The version to serve again.")],
    as_json: AsJson = False,
) -> None:
    """Put an earlier version into use again."""
    from studio.services import versions as service
    from studio.services.opening import open_studio

    version = service.serve_version(open_studio(), name, number)
    if as_json:
        print_json(
            {"version": version.number, "members": f"{version.path}/members.parquet"}
        )
    else:
        print_line(f"Version {version.number} of '{name}' is served from now on.")
