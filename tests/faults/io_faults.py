"""F20: a fault plan at every read and write while version 2 is built over version 1.

Each seed arms its plan at one of the places in `ARMED_AT`, so that late calls are
reached as often as early ones; from there on every call may fail, also those that clean
up. After it the same command runs without faults, in the same process.
"""

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import StudioError
from orchestration.progress import STAGES, Progress
from orchestration.workshop import Workshop
from tests.faults.fault_plan import FaultPlan, drawn, faults
from tests.faults.outcome import Outcome
from tests.faults.published_home import PublishedHome, published_home

FULL_LENGTH = 200
ARMED_AT = ("opening", "planning", *STAGES)


@dataclass
class Try:
    """What one seed did: what fired, how the build ended, what broke."""

    seed: int
    plan: FaultPlan
    code: str = "built"
    broken: list[str] = field(default_factory=list)


def campaign(count: int | None, seed: int) -> list[Outcome]:
    """As many seeds as asked for, one home, one process."""
    outcome = Outcome("io_faults")
    codes: Counter[str] = Counter()
    sites: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="io_faults_") as folder:
        home = published_home(Path(folder))
        for one in range(seed, seed + (count or FULL_LENGTH)):
            tried = try_seed(home, one)
            outcome.tried += 1
            outcome.broken += [f"seed {one}: {each}" for each in tried.broken]
            codes[tried.code] += 1
            sites |= {site for site, _, _ in tried.plan.fired}
    outcome.figures["seeds that fired"] = outcome.tried - codes["built"]
    outcome.figures["sites that fired"] = len(sites)
    outcome.figures["ends"] = ", ".join(
        f"{n} {code}" for code, n in codes.most_common()
    )
    return [outcome]


def try_seed(home: PublishedHome, seed: int) -> Try:
    """One seed: faults, what must hold after them, and the rerun without them."""
    reference = home.second_hash
    home.put_back()
    tried = Try(seed, FaultPlan(seed, is_armed=False))
    began = time.monotonic()
    with faults(tried.plan):
        error = failure_of(home, tried.plan, armed_at(seed))
    tried.plan.is_armed = False
    if isinstance(error, StudioError):
        tried.code = error.code
        tried.broken += faulty_words(error)
    elif error is not None:
        tried.code = type(error).__name__
        tried.broken.append(f"a bare {type(error).__name__}: {error}")
    workshop = home.open()
    try:
        tried.broken += home.broken_promises(workshop, served=2 if error is None else 1)
        tried.broken += rerun(home, workshop, tried.plan, reference)
    finally:
        workshop.catalog.close()
    if time.monotonic() - began > 90:
        tried.broken.append("it took more than 90 s")
    return tried


def armed_at(seed: int) -> str:
    """Where a seed's faults begin."""
    return ARMED_AT[int(drawn(seed, "where") * len(ARMED_AT))]


def failure_of(
    home: PublishedHome, plan: FaultPlan, place: str
) -> BaseException | None:
    """Open, plan and build with faults from that place on; what it raised."""

    def arm(progress: Progress) -> None:
        plan.is_armed = plan.is_armed or progress.stage == place

    plan.is_armed = place == "opening"
    workshop: Workshop | None = None
    try:
        workshop = home.open()
        plan.is_armed = plan.is_armed or place == "planning"
        home.build(workshop, listener=arm)
    except Exception as error:
        return error
    finally:
        if workshop is not None:
            workshop.catalog.close()
    return None


def faulty_words(error: StudioError) -> list[str]:
    """What is wrong with an error's sentence."""
    text = str(error)
    if error.code in ("unexpected", "refused") or "Traceback" in text or "\n" in text:
        return [f"is told as {error.code}: {text}"]
    return []


def rerun(
    home: PublishedHome, workshop: Workshop, plan: FaultPlan, reference: str
) -> list[str]:
    """The same command without faults must end as if there had been none."""
    try:
        outcome = home.build(workshop)
    except Exception as error:
        return [f"the rerun failed with {type(error).__name__}: {error}"]
    broken = []
    if outcome.version.figures["content_hash"] != reference:
        broken.append("the rerun made other people")
    # Where removing fails, what was to be removed stays.
    has_unremovable = any(site.startswith("remove") for site, _, _ in plan.fired)
    left = home.left_behind(outcome.audience)
    if left and not has_unremovable:
        broken.append(f"was left behind: {', '.join(left)}")
    return broken + home.broken_promises(workshop, served=2)
