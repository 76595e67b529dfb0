"""`lookalike audience suggest`: advice on the attributes before anything is built."""

from pathlib import Path
from typing import Annotated

import typer

from studio.commands.audiences import Request
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
def suggest(
    request: Request,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="New file for the specification with the advised attributes.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Advise 3 to 8 attributes, with the reason for each and against each other one."""
    from studio.services import advice as service
    from studio.services.opening import open_studio, refuse_existing

    if output is not None:
        refuse_existing(output)
    studio = open_studio(makes_home=True)
    with build_progress(silent=as_json) as listener:
        specification, folder, found = service.suggest(
            studio, request, listener=listener
        )
    if output is not None and found.chosen:
        service.write_advised(specification, folder, found, output)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    print_line(found.summary)
    print_table(
        ["attribute", "advised", "alone", "because"],
        [
            [
                each.attribute,
                "" if each.step is None else str(each.step),
                "" if each.auc is None else f"{each.auc.value:.3f}",
                "; ".join(filter(None, (each.reason, each.question))),
            ]
            for each in found.attributes
        ],
    )
    for pair in found.repetitions:
        print_line(pair.meaning)
    if found.chosen:
        print_line("")
        for line in found.attributes_yaml.splitlines():
            print_line(line)
    if output is not None:
        print_line(
            f"Written to {output}."
            if found.chosen
            else f"{output} is not written: no attribute is advised."
        )
    note(found.estimated_from)
    for text in found.notes:
        note(f"note: {text}")
