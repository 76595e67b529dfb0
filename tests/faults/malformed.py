"""Malformed and extreme inputs through the public commands, and files with random damage.

The cases stand in `corpus/`, the damage in `damage.py`; here they are tried and judged.
"""

import random
import shutil
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from catalog.specification import read_specification
from tests.faults import damage
from tests.faults.corpus import (
    columns,
    encodings,
    identifiers,
    limits,
    names,
    numbers,
    rows,
)
from tests.faults.corpus.case import Case, specification
from tests.faults.corpus.expectation import Refused, Trial, told_badly
from tests.faults.corpus.files import people
from tests.faults.outcome import Outcome
from tests.faults.studio_folder import StudioFolder, as_child, ask
from tests.pipeline.building import build_specification

GROUPS = (rows, numbers, encodings, names, identifiers, columns, limits)
CASES: tuple[Case, ...] = tuple(case for group in GROUPS for case in group.CASES)
FAULTS = tuple(sorted({case.fault for case in CASES}))
DAMAGED = 50
TWINS: dict[str, Case] = {case.id: case for group in GROUPS for case in group.TWINS}


def campaign(count: int | None, seed: int) -> Iterator[Outcome]:
    """Every case, or `count` of each fault; as many damaged files of each format."""
    with tempfile.TemporaryDirectory(prefix="malformed-") as folder:
        workbench = Workbench(Path(folder))
        for fault in FAULTS:
            cases = [case for case in CASES if case.fault == fault]
            if count is not None and count < len(cases):
                cases = random.Random(f"{fault} {seed}").sample(cases, count)  # noqa: S311
            yield try_cases(workbench, fault, cases)
        for kind in damage.KINDS:
            yield try_damage(workbench.root, kind, count or DAMAGED, seed)


def try_cases(workbench: "Workbench", name: str, cases: Sequence[Case]) -> Outcome:
    """Try some cases; each thing that is not as it must be is told with its case."""
    outcome = Outcome(name)
    for case in cases:
        outcome.tried += 1
        outcome.broken += [f"{case.id}: {each}" for each in workbench.findings(case)]
    refusals = sum(isinstance(case.expected, Refused) for case in cases)
    outcome.figures = {"refused": refusals, "accepted": len(cases) - refusals}
    return outcome


def try_damage(root: Path, kind: str, count: int, seed: int) -> Outcome:
    """Try so many damaged files of one format."""
    outcome, read = Outcome(f"damaged {kind}"), 0
    for was_read, wrong in damage.attempts(root, kind, count, seed):
        outcome.tried += 1
        read += was_read
        outcome.broken += [wrong] if wrong else []
    outcome.figures = {"refused": outcome.tried - read, "accepted": read}
    return outcome


class Workbench:
    """Folders in which cases are tried; what is dear to make is made once and kept."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.twins: dict[str, pd.DataFrame] = {}

    def findings(self, case: Case) -> list[str]:
        """What is not as it must be, each thing in a sentence."""
        try:
            return self._findings(case)
        except Exception as error:  # a case that cannot be judged is not survived
            return [
                f"could not be judged: {''.join(traceback.format_exception(error))}"
            ]

    def _findings(self, case: Case) -> list[str]:
        twin = self._twin(case)
        folder = self._folder(case)
        with folder.entered():
            case.write(folder.path)
            for command in case.before:
                answer = ask(*command)
                if answer.code:
                    return [f"{command[:3]} failed before: {answer.err[-200:]}"]
            before = folder.files()
            run = as_child if case.as_child else ask
            if isinstance(case.expected, Refused):
                plain, as_json = run(*case.command), ask(*case.command, "--json")
            else:
                plain = as_json = run(*case.command, "--json")
            trial = Trial(
                folder.path, plain, as_json, before, folder.files(), folder.left(), twin
            )
            return [*told_badly(trial), *case.expected.findings(trial)]

    def _folder(self, case: Case) -> StudioFolder:
        if case.start:
            return self._served(case.start)
        folder = StudioFolder(self.root / "case")
        folder.empty()
        return folder

    def _served(self, kind: str) -> StudioFolder:
        """A home that serves an audience made of good files; always the same one."""
        folder = StudioFolder(self.root / f"served-{kind}")
        kept = self.root / f"kept-{kind}"
        if not kept.exists():
            folder.empty()
            with folder.entered():
                serve_good_files(folder.path, kind)
            shutil.copytree(folder.path, kept)
        shutil.rmtree(folder.path)
        shutil.copytree(kept, folder.path)
        return folder

    def _twin(self, case: Case) -> pd.DataFrame | None:
        """The scores of the clean data that the case is to equal."""
        name = getattr(case.expected, "twin", None)
        if name is None:
            return None
        if name not in self.twins:
            findings = self.findings(TWINS[name])
            if findings:
                raise AssertionError(f"clean data '{name}': {findings}")
            path = self.root / "case" / "scores.parquet"
            self.twins[name] = pd.read_parquet(path)
        return self.twins[name]


def serve_good_files(folder: Path, kind: str) -> None:
    """Files of one format and an audience of 50 that is served from them."""
    people(kind)(folder)
    specification(kind)(folder)
    document = read_specification(folder / "audience.yml")
    build_specification(folder, document).workshop.catalog.close()
