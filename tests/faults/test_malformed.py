"""Malformed and extreme inputs: some of the corpus, and a harness that can fail."""

import random
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from engines import csv_loading, csv_schema
from tests.faults import damage
from tests.faults.malformed import (
    CASES,
    FAULTS,
    Workbench,
    try_cases,
    try_damage,
)

SEED = 20
# Builds: what the quick cases of these faults cannot show.
BUILT = {
    "I06": "I06-1e+15-csv",
    "I16": "I16-scored-all-at-once",
    "I21": "I21-4-threads",
    "I26": "I26-shuffled-jsonl",
}
BY_ID = {case.id: case for case in CASES}


@pytest.fixture(scope="module")
def workbench(tmp_path_factory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("malformed"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_malformed_input_is_refused_by_name_or_counted_to_the_last_row(
    workbench, fault
):
    quick = [
        case
        for case in CASES
        if case.fault == fault and not case.is_long and case.start in ("", "csv")
    ]
    chosen = random.Random(SEED).sample(quick, min(2, len(quick)))  # noqa: S311
    chosen += [BY_ID[BUILT[fault]]] if fault in BUILT else []

    outcome = try_cases(workbench, fault, chosen)

    assert outcome.broken == []
    assert outcome.tried == len(chosen) > 0


@pytest.mark.parametrize("kind", damage.KINDS)
def test_a_damaged_file_is_refused_by_name_or_read_whole(tmp_path, kind):
    outcome = try_damage(tmp_path, kind, 5, SEED)

    assert outcome.broken == []
    assert outcome.tried == 5


def test_every_fault_has_cases_of_its_own_name():
    assert [f"I{number:02}" for number in range(1, 28)] == list(FAULTS)
    assert len(BY_ID) == len(CASES) >= 300


def test_the_script_answers_a_malformed_file_like_the_command_in_this_process(
    workbench,
):
    case = replace(BY_ID["I13-short-record"], as_child=True)

    assert workbench.findings(case) == []


def test_a_product_that_leaves_rows_out_is_noticed(workbench, monkeypatch):
    strict = csv_schema.strict_read

    def lax(*arguments):
        return strict(*arguments).replace(
            "ignore_errors = false", "ignore_errors = true"
        )

    monkeypatch.setattr(csv_schema, "strict_read", lax)
    monkeypatch.setattr(csv_loading, "strict_read", lax)
    monkeypatch.setattr(csv_loading, "_check_rows", lambda *_: None)

    assert workbench.findings(BY_ID["I13-short-record"])


def test_a_product_that_compares_any_types_is_noticed(workbench, monkeypatch):
    monkeypatch.setattr("catalog.eligibility.type_conflict", lambda *_: None)

    assert workbench.findings(BY_ID["I23-attribute-text"])


def test_an_unexpected_failure_is_noticed(workbench, monkeypatch):
    def fail(*_, **__):
        raise KeyError("ann@example.com")

    monkeypatch.setattr("studio.services.datasets.register", fail)

    assert any(
        "unexpected" in each for each in workbench.findings(BY_ID["I13-short-record"])
    )


def test_a_file_that_is_left_behind_is_noticed(workbench, monkeypatch):
    @contextmanager
    def never_removed(place):
        place.mkdir(exist_ok=True)
        yield Path(tempfile.mkdtemp(dir=place, prefix="spill_"))

    monkeypatch.setattr("engines.inspection.scratch_folder", never_removed)

    found = workbench.findings(BY_ID["I13-short-record"])

    assert any("left behind" in each for each in found)
