"""What a fitted scorer is that is made of stored parameters: a name, and its attributes."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class StoredScorer:
    """A fitted scorer by its parameters, whose `attributes` are in their order."""

    parameters: Any
    NAME: ClassVar[str]

    @property
    def name(self) -> str:
        """The scorer's name in the registry."""
        return self.NAME

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes in the order of the specification, those of weight 0 too."""
        return tuple(each.attribute for each in self.parameters.attributes)
