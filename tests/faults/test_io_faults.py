"""F20, the short part: what a seed's faults do, that they come again, that they count."""

import errno
from functools import partial

import pytest

from engines.atomic import write_text_whole
from tests.faults.fault_plan import FaultPlan, HalfWrittenError, faults
from tests.faults.io_faults import armed_at, failure_of, try_command, try_seed

EARLY = 3
LATE = 0


@pytest.mark.parametrize("seed", [EARLY, LATE])
def test_a_build_under_faults_ends_in_one_error_and_the_next_one_is_whole(home, seed):
    tried = try_seed(home, seed)

    assert tried.plan.fired
    assert tried.code != "built"
    assert tried.broken == []


def test_the_command_tells_a_fault_in_one_line(home):
    tried = try_command(home, 9)

    assert tried.plan.calls
    assert tried.broken == []


def test_a_seed_fires_the_same_faults_again(home):
    fired = []
    for _ in range(2):
        home.put_back()
        plan = FaultPlan(EARLY, is_armed=False)
        with faults(plan):
            failure_of(home, plan, armed_at(EARLY))
        fired.append(plan.fired)

    assert fired[0] == fired[1] != []


def test_another_seed_has_another_plan():
    sites = [f"read file.py:{line}" for line in range(200)]
    first, second = (
        [site for site in sites if FaultPlan(seed).fault_of("read", site, 1)]
        for seed in (1, 2)
    )

    assert first != second
    assert 2 <= len(first) <= 30, "a quarter of a quarter of 200 is 12.5"


def test_only_calls_of_our_rooms_meet_the_plan(tmp_path):
    plan = FaultPlan(0, chosen=lambda *of: pytest.fail("a test is none of them"))

    with faults(plan):
        (tmp_path / "a").write_text("a")
        (tmp_path / "a").rename(tmp_path / "b")
        tmp_path.stat()

    assert not plan.calls


def test_half_of_a_short_write_arrives(tmp_path):
    """And nothing of it is seen under the file's own name."""
    arrived = []

    def cut(plan, kind, site):
        if kind == "remove":
            plan.is_armed = False
            arrived.extend(path.read_text() for path in tmp_path.iterdir())
        elif kind == "write" and plan.calls.total() > 1:
            raise HalfWrittenError

    with faults(FaultPlan(0, chosen=cut)), pytest.raises(OSError) as failure:
        write_text_whole(tmp_path / "a.json", "12345678")

    assert failure.value.errno == errno.ENOSPC
    assert arrived == ["1234"]
    assert [*tmp_path.iterdir()] == []


def test_a_bare_failure_is_noticed(home, monkeypatch):
    """Without the net that turns failures of the world outside into a sentence."""

    def fail_publishing(plan, kind, site):
        if "publishing.py" in site:
            raise OSError(errno.EIO, "the disk is gone")

    monkeypatch.setattr("orchestration.faults.known_failure", lambda *of: None)
    monkeypatch.setattr(
        "tests.faults.io_faults.FaultPlan", partial(FaultPlan, chosen=fail_publishing)
    )

    tried = try_seed(home, LATE)

    assert any(each.startswith("a bare OSError") for each in tried.broken), tried
