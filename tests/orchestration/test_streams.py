"""What people stream through: a failure on the way leaves nothing of the database open."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from engines.people_stream import _joined
from orchestration.publishing import contributions
from orchestration.score_pass import ScorePass


def broken(*of):
    raise MemoryError


def contributed(people):
    engine = SimpleNamespace(stream_people=lambda *of: people)
    scorer = SimpleNamespace(columns=(), attributes=(), contributions=broken)
    return contributions(engine, SimpleNamespace(folder=None), scorer)


def scored(people):
    nobody = np.zeros(0, np.int64)
    scorer = SimpleNamespace(log_odds=broken)
    done = ScorePass(SimpleNamespace(scorer=scorer), None, nobody, nobody, -np.inf)
    return done.kept(people, has_quotas=False)


def joined(people):
    return _joined(people, (), SimpleNamespace(places_of=broken), {})


@pytest.mark.parametrize("through", [contributed, scored, joined])
def test_the_stream_is_closed_where_the_work_on_it_fails(through):
    """An error keeps the frames that it went through, and with them the stream."""
    is_open = True

    def people():
        nonlocal is_open
        try:
            yield pa.record_batch({"row_id": [1]})
        finally:
            is_open = False

    with pytest.raises(MemoryError) as failure:
        next(through(people()))

    assert failure.value.__traceback__
    assert not is_open
