"""A build may be killed at any moment: F01, F03, F18 and F19 in short."""

import signal

import pytest

import orchestration.publishing
from tests.faults.borders import AFTER, BORDERS, Border, plant
from tests.faults.kills import (
    Chain,
    Kill,
    border_chains,
    random_chains,
    tried,
)
from tests.faults.scene import SECOND, harm


def test_a_build_killed_at_every_border_serves_the_old_version_and_then_finishes(scene):
    outcome = tried("borders", scene, iter(border_chains()))

    assert outcome.broken == []
    assert outcome.tried == len(BORDERS) + 2


def test_a_build_killed_at_random_moments_finishes_as_if_undisturbed(scene):
    outcome = tried("random", scene, random_chains(seed=5), count=5)

    assert outcome.broken == []
    assert outcome.tried >= 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_asked_to_end_does_so_in_one_line_and_is_cancelled(
    scene, number
):
    chain = Chain((Kill(moment=0.5, number=number), Kill(moment=0.3, number=number)))

    outcome = tried("asked", scene, iter([chain]))

    assert outcome.broken == []
    assert outcome.tried == 2


def test_the_trial_notices_a_version_that_is_seen_before_it_is_whole(scene):
    """Without the one rename a reader meets half a version; that must be noticed."""
    scene.put_back()
    border = Border("half a version", "catalog.store:Catalog", "publish_version", AFTER)

    killed = scene.build(SECOND, prepare=publish_in_place, prepared_with=(border,))
    killed.end(300)

    assert killed.exit_code == -signal.SIGKILL
    assert [each for each in harm(scene, has_version=True) if "half published" in each]


def publish_in_place(border: Border) -> None:
    """Have this process name a version before its files are there, then die."""

    def unmoved(draft, target):
        target.mkdir()
        return str(target)

    orchestration.publishing._move = unmoved
    plant(border)
