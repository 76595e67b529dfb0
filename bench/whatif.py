"""What-if answers beside full builds: how long they take, and how far off they are.

    python -m bench whatif [--rows 10000000] [--wide] [--folder FOLDER]

Data of bench/speed/gen.py; FOLDER keeps it. Two audiences are built, by all attributes and
by half of them. The service is opened for the first and asked twenty times, each time for
other attributes and another size, and the same with a scorer that learns its weights. Then
its answers for the two that were built stand beside what their builds tell: the held-out
AUC, recall at several sizes, the score at the cut, and the share of the first audience's
people who are in the second.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import chain, combinations, islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.audience import cpu_seconds, once, specification, warm_up
from catalog.home import create_home
from catalog.specification import AudienceSpecification
from catalog.specification_output import Output
from catalog.specification_people import AttributeChoice
from orchestration.launch import build_directly
from orchestration.workshop import Workshop, open_workshop
from studio.services.advice import advise
from studio.services.what_if import WhatIf
from studio.services.what_if_answers import Answer

GENERATOR = Path(__file__).parent / "speed" / "gen.py"
ANSWERS = 20
TOP = 100_000
SHARES = (0.005, 0.01, 0.05, 0.1, 0.2, 0.5)
LEARNT = "weighted_bayes"


@dataclass(frozen=True)
class Full:
    """One full build: its quality, the score at its cut, its people, its cost."""

    quality: dict[str, Any]
    cut_score: float
    people: set[str]
    wall: float
    cpu: float


def run(rows: int, place: str | None, *, is_wide: bool) -> int:
    """Measure and print; wide data have 30 attributes, others 8."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(place or made) / f"{rows}{'w' * is_wide}"
        if not (folder / "meta.json").exists():
            command = [sys.executable, str(GENERATOR), "--rows", str(rows)]
            command += ["--wide"] * is_wide
            subprocess.run([*command, "--out", str(folder)], check=True)
        measure(folder)
    return 0


def measure(folder: Path) -> None:
    """Both builds, the questions, and the answers beside the builds."""
    meta = {**json.loads((folder / "meta.json").read_text()), "k": TOP}
    asked = specification(meta, "all", "seed")
    half = asked.model_copy(
        update={"name": "half", "attributes": (asked.attributes or ())[::2]}
    )
    with tempfile.TemporaryDirectory() as home:
        workshop = open_workshop(create_home(Path(home)), threads=2)
        warm_up()
        once(workshop, folder, meta)
        builds = [full(workshop, each) for each in (asked, half)]
        for build in builds:
            print(f"full build      {build.wall:6.2f} s {build.cpu:6.2f} s CPU")
        clock = Clock()
        advice = advise(workshop, asked)
        print(f"suggest         {clock}  {len(advice.chosen)} attributes advised")
        clock = Clock()
        with WhatIf(workshop, asked) as service:
            print(f"open            {clock}  (what suggest prepared is there)")
            time_answers(service, asked, asked.scoring.model)
            time_answers(service, asked, LEARNT)
            names = [each.attribute for each in half.attributes or ()]
            compare("all", service.answer(), builds[0])
            compare("half", service.answer(names), builds[1])
            later = service.answer(names).overlap
        stayed = len(builds[0].people & builds[1].people) / len(builds[0].people)
        told = later.stays if later is not None else None
        print(f"stays           {told.text(3) if told else None}, in the builds {stayed:.3f}")
        print(f"load            {os.getloadavg()}")


class Clock:
    """Wall and CPU since it was made, as text."""

    def __init__(self) -> None:
        self.began, self.cpu = time.perf_counter(), cpu_seconds()

    def read(self) -> tuple[float, float]:
        """Seconds of both."""
        return time.perf_counter() - self.began, cpu_seconds() - self.cpu

    def __str__(self) -> str:
        return "{:6.2f} s {:6.2f} s CPU".format(*self.read())


def full(workshop: Workshop, asked: AudienceSpecification) -> Full:
    """Build it, and read what the version tells."""
    audience, _ = workshop.catalog.save_specification(asked)
    clock = Clock()
    outcome = build_directly(workshop, audience)
    wall, cpu = clock.read()
    version = Path(outcome.version.path)
    keys = pq.read_table(version / "members.parquet", columns=["person_key"])
    return Full(
        quality=json.loads((version / "quality.json").read_text()),
        cut_score=float(outcome.version.figures["cut_score"]),
        people=set(keys["person_key"].to_pylist()),
        wall=wall,
        cpu=cpu,
    )


def time_answers(
    service: WhatIf, asked: AudienceSpecification, model: str
) -> None:
    """Median and greatest seconds of ANSWERS questions, no two alike."""
    names = [each.attribute for each in asked.attributes or ()]
    sets = chain.from_iterable(
        combinations(names, count) for count in range(len(names) - 1, 2, -1)
    )
    service.answer(names, None, model)
    walls, cpus = [], []
    for place, chosen in enumerate(islice(sets, ANSWERS)):
        clock = Clock()
        service.answer(chosen, Output(top=10_000 * (place + 1)), model)
        wall, cpu = clock.read()
        walls.append(wall)
        cpus.append(cpu)
    print(
        f"answer          {statistics.median(walls):6.2f} s"
        f" {statistics.median(cpus):6.2f} s CPU, at most {max(walls):.2f} s"
        f"  median of {len(walls)}, {model}"
    )


def compare(name: str, answer: Answer, build: Full) -> None:
    """The estimate beside the build, figure by figure."""
    auc = build.quality["auc"]
    print(f"{name}: AUC         {answer.auc.text(4)}, built {auc['value']:.4f}")
    score = answer.chosen.score
    print(f"{name}: cut score   {score.text(4) if score else None}, built {build.cut_score:.4f}")
    recalls = {round(row["audience_share"], 6): row for row in build.quality["curve"]}
    for size in answer.curve:
        share = round(size.audience_share, 6)
        if share in SHARES and share in recalls:
            print(
                f"{name}: recall at {100 * share:4.1f} %  {size.recall.text(4)},"
                f" built {recalls[share]['recall']:.4f}"
            )
