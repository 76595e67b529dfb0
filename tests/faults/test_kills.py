"""A build may be killed at any moment: F01, F03, F18 and F19 in short."""

import signal

import orchestration.publishing
from tests.faults.borders import AFTER, BORDERS, Border, plant
from tests.faults.kills import Chain, Kill, tried
from tests.faults.scene import SECOND, harm

# The full campaign stops at every border.
SOME_BORDERS = (
    "before inputs is marked as done",
    "after learn is marked as done",
    "before deliver is marked as done",
    "the draft is written, not checked",
    "before the rename",
    "after the rename, before the transaction ends",
    "after the transaction",
)


def test_a_build_killed_at_border_after_border_serves_the_old_version_then_finishes(
    scene,
):
    kills = [Kill(border=each) for each in BORDERS if each.name in SOME_BORDERS]

    outcome = tried("borders", scene, iter([Chain(tuple(kills))]))

    assert outcome.broken == []
    assert outcome.tried == len(SOME_BORDERS)


def test_a_build_that_is_killed_and_asked_to_end_finishes_as_if_undisturbed(scene):
    numbers = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
    moments = (0.45, 0.3, 0.2)
    # Where the machine has become faster, a build may end before its signal.
    for earlier in (1.0, 0.6, 0.4, 0.2):
        kills = [
            Kill(moment=earlier * moment, number=number)
            for moment, number in zip(moments, numbers, strict=True)
        ]
        outcome = tried("moments", scene, iter([Chain(tuple(kills))]))
        assert outcome.broken == []
        if outcome.tried == len(kills):
            break

    assert outcome.tried == len(kills)


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
