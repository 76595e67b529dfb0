"""A model: a scorer and its calibration, which is what a build stores and scores with."""

from dataclasses import dataclass
from typing import Any

from python_scoring.calibration import Calibration
from python_scoring.parameters import read_json, write_json
from python_scoring.scorers.base import Scorer, scorer_from_json


@dataclass(frozen=True)
class Model:
    """A fitted scorer with the calibration that was fitted on its out-of-fold seed."""

    scorer: Scorer
    calibration: Calibration

    def to_json(self) -> str:
        """Both as one text: the scorer's own document and the calibration in it."""
        document = read_json(self.scorer.to_json())
        content: dict[str, Any] = {
            "parameters": document["parameters"],
            "calibration": self.calibration.to_document(),
        }
        return write_json(document["scorer"], content)

    @classmethod
    def from_json(cls, text: str, capped: bool = False) -> "Model":
        """The model that `to_json` wrote; `capped` when it scores another population.

        Raises ValueError, naming the field and the remedy, where the text is damaged.
        """
        return cls(
            scorer=scorer_from_json(text, capped=capped),
            calibration=Calibration.from_document(read_json(text).get("calibration")),
        )
