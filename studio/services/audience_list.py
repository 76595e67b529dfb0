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
    """Which audiences are asked for. Archived ones are shown where `state` asks for them."""

    search: str = Field(default="", max_length=200)
    tag: str | None = None
    owner: str | None = None
    state: State | None = None
    order: Order = Order.name
    is_falling: bool = False
    page: int = Field(default=1, ge=1)


class AudienceLine(Frozen):
    """One audience. `quality` is the band of its held-out AUC in words.

    `failure` says why its newest build failed, and is empty where that did not.
    """

    name: str
    slug: str
    description: str
    tags: tuple[str, ...]
    owner: str
    state: State
    failure: str
    people: int | None
    auc: float | None
    quality: str | None
    refreshed_at: datetime | None
    next_refresh_at: datetime | None
    version: int | None


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


def list_audiences(
    workshop: "Workshop", query: AudienceQuery, now: datetime | None = None
) -> AudienceList:
    """The audiences that fit, in order; work tables are no audiences."""
    now = now or datetime.now(UTC)
    lines = [
        line_of(standing, now)
        for standing in workshop.catalog.standings()
        if INTERMEDIATE not in standing.audience.tags
    ]
    found = [line for line in lines if _fits(line, query)]
    found.sort(key=lambda line: (folded(line.name), line.slug))
    key = KEYS[query.order]
    known = [line for line in found if key(line) is not None]
    known.sort(key=key, reverse=query.is_falling)
    found = known + [line for line in found if key(line) is None]
    pages = max(1, -(-len(found) // LINES_A_PAGE))
    page = min(query.page, pages)
    first = (page - 1) * LINES_A_PAGE
    return AudienceList(
        lines=tuple(found[first : first + LINES_A_PAGE]),
        found=len(found),
        there=sum(line.state is not State.archived for line in lines),
        page=page,
        pages=pages,
        tags=tuple(sorted({tag for line in lines for tag in line.tags}, key=folded)),
        owners=tuple(sorted({e.owner for e in lines if e.owner}, key=folded)),
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
        owner=standing.owner,
        state=state_of(audience, version, standing.build),
        failure=failure_text(error) if error else "",
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
    if query.state is None and line.state is State.archived:
        return False
    if query.state is not None and line.state is not query.state:
        return False
    if query.tag and folded(query.tag) not in map(folded, line.tags):
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
