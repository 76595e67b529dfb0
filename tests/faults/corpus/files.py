"""How the files of a case are made: bytes as they are given, or people in any format."""

import gzip
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from tests.pipeline import people as everyone

Write = Callable[[Path], object]
Change = Callable[[pd.DataFrame], pd.DataFrame]

POPULATION = 400
SEED = 60
FORMATS = ("csv", "csv.gz", "jsonl", "parquet", "folder")
COLUMNS = ("--categorical", "country,plan", "--continuous", "age,income,visits")


def file(name: str, content: str | bytes) -> Write:
    """One file of exactly these bytes."""
    return files({name: content})


def files(contents: Mapping[str, str | bytes]) -> Write:
    """Files of exactly these bytes, by their names; `.gz` ones are packed."""

    def write(folder: Path) -> None:
        for name, content in contents.items():
            data = content.encode() if isinstance(content, str) else content
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    return write


def all_of(*writes: Write) -> Write:
    """One after the other; the last wins where two make the same file."""

    def write(folder: Path) -> None:
        for each in writes:
            each(folder)

    return write


@cache
def _people(count: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    everybody = everyone.population(count)
    everybody.loc[:1, "income"] = [30_000.0, 40_000.0]
    return everyone.seed_of(everybody, seed), everybody


def people_of(
    count: int = POPULATION, seed: int = SEED
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Seed and population as frames of their own; the seed's people are in both."""
    ours, theirs = _people(count, seed)
    return ours.copy(), theirs.copy()


def people(
    kind: str = "csv",
    *,
    seed: Change | None = None,
    population: Change | None = None,
    both: Change | None = None,
    count: int = POPULATION,
    seed_count: int = SEED,
) -> Write:
    """`seed` and `population` in a format, after what is changed about them."""

    def write(folder: Path) -> None:
        sides = zip(
            ("seed", "population"),
            (seed, population),
            people_of(count, seed_count),
            strict=True,
        )
        for name, change, frame in sides:
            changed = frame
            for each in (both, change):
                changed = each(changed) if each else changed
            write_frame(changed, folder / path_of(name, kind), kind)

    return write


def path_of(name: str, kind: str) -> str:
    """What a dataset is called on disk; a folder of Parquet has no ending."""
    return name if kind == "folder" else f"{name}.{kind}"


def frame(name: str, make: Callable[[], pd.DataFrame], kind: str) -> Write:
    """One frame as a file of a format; it is made when it is needed."""
    return lambda folder: write_frame(make(), folder / path_of(name, kind), kind)


def write_frame(table: pd.DataFrame, path: Path, kind: str) -> None:
    """A frame as a file; a folder holds its rows in two files."""
    if kind.startswith("csv"):
        table.to_csv(path, index=False)
    elif kind.startswith("jsonl"):
        table.to_json(
            path, orient="records", lines=True, force_ascii=False, double_precision=15
        )
    elif kind == "folder":
        path.mkdir(exist_ok=True)
        half = len(table) // 2
        table.iloc[:half].to_parquet(path / "part-0.parquet", index=False)
        table.iloc[half:].to_parquet(path / "part-1.parquet", index=False)
    else:
        table.to_parquet(path, index=False)
