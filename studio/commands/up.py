"""`lookalike up`: the studio in the browser, with Dagster behind it."""

from typing import Annotated

import typer

from studio.console import guarded, note, print_line


@guarded
def up(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The studio's port.")
    ] = 8480,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; another than loopback needs a login."),
    ] = "127.0.0.1",
    dagster_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Port of Dagster's screens; else a free one."
        ),
    ] = None,
    no_dagster: Annotated[
        bool,
        typer.Option("--no-dagster", help="Only look: builds cannot be started."),
    ] = False,
) -> None:
    """Start the studio, on this machine alone unless told otherwise, and Dagster with it."""
    from studio.ending import was_asked
    from studio.services.access import read_access, refuse_open_door
    from studio.services.demo import open_with_demo
    from studio.services.home_lock import only_one, refuse_taken_port
    from studio.services.runs import opened_runs
    from studio.services.studio import Studio
    from studio.services.tokens import sign_in_path
    from studio.web.app import run_studio

    workshop = open_with_demo()
    with only_one(workshop.home, "lookalike up"):
        access = read_access(workshop.home)
        refuse_open_door(host, access)
        refuse_taken_port(port, host=host)
        note("The studio is starting.")
        with opened_runs(
            workshop,
            with_dagster=not no_dagster,
            dagster_port=dagster_port,
            should_end=was_asked,
        ) as runs:
            address = access.public_url or f"http://{host}:{port}"
            print_line(f"The studio is on {address} (stop it with Ctrl-C).")
            if not access.has_login:
                print_line(f"Sign in once with {address}{sign_in_path(workshop.home)}")
            try:
                run_studio(Studio(workshop, runs), host=host, port=port)
            finally:
                for run in runs.at_work():
                    note(f"The build of {run.audience_name} goes on, run {run.run_id}.")
