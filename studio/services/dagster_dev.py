"""Dagster alone for `lookalike dev`: its own command, ended with all its processes."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from studio.ending import leave_ending_to_others
from studio.services.home_lock import LOOPBACK, only_one, refuse_taken_port

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

END_SECONDS = 8.0


def run_dagster(workshop: "Workshop", port: int) -> int:
    """Run Dagster on loopback until it ends or is interrupted; its exit code.

    The web server has no login, so it listens on this machine alone.
    """
    from orchestration.endings import ends_with_us
    from orchestration.instance import open_instance
    from orchestration.partitions import add_partitions
    from orchestration.project import ROOT, manifest_path

    refuse_taken_port(port)
    with only_one(workshop.home, "lookalike dev"):
        manifest_path()
        with open_instance(workshop.home) as instance:
            slugs = [each.slug for each in workshop.catalog.list_audiences()]
            add_partitions(instance, slugs)
        print(f"Dagster on http://{LOOPBACK}:{port} (stop it with Ctrl-C)", flush=True)  # noqa: T201
        leave_ending_to_others()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        process = subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                "-m",
                "dagster",
                "dev",
                "--host",
                LOOPBACK,
                "--port",
                str(port),
            ],
            cwd=ROOT,  # pyproject.toml there names the definitions
            env=os.environ.copy(),
            start_new_session=True,
        )
        try:
            with ends_with_us(process, with_group=True):
                return _waited_for(process)
        except KeyboardInterrupt:  # just before it was watched
            return end(process)


def _waited_for(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait()
    except KeyboardInterrupt:
        return end(process)


def end(process: "subprocess.Popen[bytes]") -> int:
    """End the whole group; `dagster dev` alone would leave its children behind."""
    from orchestration.endings import undisturbed

    with undisturbed(), suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=END_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()
