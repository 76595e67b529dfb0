"""What scorers have in common whose parameters hold the look-ups of a space."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from python_scoring.look_ups import KINDS, counted
from python_scoring.parameters import read_json, refusal, write_json
from python_scoring.scorers.stored import StoredScorer
from python_scoring.similarity import Points
from python_scoring.stored_attributes import document_of, parameters_of

Stored = TypeVar("Stored")


@dataclass(frozen=True)
class InSpace(StoredScorer):
    """A fitted scorer's name, its attributes, and its parameters as JSON."""

    is_additive = False  # a distance or a tree looks at several attributes at once

    @property
    def columns(self) -> tuple[str, ...]:
        """The attributes that a batch must have: those that are not dropped."""
        return self._points.columns

    def to_json(self) -> str:
        """All that scoring needs, as text that the scorer's `from_json` reads."""
        return write_json(
            self.NAME, {"parameters": document_of(self.parameters, KINDS)}
        )

    @cached_property
    def _points(self) -> Points:
        return Points(counted(self.parameters.attributes))


def stored_parameters(text: str, name: str, kind: Callable[..., Stored]) -> Stored:
    """The parameters in the scorer's document; ValueError where it is damaged."""
    document = read_json(text)
    if document["scorer"] != name:
        raise refusal("scorer", f"is {document['scorer']!r}, not {name!r}")
    return parameters_of(document.get("parameters"), kind, KINDS)
