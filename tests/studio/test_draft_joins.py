"""Which identifier joins the sides of a draft: offered, kept, and gone with a side."""

import hashlib

import pytest

from catalog.errors import StudioError
from catalog.home import create_home
from orchestration.plan import plan_build
from studio.services import datasets, drafts
from studio.services.draft_joins import join_choice
from studio.services.opening import open_studio
from tests.pipeline import people

HASH = "sha256_hashed_email"
CHOICES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}


def hashed(frame):
    """The people with a hash of an address beside their id."""
    digests = [hashlib.sha256(each.encode()).hexdigest() for each in frame["user_id"]]
    return frame.assign(**{HASH: digests})


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A home with two datasets of two identifiers each, and one that has the id alone."""
    folder = tmp_path_factory.mktemp("joins")
    everybody = people.population(1_000)
    frames = {
        "seed": hashed(people.seed_of(everybody, 120)),
        "population": hashed(everybody),
        "by id": everybody,
    }
    workshop = open_studio(create_home(folder / "home"))
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
        datasets.add(
            workshop.catalog,
            workshop.engine,
            folder / f"{name}.csv",
            name,
            table=None,
            csv_schema=None,
            description="",
        )
    return workshop


def test_every_shared_identifier_joins_until_one_is_chosen(workshop):
    draft = drafts.begin(workshop)
    assert join_choice(workshop, draft.choices).identifiers == ()
    draft = drafts.change(workshop, draft.id, CHOICES)

    found = join_choice(workshop, draft.choices)
    assert set(found.identifiers) == {"user_id", HASH}
    assert found.chosen == ()
    assert "join_key" not in drafts.workflow(workshop, draft).text
    draft = drafts.change(workshop, draft.id, {"join_key": ["user_id"]})

    assert join_choice(workshop, draft.choices).chosen == ("user_id",)
    assert "join_key: user_id\n" in drafts.workflow(workshop, draft).text
    plan = plan_build(workshop, drafts.specification(workshop, draft))
    assert {each.slug: each.is_carried for each in plan.identifiers} == {
        "user_id": False,
        HASH: True,
    }


def test_a_join_key_goes_with_the_side_that_had_it(workshop):
    draft = drafts.begin(workshop)
    drafts.change(workshop, draft.id, {**CHOICES, "join_key": [HASH]})

    stays = drafts.change(workshop, draft.id, {"seed": {"dataset": "seed"}})
    goes = drafts.change(workshop, draft.id, {"population": {"dataset": "by id"}})

    assert stays.choices.join_key == (HASH,)
    assert goes.choices.join_key is None
    assert join_choice(workshop, goes.choices).identifiers == ("user_id",)


def test_a_join_key_that_is_asked_for_with_a_side_is_held_to(workshop):
    draft = drafts.begin(workshop)
    asked = {"seed": {"dataset": "seed"}, "population": {"dataset": "by id"}}

    kept = drafts.change(workshop, draft.id, {**asked, "join_key": [HASH]})

    assert kept.choices.join_key == (HASH,)
    with pytest.raises(StudioError, match="is not an identifier of both"):
        plan_build(workshop, drafts.specification(workshop, kept))
