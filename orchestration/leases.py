"""The lease of an audience: who may build it now, renewed while the work goes on."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from catalog.errors import StudioError
from catalog.records import Lease
from orchestration.workshop import Workshop

LEASE_SECONDS = 120
RENEW_SECONDS = 30


@contextmanager
def leased(workshop: Workshop, audience_id: str, run_id: str) -> Iterator[Lease]:
    """Hold the audience's lease, renewed until the block ends.

    It stays with the run between its steps and is given back where one fails. Another
    run that holds it and lives makes this one fail with `already_building`; a holder
    whose process has died is passed over at once.
    """
    catalog = workshop.catalog
    lease = catalog.acquire_lease(
        audience_id, lease_owner(run_id), LEASE_SECONDS, is_alive=owner_is_alive
    )
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
        # What failed is told, not that the catalog cannot be written: a lease that is
        # not given back ends with its process.
        with suppress(StudioError):
            catalog.release_lease(lease)
        raise
    finally:
        stop.set()
        heartbeat.join()


def lease_owner(run_id: str) -> str:
    """Who holds a lease: the root run and the process that works for it."""
    process = psutil.Process()
    return f"{run_id}@{os.uname().nodename}:{process.pid}:{process.create_time():.0f}"


def owner_is_alive(owner: str) -> bool:
    """False where the owner's process ran on this machine and has ended."""
    _, _, place = owner.partition("@")
    host, pid, created = place.rsplit(":", 2)
    if host != os.uname().nodename:
        return True
    try:
        process = psutil.Process(int(pid))
        return (
            abs(process.create_time() - float(created)) < 2
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False
