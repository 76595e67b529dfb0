"""`lookalike audience compare`: scorers beside each other, before one is chosen."""

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.commands.audiences import Request, Track
from studio.commands.options import AsJson, MemoryLimit, Threads
from studio.console import (
    build_progress,
    guarded,
    print_facts,
    print_json,
    print_line,
    print_table,
    warn,
)


@guarded
def compare(
    request: Request,
    models: Annotated[
        list[str] | None,
        typer.Option(
            help="Scorers with commas between them; without it all that are installed."
        ),
    ] = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    track: Track = None,
    as_json: AsJson = False,
) -> None:
    """Measure scorers on the same held-out seed people. Publishes nothing."""
    from studio.services.comparison import compare as compare_models
    from studio.services.opening import open_studio

    studio = open_studio(
        threads=threads, memory_limit=memory_limit, tracking=track, makes_home=True
    )
    with build_progress(silent=as_json) as listener:
        compared = compare_models(studio, request, models, listener=listener)
    found = compared.comparison
    if as_json:
        print_json({**found, "folder": str(compared.folder)})
    else:
        _print_comparison(found, compared.folder)
    if compared.untold:
        warn(compared.untold)
    if found["best"] is None:
        raise typer.Exit(3)


def _print_comparison(comparison: dict[str, Any], folder: Path) -> None:
    from report.comparison_words import (
        comparison_rows,
        comparison_sentences,
        missing_lines,
        other_auc_names,
        size_names,
    )

    print_line("")
    sizes = [f"lift {name}" for name in size_names(comparison)]
    print_table(
        [
            "scorer",
            "held-out AUC",
            "95 %",
            *other_auc_names(comparison),
            "beside the best",
            *sizes,
            "log loss",
            "verdict",
            "seconds",
        ],
        [
            [
                row["model"],
                row["auc"].value,
                row["auc"].between.replace(" to ", "–"),
                *(auc.value for auc in row["other_aucs"]),
                row["standing"],
                *(lift.value for lift in row["lifts"]),
                row["log_loss"],
                row["verdict"],
                row["seconds"],
            ]
            for row in comparison_rows(comparison)
        ],
    )
    print_line("")
    for text in comparison_sentences(comparison):
        print_line(text)
    for line in missing_lines(comparison):
        warn(f"{line['model']} was not compared: {line['reason']}")
    print_facts(
        {"plot": folder / "comparison.svg", "figures": folder / "comparison.json"}
    )
