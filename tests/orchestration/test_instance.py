"""Dagster's own databases in the home."""

from types import SimpleNamespace

import pytest
from dagster._utils.error import SerializableErrorInfo
from sqlalchemy.exc import OperationalError

from catalog.errors import StudioError
from orchestration.faults import as_studio_error, cause_told, history_told

FAILED = OperationalError("insert into runs", {}, Exception("disk I/O error"))
SENTENCE = "^Dagster's history in the home could not be"


def test_a_history_that_cannot_be_written_is_told_in_a_sentence():
    with pytest.raises(StudioError, match=SENTENCE), history_told():
        raise FAILED


def test_a_step_that_cannot_write_its_history_is_tried_again():
    assert as_studio_error(FAILED).code == "file_failure"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("OperationalError", "file_failure"),
        ("HistoryError", "file_failure"),
        ("KeyError", None),
    ],
)
def test_what_failed_outside_a_step_s_own_code_is_known_by_its_class(name, code):
    failure = SimpleNamespace(
        user_failure_data=None, error=SerializableErrorInfo("a statement", [], name)
    )

    told = cause_told(SimpleNamespace(step_failure_data=failure))

    assert getattr(told, "code", None) == code
