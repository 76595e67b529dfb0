"""CPU, wall and memory of an audience's parts, each in a process of its own.

    python -m bench.audience FOLDER once|first|further [THREADS] [MEMORY_LIMIT]

FOLDER holds `population.parquet`, `seed.parquet` and `meta.json` of bench/speed/gen.py; the
home stands in it. `once` is what a population costs whatever number of audiences it gets:
registration, profile, codes and hashes. `first` and `further` are two builds with two seeds:
fit, score of everybody, cut, ids and publication. Before each the example is built in
another home, so that imports are no part of the figures. CPU seconds are those of this
process and its children.
"""

import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from bench.people import peak_memory
from catalog.home import create_home
from catalog.specification import read_specification, specification_of
from engines.registration import register
from orchestration.launch import build_directly, keep_specification
from orchestration.plan import plan_build
from orchestration.workshop import Workshop, open_workshop
from studio.garbage import collect_rarely

EXAMPLE = Path(__file__).parent.parent / "examples" / "bank"


def cpu_seconds() -> float:
    """User and system seconds of this process so far, and of children that ended."""
    return sum(os.times()[:4])


def warm_up() -> None:
    """Build the example elsewhere: everything is imported then."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = open_workshop(create_home(Path(folder)))
        document = read_specification(EXAMPLE / "likely_depositors.yml")
        audience, _ = keep_specification(workshop, document, EXAMPLE)
        build_directly(workshop, audience, with_report=False)


def specification(meta: dict, name: str, seed: str):
    """The audience that is asked for, of one of the two seeds."""
    roles = {**dict.fromkeys(meta["cats"], "categorical")}
    roles |= dict.fromkeys(meta["conts"], "continuous")
    return specification_of(
        {
            "name": name,
            "seed": {"dataset": seed},
            "population": {"dataset": "population"},
            "attributes": [{"attribute": a, "role": r} for a, r in roles.items()],
            "output": {"top": meta["k"]},
        }
    )


def once(workshop: Workshop, folder: Path, meta: dict) -> str:
    """Register both datasets, profile them and make the index of the population."""
    for name in ("population", "seed"):
        register(workshop.catalog, workshop.engine, folder / f"{name}.parquet", name)
    plan = plan_build(workshop, specification(meta, "first", "seed"))
    workshop.engine.index_population(plan.inputs("bench0000"))
    return ""


def first(workshop: Workshop, folder: Path, meta: dict) -> str:
    """An audience of the whole seed."""
    return built(workshop, specification(meta, "first", "seed"))


def further(workshop: Workshop, folder: Path, meta: dict) -> str:
    """An audience of another seed, which is registered and profiled on the way."""
    seed = folder / "another_seed.parquet"
    register(workshop.catalog, workshop.engine, seed, "another_seed")
    return built(workshop, specification(meta, "further", "another_seed"))


def built(workshop: Workshop, asked) -> str:
    """Build it; the content hash of its people."""
    audience, _ = workshop.catalog.save_specification(asked)
    outcome = build_directly(workshop, audience, with_report=False)
    return str(outcome.version.figures["content_hash"])


def measure(
    folder: Path, part: Callable[[Workshop, Path, dict], str], threads: int, memory: str
) -> dict[str, float | str]:
    """The figures of one part."""
    meta = json.loads((folder / "meta.json").read_text())
    warm_up()
    workshop = open_workshop(
        create_home(folder / "home"), threads=threads, memory_limit=memory or None
    )
    cpu, began = cpu_seconds(), time.perf_counter()
    content_hash = part(workshop, folder, {"k": 100_000, **meta})
    return {
        "cpu": cpu_seconds() - cpu,
        "wall": time.perf_counter() - began,
        "peak_mb": peak_memory() >> 20,
        "content_hash": content_hash,
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    collect_rarely()
    place, name, *options = sys.argv[1:]
    count, limit = (*options, *("2", "")[len(options) :])
    parts = {"once": once, "first": first, "further": further}
    print(json.dumps(measure(Path(place), parts[name], int(count), limit)))
