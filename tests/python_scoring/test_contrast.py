"""The contrast of a negative seed: by counting people, with and without one of them."""

import numpy as np
import pytest

from python_scoring.contrast import Contrast

REFERENCE = np.array([500, 300, 150, 50])
UNLIKE = np.array([3, 10, 0, 37])
M = 30.0


def counted(reference, unlike):
    """Half the reference's people, and half as many as if m of them had joined the others."""
    q = reference / reference.sum()
    joined = (unlike + M * q) / (unlike.sum() + M)
    return 0.5 * q + 0.5 * joined


def test_half_is_the_negative_seed_drawn_towards_the_reference():
    contrast = Contrast(UNLIKE.sum(), M)

    found = contrast.shares(REFERENCE / 1_000, UNLIKE)

    assert found == pytest.approx(counted(REFERENCE, UNLIKE))
    assert found.sum() == pytest.approx(1)
    assert contrast.unlike_part == pytest.approx(0.5 * 50 / 80)


def test_each_share_is_without_one_person_who_has_it():
    found = Contrast(UNLIKE.sum(), M).shares(REFERENCE / 1_000, UNLIKE, left_out=1.0)

    for place in np.flatnonzero(UNLIKE):
        others = UNLIKE - (np.arange(4) == place)
        assert found[place] == pytest.approx(counted(REFERENCE, others)[place])
    assert (found > 0).all()


def test_the_reference_is_found_again():
    contrast = Contrast(UNLIKE.sum(), M)
    shares = contrast.shares(REFERENCE / 1_000, UNLIKE)

    assert contrast.reference_shares(shares, UNLIKE) == pytest.approx(REFERENCE / 1_000)


def test_the_people_of_both_have_their_parts_of_the_mass():
    masses = Contrast(50, M).masses(1_000, 50)

    assert masses.sum() == pytest.approx(1_000)
    assert masses[:1_000].sum() == pytest.approx(1_000 * (1 - 0.5 * 50 / 80))
    assert len(set(masses[1_000:])) == 1


def test_without_a_negative_seed_everybody_counts_once():
    assert np.array_equal(Contrast(0, M).masses(7, 0), np.ones(7))
    assert Contrast(0, M).unlike_part == 0
