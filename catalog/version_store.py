"""Audience versions in the catalog: published whole or not at all, served, withdrawn."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, func, insert, select, update

from catalog import tables
from catalog.audience_store import read_audience, read_audiences
from catalog.build_store import BuildStore, read_build, read_builds
from catalog.errors import StudioError
from catalog.lease_store import check_lease
from catalog.names import shown
from catalog.records import (
    AudienceVersion,
    Build,
    BuildState,
    HistoryEntry,
    Lease,
    Standing,
    VersionState,
)

BORN_WITH = ("_nio_audience", "_nio_lookalike")
# Work tables carry it; whatever carries it is hidden from lists and pickers.
INTERMEDIATE = "_nio_lookalike_intermediate"


class VersionStore(BuildStore):
    """The catalog's operations on audience versions."""

    def publish_version(
        self,
        lease: Lease,
        build_id: str,
        figures: Mapping[str, Any],
        place: Callable[[int], Path | str],
    ) -> AudienceVersion:
        """Make a build's audience visible, and the one that is served, in one step.

        `place` moves the finished folder to where the version of that number stands and
        returns its path; it is called once the lease is proved, while nobody else can
        write, and nothing is published where it raises. A build that is published
        already gives its version. Figures that are not finite are kept as null. Raises
        StudioError `fenced` for a worker that was overtaken: by its lease, or by a build
        that was asked for later and is published.
        """
        with self.writing() as connection:
            check_lease(connection, lease)
            build = read_build(connection, build_id)
            if build.audience_id != lease.audience_id:
                raise StudioError(
                    "wrong_audience",
                    f"build {build_id}",
                    "belongs to another audience than the lease",
                    "publish it with that audience's lease",
                )
            published = _version_of_build(connection, build_id)
            if published is not None:
                return published
            _refuse_overtaken(connection, build)
            number = _next_number(connection, lease.audience_id)
            audience = read_audience(connection, lease.audience_id)
            users_tags = [tag for tag in audience.tags if tag not in BORN_WITH]
            tags = [*users_tags, *BORN_WITH]
            row = {
                "audience_id": audience.id,
                "number": number,
                "build_id": build_id,
                "specification_number": build.specification_number,
                "path": str(place(number)),
                "figures": _finite(figures),
                "state": VersionState.available.value,
                "tags": tags,
                "published_at": self.clock(),
            }
            connection.execute(insert(tables.audience_versions), row)
            connection.execute(
                update(tables.audiences)
                .where(tables.audiences.c.id == audience.id)
                .values(tags=tags)
            )
            connection.execute(
                update(tables.builds)
                .where(tables.builds.c.build_id == build_id)
                .values(
                    state=BuildState.succeeded.value,
                    ended_at=self.clock(),
                    error=None,
                )
            )
            return _serve(connection, audience.id, number)

    def next_version_number(self, audience_id: str) -> int:
        """The number that the audience's next publication gets.

        It holds as long as the lease does: nobody else publishes meanwhile.
        """
        with self.reading() as connection:
            return _next_number(connection, audience_id)

    def version_of_build(self, build_id: str) -> AudienceVersion | None:
        """The version that a build became; null while it is not published."""
        with self.reading() as connection:
            return _version_of_build(connection, build_id)

    def versions(self, audience: str) -> tuple[AudienceVersion, ...]:
        """Every version of an audience, newest first."""
        with self.reading() as connection:
            return _versions(connection, read_audience(connection, audience).id)

    def version(self, audience: str, number: int) -> AudienceVersion:
        """One version; StudioError `unknown_version` where the audience has none such."""
        with self.reading() as connection:
            owner = read_audience(connection, audience)
            return _version(connection, owner.id, number)

    def served_version(self, audience: str) -> AudienceVersion | None:
        """The version in use; null where none is published."""
        with self.reading() as connection:
            owner = read_audience(connection, audience)
            if owner.served_version is None:
                return None
            return _version(connection, owner.id, owner.served_version)

    def standings(self) -> tuple[Standing, ...]:
        """How every audience stands, archived ones too, by slug; three queries in all."""
        versions, specifications = (
            tables.audience_versions,
            tables.specification_versions,
        )
        newest = (
            select(tables.builds.c.audience_id, func.max(tables.builds.c.sequence))
            .group_by(tables.builds.c.audience_id)
            .subquery()
        )
        with self.reading() as connection:
            builds = {
                build.audience_id: build
                for build in read_builds(
                    connection,
                    select(tables.builds).join(
                        newest, tables.builds.c.sequence == newest.c[1]
                    ),
                )
            }
            served = {
                row["audience_id"]: AudienceVersion.model_validate(dict(row))
                for row in connection.execute(
                    select(versions).where(
                        versions.c.state == VersionState.served.value
                    )
                ).mappings()
            }
            current = connection.execute(
                select(specifications.c.audience_id, specifications.c.document).join(
                    tables.audiences,
                    (tables.audiences.c.id == specifications.c.audience_id)
                    & (
                        tables.audiences.c.current_specification
                        == specifications.c.number
                    ),
                )
            ).all()
            documents = {row.audience_id: row.document for row in current}
            return tuple(
                Standing(
                    audience=audience,
                    version=served.get(audience.id),
                    build=builds.get(audience.id),
                    schedule=documents[audience.id]["refresh"]["schedule"],
                    owner=documents[audience.id].get("owner", ""),
                )
                for audience in read_audiences(connection)
            )

    def serve_version(self, audience: str, number: int) -> AudienceVersion:
        """Put a version into use again (roll back). A withdrawn one is refused."""
        with self.writing() as connection:
            owner = read_audience(connection, audience)
            version = _version(connection, owner.id, number)
            if version.state is VersionState.withdrawn:
                raise StudioError(
                    "version_withdrawn",
                    f"version {number} of {shown(owner.name)}",
                    "is withdrawn",
                    "serve another one",
                )
            return _serve(connection, owner.id, number)

    def withdraw_version(self, audience: str, number: int) -> AudienceVersion:
        """Take a version out of use for good; the one that is served is refused."""
        with self.writing() as connection:
            owner = read_audience(connection, audience)
            version = _version(connection, owner.id, number)
            if version.state is VersionState.served:
                raise StudioError(
                    "version_served",
                    f"version {number} of {shown(owner.name)}",
                    "is the one in use",
                    "serve another one first",
                )
            _set_state(connection, owner.id, number, VersionState.withdrawn)
            return _version(connection, owner.id, number)

    def history(self, audience: str) -> tuple[HistoryEntry, ...]:
        """Every build of an audience, newest first, with the version it became."""
        with self.reading() as connection:
            owner = read_audience(connection, audience)
            versions = {v.build_id: v for v in _versions(connection, owner.id)}
            builds = read_builds(
                connection,
                select(tables.builds)
                .where(tables.builds.c.audience_id == owner.id)
                .order_by(tables.builds.c.sequence.desc()),
            )
            return tuple(
                HistoryEntry(build=build, version=versions.get(build.build_id))
                for build in builds
            )


def _refuse_overtaken(connection: Connection, build: Build) -> None:
    """A worker that slept between two steps holds a new lease for an old request."""
    newest = connection.execute(
        select(func.max(tables.builds.c.sequence))
        .join_from(
            tables.audience_versions,
            tables.builds,
            tables.audience_versions.c.build_id == tables.builds.c.build_id,
        )
        .where(tables.audience_versions.c.audience_id == build.audience_id)
    ).scalar()
    if newest is not None and newest > build.sequence:
        raise StudioError(
            "fenced",
            f"build {build.build_id}",
            "was overtaken by a newer build, which is published",
            "nothing is lost: to have this one served, build it again from its start",
        )


def _serve(connection: Connection, audience_id: str, number: int) -> AudienceVersion:
    table = tables.audience_versions
    connection.execute(
        update(table)
        .where(table.c.audience_id == audience_id)
        .where(table.c.state == VersionState.served.value)
        .values(state=VersionState.available.value)
    )
    _set_state(connection, audience_id, number, VersionState.served)
    connection.execute(
        update(tables.audiences)
        .where(tables.audiences.c.id == audience_id)
        .values(served_version=number)
    )
    return _version(connection, audience_id, number)


def _set_state(
    connection: Connection, audience_id: str, number: int, state: VersionState
) -> None:
    table = tables.audience_versions
    connection.execute(
        update(table)
        .where(table.c.audience_id == audience_id)
        .where(table.c.number == number)
        .values(state=state.value)
    )


def _next_number(connection: Connection, audience_id: str) -> int:
    table = tables.audience_versions
    newest = connection.execute(
        select(func.max(table.c.number)).where(table.c.audience_id == audience_id)
    ).scalar()
    return (newest or 0) + 1


def _versions(connection: Connection, audience_id: str) -> tuple[AudienceVersion, ...]:
    table = tables.audience_versions
    rows = connection.execute(
        select(table)
        .where(table.c.audience_id == audience_id)
        .order_by(table.c.number.desc())
    ).mappings()
    return tuple(AudienceVersion.model_validate(dict(row)) for row in rows)


def _version(connection: Connection, audience_id: str, number: int) -> AudienceVersion:
    found = {v.number: v for v in _versions(connection, audience_id)}
    if number not in found:
        known = ", ".join(map(str, sorted(found))) or "none yet"
        raise StudioError(
            "unknown_version",
            f"version {number}",
            "is not there",
            f"name one of the versions ({known})",
        )
    return found[number]


def _version_of_build(connection: Connection, build_id: str) -> AudienceVersion | None:
    table = tables.audience_versions
    row = (
        connection.execute(select(table).where(table.c.build_id == build_id))
        .mappings()
        .one_or_none()
    )
    return None if row is None else AudienceVersion.model_validate(dict(row))


def _finite(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures as plain JSON: numpy's numbers too, NaN and the infinities as null."""
    plain: dict[str, Any] = json.loads(
        to_json(dict(figures), inf_nan_mode="null", fallback=_plain_number)
    )
    return plain


def _plain_number(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)
