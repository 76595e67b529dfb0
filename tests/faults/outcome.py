"""What a fault campaign tried and what broke; nothing that broke is the goal."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Outcome:
    """A campaign's count, each thing that broke (one sentence), and other figures.

    `figures` are what docs/reliability.md tells beside the count: by name, a number or
    a short text.
    """

    name: str
    tried: int = 0
    broken: list[str] = field(default_factory=list)
    figures: dict[str, float | str] = field(default_factory=dict)

    def told(self) -> str:
        """One line for a terminal."""
        figures = "".join(f" · {name}: {value}" for name, value in self.figures.items())
        return f"{self.name}: {self.tried} tried, {len(self.broken)} broken{figures}"
