"""`lookalike score`: two files in, one file of scores out; nothing is registered."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from studio.commands.options import MemoryLimit, Threads
from studio.console import build_progress, guarded, print_json, print_line, print_table

LISTS = ("--categorical", "--continuous")


class ScoreCommand(TyperCommand):
    """`score`, where a list of columns may be empty.

    A script with nothing to put there writes `--categorical --continuous age`, which
    would name a column `--continuous`.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, a list without a value as an empty one."""
        options = {name for each in self.params for name in each.opts}
        read: list[str] = []
        for place, argument in enumerate(args):
            read.append(argument)
            following = args[place + 1 : place + 2]
            if argument in LISTS and (not following or following[0] in options):
                read.append("")
        return super().parse_args(ctx, read)


@guarded
def score(
    seed: Annotated[Path, typer.Option(help="File of the people you value.")],
    population: Annotated[Path, typer.Option(help="File of the people to score.")],
    id_column: Annotated[str, typer.Option("--id", help="Identifier column of both.")],
    out: Annotated[
        Path, typer.Option(help="File to write: .parquet, .csv, .csv.gz or .jsonl.")
    ],
    categorical: Annotated[
        list[str] | None,
        typer.Option(help="Categorical columns as one CSV record; repeatable."),
    ] = None,
    continuous: Annotated[
        list[str] | None,
        typer.Option(help="Continuous columns as one CSV record; repeatable."),
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="The scorer, as scoring.model names it."),
    ] = "naive_bayes",
    include_seed: Annotated[
        bool, typer.Option("--include-seed", help="Add the seed people, with is_seed.")
    ] = False,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON on standard output.")
    ] = False,
) -> None:
    """Score everybody of a population by their likeness to a seed, in one go.

    Writes one row for every person of the population who is not in the seed: the
    identifier under its own name, score, log_odds, percentile and rank.
    """
    from studio.services.scoring import ScoreRequest, read_names, score_files

    request = ScoreRequest(
        seed=seed,
        population=population,
        id_column=id_column,
        categorical=read_names(categorical or [], "--categorical"),
        continuous=read_names(continuous or [], "--continuous"),
        out=out,
        model=model,
        include_seed=include_seed,
    )
    with build_progress(silent=as_json) as listener:
        found = score_files(
            request, threads=threads, memory_limit=memory_limit, listener=listener
        )
    if as_json:
        print_json(found)
        return
    overlap = found["overlap"]
    print_line(f"{found['rows']:,} people scored, {overlap[:1].lower()}{overlap[1:]}")
    print_table(
        ["attribute", "weight", "because"],
        [
            [each["attribute"], each["weight"], each["reason"]]
            for each in found["attributes"]
        ],
    )
    for each in found["dropped"]:
        print_line(f"not scored: {each['attribute']} {each['reason']}")
    print_line(f"Written to {out}.")
