import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from python_scoring.composite import rounded_log_odds, sigmoid


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_sigmoid_is_the_library_s(values):
    got = sigmoid(np.array(values))

    assert got == pytest.approx(expit(np.array(values)), rel=1e-13, abs=1e-307)


def test_log_odds_are_rounded_to_the_ninth_decimal():
    got = rounded_log_odds([np.array([0.1, 1e-10]), np.array([0.2, -3e-10])], 2)

    assert got.tolist() == [0.3, 0.0]
    assert not np.signbit(got).any()


def test_nobody_has_no_log_odds():
    assert rounded_log_odds([], 0).shape == (0,)
    assert rounded_log_odds([], 2).tolist() == [0.0, 0.0]
