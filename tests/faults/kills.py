"""Commands that are killed, or asked to end, while they build (F01, F03, F18, F19)."""

import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.faults.borders import BORDERS, REGISTRATION, Border, plant
from tests.faults.commands import Command
from tests.faults.outcome import Outcome
from tests.faults.scene import (
    BROKEN,
    FIRST,
    SECOND,
    Scene,
    harm,
    left_running,
    make_scene,
    unfinished,
)

FULL_COUNT = 100
# One in so many is the installed script; one in so many is the home's first build.
REAL, FRESH = 8, 5
AGAIN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Kill:
    """One way to end a build: at a border, or after a share of its usual time."""

    moment: float = 0.0
    border: Border | None = None
    is_real: bool = False
    is_fresh: bool = False

    def told(self) -> str:
        """For the sentence of what broke."""
        at = self.border.name if self.border else f"at {self.moment:.3f} of its time"
        kind = "the script" if self.is_real else "a fork"
        return f"{kind}, {'first' if self.is_fresh else 'second'} build, {at}"


def campaign(count: int | None, seed: int) -> list[Outcome]:
    """`count` kills at random moments, one at each border, and the other signals."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        scene = make_scene(Path(folder) / "scene")
        return [
            tried("kill -9 at random moments", scene, random_kills(count, seed)),
            tried("kill -9 at borders", scene, border_kills()),
        ]


def random_kills(count: int | None, seed: int) -> list[Kill]:
    """Moments spread over the whole of a build, a little past its end too."""
    rng = random.Random(seed)  # noqa: S311
    return [
        Kill(
            moment=rng.uniform(0.0, 1.05),
            is_real=number % REAL == REAL - 1,
            is_fresh=number % FRESH == FRESH - 1,
        )
        for number in range(FULL_COUNT if count is None else count)
    ]


def border_kills() -> list[Kill]:
    """One at each border."""
    return [
        *(Kill(border=border) for border in BORDERS),
        *(Kill(border=border, is_fresh=True) for border in REGISTRATION),
    ]


def tried(name: str, scene: Scene, kills: list[Kill]) -> Outcome:
    """Each kill on the scene as it was, then the same command again."""
    outcome = Outcome(name)
    longest, after_end = 0.0, 0
    for kill in kills:
        scene.put_back(has_version=not kill.is_fresh)
        command, seconds = killed(scene, kill)
        longest = max(longest, seconds)
        after_end += command.exit_code == 0
        outcome.tried += 1
        outcome.broken += [
            f"{each} ({kill.told()})" for each in verdict(scene, kill, command)
        ]
    outcome.figures |= counted(outcome.broken)
    outcome.figures["ended before the kill"] = after_end
    outcome.figures["longest time to end"] = f"{longest:.2f} s"
    return outcome


def killed(scene: Scene, kill: Kill) -> tuple[Command, float]:
    """The command that was killed, and the seconds it took to be gone."""
    specification = FIRST if kill.is_fresh else SECOND
    if kill.border is not None:
        command = scene.build(
            specification, prepare=plant, prepared_with=(kill.border,)
        )
        command.end(AGAIN_SECONDS)
        return command, 0.0
    command = scene.build(specification, is_real=kill.is_real)
    usual = scene.seconds * (2.0 if kill.is_real else 1.0)
    time.sleep(kill.moment * usual)
    command.send(signal.SIGKILL)
    return command, command.end()


def verdict(scene: Scene, kill: Kill, command: Command) -> list[str]:
    """What broke: at once, and after the same command ran again."""
    specification = FIRST if kill.is_fresh else SECOND
    found = harm(scene, has_version=not kill.is_fresh)
    found += left_running(command)
    if kill.border is not None and command.exit_code != -signal.SIGKILL:
        found.append(f"not tried: it ended with {command.exit_code}: {command.printed}")
    again = scene.build(specification, is_real=kill.is_real)
    again.end(AGAIN_SECONDS)
    if again.exit_code != 0:
        last = again.printed.strip().splitlines()[-1:]
        return [
            *found,
            f"not finished: run again, it ended with {again.exit_code}: {last}",
        ]
    found += harm(scene, has_version=not kill.is_fresh)
    return found + unfinished(scene, specification, count=1 if kill.is_fresh else 2)


def counted(broken: list[str]) -> dict[str, float | str]:
    """How often each kind of thing broke."""
    kinds = Counter(sentence.partition(":")[0] for sentence in broken)
    return {kind: kinds[kind] for kind in BROKEN}
