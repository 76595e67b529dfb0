"""`lookalike init`, `demo`, `doctor` and `dev`: the studio itself."""

from pathlib import Path
from typing import Annotated

import typer

from studio.commands.options import AsJson
from studio.console import (
    build_progress,
    guarded,
    note,
    print_json,
    print_line,
    print_table,
)


@guarded
def init(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where to work; without it LOOKALIKE_HOME, else here."),
    ] = None,
) -> None:
    """Make a home for datasets and audiences."""
    from catalog.home import FOLDER, create_home, named_home

    named = named_home()
    root = named if folder is None and named else (folder or Path()) / FOLDER
    existed = root.exists()
    home = create_home(root)
    print_line(f"{'There was' if existed else 'Made'} a studio in {home.root}.")
    if named is not None and named.absolute() != home.root:
        note(f"LOOKALIKE_HOME names another, which commands use: {named.absolute()}.")


@guarded
def demo(as_json: AsJson = False) -> None:
    """Build a look-alike audience from the Bank Marketing data, from start to end."""
    from studio.commands.audiences import print_outcome
    from studio.services import audiences
    from studio.services.demo import demo_home, demo_specification
    from studio.services.opening import open_studio

    studio = open_studio(demo_home())
    if not as_json:
        print_line("People who opened a term deposit, and who else resembles them.")
    with build_progress(silent=as_json) as listener:
        outcome = audiences.build(
            studio, str(demo_specification()), force=False, listener=listener
        )
    found = audiences.outcome_as_json(outcome)
    if as_json:
        print_json(found)
        return
    print_outcome(found, audiences.show(studio, outcome.audience.id)["report"])
    print_line("")
    print_line("Look further:")
    for command in (
        f"lookalike audience history {found['audience']}",
        f"lookalike audience explain {found['audience']} --id u12080",
        "lookalike up",
    ):
        print_line(f"  {command}")


@guarded
def doctor(as_json: AsJson = False) -> None:
    """Say whether this machine, this home and these versions are fit to work with."""
    from studio.services.doctor import examine

    findings = examine()
    if as_json:
        print_json([each.as_dict() for each in findings])
    else:
        print_table(
            ["", "what", "found", "remedy"],
            [
                ["ok" if each.is_well else "!!", each.what, each.found, each.remedy]
                for each in findings
            ],
        )
    if not all(each.is_well for each in findings):
        raise typer.Exit(3)


@guarded
def dev(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port on loopback.")
    ] = 3000,
) -> None:
    """Start Dagster's screens and its schedules on this machine alone."""
    from studio.services.dagster_dev import run_dagster
    from studio.services.demo import open_with_demo

    raise typer.Exit(run_dagster(open_with_demo(), port))
