"""Records: what the catalog gives back, as values that never change."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from catalog.datasets import Frozen
from catalog.specification_model import AudienceSpecification


class BuildState(StrEnum):
    """How far a build is."""

    running = "running"
    succeeded = "succeeded"
    failed = "failed"
    canceled = "canceled"


class VersionState(StrEnum):
    """Whether a version is the one in use, one that could be, or one no longer."""

    served = "served"
    available = "available"
    withdrawn = "withdrawn"


class Audience(Frozen):
    """An audience by name. `served_version` is null until one is published."""

    id: str
    name: str
    slug: str
    description: str
    tags: tuple[str, ...]
    created_at: datetime
    current_specification: int
    served_version: int | None
    is_archived: bool


class SpecificationVersion(Frozen):
    """One specification of an audience; an equal specification is the same version."""

    audience_id: str
    number: int
    hash: str
    yaml: str
    specification: AudienceSpecification
    created_at: datetime


class Build(Frozen):
    """One build: a specification version on inputs of certain fingerprints.

    `sequence` orders builds by when they were started, without a clock. `error` is that
    of StudioError.as_dict.
    """

    build_id: str
    audience_id: str
    specification_number: int
    sequence: int
    state: BuildState
    root_run_id: str | None
    input_fingerprints: Mapping[str, str]
    code_version: str
    started_at: datetime
    ended_at: datetime | None
    error: Mapping[str, str] | None

    @property
    def is_planned(self) -> bool:
        """False where it was refused before it had inputs, and so no folder either."""
        return bool(self.input_fingerprints)


class Lease(Frozen):
    """The right to build an audience. A greater token was given later."""

    audience_id: str
    owner: str
    token: int
    expires_at: datetime


class AudienceVersion(Frozen):
    """One published, immutable version; `number` counts publications, not time."""

    audience_id: str
    number: int
    build_id: str
    specification_number: int
    path: str
    figures: Mapping[str, Any]
    state: VersionState
    tags: tuple[str, ...]
    published_at: datetime


class HistoryEntry(Frozen):
    """A build of an audience, with the version it became if it was published."""

    build: Build
    version: AudienceVersion | None


class Standing(Frozen):
    """An audience with the version in use, its newest build, its schedule and owner."""

    audience: Audience
    version: AudienceVersion | None
    build: Build | None
    schedule: str | None
    owner: str = ""
