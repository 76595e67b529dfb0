"""The campaign `markers`: people and secrets leave no trace, and the home is private.

Marked people go through registration, builds, failed builds, scoring and explaining; then
every file of the home but the data files, all that was printed, and all that Dagster kept
is searched for them. `count` has no meaning here: there is one story, told under the
umasks 000 and 022.

Data files legitimately hold people: Parquet and work databases (`datasets/`, `profiles/`,
`builds/*/work.duckdb`, `members.parquet`, `identities.parquet`), and `parameters.json`,
which is the fitted scorer and holds every value of a scored category.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.faults.marker_texts import PEOPLE, SECRETS, SEED_PEOPLE, email, hits, rows
from tests.faults.outcome import Outcome
from tests.faults.payload_bed import write
from tests.studio.conftest import write_specification

DATA = (".parquet", ".duckdb", ".wal")
LEARNT = "parameters.json"
LOOKALIKE = Path(sys.executable).with_name("lookalike")
MASKS = (0o000, 0o022)


def campaign(count: int | None, seed: int) -> list[Outcome]:
    """The story under each umask."""
    found = []
    for mask in MASKS:
        with tempfile.TemporaryDirectory() as folder:
            found += story(Path(folder), mask, commands(Path(folder)))
    return found


def story(
    folder: Path, mask: int, commands: Iterator[tuple[list[str], int]]
) -> list[Outcome]:
    """The commands in turn; what they left of people and secrets, and who may read it."""
    said = folder / "said"
    said.mkdir()
    (folder / "temporary").mkdir()
    number = 0
    for number, (arguments, code) in enumerate(commands, start=1):
        run(folder, mask, said / f"{number}.txt", arguments, code)
    home = folder / "home"
    searched = [
        each for each in (*home.rglob("*"), *said.iterdir()) if is_no_data(each)
    ]
    secrets = Outcome(
        f"marks after {number} commands, umask {mask:03o}",
        tried=len(searched),
        broken=[*hits(searched)],
    )
    secrets.broken += [*unexpected(said)]
    everything = [home, *home.rglob("*")]
    modes = Outcome(
        f"modes under umask {mask:03o}", len(everything), [*open_to_others(everything)]
    )
    modes.broken += [
        f"left behind: {each}" for each in (folder / "temporary").iterdir()
    ]
    return [secrets, modes]


def commands(folder: Path) -> Iterator[tuple[list[str], int]]:
    """All commands, each with the exit code that it must have; files change in between."""
    write_files(folder)
    yield ["init", "."], 0
    yield ["audience", "build", "csv.yml"], 0
    yield ["audience", "build", "parquet.yml", "--json"], 0
    yield ["audience", "show", "from_csv"], 0
    yield ["audience", "explain", "from_csv", "--id", email(300)], 0
    yield ["audience", "explain", "from_csv", "--id", "nobody." + email(300)], 3
    yield ["datasets", "show", "seed csv", "--json"], 0
    yield ["datasets", "profile", "population csv"], 0
    yield ["datasets", "add", "wide.csv"], 3
    yield ["audience", "build", "numbers.yml"], 3
    yield ["audience", "history", "from_csv"], 0
    yield from scored(folder)
    yield from broken_later(folder)


def few_commands(folder: Path) -> Iterator[tuple[list[str], int]]:
    """One build that ends well and one that does not."""
    write_files(folder)
    yield ["audience", "build", "csv.yml"], 0
    write(folder / "population.csv", {**rows(PEOPLE), "age": [email(7)] * PEOPLE})
    yield ["audience", "build", "from_csv"], 3


def write_files(folder: Path) -> None:
    """Both sides in two kinds of file, files that are bad, and the specifications."""
    sides = ("seed", "population")
    for name in ("csv", "parquet"):
        write(folder / f"population.{name}", rows(PEOPLE))
        write(folder / f"seed.{name}", rows(SEED_PEOPLE))
        write_specification(
            folder / f"{name}.yml",
            name=f"from {name}",
            seed={"dataset": f"seed {name}"},
            population={"dataset": f"population {name}"},
            output={"best_percent": 100},
            limits={"allow_indistinct": True},
            datasets={f"{side} {name}": {"path": f"{side}.{name}"} for side in sides},
        )
    (folder / "wide.csv").write_text(
        f"email,age\n{email(1)},1\n{email(2)},2,{email(3)}\n", encoding="utf-8"
    )
    texts = [*rows(PEOPLE)["age"][1:], email(3)]
    write(
        folder / "texts.parquet", {**rows(PEOPLE), "age": [str(each) for each in texts]}
    )
    write_specification(
        folder / "numbers.yml",
        name="numbers",
        seed={"dataset": "seed parquet"},
        population={"dataset": "texts"},
        limits={"allow_indistinct": True},
        datasets={"texts": {"path": "texts.parquet"}},
        attributes=[{"attribute": "age", "role": "continuous"}],
    )


def scored(folder: Path) -> Iterator[tuple[list[str], int]]:
    """The one-shot, in a home that is thrown away."""
    sides = ["--seed", "seed.csv", "--population", "population.csv", "--id", "email"]
    which = ["--categorical", "plan,surname", "--continuous", "age"]
    yield ["score", *sides, *which, "--out", "scores.csv"], 0
    which = ["--categorical", "plan", "--continuous", "surname"]
    yield ["score", *sides, *which, "--out", "scores.csv"], 3


def broken_later(folder: Path) -> Iterator[tuple[list[str], int]]:
    """Files that turn bad after they were registered; each failure may quote a row."""
    write(folder / "population.csv", {**rows(PEOPLE), "age": [email(7)] * PEOPLE})
    yield ["audience", "build", "from_csv"], 3
    write(folder / "population.parquet", {**rows(PEOPLE), "age": [email(7)] * PEOPLE})
    yield ["audience", "build", "from_parquet"], 3
    (folder / "population.parquet").write_bytes(
        b"PAR1" + email(8).encode() * 50 + b"PAR1"
    )
    yield ["audience", "build", "from_parquet", "--json"], 3


def run(folder: Path, mask: int, said: Path, arguments: list[str], code: int) -> None:
    """One command as a process of its own; what it said is kept beside its exit code."""
    done = subprocess.run(  # noqa: S603
        [LOOKALIKE, *arguments],
        cwd=folder,
        env={
            **os.environ,
            **SECRETS,
            "LOOKALIKE_HOME": str(folder / "home"),
            "LOOKALIKE_THREADS": "2",
            "TMPDIR": str(folder / "temporary"),
        },
        umask=mask,
        capture_output=True,
        check=False,
    )
    said.write_bytes(done.stdout + done.stderr)
    if done.returncode != code:
        said.with_suffix(".wrong").write_text(f"{done.returncode}, not {code}")


def unexpected(said: Path) -> Iterator[str]:
    """Commands that ended otherwise than the story has it, or with a traceback."""
    for path in sorted(said.glob("*.wrong")):
        told = path.with_suffix(".txt").read_text(encoding="utf-8")[-300:]
        yield f"command {path.stem} ended with {path.read_text()}: {told}"
    for path in said.glob("*.txt"):
        if b"Traceback" in path.read_bytes():
            yield f"command {path.stem} ended with a traceback"


def is_no_data(path: Path) -> bool:
    """A file that must hold nobody."""
    return path.is_file() and path.suffix not in DATA and path.name != LEARNT


def open_to_others(paths: list[Path]) -> Iterator[str]:
    """Folders that are not 0700 and files that are not 0600."""
    for path in paths:
        mode = path.lstat().st_mode & 0o777
        if not path.is_symlink() and mode != (0o700 if path.is_dir() else 0o600):
            yield f"{path} has the mode {mode:04o}"
