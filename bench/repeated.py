"""Memory of one process over many builds of the example.

    python -m bench.repeated [BUILDS]

Each build has another description, so that none is served again. Prints the resident
memory ten times, and by how much it grew a build over the second half.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import psutil

from catalog.home import create_home
from catalog.specification import read_specification
from orchestration.launch import build_audience, keep_specification
from orchestration.workshop import open_workshop

EXAMPLE = Path(__file__).parent.parent / "examples" / "bank"


def memory_over(builds: int) -> list[float]:
    """Resident megabytes after each build, all of them through Dagster's job."""
    document = read_specification(EXAMPLE / "likely_depositors.yml")
    process, held = psutil.Process(), []
    with tempfile.TemporaryDirectory() as folder:
        workshop = open_workshop(create_home(Path(folder)))
        for number in range(1, builds + 1):
            asked = document.model_copy(update={"description": f"build {number}"})
            audience, _ = keep_specification(workshop, asked, EXAMPLE)
            build_audience(workshop, audience)
            held.append(process.memory_info().rss / 2**20)
            if number % max(1, builds // 10) == 0:
                print(f"{number:>4} builds {held[-1]:7.0f} MB", flush=True)
    return held


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    resident = memory_over(count)
    half = resident[count // 2 :]
    print(
        f"     grew {(half[-1] - half[0]) / max(1, len(half) - 1):.2f} MB a build at last"
    )
