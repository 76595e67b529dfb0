"""The command line `lookalike`: which commands there are; each group has its file.

Loads nothing heavy: `lookalike --help` must answer at once.
"""

import os
import sys
import traceback

import typer

from studio.commands import (
    access,
    advice,
    audiences,
    comparison,
    datasets,
    home,
    members,
    score,
    up,
    versions,
    what_if,
    workflows,
)
from studio.ending import end_at_once, end_when_asked, was_asked
from studio.garbage import collect_rarely

app = typer.Typer(
    name="lookalike",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Look-alike audiences: from a seed and a population to the people who resemble it.",
    epilog=(
        "Exit codes: 0 done, 2 wrong use, 3 refused, 4 failed, 5 busy,"
        " 1 unexpected, 130 interrupted."
    ),
)
app.command()(home.init)
app.command()(home.demo)
app.command()(home.doctor)
app.command()(home.dev)
app.command()(up.up)
app.command()(access.token)
app.command()(access.audit)
app.command(cls=score.ScoreCommand)(score.score)
app.add_typer(datasets.app, name="datasets")
for command in (
    advice.suggest,
    what_if.what_if,
    *(workflows.workflow, workflows.submit, workflows.edit, workflows.duplicate),
    *(versions.versions, versions.diff, versions.serve_version),
    comparison.compare,
    *(members.export, members.overlap),
):
    audiences.app.command()(command)
app.add_typer(audiences.app, name="audience")


def main() -> None:
    """Entry point of the `lookalike` script."""
    collect_rarely()
    end_when_asked()
    try:
        app()
    except SystemExit as ended:
        if was_asked():
            end_at_once(ended.code if isinstance(ended.code, int) else 1)
        raise
    except Exception:
        # Only with LOOKALIKE_TRACEBACK; the interpreter would print it too late.
        traceback.print_exc()
        sys.exit(1)
    finally:
        # All is said. While the interpreter ends, extension modules would report to the
        # terminal which of their objects a failed command still held.
        sys.stderr.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
