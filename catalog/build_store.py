"""Builds in the catalog: started, found again by their run, ended."""

from collections.abc import Mapping

from sqlalchemy import Connection, Select, func, insert, select, update

from catalog import tables
from catalog.audience_store import read_audience, read_specification_version
from catalog.build_identity import build_id_of
from catalog.errors import StudioError
from catalog.lease_store import LeaseStore
from catalog.names import shown
from catalog.records import Build, BuildState


class BuildStore(LeaseStore):
    """The catalog's operations on builds and runs."""

    def start_build(
        self,
        audience: str,
        specification_number: int,
        *,
        input_fingerprints: Mapping[str, str],
        code_version: str,
        root_run_id: str | None = None,
        force: str = "",
    ) -> Build:
        """Begin a build, or the same one again, and make it the audience's newest.

        One that was published already keeps its state: see `version_of_build`. With a
        root run, its later steps find the build by it. Whoever starts a build holds the
        audience's lease, so another one that still says it runs has ended unheard.
        """
        with self.writing() as connection:
            owner = read_audience(connection, audience)
            version = read_specification_version(
                connection, owner.id, specification_number
            )
            build_id = build_id_of(
                owner.id, version.hash, input_fingerprints, code_version, force
            )
            self._end_unheard(connection, owner.id, build_id)
            self._begin(
                connection,
                Build(
                    build_id=build_id,
                    audience_id=owner.id,
                    specification_number=specification_number,
                    sequence=_next_sequence(connection),
                    state=BuildState.running,
                    root_run_id=root_run_id,
                    input_fingerprints=dict(input_fingerprints),
                    code_version=code_version,
                    started_at=self.clock(),
                    ended_at=None,
                    error=None,
                ),
            )
            if root_run_id is not None:
                _record_run(connection, root_run_id, build_id)
            return read_build(connection, build_id)

    def _begin(self, connection: Connection, build: Build) -> None:
        table = tables.builds
        held = connection.execute(
            select(table.c.state).where(table.c.build_id == build.build_id)
        ).scalar_one_or_none()
        if held is None:
            row = build.model_dump(exclude={"state"}) | {"state": build.state.value}
            connection.execute(insert(table), row)
            return
        changes: dict[str, object] = {"sequence": build.sequence}
        if held != BuildState.succeeded:
            changes |= {
                "state": BuildState.running.value,
                "root_run_id": build.root_run_id,
                "started_at": build.started_at,
                "ended_at": None,
                "error": None,
            }
        connection.execute(
            update(table).where(table.c.build_id == build.build_id).values(**changes)
        )

    def _end_unheard(
        self, connection: Connection, audience_id: str, build_id: str
    ) -> None:
        table = tables.builds
        connection.execute(
            update(table)
            .where(table.c.audience_id == audience_id)
            .where(table.c.build_id != build_id)
            .where(table.c.state == BuildState.running.value)
            .values(
                state=BuildState.failed.value,
                error=ended_unheard(build_id).as_dict(),
                ended_at=self.clock(),
            )
        )

    def record_run(self, root_run_id: str, build_id: str) -> None:
        """Say that a run works on a build; the last word counts."""
        with self.writing() as connection:
            read_build(connection, build_id)
            _record_run(connection, root_run_id, build_id)

    def build_of_run(self, root_run_id: str) -> Build | None:
        """The build that a run works on; null where it has not begun one."""
        with self.reading() as connection:
            build_id = connection.execute(
                select(tables.runs.c.build_id).where(
                    tables.runs.c.root_run_id == root_run_id
                )
            ).scalar_one_or_none()
            return None if build_id is None else read_build(connection, build_id)

    def get_build(self, build_id: str) -> Build:
        """One build; StudioError `unknown_build` where there is none."""
        with self.reading() as connection:
            return read_build(connection, build_id)

    def newest_build(self, audience: str) -> Build | None:
        """The audience's build that was started last; null where there is none."""
        with self.reading() as connection:
            owner = read_audience(connection, audience)
            found = read_builds(
                connection,
                select(tables.builds)
                .where(tables.builds.c.audience_id == owner.id)
                .order_by(tables.builds.c.sequence.desc())
                .limit(1),
            )
            return found[0] if found else None

    def list_builds(self, state: BuildState | None = None) -> tuple[Build, ...]:
        """Every build, or those in one state, newest first."""
        query = select(tables.builds).order_by(tables.builds.c.sequence.desc())
        if state is not None:
            query = query.where(tables.builds.c.state == state.value)
        with self.reading() as connection:
            return read_builds(connection, query)

    def finish_build(self, build_id: str) -> Build:
        """Say that a build ended well."""
        return self._end(build_id, BuildState.succeeded, None)

    def fail_build(self, build_id: str, error: StudioError) -> Build:
        """Say that a build failed, and why. A published build stays a success."""
        return self._end(build_id, BuildState.failed, error.as_dict())

    def cancel_build(self, build_id: str) -> Build:
        """Say that a person ended a build. A published build stays a success."""
        return self._end(build_id, BuildState.canceled, None)

    def _end(
        self, build_id: str, state: BuildState, error: Mapping[str, str] | None
    ) -> Build:
        with self.writing() as connection:
            build = read_build(connection, build_id)
            if build.state is not BuildState.succeeded:
                connection.execute(
                    update(tables.builds)
                    .where(tables.builds.c.build_id == build_id)
                    .values(state=state.value, error=error, ended_at=self.clock())
                )
            return read_build(connection, build_id)


def ended_unheard(build_id: str) -> StudioError:
    """Why a build failed of whose end nobody told."""
    return StudioError(
        "build_ended_unheard",
        f"build {build_id}",
        "ended without a word: its process was killed, or overtaken",
        "build the audience again",
    )


def read_build(connection: Connection, build_id: str) -> Build:
    """One build, or StudioError `unknown_build`."""
    query = select(tables.builds).where(tables.builds.c.build_id == build_id)
    found = read_builds(connection, query)
    if not found:
        raise StudioError(
            "unknown_build",
            f"build {shown(build_id)}",
            "is not in the catalog",
            "name one that `lookalike audience history` shows",
        )
    return found[0]


def read_builds(
    connection: Connection, query: Select[tuple[object, ...]]
) -> tuple[Build, ...]:
    """The builds of a query."""
    rows = connection.execute(query).mappings()
    return tuple(Build.model_validate(dict(row)) for row in rows)


def _next_sequence(connection: Connection) -> int:
    newest = connection.execute(select(func.max(tables.builds.c.sequence))).scalar()
    return (newest or 0) + 1


def _record_run(connection: Connection, root_run_id: str, build_id: str) -> None:
    table = tables.runs
    own = table.c.root_run_id == root_run_id
    changed = connection.execute(update(table).where(own).values(build_id=build_id))
    if changed.rowcount == 0:
        row = {"root_run_id": root_run_id, "build_id": build_id}
        connection.execute(insert(table), row)
