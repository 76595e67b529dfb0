"""My Audiences: every audience in a line, searched, filtered, sorted, a page at a time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import Field

from catalog.datasets import Frozen
from catalog.names import folded
from catalog.records import Audience, AudienceVersion, Build, BuildState, Standing
from catalog.schedule import next_time
from catalog.version_store import BORN_WITH, INTERMEDIATE
from studio.services.standing import standings

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

LINES_A_PAGE = 50


class State(StrEnum):
    """How an audience stands, the first that fits of archived, building, failed, …"""

    served = "served"
    building = "building"
    failed = "failed"
    cancelled = "cancelled"
    never_built = "never built"
    archived = "archived"


class Order(StrEnum):
    """What the list can be sorted by."""

    name = "name"
    people = "people"
    quality = "quality"
    refreshed = "refreshed"
    next_refresh = "next"


class AudienceQuery(Frozen):
    """Which audiences are asked for.

    Archived ones are shown where `state` asks for them, or `with_archived`.
    """

    search: str = ""
    tag: str | None = None
    owner: str | None = None
    state: State | None = None
    with_archived: bool = False
    order: Order = Order.name
    is_falling: bool = False
    page: int = Field(default=1, ge=1)


class AudienceLine(Frozen):
    """One audience. `quality` is the band of its held-out AUC in words.

    `tags` are those that people gave, `all_tags` also the studio's own. `error` has the
    parts of that of its newest build, where it failed; `failure` says why.
    """

    name: str
    slug: str
    description: str
    tags: tuple[str, ...]
    all_tags: tuple[str, ...] = Field(repr=False)
    owner: str
    state: State
    error: dict[str, str] | None
    people: int | None
    auc: float | None
    quality: str | None
    refreshed_at: datetime | None
    next_refresh_at: datetime | None
    version: int | None

    @property
    def failure(self) -> str:
        """Why its newest build failed; empty where that did not."""
        return "" if self.error is None else failure_text(self.error)


class FoundAudiences(Frozen):
    """The audiences that were asked for, in order, and what all can be filtered by.

    `there` counts those that are there at all, archived ones left out.
    """

    lines: tuple[AudienceLine, ...]
    there: int
    tags: tuple[str, ...]
    owners: tuple[str, ...]


class AudienceList(Frozen):
    """One page of the audiences that were asked for.

    `found` counts them, `there` those that are there at all, archived ones left out.
    """

    lines: tuple[AudienceLine, ...]
    found: int
    there: int
    page: int
    pages: int
    tags: tuple[str, ...]
    owners: tuple[str, ...]


STATES = {
    BuildState.running: State.building,
    BuildState.failed: State.failed,
    BuildState.canceled: State.cancelled,
}


def find_audiences(
    workshop: "Workshop", query: AudienceQuery, now: datetime | None = None
) -> FoundAudiences:
    """All audiences that fit, in order; work tables are no audiences.

    What is not known of an audience puts it last, whichever way the others are sorted.
    """
    now = now or datetime.now(UTC)
    lines = [
        line_of(standing, now)
        for standing in standings(workshop)
        if INTERMEDIATE not in standing.audience.tags
    ]
    found = [line for line in lines if _fits(line, query)]
    found.sort(key=lambda line: (folded(line.name), line.slug))
    key = KEYS[query.order]
    known = [line for line in found if key(line) is not None]
    known.sort(key=key, reverse=query.is_falling)
    return FoundAudiences(
        lines=(*known, *(line for line in found if key(line) is None)),
        there=sum(line.state is not State.archived for line in lines),
        tags=tuple(sorted({tag for line in lines for tag in line.tags}, key=folded)),
        owners=tuple(sorted({e.owner for e in lines if e.owner}, key=folded)),
    )


def list_audiences(
    workshop: "Workshop", query: AudienceQuery, now: datetime | None = None
) -> AudienceList:
    """One page of the audiences that fit."""
    found = find_audiences(workshop, query, now)
    pages = max(1, -(-len(found.lines) // LINES_A_PAGE))
    page = min(query.page, pages)
    first = (page - 1) * LINES_A_PAGE
    return AudienceList(
        lines=found.lines[first : first + LINES_A_PAGE],
        found=len(found.lines),
        there=found.there,
        page=page,
        pages=pages,
        tags=found.tags,
        owners=found.owners,
    )


def built_audiences(workshop: "Workshop") -> dict[str, str]:
    """The names of the audiences with a version in use, by slug; archived ones left out."""
    there = [
        standing.audience
        for standing in workshop.catalog.standings()
        if standing.version is not None
        and not standing.audience.is_archived
        and INTERMEDIATE not in standing.audience.tags
    ]
    there.sort(key=lambda audience: (folded(audience.name), audience.slug))
    return {audience.slug: audience.name for audience in there}


def line_of(standing: Standing, now: datetime) -> AudienceLine:
    """How one audience stands."""
    from report.reading import band_of

    audience, version = standing.audience, standing.version
    figures: dict[str, Any] = dict(version.figures) if version else {}
    auc = figures.get("held_out_auc")
    is_refreshed = standing.schedule and not audience.is_archived
    error = standing.build.error if standing.build else None
    return AudienceLine(
        name=audience.name,
        slug=audience.slug,
        description=audience.description,
        tags=own_tags(audience.tags),
        all_tags=audience.tags,
        owner=standing.owner,
        state=state_of(audience, version, standing.build),
        error=dict(error) if error else None,
        people=figures.get("delivered_people"),
        auc=auc,
        quality=None if auc is None else band_of(float(auc)).name,
        refreshed_at=version.published_at if version else None,
        next_refresh_at=next_time(standing.schedule, now)
        if is_refreshed and standing.schedule
        else None,
        version=version.number if version else None,
    )


def state_of(
    audience: Audience, version: AudienceVersion | None, build: Build | None
) -> State:
    """Archived, else what its newest build is at, else whether it was ever built."""
    if audience.is_archived:
        return State.archived
    done = State.never_built if version is None else State.served
    return done if build is None else STATES.get(build.state, done)


def failure_text(error: Mapping[str, Any]) -> str:
    """Why a build failed, without what to do about it."""
    return f"{error['object']} {error['cause']}"


def own_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """The tags that people gave; those of the studio itself are left out."""
    return tuple(tag for tag in tags if tag not in BORN_WITH)


def _fits(line: AudienceLine, query: AudienceQuery) -> bool:
    is_hidden = line.state is State.archived and not query.with_archived
    if query.state is None and is_hidden:
        return False
    if query.state is not None and line.state is not query.state:
        return False
    if query.tag and folded(query.tag) not in map(folded, line.all_tags):
        return False
    if query.owner and folded(query.owner) != folded(line.owner):
        return False
    texts = (line.name, line.slug, line.description, line.owner, *line.tags)
    return any(folded(query.search) in folded(text) for text in texts)


KEYS: dict[Order, Callable[[AudienceLine], Any]] = {
    Order.name: lambda line: folded(line.name),
    Order.people: lambda line: line.people,
    Order.quality: lambda line: line.auc,
    Order.refreshed: lambda line: line.refreshed_at,
    Order.next_refresh: lambda line: line.next_refresh_at,
}
