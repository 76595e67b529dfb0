"""A case: an id that begins with its fault, its files, a command, what must happen."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.corpus.expectation import Expectation, Refused
from tests.faults.corpus.files import COLUMNS, Write, all_of, path_of

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """`before` are commands that must succeed first.

    `start` names the format of the good files from which an audience is served when the
    case's own files replace them; without it the home is empty. `is_long` cases build,
    so most of them are left to the campaign.
    """

    id: str
    write: Write
    command: Command
    expected: Expectation
    before: tuple[Command, ...] = ()
    start: str = ""
    as_child: bool = False
    is_long: bool = False

    @property
    def fault(self) -> str:
        """The fault of the list that the case belongs to."""
        return self.id.split("-", 1)[0]


def is_long(expected: Expectation) -> bool:
    """True where the models run before the answer is known."""
    return not isinstance(expected, Refused) or expected.is_late


def added(
    name: str,
    write: Write,
    path: str,
    expected: Expectation,
    *options: str,
    **more: Any,
) -> Case:
    """`lookalike datasets add` of a file."""
    return Case(name, write, ("datasets", "add", path, *options), expected, **more)


def specification(kind: str = "csv", **fields: Any) -> Write:
    """`audience.yml` for the files of a format, with some fields of its own."""

    def write(folder: Path) -> None:
        document = {
            "name": "people",
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population"},
            "output": {"top": 50},
            "scoring": {"learn_from": "seed"},
            "datasets": {
                side: {"path": path_of(side, kind)} for side in ("seed", "population")
            },
            **fields,
        }
        text = json.dumps(document, ensure_ascii=False)  # JSON is YAML
        (folder / "audience.yml").write_text(text, encoding="utf-8")

    return write


def planned(
    name: str, write: Write, expected: Expectation, kind: str = "csv", /, **fields: Any
) -> Case:
    """`lookalike audience plan` of a specification for both files."""
    written = all_of(write, specification(kind, **fields))
    return Case(name, written, ("audience", "plan", "audience.yml"), expected)


def built(
    name: str, write: Write, expected: Expectation, kind: str = "csv", /, **fields: Any
) -> Case:
    """`lookalike audience build` of a specification for both files."""
    written = all_of(write, specification(kind, **fields))
    command = ("audience", "build", "audience.yml")
    return Case(name, written, command, expected, is_long=True)


def rebuilt(name: str, write: Write, expected: Expectation, kind: str = "csv") -> Case:
    """The served audience is built again after its files were replaced."""
    command = ("audience", "build", "people")
    return Case(name, write, command, expected, start=kind, is_long=is_long(expected))


def scored(
    name: str,
    write: Write,
    expected: Expectation,
    kind: str = "csv",
    *,
    columns: tuple[str, ...] = COLUMNS,
    identifier: str = "user_id",
    seed: str = "",
    population: str = "",
) -> Case:
    """`lookalike score` of both files, everybody ranked."""
    command = (
        *("score", "--seed", seed or path_of("seed", kind)),
        *("--population", population or path_of("population", kind)),
        *("--id", identifier, "--out", "scores.parquet", *columns),
    )
    return Case(name, write, command, expected, is_long=is_long(expected))
