"""F15: inputs that change while they are read, at any call with which a build reads them.

A build of changed inputs is refused, or its people are those of the one state whose
fingerprint the manifest has: never of two.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from catalog.errors import StudioError
from orchestration.version_files import read_manifest
from orchestration.workshop import Workshop
from tests.faults.fault_plan import FaultPlan, drawn, faults
from tests.faults.outcome import Outcome
from tests.faults.published_home import PublishedHome, published_home

FULL_LENGTH = 100
CALLS = 700


@dataclass
class Inputs:
    """The input files as they were, other contents for them, and what each gives."""

    home: PublishedHome
    contents: dict[str, dict[str, bytes]]
    hashes: dict[str, str] = field(default_factory=dict)

    def put_back(self) -> None:
        for name, states in self.contents.items():
            write_over(self.home.folder / name, states["first"])

    def learn(self) -> None:
        """Which people come of which fingerprints where nothing is disturbed."""
        for population in self.contents["population.parquet"].values():
            for seed in self.contents["seed.csv"].values():
                self.home.put_back()
                write_over(self.home.folder / "population.parquet", population)
                write_over(self.home.folder / "seed.csv", seed)
                workshop = self.home.open()
                built = self.home.build(workshop, with_report=False)
                folder = Path(built.version.path)
                workshop.catalog.close()
                key, found = told_inputs(read_manifest(folder))
                self.hashes[key] = found
        self.put_back()


def write_over(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def write_as_if_unchanged(path: Path, content: bytes) -> None:
    """As a copy that keeps the time of writing."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


# By name: what is done to a file that is to have other content.
CHANGES: dict[str, Callable[[Path, bytes], None]] = {
    "rewritten": write_over,
    "replaced": replace,
    "rewritten with its old time": write_as_if_unchanged,
    "cut off": lambda path, content: os.truncate(path, path.stat().st_size // 2),
    "touched": lambda path, content: path.touch(),
    "deleted": lambda path, content: path.unlink(),
}
# Some are undone a few calls later.
IS_UNDONE_FOR = 0.3


def campaign(count: int | None, seed: int) -> list[Outcome]:
    """Changes at calls all over a build, of the file read in place and of the copied."""
    outcome = Outcome("changing_inputs")
    with tempfile.TemporaryDirectory(prefix="changing_inputs_") as folder:
        inputs = inputs_of(published_home(Path(folder)))
        inputs.learn()
        for one in range(seed, seed + (count or FULL_LENGTH)):
            change_while_built(inputs, outcome, one)
    return [outcome]


def inputs_of(home: PublishedHome) -> Inputs:
    """Both inputs, each with a second state of the same length in rows."""
    population, seed = home.folder / "population.parquet", home.folder / "seed.csv"
    states = {
        population.name: {"first": population.read_bytes()},
        seed.name: {"first": seed.read_bytes()},
    }
    everybody, chosen = pd.read_parquet(population), pd.read_csv(seed)
    everybody["age"] = everybody["age"].to_numpy()[::-1]
    chosen["age"] = chosen["age"] + 7
    states[population.name]["other"] = everybody.to_parquet(None)
    states[seed.name]["other"] = chosen.to_csv(index=False).encode()
    key, found = told_inputs(home.second)
    return Inputs(home, states, {key: found})


def told_inputs(manifest: dict[str, Any]) -> tuple[str, str]:
    """What a version says that it was made from, and of which people it is."""
    of = manifest["inputs"]
    return f"{of['seed']} {of['population']}", manifest["content_hash"]


def change_while_built(inputs: Inputs, outcome: Outcome, seed: int) -> None:
    """Change one input at one call of a build, and look at what comes of it."""
    home = inputs.home
    home.put_back()
    inputs.put_back()
    change = tuple(CHANGES)[int(drawn(seed, "how") * len(CHANGES))]
    name = tuple(inputs.contents)[int(drawn(seed, "file") * len(inputs.contents))]
    first = int(drawn(seed, "call") * CALLS)
    is_undone = drawn(seed, "undone") < IS_UNDONE_FOR
    undone = first + 1 + int(drawn(seed, "until") * 60) if is_undone else None
    path, states = home.folder / name, inputs.contents[name]
    met = 0

    def meddle(plan: FaultPlan, kind: str, site: str) -> None:
        nonlocal met
        met += 1
        if met in (first, undone):
            plan.is_armed = False
            if met == first:
                CHANGES[change](path, states["other"])
            else:
                write_over(path, states["first"])
            plan.is_armed = True

    workshop = home.open()
    told = f"seed {seed}: {name} {change} at call {first}" + (
        f", undone at {undone}" if undone else ""
    )
    outcome.tried += 1
    try:
        with faults(FaultPlan(seed, chosen=meddle)):
            said, broken = ending(inputs, workshop)
        outcome.broken += [f"{told}: {each}" for each in broken]
        outcome.figures[said] = int(outcome.figures.get(said, 0)) + 1
        served = 2 if said == "built" else 1
        broken = home.broken_promises(workshop, served)
        inputs.put_back()
        said, again = ending(inputs, workshop)
        broken += again if said == "built" else [f"the rerun says {said}"]
        outcome.broken += [f"{told}: {each}" for each in broken]
    finally:
        workshop.catalog.close()


def ending(inputs: Inputs, workshop: Workshop) -> tuple[str, list[str]]:
    """How a build ends, and what is wrong with that."""
    try:
        version = inputs.home.build(workshop).version
    except StudioError as error:
        is_ours = error.code in ("unexpected", "refused")
        return error.code, [str(error)] if is_ours else []
    except Exception as error:
        return "bare", [f"a bare {type(error).__name__}: {error}"]
    key, found = told_inputs(read_manifest(Path(version.path)))
    if inputs.hashes.get(key) != found:
        return "built", ["people of another state than the manifest's fingerprints say"]
    return "built", []
