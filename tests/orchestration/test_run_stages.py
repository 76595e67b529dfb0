"""How far a run is, from events that Dagster itself has recorded."""

from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.events import JobFailureData, RunFailureReason

from catalog.errors import StudioError
from catalog.run_records import RunState
from orchestration.endings import report_end
from orchestration.faults import as_failure
from orchestration.jobs import REQUEST_TAG, SPECIFICATION_TAG
from orchestration.run_history import RunHistory
from orchestration.run_stages import RunStages

ORDER = ["starting", "inputs", "learn", "scores", "deliver", "audience"]
PEOPLE = {"dagster/partition": "people"}


def graph(
    failing: str = "", error: Exception | None = None
) -> list[dg.AssetsDefinition]:
    """Five assets that stand for the stages, one after the other; one may fail."""
    figures = {
        "build_inputs": {"population rows": 800, "specification": 7},
        "learn": {},
        "scores": {"dagster/row_count": 790},
        "deliver": {},
        "audience": {"dagster/row_count": 100, "version": 3, "unchanged": True},
    }

    def made(name: str, before: list[str]) -> dg.AssetsDefinition:
        @dg.asset(name=name, deps=before)
        def one() -> dg.MaterializeResult:
            if name == failing and error is not None:
                raise error
            return dg.MaterializeResult(metadata=figures[name])

        return one

    names = list(figures)
    return [made(name, names[max(0, at - 1) : at]) for at, name in enumerate(names)]


@pytest.fixture
def instance():
    """One that is entered: what another test's instance left behind is not asked then."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def history(instance):
    audience = SimpleNamespace(slug="people", name="People <b>")
    catalog = SimpleNamespace(list_audiences=lambda include_archived: (audience,))
    return RunHistory(catalog, instance)


def make_run(instance, tags=PEOPLE, **options) -> str:
    """A run of the five assets; its id."""
    assets = graph(**options)
    return dg.materialize(
        assets, instance=instance, tags=tags, raise_on_error=False
    ).run_id


def states(run) -> list[str]:
    assert [stage.name for stage in run.stages] == ORDER
    return [stage.state.value for stage in run.stages]


def test_a_run_that_succeeded_has_all_its_stages_with_rows_and_seconds(
    instance, history
):
    run = history.get(make_run(instance))

    assert run.state is RunState.succeeded
    assert states(run) == ["succeeded"] * 6
    assert [stage.rows for stage in run.stages] == [None, 800, None, 790, None, 100]
    assert all(stage.seconds >= 0 for stage in run.stages)
    assert (run.version, run.is_unchanged, run.specification) == (3, True, 7)
    assert (run.audience, run.audience_name) == ("people", "People <b>")
    assert run.error is None


def test_a_failure_told_by_a_step_is_the_error_of_the_run(instance, history):
    told = StudioError("empty_dataset", "seed 'x'", "has 0 rows", "add rows")

    run = history.get(make_run(instance, failing="scores", error=as_failure(told)))

    assert run.state is RunState.failed
    assert run.error == told.as_dict()
    assert states(run)[3:] == ["failed", "skipped", "skipped"]
    assert run.version is None


def test_the_text_of_an_unexpected_failure_is_not_told(instance, history):
    """It may quote people's rows."""
    run = history.get(
        make_run(instance, failing="learn", error=ValueError("ann@example.org"))
    )

    assert run.error["code"] == "unexpected"
    assert "ann@example.org" not in run.model_dump_json()


def test_stages_move_with_each_event_and_never_back(instance):
    run_id = make_run(instance)
    stages = RunStages(run_id, asked_at=0.0)
    seen = []

    for record in instance.get_records_for_run(run_id).records:
        stages.take(record.event_log_entry)
        told = stages.told(is_final=False, is_cancelled=False)
        seen.append([stage.name for stage in told if stage.state == "running"])

    at_work = [names[0] for names in seen if names]
    assert all(len(names) <= 1 for names in seen)
    assert list(dict.fromkeys(at_work)) == ORDER
    assert at_work == sorted(at_work, key=ORDER.index)


def test_a_run_that_ends_while_a_stage_is_at_work_leaves_none_waiting():
    stages = RunStages("run", asked_at=0.0, kept_steps=frozenset({"build_inputs"}))

    told = stages.told(is_final=True, is_cancelled=True)

    found = [stage.state.value for stage in told]
    assert found == ["cancelled", "kept", *["skipped"] * 4]


@pytest.mark.parametrize(
    ("has_begun", "code"), [(False, "run_not_started"), (True, "build_ended_unheard")]
)
def test_a_run_whose_process_died_says_so(instance, history, has_begun, code):
    job = dg.define_asset_job("job").resolve(
        asset_graph=dg.Definitions(assets=graph()).resolve_asset_graph()
    )
    run = instance.create_run_for_job(job, tags=PEOPLE)
    if has_begun:
        started = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "job")
        instance.report_dagster_event(started, run.run_id)
    before = history.get(run.run_id)
    instance.report_run_failed(run, "The process that carried out this run has died.")

    after = history.get(run.run_id)

    assert before.state is (RunState.running if has_begun else RunState.queued)
    assert not before.is_final
    assert after.error["code"] == code
    assert run.run_id in after.error["object"]


def test_runs_are_listed_newest_first_and_found_by_their_request(instance, history):
    first = make_run(instance, PEOPLE | {REQUEST_TAG: "a", SPECIFICATION_TAG: "2"})
    failed = make_run(
        instance, PEOPLE | {REQUEST_TAG: "b"}, failing="learn", error=ValueError()
    )
    make_run(instance, {})  # of no audience
    make_run(instance, {"dagster/partition": "others"})

    def ids(**wanted):
        return [run.run_id for run in history.newest(**wanted)]

    assert ids(audience="people") == [failed, first]
    assert len(ids()) == 3
    assert ids(request="a") == [first]
    assert ids(audience="people", state=RunState.failed) == [failed]
    assert history.get(first).specification == 2
    assert history.at_work("people") is None
    with pytest.raises(StudioError, match="is not known here"):
        history.get("nosuch")


def test_the_events_of_an_ended_run_are_not_read_again(instance, history, monkeypatch):
    run_id = make_run(instance)
    history.get(run_id)

    def never(*arguments, **options):
        raise AssertionError("read again")

    monkeypatch.setattr(instance, "get_records_for_run", never)

    assert history.get(run_id).version == 3
    assert history.newest(limit=1)[0].version == 3


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_run_that_failed_first_and_was_cancelled_right_after_is_cancelled(
    instance, history, is_listed
):
    """So a command ends that a person interrupts."""
    run_id = make_run(instance, failing="learn", error=ValueError())

    def look():
        return history.newest(limit=1)[0] if is_listed else history.get(run_id)

    before = look()
    instance.report_run_canceled(instance.get_run_by_id(run_id))
    after = look()

    assert before.state is RunState.failed and before.error is not None
    assert after.state is RunState.cancelled and after.error is None
    assert states(after)[2:4] == ["cancelled", "skipped"]
    assert look() is after


def test_a_run_that_was_cancelled_in_the_queue_stays_cancelled_while_it_is_begun(
    instance, history
):
    run = instance.create_run_for_job(
        job_def=dg.job(name="job")(lambda: None), tags=PEOPLE
    )
    instance.report_run_canceled(run)
    before = history.get(run.run_id)
    started = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "job")
    instance.report_dagster_event(started, run.run_id)

    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.STARTED
    assert history.get(run.run_id) == before
    assert before.state is RunState.cancelled


@pytest.mark.parametrize(
    "begins", [(), ("RUN_STARTING",), ("RUN_STARTING", "RUN_START")]
)
def test_a_run_that_was_cancelled_in_the_queue_keeps_no_other_from_being_asked_for(
    instance, history, begins
):
    """A daemon that was starting it tells so after its end; it stops by itself."""
    run = instance.create_run_for_job(
        job_def=dg.job(name="job")(lambda: None), tags=PEOPLE
    )
    assert history.at_work("people") == run.run_id
    instance.report_run_canceling(run)
    assert history.at_work("people") == run.run_id

    instance.report_run_canceled(run)
    for each in begins:
        kind = dg.DagsterEventType[each].value
        instance.report_dagster_event(dg.DagsterEvent(kind, "job"), run.run_id)

    assert history.at_work("people") is None


@pytest.mark.parametrize(
    ("was_asked", "reason", "state"),
    [
        (True, "UNEXPECTED_TERMINATION", RunState.cancelled),
        (True, "STEP_FAILURE", RunState.failed),
        (False, "UNEXPECTED_TERMINATION", RunState.failed),
    ],
)
def test_a_run_that_was_asked_to_end_just_before_it_began_is_cancelled(
    instance, history, was_asked, reason, state
):
    """Its beginning hides the request from Dagster, which tells of a failure then."""
    run = instance.create_run_for_job(
        job_def=dg.job(name="job")(lambda: None), tags=PEOPLE
    )
    if was_asked:
        instance.report_run_canceling(run)
    begin = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "job")
    instance.report_dagster_event(begin, run.run_id)

    before = history.get(run.run_id)
    instance.report_run_failed(
        run,
        "broken off",
        JobFailureData(error=None, failure_reason=RunFailureReason(reason)),
    )
    after = history.get(run.run_id)

    assert (before.state, before.is_cancelling) == (RunState.running, was_asked)
    assert (after.state, after.is_cancelling) == (state, False)
    report_end(instance, instance.get_run_by_id(run.run_id))
    told = instance.get_run_by_id(run.run_id).status
    assert told.value == ("CANCELED" if state is RunState.cancelled else "FAILURE")
