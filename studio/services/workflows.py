"""Specifications as documents: written out, submitted, edited, duplicated (B22, B23)."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.names import display_name
from catalog.specification import read_workflow, to_yaml, workflow_to_yaml
from studio.ending import was_asked
from studio.services.audiences import keep_specification, read_request
from studio.services.audit import Verb, record

if TYPE_CHECKING:
    from orchestration.launch import Outcome
    from orchestration.workshop import Workshop


def workflow(request: str, *, trigger_immediately: bool = False) -> str:
    """The workflow document of a file, which needs no studio, or of an audience."""
    specification, _ = read_request(None, request)
    return workflow_to_yaml(specification, trigger_immediately=trigger_immediately)


def submit(
    workshop: "Workshop", path: Path, *, listener: Callable[[Any], None] | None
) -> "tuple[dict[str, Any], Outcome | None]":
    """Keep a document's specification; build it where the document says so.

    Gives what was kept, and the outcome of the build where there was one.
    """
    from orchestration.launch import build_audience

    document = read_workflow(path)
    audience, version = keep_specification(
        workshop, document.specification, path.absolute().parent
    )
    outcome = None
    if document.trigger_immediately:
        record(workshop.home, Verb.build_asked, f"audience/{audience.id}")
        outcome = build_audience(
            workshop, audience, listener=listener, was_asked=was_asked
        )
    kept = {
        "audience": audience.slug,
        "audience_id": audience.id,
        "name": audience.name,
        "specification": version.number,
        "specification_hash": version.hash,
        "trigger_immediately": document.trigger_immediately,
    }
    return kept, outcome


def edit(workshop: "Workshop", name: str, number: int | None = None) -> str:
    """The stored specification with every choice: the current one, or an older one."""
    audience = workshop.catalog.get_audience(name)
    version = (
        workshop.catalog.newest_specification(audience.id)
        if number is None
        else workshop.catalog.specification(audience.id, number)
    )
    return to_yaml(version.specification)


def duplicate(workshop: "Workshop", name: str, new_name: str) -> str:
    """The audience's current specification under another name, which must be free."""
    checked = display_name(new_name, "audience")
    workshop.catalog.refuse_taken_name(checked, "audience")
    audience = workshop.catalog.get_audience(name)
    kept = workshop.catalog.newest_specification(audience.id).specification
    return to_yaml(kept.model_copy(update={"name": checked}))
