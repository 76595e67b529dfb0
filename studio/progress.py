"""The stages of a build as they go by on a terminal."""

import time
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

STAGES = {
    "inputs": "Reading the inputs",
    "learn": "Distributions and weights",
    "scores": "Scoring everybody",
    "deliver": "Cutting the audience",
    "audience": "Publishing",
    "tracking": "Telling MLflow",
}


class StageLines:
    """Shows one line for each stage: a spinner with the relation while it runs."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.live = Live(console=console, transient=True, refresh_per_second=8)
        self.began: dict[str, float] = {}

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.console.is_terminal:
            self.live.stop()

    def tell(self, progress: Any) -> None:
        """Take one `orchestration.progress.Progress`."""
        title = STAGES.get(progress.stage, progress.stage)
        self.began.setdefault(progress.stage, time.monotonic())
        if progress.seconds is not None and not progress.detail:
            self.live.update(Text(""))
            self.console.print(Text(f"  {title:<28}{progress.seconds:6.1f} s"))
        elif self.console.is_terminal:
            self.live.update(
                Spinner("dots", Text(f"{title} {progress.detail}".rstrip()))
            )
