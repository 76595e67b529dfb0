"""`lookalike audience workflow`, `submit`, `edit`, `duplicate`: documents out and in."""

from pathlib import Path
from typing import Annotated

import typer

from studio.commands.audiences import Name, Request, print_outcome
from studio.commands.options import AsJson, MemoryLimit, Threads
from studio.console import build_progress, guarded, print_json, print_line

Out = Annotated[
    Path | None, typer.Option(help="File to write; without one, standard output.")
]


@guarded
def workflow(
    request: Request,
    trigger_immediately: Annotated[
        bool,
        typer.Option("--trigger-immediately", help="Have `submit` build it at once."),
    ] = False,
    out: Out = None,
) -> None:
    """Write the workflow document: the specification and the stages that make it."""
    from studio.services import workflows

    text = workflows.workflow(request, trigger_immediately=trigger_immediately)
    _write(text, out, "`lookalike audience submit {out}` hands it in.")


@guarded
def submit(
    path: Annotated[
        Path, typer.Argument(help="A workflow document, or a specification.")
    ],
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    as_json: AsJson = False,
) -> None:
    """Keep a document's specification, and build it where the document says so."""
    from studio.services import audiences, workflows
    from studio.services.opening import open_studio

    studio = open_studio(threads=threads, memory_limit=memory_limit, makes_home=True)
    with build_progress(silent=as_json) as listener:
        kept, outcome = workflows.submit(studio, path, listener=listener)
    if outcome is not None:
        kept |= audiences.outcome_as_json(outcome)
    if as_json:
        print_json(kept)
    elif outcome is None:
        print_line(
            f"Kept as specification {kept['specification']} of '{kept['name']}'."
        )
        print_line(f"`lookalike audience build {kept['audience']}` builds it.")
    else:
        print_outcome(kept, audiences.show(studio, outcome.audience.id)["report"])


@guarded
def edit(
    name: Name,
    specification: Annotated[
        int | None,
        typer.Option(min=1, help="The number of an older one; by default the newest."),
    ] = None,
    out: Out = None,
) -> None:
    """Write an audience's stored specification, with every choice, to be changed."""
    from studio.services import workflows
    from studio.services.opening import open_studio

    text = workflows.edit(open_studio(), name, specification)
    _write(text, out, "`lookalike audience build {out}` builds it.")


@guarded
def duplicate(
    name: Name,
    new_name: Annotated[str, typer.Option("--name", help="The new audience's name.")],
    out: Out = None,
) -> None:
    """Write an audience's specification under a new name, which must be free."""
    from studio.services import workflows
    from studio.services.opening import open_studio

    text = workflows.duplicate(open_studio(), name, new_name)
    _write(text, out, "`lookalike audience build {out}` builds it.")


def _write(text: str, out: Path | None, remark: str) -> None:
    from studio.services.opening import write_new

    if out is None:
        typer.echo(text, nl=False)
        return
    write_new(out, text)
    print_line(f"Written to {out}. {remark.format(out=out)}")
