"""Drafts: kept whole after every change, told apart by version, made into audiences."""

import errno
import sys
from subprocess import run
from types import SimpleNamespace

import pytest

from catalog.errors import StudioError
from catalog.specification import parse_specification
from studio.services import audit, datasets, draft_store, drafts
from studio.services.audit import acting_as
from studio.services.draft_store import DraftState, Step
from studio.services.studio import Studio
from tests.studio.builder_home import HOSTILE, builder_home


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A home with three datasets; tests make drafts of their own in it."""
    return builder_home(tmp_path_factory.mktemp("drafts"))


@pytest.fixture
def ready(workshop):
    """A draft with seed and population."""
    draft = drafts.begin(workshop)
    return drafts.change(
        workshop,
        draft.id,
        {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}},
    )


def test_a_draft_that_another_process_changed_is_read_anew(workshop, ready):
    path = workshop.home.root / draft_store.FOLDER / f"{ready.id}.json"
    assert drafts.read(workshop, ready.id) == ready
    other = ready.model_copy(update={"owner": "Bo", "version": ready.version + 1})

    command = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"
    run([sys.executable, "-c", command, path, other.model_dump_json()], check=True)

    assert drafts.read(workshop, ready.id) == other
    assert other in drafts.overview(workshop)
    with pytest.raises(StudioError) as refused:
        drafts.change(workshop, ready.id, {"name": "Mine"}, version=ready.version)
    assert refused.value.code == "draft_changed"


class Launcher:
    """Stands where Dagster begins: takes a run, or refuses it."""

    def __init__(self, error=None):
        self.asked, self.error = [], error

    def start(self, audience, *, specification=None, force=False, request=None):
        self.asked.append((audience, specification, request))
        if self.error is not None:
            raise self.error
        return SimpleNamespace(run_id="run-1")


def test_every_choice_is_kept_and_read_again(workshop, ready):
    wanted = {
        "name": "Käufer",
        "tags": ["spring"],
        "attributes": ["country", {"attribute": "age", "role": "categorical"}],
        "output": {"best_percent": 2.5, "include_seed": True, "tiers": [1, 2.5]},
        "fairness": {"protected": ["plan"], "mode": "regulated"},
        "economics": {"prevalence": 0.02},
        "refresh": {"schedule": "@daily"},
    }

    kept = drafts.change(workshop, ready.id, wanted, version=ready.version)

    again = drafts.read(workshop, ready.id)
    assert again == kept
    assert again.version == ready.version + 1
    assert drafts.specification(workshop, again).output.tier_names == [
        "0-1 %",
        "1-2.5 %",
    ]
    assert again.choices.attributes[1].role == "categorical"
    assert (
        workshop.home.root / "drafts" / f"{ready.id}.json"
    ).stat().st_mode & 0o77 == 0


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_draft_that_the_disk_does_not_take_is_told_and_stays(
    workshop, ready, monkeypatch, code
):
    def refuse(*_):
        raise OSError(code, "no")

    with monkeypatch.context() as patch, pytest.raises(StudioError) as caught:
        patch.setattr(draft_store, "write_text_whole", refuse)
        drafts.change(workshop, ready.id, {"name": "Too much"})
    with monkeypatch.context() as patch, pytest.raises(StudioError, match="the draft "):
        patch.setattr("filelock.FileLock.acquire", refuse)
        drafts.change(workshop, ready.id, {"name": "Too much"})

    assert caught.value.object == "the draft" and caught.value.remedy
    assert drafts.read(workshop, ready.id) == ready


def test_the_later_of_two_browsers_is_told_and_overwrites_nothing(workshop, ready):
    first = drafts.change(workshop, ready.id, {"name": "one"}, version=ready.version)

    with pytest.raises(StudioError, match="another window") as caught:
        drafts.change(workshop, ready.id, {"name": "two"}, version=ready.version)

    assert caught.value.code == "draft_changed"
    assert drafts.read(workshop, ready.id) == first


def test_the_owner_goes_into_the_specification_and_back(workshop, ready):
    owned = drafts.give_owner(workshop, ready.id, "Ada Øst", ready.version)

    asked = drafts.specification(workshop, owned)

    assert asked.owner == "Ada Øst"
    assert "owner: Ada Øst" in drafts.workflow(workshop, owned).text
    assert "owner" not in drafts.workflow(workshop, ready).text
    audience, _ = workshop.catalog.save_specification(
        asked.model_copy(update={"name": "owned"})
    )
    assert drafts.of_audience(workshop, audience.name).owner == "Ada Øst"


@pytest.mark.parametrize("owner", ["a\0", "\ud800", "x" * 201])
def test_an_owner_that_no_draft_can_hold_is_refused(workshop, ready, owner):
    for give in (
        lambda: drafts.begin(workshop, owner),
        lambda: drafts.give_owner(workshop, ready.id, owner, ready.version),
    ):
        with pytest.raises(StudioError) as caught:
            give()

        assert caught.value.code == "owner_invalid"
    assert drafts.read(workshop, ready.id) == ready


def test_walking_through_the_steps_is_no_change(workshop, ready):
    drafts.go_to(workshop, ready.id, Step.output)

    kept = drafts.change(workshop, ready.id, {"name": "x"}, version=ready.version)

    assert kept.version == ready.version + 1


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"output": {"top": 10, "min_score": 0.5}}, "exactly one"),
        ({"output": {"top": 0}}, "output.top"),
        ({"seed": {"dataset": "a", "audience": "b"}}, "both dataset and"),
        ({"refresh": {"schedule": "often"}}, "schedule"),
        ({"nonsense": 1}, "nonsense"),
        ({"name": "a\x00b"}, "control character"),
    ],
)
def test_what_no_specification_may_hold_is_refused_and_not_kept(
    workshop, ready, values, named
):
    with pytest.raises(StudioError, match=named):
        drafts.change(workshop, ready.id, values)

    assert drafts.read(workshop, ready.id) == ready


@pytest.mark.parametrize("draft_id", ["../catalog", "a" * 16 + "/..", "", "0" * 16])
def test_an_id_that_is_none_of_ours_is_unknown(workshop, draft_id):
    with pytest.raises(StudioError) as caught:
        drafts.read(workshop, draft_id)

    assert caught.value.code == "unknown_draft"


def test_a_damaged_file_is_told_and_stops_no_list(workshop, ready):
    broken = drafts.begin(workshop)
    path = workshop.home.root / "drafts" / f"{broken.id}.json"
    path.write_text(path.read_text()[:-20])

    with pytest.raises(StudioError) as caught:
        drafts.read(workshop, broken.id)

    assert caught.value.code == "draft_unreadable"
    assert ready.id in {each.id for each in drafts.overview(workshop)}
    path.unlink()


def test_starting_over_keeps_the_draft_in_history(workshop, ready):
    new = drafts.start_over(workshop, ready.id)

    kept = drafts.read(workshop, ready.id)
    assert kept.state is DraftState.put_away and kept.choices == ready.choices
    assert new.choices == draft_store.DraftChoices()
    assert drafts.newest_open(workshop).id == new.id
    with pytest.raises(StudioError) as caught:
        drafts.change(workshop, ready.id, {"name": "x"})
    assert caught.value.code == "draft_closed"


def test_new_audience_goes_on_with_ones_own_draft_of_a_new_audience(workshop, ready):
    with acting_as("user-1"):
        own = drafts.begin(workshop, owner="Ada")
    with acting_as("user-2"):
        drafts.begin(workshop, owner="Ada")
        assert not drafts.is_own(own)
    named = drafts.change(workshop, ready.id, {"name": "Live"})
    drafts.create(Studio(workshop, Launcher()), named.id)

    with acting_as("user-1"):
        edit = drafts.of_audience(workshop, "live")
        assert drafts.newest_open(workshop) == own and drafts.is_own(edit)
        drafts.delete(workshop, own.id)
        assert drafts.newest_open(workshop) is None


def test_a_duplicate_has_the_choices_and_another_name(workshop, ready):
    named = drafts.change(workshop, ready.id, {"name": "seed"})

    copy = drafts.duplicate(workshop, named.id)

    assert copy.choices.name == "seed 2"  # a dataset is called seed
    assert copy.choices.seed == named.choices.seed
    drafts.delete(workshop, copy.id)
    with pytest.raises(StudioError):
        drafts.read(workshop, copy.id)
    last = audit.read(workshop.home)[-1]
    assert (last.verb, last.object) == ("draft_deleted", f"draft/{copy.id}")


def test_a_new_seed_that_is_the_population_takes_the_population_away(workshop, ready):
    changed = drafts.change(workshop, ready.id, {"seed": {"dataset": "population"}})

    assert changed.choices.population is None
    assert drafts.missing_step(changed, Step.output) is Step.population
    with pytest.raises(StudioError, match="no population"):
        drafts.specification(workshop, changed)


def test_what_changed_of_a_dataset_is_said_and_the_rest_kept(tmp_path):
    workshop = builder_home(tmp_path)
    draft = drafts.begin(workshop)
    values = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
    draft = drafts.change(workshop, draft.id, {**values, "name": "kept"})
    assert drafts.remarks(workshop, draft) == ()

    path = tmp_path / "seed.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-10]))
    datasets.profile(workshop, "seed")
    workshop.catalog.remove_dataset("population")

    told = drafts.remarks(workshop, draft)
    assert told == (
        "The dataset 'seed' was loaded again: 120 rows then, 110 now.",
        "The dataset 'population' is gone. Choose another; all other choices stay.",
    )
    assert drafts.read(workshop, draft.id).choices.name == "kept"
    accepted = drafts.accept(workshop, draft.id, draft.version)
    assert drafts.remarks(workshop, accepted) == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [("SEED", "name_taken"), ("", "name_invalid"), ("x" * 201, "name_invalid")],
)
def test_a_name_is_checked_as_it_is_typed(workshop, ready, name, code):
    assert drafts.check_name(workshop, ready, name).code == code
    assert drafts.check_name(workshop, ready, f"{HOSTILE} 2").is_free


def test_the_document_of_a_draft_is_its_specification(workshop, ready):
    named = drafts.change(workshop, ready.id, {"name": f"{HOSTILE} 3"})

    document = drafts.workflow(workshop, named)

    asked = drafts.specification(workshop, named)
    assert parse_specification(document.text) == asked
    assert "/" not in document.file_name


def test_create_keeps_the_audience_once_and_asks_for_its_build(workshop, ready):
    runs = Launcher()
    named = drafts.change(workshop, ready.id, {"name": "Created here"})

    drafts.create(Studio(workshop, runs), named.id, named.version)

    assert runs.asked == [("created_here", 1, f"{named.id}-1")]
    kept = drafts.read(workshop, named.id)
    assert (kept.state, kept.created, kept.run) == (
        DraftState.created,
        "created_here",
        "run-1",
    )
    with pytest.raises(StudioError):
        drafts.create(Studio(workshop, runs), named.id)
    other = drafts.duplicate(workshop, named.id)
    taken = drafts.change(workshop, other.id, {"name": "CREATED here"})
    with pytest.raises(StudioError) as caught:
        drafts.create(Studio(workshop, runs), taken.id)
    assert caught.value.code == "name_taken"
    assert drafts.read(workshop, taken.id).state is DraftState.open
    assert len(runs.asked) == 1


def test_a_build_that_cannot_be_started_leaves_the_draft_open_to_try_again(
    workshop, ready
):
    down = StudioError("dagster_down", "Dagster", "is off", "start it")
    named = drafts.change(workshop, ready.id, {"name": "Tried twice"})

    with pytest.raises(StudioError, match="is off"):
        drafts.create(Studio(workshop, Launcher(down)), named.id, named.version)
    runs = Launcher()
    again = drafts.read(workshop, named.id)
    assert drafts.check_name(workshop, again, "Tried twice").is_free
    drafts.create(Studio(workshop, runs), again.id, again.version)

    assert [each[0] for each in runs.asked] == ["tried_twice"]


@pytest.mark.parametrize("end", [RuntimeError("a fault"), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["keep", "start"])
def test_what_ends_while_it_is_created_leaves_a_draft_that_creates_it_after_all(
    workshop, ready, monkeypatch, end, place
):
    name = f"Ended at {place} by {type(end).__name__}"
    named = drafts.change(workshop, ready.id, {"name": name})
    first, again = Launcher(end if place == "start" else None), Launcher()

    def fail(*_):
        raise end

    with monkeypatch.context() as patch, pytest.raises(type(end)):
        if place == "keep":
            patch.setattr("orchestration.launch.keep_specification", fail)
        drafts.create(Studio(workshop, first), named.id, named.version)

    left = drafts.read(workshop, named.id)
    assert left.state is DraftState.open
    drafts.create(Studio(workshop, again), left.id, left.version)
    assert drafts.read(workshop, named.id).created == again.asked[0][0]
    assert again.asked[0][1:] == (1, f"{named.id}-1")
    assert first.asked in ([], again.asked)


def test_an_audience_is_edited_with_every_choice_and_copied_under_a_free_name(
    workshop, ready
):
    named = drafts.change(
        workshop, ready.id, {"name": "Edited", "output": {"top": 77}, "tags": ["a"]}
    )
    drafts.create(Studio(workshop, Launcher()), named.id)

    edit = drafts.of_audience(workshop, "edited")
    copy = drafts.copy_of_audience(workshop, "edited")

    before = drafts.specification(workshop, drafts.read(workshop, named.id))
    assert drafts.specification(workshop, edit) == before
    assert copy.choices.name == "Edited 2" and copy.audience is None
    with pytest.raises(StudioError, match="has the name"):
        drafts.copy_of_audience(workshop, "edited", "SEED")


def test_of_two_edits_of_an_audience_the_later_is_told_before_it_overwrites(
    workshop, ready
):
    named = drafts.change(workshop, ready.id, {"name": "Edited by two"})
    drafts.create(Studio(workshop, Launcher()), named.id)
    first, second = (drafts.of_audience(workshop, "edited_by_two") for _ in range(2))
    first = drafts.change(workshop, first.id, {"output": {"top": 60}})
    second = drafts.change(workshop, second.id, {"tags": ["later"]})
    assert drafts.remarks(workshop, second) == ()

    drafts.create(Studio(workshop, Launcher()), first.id)

    (told,) = drafts.remarks(workshop, second)
    assert "has specification 2 since, this draft began from 1" in told
    with pytest.raises(StudioError) as refused:
        drafts.create(Studio(workshop, Launcher()), second.id)
    assert refused.value.code == "audience_changed"
    accepted = drafts.accept(workshop, second.id, second.version)
    assert drafts.remarks(workshop, accepted) == ()
    drafts.create(Studio(workshop, Launcher()), accepted.id)
    assert workshop.catalog.newest_specification("edited_by_two").number == 3


def test_who_creates_an_audience_is_in_the_audit_log(workshop, ready):
    named = drafts.change(workshop, ready.id, {"name": "Who was it"})

    with acting_as("user-0123456789ab"):
        drafts.create(Studio(workshop, Launcher()), named.id)

    audience = workshop.catalog.get_audience("who_was_it")
    last = audit.read(workshop.home)[-1]
    assert (last.who, last.verb, last.object) == (
        "user-0123456789ab",
        "specified",
        f"audience/{audience.id}/1",
    )
