"""Leases in the catalog: one build of an audience at a time.

A lease's token only grows; a worker whose token is no longer the newest was overtaken
and publishes nothing.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import Connection, insert, select, update

from catalog import tables
from catalog.audience_store import AudienceStore, read_audience
from catalog.errors import StudioError
from catalog.names import shown
from catalog.records import Lease


class LeaseStore(AudienceStore):
    """The catalog's operations on leases."""

    def acquire_lease(
        self,
        audience_id: str,
        owner: str,
        seconds: float,
        *,
        is_alive: Callable[[str], bool] = lambda owner: True,
    ) -> Lease:
        """Take the right to build an audience, for a while.

        `owner` is the root run, and after an `@` what tells its workers apart. The same
        owner may take it again (a retry), with a greater token. Raises StudioError
        `already_building` while another owner has it of whom `is_alive` holds.
        """
        now = self.clock()
        with self.writing() as connection:
            audience = read_audience(connection, audience_id)
            held = read_lease(connection, audience.id)
            is_held = held and held.owner not in ("", owner) and held.expires_at > now
            if held and is_held and is_alive(held.owner):
                raise already_building(audience.name, _run(held.owner))
            values = {
                "audience_id": audience.id,
                "owner": owner,
                "token": held.token + 1 if held else 1,
                "expires_at": now + timedelta(seconds=seconds),
            }
            if held is None:
                connection.execute(insert(tables.leases), values)
            else:
                _change_lease(connection, audience.id, values)
        return Lease.model_validate(values)

    def renew_lease(self, lease: Lease, seconds: float) -> Lease:
        """Keep a lease for longer; StudioError `fenced` where it was taken over."""
        until = self.clock() + timedelta(seconds=seconds)
        with self.writing() as connection:
            check_lease(connection, lease)
            _change_lease(connection, lease.audience_id, {"expires_at": until})
        return lease.model_copy(update={"expires_at": until})

    def check_lease(self, lease: Lease) -> None:
        """Do nothing while the lease holds; StudioError `fenced` once it was taken."""
        with self.reading() as connection:
            check_lease(connection, lease)

    def release_lease(self, lease: Lease) -> None:
        """Give a lease back; nothing happens where another has it by now."""
        with self.writing() as connection:
            held = read_lease(connection, lease.audience_id)
            if held is not None and held.token == lease.token:
                values = {"owner": None, "expires_at": self.clock()}
                _change_lease(connection, lease.audience_id, values)

    def last_lease(self, audience: str) -> Lease | None:
        """The lease on an audience that was taken last and not given back.

        It may have run out since.
        """
        with self.reading() as connection:
            held = read_lease(connection, read_audience(connection, audience).id)
        return held if held and held.owner else None

    def lease_of(self, audience: str) -> Lease | None:
        """The lease in force on an audience; null where nobody may be building it."""
        with self.reading() as connection:
            held = read_lease(connection, read_audience(connection, audience).id)
        in_force = held and held.owner and held.expires_at > self.clock()
        return held if in_force else None


def already_building(name: str, run_id: str) -> StudioError:
    """The refusal of a second build of an audience while a run is at work on it."""
    return StudioError(
        "already_building",
        f"audience {shown(name)}",
        f"is already building, run {run_id}",
        "wait for that run or cancel it",
    )


def check_lease(connection: Connection, lease: Lease) -> None:
    """Raise StudioError `fenced` unless this lease is the newest and not given back."""
    held = read_lease(connection, lease.audience_id)
    if held is None or held.token != lease.token or held.owner != lease.owner:
        by = f" by run {_run(held.owner)}" if held and held.owner else ""
        raise StudioError(
            "fenced",
            f"run {_run(lease.owner)}",
            f"was overtaken{by} and may no longer publish",
            "nothing is lost: look at the newer run",
        )


def read_lease(connection: Connection, audience_id: str) -> Lease | None:
    """The audience's lease as it stands; an owner of '' means that it was given back."""
    row = (
        connection.execute(
            select(tables.leases).where(tables.leases.c.audience_id == audience_id)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    return Lease.model_validate(dict(row) | {"owner": row["owner"] or ""})


def _change_lease(
    connection: Connection, audience_id: str, values: Mapping[str, object]
) -> None:
    connection.execute(
        update(tables.leases)
        .where(tables.leases.c.audience_id == audience_id)
        .values(**values)
    )


def _run(owner: str) -> str:
    return owner.partition("@")[0]
