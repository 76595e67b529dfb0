"""Which version's members a build keeps near the cut (`output.keep_margin`).

The people of the version before are an input like the data: their content hash is part
of the build's name, so the same data and the same version before give the same build.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import StudioError
from catalog.records import AudienceVersion, SpecificationVersion
from orchestration.project import code_version
from orchestration.version_files import is_whole
from orchestration.workshop import Workshop

PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Kept:
    """The version whose members stay near the cut; of nobody where nothing counts."""

    content_hash: str | None = None
    members: Path | None = None

    def fingerprints(self) -> dict[str, str]:
        """What names the build beside its data."""
        return {} if self.content_hash is None else {PREVIOUS: self.content_hash}


def previous_to_keep(
    workshop: Workshop,
    audience_id: str,
    version: SpecificationVersion,
    fingerprints: Mapping[str, str],
) -> Kept:
    """The version that is in use, where the specification has a margin.

    What was published already from the same specification, data and code keeps what it
    kept then: asked for again it is the same build, not another one after itself.
    """
    if version.specification.output.keep_margin is None:
        return Kept()
    for entry in workshop.catalog.history(audience_id):
        build = entry.build
        told = dict(build.input_fingerprints)
        previous = told.pop(PREVIOUS, None)
        if (
            entry.version is not None
            and build.specification_number == version.number
            and build.code_version == code_version()
            and told == dict(fingerprints)
        ):
            return (
                Kept()
                if previous is None
                else _by_hash(workshop, audience_id, previous)
            )
    served = workshop.catalog.served_version(audience_id)
    return Kept() if served is None else _of(served)


def _by_hash(workshop: Workshop, audience_id: str, content_hash: str) -> Kept:
    """The members of any version that had those people."""
    found = [
        each
        for each in workshop.catalog.versions(audience_id)
        if each.figures.get("content_hash") == content_hash
    ]
    whole = [each for each in found if is_whole(each)]
    return _of((whole or found)[0])


def _of(version: AudienceVersion) -> Kept:
    """A version's members; StudioError where they are not as they were published."""
    if not is_whole(version):
        raise StudioError(
            "previous_version_gone",
            f"version {version.number}, whose members are to be kept,",
            "has lost files on disk",
            "serve another version, or leave output.keep_margin out",
        )
    content_hash = str(version.figures["content_hash"])
    return Kept(content_hash, Path(version.path) / "members.parquet")
