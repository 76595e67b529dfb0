"""F15, the short part: an input that changes while it is read."""

import pytest

from tests.faults.changing_inputs import change_while_built, inputs_of
from tests.faults.outcome import Outcome

# The population is rewritten with its old time; it is rewritten and put back.
REWRITTEN, UNDONE = 26, 51


@pytest.fixture
def inputs(home):
    found = inputs_of(home)
    yield found
    found.put_back()


@pytest.mark.parametrize("seed", [REWRITTEN, UNDONE])
def test_an_audience_is_never_of_two_states(inputs, seed):
    outcome = Outcome("short")

    change_while_built(inputs, outcome, seed)

    assert outcome.tried == 1
    assert outcome.broken == []
    assert "built" not in outcome.figures


def test_an_audience_of_two_states_is_noticed(inputs, monkeypatch):
    """Without the look at the files before what was made of them counts."""
    monkeypatch.setattr("orchestration.steady.sign_of", lambda *of: "the same")
    outcome = Outcome("short")

    change_while_built(inputs, outcome, REWRITTEN)

    assert any("another state" in each for each in outcome.broken), outcome
