"""Several at one audience or one file: F04, F06 and F10 in short."""

from tests.faults.borders import BORDERS
from tests.faults.contention import locked_files, two_of_one_name, woken

BETWEEN_STEPS = "after deliver is marked as done"


def test_of_two_builds_of_one_name_one_wins_and_the_other_is_told(scene):
    outcome = two_of_one_name(scene, count=1, seed=1)

    assert outcome.broken == []
    assert outcome.tried == 1


def test_a_worker_that_slept_while_a_newer_build_was_published_is_refused(scene):
    (border,) = (each for each in BORDERS if each.name == BETWEEN_STEPS)

    assert woken(scene, border, is_same=False) == []


def test_a_locked_file_is_waited_for_and_its_holder_is_named(scene):
    outcome = locked_files(scene, count=1)

    assert outcome.broken == []
    assert outcome.tried == 2
