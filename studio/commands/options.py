"""Options that several commands have."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads to use.")]
MemoryLimit = Annotated[
    str | None, typer.Option(help="Memory for DuckDB, such as 2GB.")
]
