"""`lookalike token` and `audit`: the way into the studio, and what was done in it."""

from typing import Annotated

import typer

from studio.commands.options import AsJson
from studio.console import guarded, print_json, print_line, print_table


@guarded
def token(
    renew: Annotated[
        bool,
        typer.Option("--renew", help="Make another; the old one and its sessions end."),
    ] = False,
    sign_in: Annotated[
        bool,
        typer.Option("--sign-in", help="Print a path that signs a browser in, once."),
    ] = False,
) -> None:
    """Print the token of this home, for programs; who has it is an admin."""
    from catalog.home import find_home
    from studio.services import tokens

    home = find_home()
    secret = tokens.renew_token(home) if renew else tokens.token_of(home)
    print_line(tokens.sign_in_path(home) if sign_in else secret)


@guarded
def audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Only say whether it is as it was written.")
    ] = False,
    who: Annotated[
        str | None,
        typer.Option(help="Only what this person did, by name at the login or by id."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print who did what in this studio; refused where the log was tampered with."""
    from catalog.home import find_home
    from studio.services import audit as log
    from studio.services.access import person_id

    records = log.read(find_home())
    last = records[-1].hash if records else log.START
    if verify:
        if as_json:
            print_json({"lines": len(records), "hash": last})
        else:
            print_line(f"{len(records):,} lines are as they were written, hash {last}.")
        return
    asked = [e for e in records if who is None or e.who in (who, person_id(who))]
    if as_json:
        print_json([each.model_dump(mode="json") for each in asked])
        return
    print_table(
        ["number", "at", "who", "what", "object"],
        [
            [e.number, f"{e.at:%Y-%m-%d %H:%M:%S} UTC", e.who, e.verb, e.object]
            for e in asked
        ],
    )
