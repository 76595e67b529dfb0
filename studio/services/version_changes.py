"""What two versions of an audience differ in, for a screen: people, drift, specification."""

from difflib import unified_diff
from typing import TYPE_CHECKING

from catalog.datasets import Frozen
from report.refresh_words import refresh_sentences
from report.words import number_text
from studio.services.audience_sections import Table
from studio.services.versions import diff

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


class Changes(Frozen):
    """A version beside an older one. `specification` has the lines that differ.

    A line of the older one begins with `-`, of the newer with `+`; what stands beside
    them with a space, and `…` for what is left out between.
    """

    audience: str
    older: int
    newer: int
    sentences: tuple[str, ...]
    drift: Table
    specification: tuple[str, ...]


def version_changes(
    workshop: "Workshop", slug: str, older: int | None, newer: int | None
) -> Changes:
    """The changes between two versions; left out, as `versions.diff` has it.

    Raises StudioError where there is no other version, or one is gone or damaged.
    """
    found = diff(workshop, slug, older, newer)
    audience = workshop.catalog.get_audience(slug)
    old, new = (
        workshop.catalog.specification(
            audience.id,
            workshop.catalog.version(audience.id, found[end]).specification_number,
        ).yaml.splitlines()
        for end in ("from", "to")
    )
    score = [found["score_drift"]] if found["score_drift"] else []
    return Changes(
        audience=audience.name,
        older=found["from"],
        newer=found["to"],
        sentences=tuple(refresh_sentences(found)),
        drift=Table(
            caption="How far each moved (PSI): the score, then the furthest first",
            head=("Distribution", "PSI", "Verdict"),
            rows=tuple(
                (each["attribute"], number_text(each["psi"], 3), each["verdict"])
                for each in (*score, *found["attributes"])
            ),
        ),
        specification=tuple(
            "…" if line.startswith("@@") else line
            for line in [*unified_diff(old, new, lineterm="", n=1)][3:]
        ),
    )
