"""Audiences as REST takes and tells them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from studio.api.errors import Refusal
from studio.api.models.datasets import Asked
from studio.api.paging import Page
from studio.services.audience_list import State


class AudienceLine(BaseModel):
    """An audience in a line, with the version that is in use."""

    name: str
    audience: str = Field(description="Its slug, which stands in addresses.")
    description: str
    state: State
    version: int | None
    people: int | None
    auc: float | None = Field(description="Held-out: 0.5 is chance, 1 certainty.")
    quality: str | None = Field(description="The band of that AUC in words.")
    published_at: datetime | None
    next_refresh_at: datetime | None
    tags: list[str]
    owner: str
    is_archived: bool
    error: Refusal | None = Field(description="Why the newest build failed.")


class AudiencePage(Page[AudienceLine]):
    """A part of the list; `tags` and `owners` are all that it can be filtered by."""

    tags: list[str]
    owners: list[str]


class KeptAudience(BaseModel):
    """An audience and the specification that it has now."""

    name: str
    audience: str
    specification: int
    specification_hash: str
    is_archived: bool


class ArchivedAudience(BaseModel):
    """An audience, and whether it is in the lists."""

    name: str
    audience: str
    is_archived: bool


class Fact(BaseModel):
    """One figure, as a number and in words."""

    name: str
    label: str
    value: float | int | str | None
    unit: str
    text: str


class AttributeWeight(BaseModel):
    """What one attribute adds to the ranking, and why it has its weight."""

    attribute: str
    column_name: str
    role: str
    attribute_weight: float
    information_share: float
    reason: str
    seed_unknown_share: float | None = None


class Remark(BaseModel):
    """Something to know, and what follows from it."""

    message: str
    consequence: str


class Figures(BaseModel):
    """A version's figures, as its report tells them."""

    model_config = ConfigDict(extra="allow")

    facts: list[Fact]
    sentences: list[str]
    attributes: list[AttributeWeight]
    warnings: list[Remark]
    notes: list[Remark]
    refresh: dict[str, Any] | None = None


class AudienceShown(BaseModel):
    """An audience, and the figures of the version that is in use."""

    name: str
    audience: str
    description: str
    tags: list[str]
    specification: int
    specification_yaml: str
    owner: str
    state: State
    schedule: str | None = Field(description="When it is built again.")
    on_change: bool = Field(description="Also when its data change.")
    error: Refusal | None = Field(description="Why the newest build failed.")
    is_archived: bool
    version: int | None
    published_at: datetime | None = None
    report: Figures | None = None


class Reached(BaseModel):
    """An audience of the first so many people, and what it finds of the held-out seed."""

    people_count: int
    audience_share: float
    recall: float
    recall_low: float
    recall_high: float
    lift: float
    lift_low: float
    lift_high: float


class Curve(BaseModel):
    """What audiences of every size reach, from small to everybody; 95 % intervals."""

    audience: str
    version: int
    sizes: list[Reached]


class Tenth(BaseModel):
    """Ranks `first` to `last` of ten equal groups, the most alike first."""

    first: int
    last: int
    people_count: int
    seed_share: float
    lift: float
    lift_low: float
    lift_high: float
    cumulative_lift: float


class Deciles(BaseModel):
    """The ranking in tenths."""

    audience: str
    version: int
    deciles: list[Tenth]


class BuildLine(BaseModel):
    """A build, and the version that it became."""

    build: str
    state: str
    specification: int
    started_at: datetime
    version: int | None
    served: bool
    people: int | None
    error: Refusal | None


class VersionLine(BaseModel):
    """A version. Who entered, left and stayed is beside the one before it."""

    version: int
    state: str
    on_disk: bool
    people: int | None
    entered_people: int | None
    left_people: int | None
    kept_people: int | None
    specification: int
    build: str
    content_hash: str | None
    published_at: datetime


class Served(BaseModel):
    """The version that is in use now."""

    audience: str
    version: int


class VersionToServe(Asked):
    """The version to be put into use."""

    version: int = Field(ge=1, le=10**9, examples=[1])


class NewName(Asked):
    """The name of a copy."""

    name: str = Field(examples=["Summer buyers"])


class Drift(BaseModel):
    """How far one distribution moved: its population stability index, and what it says."""

    attribute: str
    psi: float
    verdict: str


class Difference(BaseModel):
    """Who entered and left between two versions, and how their distributions moved."""

    audience: str
    before: int = Field(alias="from")
    to: int
    from_version: int
    entered: int
    left: int
    kept: int
    score_drift: Drift | None
    attributes: list[Drift] = Field(description="The furthest moved first.")
    not_compared: list[str] = Field(description="Attributes that one of both has.")


class PersonAsked(Asked):
    """One person, by any identifier; it is in no address and no log."""

    identifier: str = Field(min_length=1, max_length=1000, examples=["u12080"])


class Contribution(BaseModel):
    """What one attribute adds to a person's log odds."""

    attribute: str
    contribution: float


class Explanation(BaseModel):
    """Why a person is in the audience: parts that add up to the log odds."""

    audience: str
    version: int
    person_key: str
    score: float | None
    log_odds: float | None
    rank: int | None
    percentile: float | None
    is_seed: bool
    contributions: list[Contribution]


class PreviewedMember(BaseModel):
    """A person of an audience; of identifiers the hashes alone."""

    person_key: str
    score: float | None
    rank: int | None
    percentile: float | None
    is_seed: bool
    tier: str | None
    identifiers: dict[str, str]


class Members(BaseModel):
    """The first people of a version."""

    audience: str
    version: int
    people: list[PreviewedMember]


class Checked(BaseModel):
    """Whether a specification is valid, and every mistake in it."""

    valid: bool
    errors: list[Refusal]


class Planned(BaseModel):
    """What a build would do on the data as they are now, in figures and in words."""

    model_config = ConfigDict(extra="allow")

    audience: str
    specification_hash: str
    summary: dict[str, str]
    caveats: list[str]
    attributes: list[dict[str, str]]
    left_out: list[dict[str, str]]
    notes: list[str]
