"""The studio with its runs and Dagster, served for the builder's tests until it is ended."""

import signal
import sys
from pathlib import Path

from catalog.home import Home
from studio.services.opening import open_studio
from studio.services.runs import opened_runs
from studio.services.studio import Studio
from studio.web.app import run_studio

if __name__ == "__main__":
    workshop = open_studio(Home(Path(sys.argv[1])))
    with opened_runs(workshop) as runs:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        run_studio(Studio(workshop, runs), host="127.0.0.1", port=int(sys.argv[2]))
