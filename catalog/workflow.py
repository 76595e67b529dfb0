"""The workflow document: a specification with the stages that make it, in order (B23).

The stages are those of the project itself. They stand in `stages.json`, which
`python -m orchestration.stage_list` writes from dbt's and Dagster's own graph, so that a
document can be written and checked without loading either.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, StrictBool

from catalog.datasets import Frozen
from catalog.names import shown
from catalog.specification_model import AudienceSpecification

STAGES = Path(__file__).with_name("stages.json")
REMEDY = (
    "leave stages out, or write the document again with `lookalike audience workflow`"
)


class Stage(Frozen):
    """One relation or file of a build, with what makes it."""

    name: str = Field(description="The relation's or asset's name.")
    row: str = Field(description="What one row of it is.")
    step: Literal["inputs", "learn", "scores", "deliver", "audience"] = Field(
        description="The step of the run that makes it."
    )
    reads: tuple[str, ...] = Field(default=(), description="The stages it is made of.")


class WorkflowDocument(AudienceSpecification):
    """A specification as it is submitted; plain specifications are such documents too.

    What is beside the specification is no part of its identity: with other stages or
    another trigger it is the same specification version.
    """

    trigger_immediately: StrictBool = Field(
        default=False,
        description="Whether `lookalike audience submit` builds it at once.",
    )
    stages: tuple[Stage, ...] | None = Field(
        default=None,
        description="The stages in order, as the studio writes them; an edited list is"
        " refused.",
    )

    @property
    def specification(self) -> AudienceSpecification:
        """The specification alone."""
        names = set(AudienceSpecification.model_fields)
        return AudienceSpecification.model_construct(
            self.model_fields_set & names,
            **{name: getattr(self, name) for name in names},
        )


@cache
def stage_list() -> tuple[Stage, ...]:
    """Every stage of a build, each after those it reads."""
    found = json.loads(STAGES.read_text(encoding="utf-8"))
    return tuple(Stage.model_validate(each) for each in found)


def stages_as_json() -> list[dict[str, Any]]:
    """The stages in the words of the document."""
    return [each.model_dump(mode="json") for each in stage_list()]


def edited_stage(given: Sequence[Stage]) -> tuple[int, str] | None:
    """Where a list first differs from the studio's own, and how; None where it is it."""
    own = stage_list()
    for position, stage in enumerate(own):
        if position == len(given):
            return position, f"lacks the stage {shown(stage.name)}"
        found = given[position]
        if found.name != stage.name:
            wanted = shown(stage.name)
            return position, f"has the stage {shown(found.name)} where {wanted} belongs"
        for field in ("row", "step", "reads"):
            if getattr(found, field) != getattr(stage, field):
                return (
                    position,
                    f"has another {field} for the stage {shown(stage.name)}",
                )
    if len(given) > len(own):
        extra = shown(given[len(own)].name)
        return len(own), f"has the stage {extra}, which no build has"
    return None
