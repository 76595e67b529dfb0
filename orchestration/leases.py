"""The lease of an audience: who may build it now, renewed while the work goes on."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from catalog.build_store import ended_unheard
from catalog.errors import StudioError
from catalog.processes import is_alive, is_here, pid_of, place_of
from catalog.records import Build, BuildState, Lease
from catalog.store import Catalog
from orchestration.workshop import Workshop

LEASE_SECONDS = 120
RENEW_SECONDS = 30

# Owners of this process that are done and could not tell the catalog.
_given_up: set[str] = set()
# The leases that this piece of work has taken and not given back, by their owners.
_taken: ContextVar[dict[str, Lease]] = ContextVar("_taken")


@contextmanager
def at_work(workshop: Workshop, worker: str) -> Iterator[None]:
    """This process works as `worker` while the block runs, and holds no lease after it.

    A run that fails between its steps, as where Dagster's history cannot be written,
    leaves the lease; and nobody may be able to tell of its end.
    """
    taken: dict[str, Lease] = {}
    outer = _taken.set(taken)
    try:
        yield
    finally:
        _taken.reset(outer)
        _given_up.add(worker)
        for lease in taken.values():
            give_back(workshop, lease)


@contextmanager
def leased(workshop: Workshop, audience_id: str, run_id: str) -> Iterator[Lease]:
    """Hold the audience's lease, renewed until the block ends.

    It stays with the run between its steps and is given back where one fails. Another
    run that holds it and lives makes this one fail with `already_building`; a holder
    whose process has died, or that could not give it back, is passed over at once.
    """
    catalog = workshop.catalog
    owner = lease_owner(run_id)
    _given_up.discard(owner)
    lease = catalog.acquire_lease(
        audience_id, owner, LEASE_SECONDS, is_alive=owner_is_alive
    )
    _taken.get({})[owner] = lease
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(RENEW_SECONDS):
            # A lease that was lost is noticed where it counts: at the publication.
            with suppress(StudioError):
                catalog.renew_lease(lease, LEASE_SECONDS)

    heartbeat = threading.Thread(target=renew, name="lease", daemon=True)
    heartbeat.start()
    try:
        yield lease
    except BaseException:
        give_back(workshop, lease)
        raise
    finally:
        stop.set()
        heartbeat.join()


def give_back(workshop: Workshop, lease: Lease) -> None:
    """Give a lease back. Where the catalog fails it is noted here that it is free.

    What was done under the lease is done, or failed for a reason of its own: neither is
    to be hidden by this. Other processes find it free once it has run out.
    """
    _taken.get({}).pop(lease.owner, None)
    try:
        workshop.catalog.release_lease(lease)
    except StudioError:
        _given_up.add(lease.owner)


def lease_owner(run_id: str) -> str:
    """Who holds a lease: the root run and the process that works for it."""
    return owner_of(run_id, os.getpid())


def owner_of(run_id: str, pid: int) -> str:
    """The same for another process of this machine."""
    return f"{run_id}@{place_of(pid)}"


def interrupt(owner: str) -> None:
    """Ask an owner's process to end. Nothing happens where it has, or is elsewhere."""
    place = _place(owner)
    if is_here(place) and owner_is_alive(owner):
        with suppress(ProcessLookupError):
            os.kill(pid_of(place), signal.SIGTERM)


def owner_is_alive(owner: str) -> bool:
    """False where the owner's process ran on this machine and has ended.

    Or where it is this very process, and the owner gave the lease up.
    """
    return owner not in _given_up and is_alive(_place(owner))


def holder_has_died(catalog: Catalog, held: Lease) -> bool:
    """True where the process that took a lease has ended.

    One of another machine, or of a container that is no more, renews the lease for as long
    as it lives.
    """
    if is_here(_place(held.owner)):
        return not owner_is_alive(held.owner)
    return held.expires_at <= catalog.clock()


def worker_has_died(catalog: Catalog, worker: str, audience: str | None) -> bool:
    """True where the process that works for a run of this audience has ended.

    Of one of another machine it is known once it has taken the audience's lease.
    """
    if is_here(_place(worker)) or audience is None:
        return not owner_is_alive(worker)
    held = catalog.last_lease(audience)
    is_its = held is not None and _place(held.owner) == _place(worker)
    return held is not None and is_its and holder_has_died(catalog, held)


def as_it_stands(catalog: Catalog, build: Build) -> Build:
    """The build, failed where the catalog has it at work and its process has died.

    One that is killed tells nobody; the next build, or a studio that is up, tells the
    catalog.
    """
    if build.state is not BuildState.running:
        return build
    held = catalog.last_lease(build.audience_id)
    if held is None or not holder_has_died(catalog, held):
        return build
    error = ended_unheard(build.build_id).as_dict()
    return build.model_copy(update={"state": BuildState.failed, "error": error})


def _place(owner: str) -> str:
    """Where an owner's process runs."""
    return owner.partition("@")[2]
