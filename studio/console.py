"""What the command line prints: facts for people, JSON for programs, one line for errors.

Results go to standard output; progress, notes and errors go to standard error, so that
`--json` output can be piped.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import wraps
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from catalog.errors import StudioError
from catalog.file_failures import of_system, subject_of
from catalog.visible_text import visible, visible_json
from studio.ending import INTERRUPTED, STOPPED, was_asked

WIDEST = 10_000  # characters in a row of a table that goes to a file
WIDEST_WORD = 20  # characters of a word that a terminal does not break

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class ExitCode(IntEnum):
    """The exit codes of `lookalike`; documented in docs/cli.md."""

    done = 0
    unexpected = 1
    usage = 2
    refused = 3
    failed = 4
    busy = 5
    interrupted = INTERRUPTED


BUSY = frozenset(
    {
        "already_building",
        "already_comparing",
        "catalog_in_use",
        "catalog_locked",
        "database_locked",
        "fenced",
        "home_in_use",
    }
)
FAILED = frozenset(
    {
        "data_test_failed",
        "model_failed",
        "dbt_failed",
        "dbt_parse_failed",
        "file_failure",
        "engine_failure",
        "catalog_unreachable",
        "check_failed",
        "input_changed",
        "disk_full",
        "out_of_memory",
        "build_failed",
    }
)


def exit_code_of(error: StudioError) -> ExitCode:
    """Which exit code tells a program what kind of error this is."""
    if error.code in BUSY:
        return ExitCode.busy
    if error.code == "unexpected":
        return ExitCode.unexpected
    return ExitCode.failed if error.code in FAILED else ExitCode.refused


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn whatever a command raises into one line and an exit code."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        as_json = bool(options.get("as_json"))
        try:
            return command(*arguments, **options)
        except (typer.Exit, typer.BadParameter):
            raise
        except BrokenPipeError:
            # Whoever read our output has seen enough.
            sys.stderr.close()
            raise typer.Exit(ExitCode.done) from None
        except (KeyboardInterrupt, Exception) as error:
            if isinstance(error, KeyboardInterrupt) or was_asked():
                err.print(STOPPED)
                raise typer.Exit(ExitCode.interrupted) from None
            if isinstance(error, OSError):
                error = of_system(error, subject_of(error, "the command"))
            if isinstance(error, StudioError):
                show_error(error, as_json=as_json)
                raise typer.Exit(exit_code_of(error)) from None
            if os.environ.get("LOOKALIKE_TRACEBACK"):
                raise
            show_error(unexpected(error), as_json=as_json)
            raise typer.Exit(ExitCode.unexpected) from None

    return run


def unexpected(error: Exception) -> StudioError:
    """The sentence for a fault of ours; its text may hold people's data, so it stays."""
    return StudioError(
        "unexpected",
        "the command",
        f"met an unexpected {type(error).__name__}",
        "run it again with LOOKALIKE_TRACEBACK=1 and report what it prints",
    )


def show_error(error: StudioError, *, as_json: bool) -> None:
    """The error's sentence; with `as_json` its parts on standard output too."""
    err.print(Text.assemble(("error: ", "bold red"), str(error)))
    if as_json:
        print_json({"error": error.as_dict()})


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(visible_json(text) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table; cells are shown as typed, on one line, never read as markup.

    A terminal folds what is wider than itself; a file or a pipe gets a line a row.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        is_number = all(isinstance(row[index], int | float) for row in rows) and rows
        words = " ".join([column, *(_cell(row[index]) for row in rows)]).split()
        table.add_column(
            column,
            justify="right" if is_number else "left",
            overflow="fold",
            min_width=min(max(map(len, words), default=0), WIDEST_WORD),
        )
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    if not out.is_terminal:
        out.width = WIDEST
    out.print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if isinstance(value, float) else visible(value)


def print_facts(facts: Mapping[str, object]) -> None:
    """Names and values under one another."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        out.print(Text.assemble((f"{name:<{width}}  ", "dim"), _cell(value)))


def print_line(text: str) -> None:
    """One line of a result, as text."""
    out.print(Text(visible(text)))


def note(text: str) -> None:
    """A remark beside the result."""
    err.print(Text(visible(text), style="dim"))


def warn(text: str) -> None:
    """A warning: what follows from it is said in the text."""
    err.print(Text.assemble(("warning: ", "yellow"), visible(text)))


@contextmanager
def build_progress(*, silent: bool) -> Iterator[Callable[[Any], None] | None]:
    """A line a stage while a build runs: live on a terminal, plain lines elsewhere."""
    if silent:
        yield None
        return
    from studio.progress import StageLines

    with StageLines(err) as lines:
        yield lines.tell
