"""Which failures are tried again: locks and input/output, nothing else."""

import ast
from pathlib import Path

import pytest

from catalog.errors import StudioError
from orchestration.faults import WORTH_A_RETRY, as_failure, as_studio_error
from studio.console import BUSY, FAILED

ROOT = Path(__file__).parents[2]
ROOMS = ("catalog", "engines", "orchestration", "studio")


def texts_of_the_code():
    """Every text that stands in the code, but for the members of set displays."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text())
            listed = {
                id(member)
                for node in ast.walk(tree)
                if isinstance(node, ast.Set)
                for member in node.elts
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and id(node) not in listed:
                    yield node.value


def test_every_code_in_the_lists_is_one_that_the_code_raises():
    assert {*WORTH_A_RETRY, *BUSY, *FAILED} - {*texts_of_the_code()} == set()


@pytest.mark.parametrize(
    ("error", "is_tried_again"),
    [
        (OSError(5, "Input/output error", "file"), True),
        (StudioError("database_locked", "a", "b", "c"), True),
        (StudioError("data_test_failed", "a", "b", "c"), False),
        (StudioError("disk_full", "a", "b", "c"), False),
        (KeyError("a fault of ours"), False),
    ],
)
def test_only_locks_and_io_are_tried_again(error, is_tried_again):
    failure = as_failure(as_studio_error(error))

    assert failure.allow_retries is is_tried_again
