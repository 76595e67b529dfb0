"""What stays of a seed when something of it changes, and what it can be given."""

import pytest

from catalog.specification_people import SeedChoice
from studio.services import choices, drafts, seed_changes
from tests.studio.builder_home import HOSTILE, builder_home

WHERE = [{"column": "country", "is": "DE"}]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A home with three datasets."""
    return builder_home(tmp_path_factory.mktemp("seeds"))


@pytest.fixture
def known():
    return SeedChoice.model_validate(
        {"dataset": "seed", "weight": "income", "unlike": {"dataset": "returns"}}
    )


def test_a_filter_leaves_the_weight_and_the_negative_seed(known):
    filtered = SeedChoice.model_validate(seed_changes.changed(known, where=WHERE))

    assert (filtered.weight, filtered.unlike) == ("income", known.unlike)
    assert filtered.where[0].column == "country"
    again = seed_changes.changed(filtered, where=[])
    assert SeedChoice.model_validate(again) == known


def test_what_goes_with_the_seed_before_is_said(workshop, known):
    offered = {each.name: each for each in choices.seeds(workshop)}
    filtered = known.model_copy(update={"where": known.unlike.where})

    same, nothing = seed_changes.picked(filtered, offered["seed"])
    other, gone = seed_changes.picked(known, offered["population"])

    assert SeedChoice.model_validate(same) == known and nothing == ()
    assert other == {"dataset": "population"}
    assert gone == ("its weight 'income'", "its negative seed 'returns'")


def test_people_are_weighed_by_numbers_that_say_nobodys_name(workshop, known):
    columns = seed_changes.weight_columns(workshop, known)

    assert set(columns) == {"age", "income", "visits"}
    assert seed_changes.weight_columns(workshop, SeedChoice(audience="A")) == []


def offered(workshop, draft):
    found = seed_changes.negative_seeds(workshop, draft)
    assert all(each.eligible or (each.reason and each.remedy) for each in found)
    return [each.name for each in found if each.eligible]


def test_a_negative_seed_is_a_dataset_that_leaves_somebody_to_find(workshop):
    draft = drafts.begin(workshop)
    draft = drafts.change(workshop, draft.id, {"seed": {"dataset": "seed"}})
    assert offered(workshop, draft) == ["population"]

    unlike = {"dataset": "seed", "unlike": {"dataset": "population"}}
    draft = drafts.change(workshop, draft.id, {"seed": unlike})
    found = {each.name: each for each in choices.populations(workshop, draft)}
    assert found["population"].code == "negative_seed"
    assert found["population"].remedy and not found[HOSTILE].eligible

    unlike["unlike"] = {**unlike["unlike"], "where": WHERE}
    draft = drafts.change(workshop, draft.id, {"seed": unlike})
    found = {each.name: each for each in choices.populations(workshop, draft)}
    assert found["population"].eligible
    draft = drafts.change(workshop, draft.id, {"population": {"dataset": "population"}})
    assert offered(workshop, draft) == ["population"]
    draft = drafts.change(workshop, draft.id, {"seed": {"dataset": "seed"}})
    assert offered(workshop, draft) == []
