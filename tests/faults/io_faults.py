"""F20: a fault plan at every read and write while version 2 is built over version 1.

Each seed arms its plan at one of the places in `ARMED_AT`, so that late calls are
reached as often as early ones; from there on every call may fail, also those that clean
up. After it the same command runs without faults, in the same process.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from catalog.errors import StudioError
from orchestration.progress import STAGES, Progress
from orchestration.workshop import Workshop
from tests.faults.fault_plan import FaultPlan, drawn, faults
from tests.faults.outcome import Outcome
from tests.faults.published_home import SECOND, PublishedHome, published_home
from tests.studio.conftest import ask, write_specification

FULL_LENGTH = 200
TOLD_AT_ONCE = 10
ARMED_AT = ("opening", "planning", *STAGES)


# One seed in so many goes through the command line, and so through Dagster.
COMMAND_EVERY = 10
COMMAND_CALLS = 2_200


@dataclass
class Try:
    """What one seed did: what fired, how the build ended, what broke."""

    seed: int
    plan: FaultPlan
    code: str = "built"
    broken: list[str] = field(default_factory=list)


def campaign(count: int | None, seed: int) -> Iterator[Outcome]:
    """As many seeds as asked for, one home, one process; so many told at a time."""
    seeds = range(seed, seed + (count or FULL_LENGTH))
    with tempfile.TemporaryDirectory(prefix="io_faults_") as folder:
        home = published_home(Path(folder))
        for start in range(0, len(seeds), TOLD_AT_ONCE):
            yield try_seeds(home, seeds[start : start + TOLD_AT_ONCE])


def try_seeds(home: PublishedHome, seeds: range) -> Outcome:
    """Seeds one after the other, and what they had in common."""
    outcome = Outcome(f"io_faults, seeds {seeds[0]} to {seeds[-1]}")
    codes: Counter[str] = Counter()
    sites: set[str] = set()
    for one in seeds:
        by_command = one % COMMAND_EVERY == COMMAND_EVERY - 1
        tried = (try_command if by_command else try_seed)(home, one)
        outcome.tried += 1
        outcome.broken += [f"seed {one}: {each}" for each in tried.broken]
        codes[tried.code] += 1
        sites |= {site for site, _, _ in tried.plan.fired}
    outcome.figures["seeds that fired"] = outcome.tried - codes["built"]
    outcome.figures["sites that fired"] = len(sites)
    outcome.figures["ends"] = ", ".join(
        f"{n} {code}" for code, n in codes.most_common()
    )
    return outcome


def try_seed(home: PublishedHome, seed: int) -> Try:
    """One seed: faults, what must hold after them, and the rerun without them."""
    reference = home.second_hash
    home.put_back()
    tried = Try(seed, FaultPlan(seed, is_armed=False))
    with faults(tried.plan):
        error = failure_of(home, tried.plan, armed_at(seed))
    tried.plan.is_armed = False
    if isinstance(error, StudioError):
        tried.code = error.code
        tried.broken += faulty_words(error)
    elif error is not None:
        tried.code = type(error).__name__
        tried.broken.append(f"a bare {type(error).__name__}: {error}")
    look_after(home, tried, reference, has_failed=error is not None)
    return tried


def try_command(home: PublishedHome, seed: int) -> Try:
    """One seed through `lookalike audience build`: one line, an exit code, no traceback."""
    reference = home.second_hash
    home.put_back()
    path = write_specification(home.folder / "audience.yml", **SECOND)
    spared = int(drawn(seed, "spared") * COMMAND_CALLS)
    tried = Try(seed, FaultPlan(seed, spared=spared))
    with mock.patch.dict(os.environ, {"LOOKALIKE_HOME": str(home.root)}):
        with faults(tried.plan):
            answer = ask("audience", "build", path, "--json")
        tried.plan.is_armed = False
    lines = [line for line in answer.err.splitlines() if line.startswith("error: ")]
    if answer.code == 0:
        said = []
    elif len(lines) != 1 or "Traceback" in answer.err + answer.out:
        said = [f"exit code {answer.code} with {answer.err!r}"]
    else:
        tried.code = str(answer.json["error"]["code"])
        said = faulty_words(StudioError(**answer.json["error"]))
    tried.broken += said
    look_after(home, tried, reference, has_failed=answer.code != 0)
    return tried


def look_after(
    home: PublishedHome, tried: Try, reference: str, *, has_failed: bool
) -> None:
    """What must hold after the faults, and of the same build without them."""
    workshop = home.open()
    try:
        tried.broken += home.broken_promises(workshop, served=1 if has_failed else 2)
        tried.broken += rerun(home, workshop, tried.plan, reference)
    finally:
        workshop.catalog.close()


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
