"""F09: bits flipped, files cut off and half written, in what was published and is at work.

What was published: whatever reads a damaged file must refuse it. What a build has at
work: the same people come out, or one refusal, and asked for again it is whole.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from catalog.errors import StudioError
from catalog.specification import specification_of
from orchestration.audience_seeds import audience_source
from orchestration.progress import STAGES, Progress
from orchestration.workshop import Workshop
from studio.services import audiences, versions
from tests.faults.fault_plan import drawn
from tests.faults.outcome import Outcome
from tests.faults.published_home import PublishedHome, published_home

FLIPS = 1_000
CUTS = 100
AT_WORK = 60
DAMAGES: dict[str, Callable[[bytes, float], bytes]] = {
    "flip": lambda content, at: _flipped(content, int(at * len(content) * 8)),
    "cut": lambda content, at: content[: int(at * len(content))],
    "half": lambda content, at: (
        content[: len(content) // 2] + bytes(len(content) - len(content) // 2)
    ),
}
# What is written and never read again, and what the system locks with.
UNREAD = ("logs", "target", "spill")
CAUGHT = frozenset(("version_damaged", "version_gone"))


@dataclass(frozen=True)
class Reader:
    """A way in which people read a version, and which of its files that reads."""

    call: Callable[[Workshop], object]
    files: frozenset[str] | None = None

    def reads(self, name: str) -> bool:
        return self.files is None or name in self.files


def readers(member: str) -> dict[str, Reader]:
    """Every public reader of the version in use; those without files read them all."""
    seeded = specification_of(
        {
            "name": "others",
            "seed": {"audience": "people"},
            "population": {"dataset": "population"},
            "output": {"top": 10},
        }
    )
    return {
        "show": Reader(
            lambda workshop: audiences.show(workshop, "people"),
            frozenset(("figures.json", "manifest.json")),
        ),
        "report": Reader(
            lambda workshop: audiences.report_page(workshop, "people"),
            frozenset(("report.html", "manifest.json")),
        ),
        "explain": Reader(
            lambda workshop: audiences.explain(workshop, "people", member)
        ),
        "diff": Reader(lambda workshop: versions.diff(workshop, "people", 1, 2)),
        "serve-version": Reader(
            lambda workshop: versions.serve_version(workshop, "people", 2)
        ),
        "as a seed": Reader(
            lambda workshop: audience_source(workshop, seeded, seeded.seed),
            frozenset(("members.parquet", "manifest.json")),
        ),
    }


def campaign(count: int | None, seed: int) -> list[Outcome]:
    """Flips of published files, cuts and halves of them, and damage to work files."""
    published, at_work = Outcome("flips of published files"), Outcome("flips at work")
    with tempfile.TemporaryDirectory(prefix="flips_") as folder:
        home = published_home(Path(folder))
        with second_version(home) as workshop:
            for one in range(seed, seed + (count or FLIPS)):
                damage_published(home, workshop, published, one, "flip")
            for one in range(seed, seed + (count or CUTS)):
                damage_published(home, workshop, published, one, "cut")
                damage_published(home, workshop, published, one, "half")
        for one in range(seed, seed + (count or AT_WORK)):
            damage_at_work(home, at_work, one)
    return [published, at_work]


@contextmanager
def second_version(home: PublishedHome) -> Iterator[Workshop]:
    """The studio with version 2 in use."""
    home.put_back()
    workshop = home.open()
    home.build(workshop)
    yield workshop
    workshop.catalog.close()


def damage_published(
    home: PublishedHome, workshop: Workshop, outcome: Outcome, seed: int, damage: str
) -> None:
    """Damage one file of the version in use, and have everybody read it."""
    version = workshop.catalog.served_version("people")
    assert version is not None
    folder = Path(version.path)
    paths = sorted(folder.iterdir())
    path = paths[int(drawn(seed, damage, "file") * len(paths))]
    content = path.read_bytes()
    damaged = DAMAGES[damage](content, drawn(seed, damage, "place"))
    member = str(pd.read_parquet(folder / "members.parquet")["person_key"][0])
    path.write_bytes(damaged)
    try:
        for name, reader in readers(member).items():
            if not reader.reads(path.name):
                continue
            outcome.tried += 1
            said = answer_of(lambda read=reader.call: read(workshop))
            if said not in CAUGHT:
                outcome.broken.append(
                    f"seed {seed}: {damage} of {path.name}: {name}: {said}"
                )
    finally:
        path.write_bytes(content)
    outcome.figures["damaged files"] = int(outcome.figures.get("damaged files", 0)) + 1


def answer_of(call: Callable[[], object]) -> str:
    """`read` where it went through, else the code of the refusal, or what else it met."""
    try:
        call()
    except StudioError as error:
        return error.code
    except Exception as error:
        return f"a bare {type(error).__name__}: {error}"
    return "read"


def damage_at_work(home: PublishedHome, outcome: Outcome, seed: int) -> None:
    """Damage one file that a build has at work at the beginning of one of its stages."""
    reference = home.second_hash
    home.put_back()
    workshop = home.open()
    damage = tuple(DAMAGES)[int(drawn(seed, "how") * len(DAMAGES))]
    stage = ("planning", *STAGES)[int(drawn(seed, "stage") * (len(STAGES) + 1))]
    told = f"seed {seed}: {damage} at {stage}"

    def spoil(progress: Progress) -> None:
        if progress.stage == stage and progress.seconds is None:
            spoil_one(home, seed, damage)

    if stage == "planning":
        spoil_one(home, seed, damage)
    outcome.tried += 1
    try:
        for attempt in ("first", "second"):
            hashes: list[str] = []
            said = answer_of(
                lambda found=hashes, listener=spoil if attempt == "first" else None: (
                    found.append(
                        str(
                            home.build(workshop, listener=listener).version.figures[
                                "content_hash"
                            ]
                        )
                    )
                )
            )
            if hashes and hashes != [reference]:
                outcome.broken.append(f"{told}: other people at the {attempt} try")
            if said != "read" and (attempt == "second" or said.startswith("a bare")):
                outcome.broken.append(f"{told}: the {attempt} try says {said}")
            if said == "read":
                break
            if attempt == "first":
                noticed = f"refused as {said}"
                outcome.figures[noticed] = int(outcome.figures.get(noticed, 0)) + 1
        outcome.broken += [
            f"{told}: {each}" for each in home.broken_promises(workshop, served=2)
        ]
    finally:
        workshop.catalog.close()


def spoil_one(home: PublishedHome, seed: int, damage: str) -> None:
    """Damage a file of the builds, profiles, loaded copies or the hashes' cache."""
    paths = sorted(
        path
        for room in ("builds", "profiles", "datasets")
        for path in (home.root / room).rglob("*")
        if path.is_file()
        and path.stat().st_size
        and path.suffix != ".lock"
        and not {*path.relative_to(home.root).parts} & {*UNREAD}
    )
    paths.append(home.root / "fingerprints.json")
    path = paths[int(drawn(seed, "file") * len(paths))]
    with suppress(FileNotFoundError):
        content = path.read_bytes()
        path.write_bytes(DAMAGES[damage](content, drawn(seed, "place")))


def _flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
