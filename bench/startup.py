"""Builds the example twice in one process and prints the seconds of each."""

import sys
import time
from pathlib import Path

BEGAN = time.perf_counter()

from catalog.home import create_home
from catalog.specification import read_specification
from orchestration.launch import build_audience, keep_specification
from orchestration.project import ROOT
from orchestration.workshop import open_workshop

workshop = open_workshop(create_home(Path(sys.argv[1]) / "home"))
document = ROOT / "examples" / "bank" / "likely_depositors.yml"
audience, _ = keep_specification(
    workshop, read_specification(document), document.parent
)
for name in ("first build, cold", "second build, warm"):
    since = BEGAN if "cold" in name else time.perf_counter()
    outcome = build_audience(workshop, audience, force="warm" in name)
    print(f"{name:<18}{time.perf_counter() - since:6.1f} s  {outcome.seconds}")
