"""Dagster's own home inside the studio's: made once, before anything else opens it.

Two processes that open a fresh DAGSTER_HOME at once break it for good, so the first
opening happens under a file lock.
"""

import json
import os

import dagster as dg
from filelock import FileLock

from catalog.home import Home
from engines.atomic import write_text_whole

Instance = dg.DagsterInstance
LOCK_SECONDS = 120
SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  poll_interval_seconds: 5
run_retries:
  enabled: false
schedules:
  use_threads: true
sensors:
  use_threads: true
run_launcher:
  module: orchestration.run_launcher
  class: OwnProcessRunLauncher
run_queue:
  max_concurrent_runs: 4
  dequeue_interval_seconds: 1
event_log_storage:
  module: orchestration.event_storage
  class: KeptSqliteEventLogStorage
  config:
    base_dir: {history}
"""


def open_instance(home: Home) -> Instance:
    """The studio's Dagster instance; sets DAGSTER_HOME for what runs below."""
    home.dagster.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["LOOKALIKE_HOME"] = str(home.root)
    with FileLock(home.dagster / "first_opening.lock", timeout=LOCK_SECONDS):
        settings = home.dagster / "dagster.yaml"
        if not settings.exists():
            runs = json.dumps(str(home.dagster / "history" / "runs"))
            write_text_whole(settings, SETTINGS.format(history=runs))
        instance = dg.DagsterInstance.get()
        instance.get_runs(limit=1)  # opens and migrates every store once
    return instance
