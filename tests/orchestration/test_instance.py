"""Dagster's own databases in the home."""

import pytest
from sqlalchemy.exc import OperationalError

from catalog.errors import StudioError
from orchestration.instance import history_told


def test_a_history_that_cannot_be_written_is_told_in_a_sentence():
    with (
        pytest.raises(StudioError, match="^Dagster's history in the home could not be"),
        history_told(),
    ):
        raise OperationalError("insert into runs", {}, Exception("disk I/O error"))
