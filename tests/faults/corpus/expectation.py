"""What must happen to a case, and what of it did not: each oracle gives sentences.

A refusal names the object, says what to do, and leaves nothing; a success has stated
counts. There is no expectation that accepts both.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tests.studio.conftest import Answer

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
SCORES = ["score", "log_odds", "percentile"]
SAME = 1e-9
LATE = ("nobody_identified", "no_candidates", "no_overlap", "too_few_matched")


@dataclass(frozen=True, slots=True)
class Trial:
    """A case as it went: what the command said, plainly and as JSON, and what it left.

    `before` and `after` are the home's files with their digests; `left` is what stands
    in the temporary folder or has a temporary name; `twin` are the scores of the clean
    data that the case is compared with.
    """

    folder: Path
    plain: Answer
    as_json: Answer
    before: Mapping[str, str]
    after: Mapping[str, str]
    left: Sequence[str]
    twin: pd.DataFrame | None = None


class Expectation(Protocol):
    """What a case expects; see `findings`."""

    def findings(self, trial: Trial) -> Iterator[str]:
        """A sentence for each thing that is not as it must be."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One error line with these names, an exit code, and everything as it was before."""

    code: str
    names: tuple[str, ...]
    exit: int = 3

    @property
    def is_late(self) -> bool:
        """True for what is found out after the models have run."""
        return self.code in LATE

    def findings(self, trial: Trial) -> Iterator[str]:
        plain, told = trial.plain, trial.as_json
        if plain.code != self.exit:
            yield f"exit code {plain.code}, not {self.exit}: {_short(plain)}"
            return
        lines = [x for x in plain.err.splitlines() if x.startswith("error: ")]
        if len(lines) != 1:
            yield f"{len(lines)} error lines: {_short(plain)}"
            return
        missing = [name for name in self.names if name not in lines[0]]
        if missing:
            yield f"the message lacks {missing}: {lines[0]}"
        if plain.out:
            yield f"standard output holds {plain.out[:80]!r}"
        yield from self._parts(told)
        # What ran out of people late may be looked at: its work folder stays a while.
        for path in ("audiences/",) if self.is_late else ("audiences/", "builds/"):
            if _under(trial.before, path) != _under(trial.after, path):
                yield f"{path} in the home is not as it was"

    def _parts(self, told: Answer) -> Iterator[str]:
        try:
            error = json.loads(told.out)["error"]
        except (ValueError, KeyError, TypeError):
            yield f"with --json it said {told.out[:120]!r}"
            return
        if error["code"] != self.code:
            yield f"code {error['code']}, not {self.code}"
        empty = [part for part in ("object", "cause", "remedy") if not error[part]]
        if empty:
            yield f"the error has no {empty}"


def refused(code: str, *names: str, exit: int = 3) -> Refused:  # noqa: A002
    """A refusal of this code whose message holds the names."""
    return Refused(code, names, exit)


@dataclass(frozen=True, slots=True)
class Registered:
    """A dataset of so many rows; by column its type, role, missing values and values.

    Values are those of the copy in the home, so of text files alone.
    """

    rows: int
    types: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Sequence[object]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def findings(self, trial: Trial) -> Iterator[str]:
        if trial.plain.code:
            yield f"exit code {trial.plain.code}: {_short(trial.plain)}"
            return
        found = trial.plain.json
        if found["rows"] != self.rows:
            yield f"{found['rows']} rows, not {self.rows}"
        columns = {each["column"]: each for each in found["columns"]}
        for part, wanted in (
            ("type", self.types),
            ("role", self.roles),
            ("missing", self.missing),
        ):
            got = {name: columns.get(name, {}).get(part) for name in wanted}
            if got != dict(wanted):
                yield f"{part} {got}, not {dict(wanted)}"
        if unexplained := [n for n, each in columns.items() if not each["reason"]]:
            yield f"no reason for the role of {unexplained}"
        lacking = [note for note in self.notes if note not in " ".join(found["notes"])]
        if lacking:
            yield f"no note says {lacking}: {found['notes']}"
        if self.values:
            yield from self._values(trial.folder / "home")

    def _values(self, home: Path) -> Iterator[str]:
        import pyarrow.parquet as pq

        (path,) = (home / "datasets").rglob("*.parquet")
        table = pq.read_table(path)
        for name, wanted in self.values.items():
            got = table[name].to_pylist()
            if not _same_values(got, list(wanted)):
                yield f"column {name!r} holds {got[:6]}, not {list(wanted)[:6]}"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that names these attributes, leaves those out by code, and says so."""

    attributes: tuple[str, ...] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    def findings(self, trial: Trial) -> Iterator[str]:
        if trial.plain.code:
            yield f"exit code {trial.plain.code}: {_short(trial.plain)}"
            return
        found = trial.plain.json
        chosen = {each["attribute"] for each in found["attributes"]}
        if self.attributes is not None and chosen != {*self.attributes}:
            yield f"attributes {sorted(chosen)}, not {sorted(self.attributes)}"
        codes = {each["attribute"]: each["code"] for each in found["left_out"]}
        got = {name: codes.get(name) for name in self.left_out}
        if got != dict(self.left_out):
            yield f"left out {got}, not {dict(self.left_out)}"
        for each in found["left_out"]:
            if not each["reason"] or not each["remedy"]:
                yield f"{each['attribute']} is left out without reason or remedy"
        told = " ".join([*found["caveats"], *found["notes"]])
        for text in self.caveats:
            if text not in told:
                yield f"no caveat says {text!r}: {told}"
        for text in self.silent:
            if text in told:
                yield f"a caveat says {text!r}: {told}"


@dataclass(frozen=True, slots=True)
class Scored:
    """So many people scored, all finite; those dropped; the same as the clean twin's."""

    rows: int
    matched: int | None = None
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    twin: str | None = None
    same_ranks: bool = False

    def findings(self, trial: Trial) -> Iterator[str]:
        if trial.plain.code:
            yield f"exit code {trial.plain.code}: {_short(trial.plain)}"
            return
        found = trial.plain.json
        scores = pd.read_parquet(trial.folder / "scores.parquet")
        if (found["rows"], len(scores)) != (self.rows, self.rows):
            yield f"{found['rows']} rows told, {len(scores)} written, not {self.rows}"
        if not np.isfinite(scores[SCORES]).all(axis=None):
            yield "scores that are not finite"
        if scores.iloc[:, 0].duplicated().any():
            yield "a person stands there twice"
        if self.matched is not None and found["matched_seed"] != self.matched:
            yield f"{found['matched_seed']} matched, not {self.matched}"
        dropped = {each["attribute"]: each["reason"] for each in found["dropped"]}
        if not {*dropped} >= {*self.dropped} or not all(dropped.values()):
            yield f"dropped {dropped}, not {sorted(self.dropped)}"
        told = " ".join(found["notes"])
        for text in self.notes:
            if text not in told:
                yield f"no note says {text!r}: {told}"
        if trial.twin is not None:
            yield from _unlike(scores, trial.twin)
            if self.same_ranks and _in_order(scores) != _in_order(trial.twin):
                yield "people in another order than in the clean data"


def _in_order(scores: pd.DataFrame) -> list[str]:
    return scores.sort_values("rank").iloc[:, 0].tolist()


def _unlike(scores: pd.DataFrame, twin: pd.DataFrame) -> Iterator[str]:
    """What differs between a ranking and that of the clean data."""
    if len(scores) != len(twin):
        yield f"{len(scores)} people, the clean data have {len(twin)}"
        return
    ours, theirs = (
        each["log_odds"].sort_values().to_numpy() for each in (scores, twin)
    )
    if not np.allclose(ours, theirs, atol=SAME):
        yield f"log odds differ by up to {np.abs(ours - theirs).max():.2g}"
    name = scores.columns[0]
    if name in twin.columns:
        aligned = scores.set_index(name)["log_odds"] - twin.set_index(name)["log_odds"]
        if aligned.isna().any():
            yield "other people than in the clean data"
        elif aligned.abs().max() > SAME:
            yield f"a person's log odds differ by {aligned.abs().max():.2g}"


@dataclass(frozen=True, slots=True)
class Built:
    """An audience of exactly so many people, published as the next version."""

    people: int
    version: int = 1
    matched: int | None = None
    warnings: tuple[str, ...] = ()

    def findings(self, trial: Trial) -> Iterator[str]:
        if trial.plain.code:
            yield f"exit code {trial.plain.code}: {_short(trial.plain)}"
            return
        found = trial.plain.json
        members = pd.read_parquet(found["members"])
        if (found["people"], len(members)) != (self.people, self.people):
            yield f"{found['people']} told, {len(members)} members, not {self.people}"
        if found["version"] != self.version:
            yield f"version {found['version']}, not {self.version}"
        if not np.isfinite(members[SCORES]).all(axis=None):
            yield "scores that are not finite"
        matched = found["seed_overlap"]["matched_people"]
        if self.matched is not None and matched != self.matched:
            yield f"{matched} matched, not {self.matched}"
        figures = json.loads(
            Path(found["members"]).with_name("figures.json").read_text()
        )
        told = " ".join(
            each["message"] for each in figures["warnings"] + figures["notes"]
        )
        for text in self.warnings:
            if text not in told:
                yield f"no warning says {text!r}: {told}"


def _under(files: Mapping[str, str], folder: str) -> dict[str, str]:
    return {name: digest for name, digest in files.items() if name.startswith(folder)}


def _short(answer: Answer) -> str:
    return (answer.err or answer.out).strip()[-300:]


def _same_values(got: list[Any], wanted: list[Any]) -> bool:
    return len(got) == len(wanted) and all(
        one == other
        or (
            isinstance(one, float)
            and isinstance(other, float)
            and math.isnan(one)
            and math.isnan(other)
        )
        for one, other in zip(got, wanted, strict=True)
    )


def told_badly(trial: Trial) -> Iterator[str]:
    """What no answer may hold and no command may leave, whatever was expected."""
    for answer in (trial.plain, trial.as_json):
        if answer.code == 1 or "unexpected" in answer.err:
            yield f"an unexpected failure: {_short(answer)}"
        if "Traceback" in answer.err + answer.out:
            yield "a traceback"
        if "error: " in answer.err and ADDRESS.search(answer.err):
            yield "an e-mail address in the message"
    if trial.left:
        yield f"left behind: {', '.join(trial.left)}"
