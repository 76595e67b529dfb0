"""Builds as runs: started, watched, gone on with and ended, by whichever face.

What is asked for goes to Dagster; what is read comes from its records, so runs that
a command or the schedule made are seen as well, and also while Dagster is off.
"""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from catalog.errors import StudioError
from catalog.lease_store import already_building
from catalog.run_records import Run, RunState
from studio.services.audit import Verb, record
from studio.services.health import Health, PartHealth, PartState
from studio.services.home_lock import refuse_taken_port
from studio.services.supervisor import Supervisor

if TYPE_CHECKING:
    from orchestration.gateway import Gateway
    from orchestration.run_history import RunHistory
    from orchestration.workshop import Workshop

OFF = ("is off", "start the studio without --no-dagster")


class Runs:
    """The studio's runs. With no supervisor Dagster is off: every launch is refused."""

    def __init__(
        self,
        workshop: "Workshop",
        history: "RunHistory",
        gateway: "Gateway",
        supervisor: Supervisor | None = None,
    ) -> None:
        self._workshop = workshop
        self._history = history
        self._gateway = gateway
        self._supervisor = supervisor
        self._opened_at = datetime.now(UTC)
        self._launching = threading.Lock()

    def start(
        self,
        audience: str,
        *,
        specification: int | None = None,
        force: bool = False,
        request: str | None = None,
    ) -> Run:
        """Ask for a build of an audience, by its newest specification or a given one.

        `request` is a word by which whoever asks finds the run again; asked twice with
        the same one there is one run. Raises StudioError `already_building` while a run
        of this audience is at work, `dagster_down` while Dagster takes none.
        """
        catalog = self._workshop.catalog
        owner = catalog.get_audience(audience)
        wanted = (
            catalog.newest_specification(owner.id)
            if specification is None
            else catalog.specification(owner.id, specification)
        )
        token = request or uuid.uuid4().hex
        with self._launching:
            known = self.find(token) if request else None
            if known is not None:
                return known
            self._refuse_second(owner.slug, owner.name)
            record(self._workshop.home, Verb.build_asked, f"audience/{owner.id}")
            try:
                run_id = self._gateway.launch(
                    owner, wanted.number, force=force, request=token
                )
            except StudioError as error:
                # The answer may be lost and the run there all the same.
                found = self.find(token) if error.code == "dagster_down" else None
                if found is None:
                    raise
                return found
        return self.get(run_id)

    def get(self, run_id: str) -> Run:
        """One run as it is now; StudioError `unknown_run`."""
        return self._placed(self._history.get(run_id))

    def find(self, request: str) -> Run | None:
        """The newest run that was asked for with this word."""
        found = self._history.newest(request=request, limit=1)
        return self._placed(found[0]) if found else None

    def overview(
        self,
        *,
        audience: str | None = None,
        state: RunState | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Run]:
        """The newest runs first, made by whomever; of one audience, in one state."""
        found = self._history.newest(
            audience=self._slug(audience), state=state, limit=limit, offset=offset
        )
        return [self._placed(each) for each in found]

    def count(
        self, *, audience: str | None = None, state: RunState | None = None
    ) -> int:
        """How many runs there are; of one audience, in one state."""
        return self._history.count(audience=self._slug(audience), state=state)

    def at_work(self) -> list[Run]:
        """The runs that have begun and not ended."""
        return self.overview(state=RunState.running)

    def retry(self, run_id: str) -> Run:
        """Go on with a run that failed or was cancelled, where it stopped.

        Raises StudioError `run_not_failed` for one that did neither.
        """
        run = self.get(run_id)
        if run.state not in (RunState.failed, RunState.cancelled):
            raise StudioError(
                "run_not_failed",
                f"run {run.run_id}",
                f"is {run.state}",
                "only a run that failed or was cancelled can be gone on with",
            )
        with self._launching:
            self._refuse_second(run.audience, run.audience_name)
            is_failure = run.state is RunState.failed
            record(self._workshop.home, Verb.build_retried, f"run/{run_id}")
            try:
                again = self._gateway.retry(run_id, from_failure=is_failure)
            except StudioError as error:
                # The answer may be lost and the run there all the same.
                found = self._retry_of(run) if error.code == "dagster_down" else None
                if found is None:
                    raise
                return found
        return self.get(again)

    def _retry_of(self, run: Run) -> Run | None:
        (newest,) = self.overview(audience=run.audience, limit=1)
        return newest if newest.retry_of == run.run_id else None

    def cancel(self, run_id: str) -> Run:
        """Ask a run to end: at once where it waits, within ten seconds where it works.

        Raises StudioError `run_ended` where it has ended already.
        """
        run = self.get(run_id)
        if run.is_final:
            raise StudioError(
                "run_ended",
                f"run {run.run_id}",
                f"has ended already ({run.state})",
                "nothing is left to cancel",
            )
        record(self._workshop.home, Verb.build_cancelled, f"run/{run_id}")
        self._gateway.cancel(run_id)
        return self.get(run_id)

    async def follow(self, run_id: str, *, seconds: float = 1.0) -> AsyncIterator[Run]:
        """The run each time that it has changed, the last time when it has ended."""
        told: Run | None = None
        while told is None or not told.is_final:
            run = await asyncio.to_thread(self.get, run_id)
            if run != told:
                told = run
                yield run
            if not run.is_final:
                await asyncio.sleep(seconds)

    def health(self) -> Health:
        """Whether Dagster's servers are up."""
        if self._supervisor is not None:
            return self._supervisor.health()
        off = PartHealth(
            state=PartState.down, since=self._opened_at, cause=OFF[0], remedy=OFF[1]
        )
        return Health(web_server=off, code_location=off, daemon=off)

    def dagster_address(self, run: Run) -> str | None:
        """Where Dagster's screens show a run, on loopback; None where Dagster is off."""
        if self._supervisor is None or run.dagster_path is None:
            return None
        return f"http://127.0.0.1:{self._supervisor.port}{run.dagster_path}"

    def _slug(self, audience: str | None) -> str | None:
        if audience is None:
            return None
        return self._workshop.catalog.get_audience(audience).slug

    def _placed(self, run: Run) -> Run:
        """The run with the path of its screen, below which Dagster's screens stand."""
        below = None if self._supervisor is None else self._supervisor.path
        path = None if below is None else f"{below}{run.dagster_path}"
        return run.model_copy(update={"dagster_path": path})

    def _refuse_second(self, slug: str, name: str) -> None:
        at_work = self._history.at_work(slug)
        if at_work is not None:
            raise already_building(name, at_work)


@contextmanager
def opened_runs(
    workshop: "Workshop",
    *,
    with_dagster: bool = True,
    dagster_port: int | None = None,
    should_end: Callable[[], bool] = lambda: False,
) -> Iterator[Runs]:
    """The studio's runs, with Dagster up while the block lasts.

    Runs at work when it ends go on by themselves, and are found again.
    """
    from orchestration.endings import ends_with_us
    from orchestration.gateway import Gateway
    from orchestration.instance import open_instance
    from orchestration.partitions import add_partitions
    from orchestration.run_history import RunHistory
    from orchestration.servers import Servers

    if dagster_port is not None:
        refuse_taken_port(dagster_port, "--dagster-port")
    with open_instance(workshop.home) as instance, ExitStack() as stack:
        slugs = [each.slug for each in workshop.catalog.list_audiences()]
        add_partitions(instance, slugs)
        supervisor = None
        if with_dagster:
            servers = Servers(workshop, instance, dagster_port)
            supervisor = stack.enter_context(
                Supervisor(servers, ends_with_us, should_end)
            )
        yield Runs(
            workshop,
            RunHistory(workshop.catalog, instance),
            Gateway(workshop, instance, partial(address_of, supervisor)),
            supervisor,
        )


def address_of(supervisor: Supervisor | None) -> str:
    """Where runs can be asked for; StudioError `dagster_down` while nowhere."""
    from orchestration.gateway import dagster_down

    if supervisor is None:
        raise dagster_down(*OFF)
    health = supervisor.health()
    for name, part in (
        ("web server", health.web_server),
        ("code location", health.code_location),
    ):
        if part.state is not PartState.well:
            cause = part.cause or "is being started"
            raise dagster_down(f"cannot take runs: its {name} {cause}", part.remedy)
    return supervisor.address
