"""Commands that are killed, or asked to end, while they build (F01, F03, F18, F19).

A chain is one build that is ended several times: each next command goes on with what
the one before had finished, and the last is left alone.
"""

import random
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.ending import INTERRUPTED, STOPPED
from tests.faults.borders import BORDERS, REGISTRATION, Border, plant
from tests.faults.commands import Command, left_running
from tests.faults.outcome import Outcome
from tests.faults.scene import FIRST, SECOND, Scene, harm, make_scene, unfinished

FULL_COUNT, FULL_SIGNALS = 100, 20
KINDS = ("lost", "mixed", "half published", "orphans", "leftovers", "not finished")
IN_A_CHAIN = 3
# One chain in so many is of installed scripts, one is of the home's first build.
REAL, FRESH = 8, 5
# A script spends on loading about what a build takes.
SCRIPT_LOADS = 1.9
AGAIN_SECONDS = 600.0
END_SECONDS = 10.0
# A command that ends by itself so soon after its signal was through before it.
AT_ONCE = 2.0


@dataclass(frozen=True, slots=True)
class Kill:
    """When a command is sent which signal: at a border, or after a share of its work."""

    moment: float = 0.0
    border: Border | None = None
    number: signal.Signals = signal.SIGKILL

    def told(self) -> str:
        """For the sentence of what broke."""
        at = self.border.name if self.border else f"at {self.moment:.3f} of its work"
        return f"{self.number.name} {at}"


@dataclass(frozen=True, slots=True)
class Chain:
    """One build, of a home with version 1 or of a fresh one, and how it is ended."""

    kills: tuple[Kill, ...]
    is_real: bool = False
    is_fresh: bool = False

    @property
    def specification(self) -> str:
        """What is built."""
        return FIRST if self.is_fresh else SECOND


def campaign(count: int | None, seed: int) -> Iterator[Outcome]:
    """`count` kills at random moments, one at each border, and other signals."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        scene = make_scene(Path(folder) / "scene")
        kills = FULL_COUNT if count is None else count
        asked = FULL_SIGNALS if count is None else max(1, count // 5)
        ends = (signal.SIGINT, signal.SIGTERM)
        yield tried("kill -9 at each border", scene, iter(border_chains()))
        yield tried("asked to end", scene, random_chains(seed, ends), asked)
        yield tried("kill -9 at a random moment", scene, random_chains(seed), kills)


def random_chains(
    seed: int, numbers: tuple[signal.Signals, ...] = (signal.SIGKILL,)
) -> Iterator[Chain]:
    """Moments spread over the whole of a build, and a little past its end."""
    rng = random.Random(seed)  # noqa: S311
    number = 0
    while True:
        number += 1
        latest = (1.05, *[0.4] * (IN_A_CHAIN - 1))
        yield Chain(
            tuple(
                Kill(moment=rng.uniform(0.0, each), number=rng.choice(numbers))
                for each in latest
            ),
            is_real=number % REAL == 0,
            is_fresh=number % FRESH == 0,
        )


def border_chains() -> list[Chain]:
    """Every border of a build, in its order; then those of registering."""
    return [
        Chain(tuple(Kill(border=border) for border in BORDERS)),
        Chain(tuple(Kill(border=border) for border in REGISTRATION), is_fresh=True),
    ]


def tried(
    name: str, scene: Scene, chains: Iterator[Chain], count: int | None = None
) -> Outcome:
    """Chains, each on the scene as it was, until `count` commands were ended."""
    outcome = Outcome(name)
    longest = [0.0]
    finished_before = 0
    for chain in chains:
        scene.put_back(has_version=not chain.is_fresh)
        for kill in chain.kills:
            command, seconds = ended(scene, chain, kill)
            was_late = seconds < AT_ONCE
            told = f" ({'script' if chain.is_real else 'fork'}, {kill.told()})"
            if kill.border is None and command.exit_code == 0 and was_late:
                finished_before += 1
                break
            outcome.tried += 1
            longest.append(seconds)
            found = verdict(scene, chain, kill, command, seconds)
            outcome.broken += [sentence + told for sentence in found]
        outcome.broken += left_alone(scene, chain)
        if count is not None and outcome.tried >= count:
            break
    kinds = Counter(sentence.partition(":")[0] for sentence in outcome.broken)
    outcome.figures |= {kind: kinds[kind] for kind in KINDS}
    outcome.figures["finished before the signal"] = finished_before
    outcome.figures["longest time to end"] = f"{max(longest):.2f} s"
    return outcome


def ended(scene: Scene, chain: Chain, kill: Kill) -> tuple[Command, float]:
    """The command that got its signal, and the seconds it took to be gone."""
    if kill.border is not None:
        command = scene.build(
            chain.specification,
            prepare=plant,
            prepared_with=(kill.border, kill.number),
        )
        command.end(AGAIN_SECONDS)
        return command, 0.0
    command = scene.build(chain.specification, is_real=chain.is_real)
    work = scene.work * (SCRIPT_LOADS if chain.is_real else 1.0)
    command.work_until(kill.moment * work)
    command.send(kill.number)
    return command, command.end()


def verdict(
    scene: Scene, chain: Chain, kill: Kill, command: Command, seconds: float
) -> list[str]:
    """What broke, as anybody sees it at once."""
    found = harm(scene, has_version=not chain.is_fresh) + left_running(command)
    if kill.number is signal.SIGKILL:
        if command.exit_code != -signal.SIGKILL:
            found.append(f"not tried: it ended with {command.exit_code}")
        return found
    if seconds > END_SECONDS:
        found.append(f"slow: it took {seconds:.1f} s to end")
    return found + impolite(scene, command)


def impolite(scene: Scene, command: Command) -> list[str]:
    """What a command that was asked to end did not say, or said wrongly."""
    # Before Python has loaded the studio, a signal ends it at once and without a word.
    if command.exit_code in (-signal.SIGTERM, -signal.SIGINT) and not command.printed:
        return []
    lines = command.printed.strip().splitlines()
    found = []
    if command.exit_code != INTERRUPTED:
        found.append(f"exit code: {command.exit_code}, and it said {lines[-1:]}")
    elif STOPPED not in lines and scene.runs():
        found.append(f"message: it said {lines[-1:]}")
    if "Traceback" in command.printed:
        found.append(f"traceback: {lines[-1:]}")
    states = scene.runs()
    if states and states[-1] not in ("CANCELED", "SUCCESS"):
        found.append(f"state: the run is {states[-1]}")
    return found


def left_alone(scene: Scene, chain: Chain) -> list[str]:
    """What broke once the same command ran again and nobody disturbed it."""
    again = scene.build(chain.specification, is_real=chain.is_real)
    again.end(AGAIN_SECONDS)
    told = f" (after {len(chain.kills)} kills, the last {chain.kills[-1].told()})"
    if again.exit_code != 0:
        last = again.printed.strip().splitlines()[-1:]
        found = [f"not finished: run again, it ended with {again.exit_code}: {last}"]
    else:
        count = 1 if chain.is_fresh else 2
        found = harm(scene, has_version=not chain.is_fresh)
        found += unfinished(scene, chain.specification, count=count)
    return [sentence + told for sentence in found]
