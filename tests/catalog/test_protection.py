"""Protection: what is never scored, under whatever name, and what makes no groups."""

import pytest

from catalog.conditions import Condition
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.protection import (
    protected_attributes,
    protected_population_notes,
    protected_seed_notes,
)
from catalog.roles import Mapping, Role
from catalog.selection import select_attributes
from catalog.specification import parse_specification
from tests.catalog.examples import (
    DOCUMENT,
    a_dataset,
    a_profile,
    profile_column,
)

COLUMNS = (
    (profile_column("id", distinct=5_000), "user_id", Role.identity),
    (profile_column("job"), "job", Role.categorical),
    (profile_column("Sex", distinct=2), "sex", Role.categorical),
    (profile_column("age", "INTEGER", distinct=70), "age", Role.continuous),
    (profile_column("sex", distinct=3), "sex_2", Role.categorical),
    (profile_column("born", "DATE", distinct=4_900), "born", Role.metadata),
    (profile_column("zip", distinct=4_700), "zip", Role.categorical),
    (profile_column("one", distinct=1), "one", Role.categorical),
    (profile_column("none", distinct=0, missing=5_000), "none", Role.categorical),
    (profile_column("spread", "DOUBLE", distinct=4_000), "spread", Role.metadata),
    (profile_column("listed", "INTEGER[]", distinct=9), "listed", Role.metadata),
)


def side(name, chosen_by=()):
    profiles = [profile for profile, _, _ in COLUMNS]
    dataset = a_dataset(name, *profiles)
    return MappedDataset(
        dataset=dataset,
        mappings=tuple(
            Mapping(
                column=profile.name,
                attribute=attribute,
                role=role,
                identifier_type=attribute if role is Role.identity else None,
                confidence=1,
                reason="a test",
            )
            for profile, attribute, role in COLUMNS
        ),
        profile=a_profile(dataset, 5_000, *profiles, unique=("id",)),
        chosen_by=chosen_by,
    )


def asking(protected, **fields):
    text = DOCUMENT + f"fairness: {{protected: [{protected}]}}\n"
    for name, value in fields.items():
        text += f"{name}: {value}\n"
    return parse_specification(text)


def regulated(protected):
    return parse_specification(
        DOCUMENT + f"fairness: {{mode: regulated, protected: [{protected}]}}\n"
    )


def selected(specification):
    return select_attributes(specification, side("converters"), side("customers"))


def refusal(specification):
    with pytest.raises(StudioError) as caught:
        protected_attributes(specification, side("customers"))
    assert "\n" not in str(caught.value)
    return caught.value


def test_what_is_protected_is_not_proposed_and_its_reason_is_shown():
    found = selected(asking("age"))

    assert "age" not in {each.attribute for each in found.attributes}
    (verdict,) = [each for each in found.verdicts if each.subject == "age"]
    assert verdict.code == "protected"
    assert "never scored" in verdict.reason


@pytest.mark.parametrize("typed", ["age", "born"])
def test_what_is_protected_cannot_be_scored_by_naming_it(typed):
    with pytest.raises(StudioError, match="attributes would score: drop it"):
        asking(typed, attributes=f"[job, {typed}]")


def test_nor_under_its_other_name():
    with pytest.raises(StudioError) as caught:
        selected(asking("Sex", attributes="[job, sex]"))

    assert caught.value.code == "protected"


def test_a_name_that_is_an_attribute_and_another_column_protects_both():
    found = protected_attributes(asking("sex"), side("customers"))

    assert {each.attribute for each in found} == {"sex", "sex_2"}
    assert not {"sex", "sex_2"} & {
        each.attribute for each in selected(asking("sex")).attributes
    }


def test_all_that_could_be_scored_may_not_be_protected():
    with pytest.raises(StudioError, match="has no attribute to score .*is protected"):
        selected(asking("job, Sex, sex, age, zip, one, none"))


def test_a_name_that_the_population_has_not_is_told_with_what_may_be_meant():
    found = refusal(asking("agee"))

    assert found.code == "unknown_attribute"
    assert "'age'" in found.remedy


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("id", "is an identifier"),
        ("zip", "as an id has"),
        ("born", "as an id has"),
        ("listed", "holds nested values"),
    ],
)
def test_a_column_that_makes_no_groups_is_refused(typed, told):
    found = refusal(asking(typed))

    assert found.code == "protected_without_groups"
    assert told in found.cause


def test_a_column_that_is_not_scored_can_make_groups_numbers_in_bands():
    (found,) = protected_attributes(asking("spread"), side("customers"))

    assert (found.role, found.note) == (Role.continuous, "")


@pytest.mark.parametrize(
    ("typed", "told"), [("one", "one value alone"), ("none", "missing in all 5,000")]
)
def test_a_column_of_one_group_is_noted(typed, told):
    (found,) = protected_attributes(asking(typed), side("customers"))

    assert told in found.note


def test_regulated_without_anything_protected_is_refused():
    with pytest.raises(StudioError, match="mode regulated without protected"):
        regulated("")


def test_regulated_with_one_group_alone_is_refused():
    assert refusal(regulated("one, none")).code == "nothing_to_compare"


def test_a_seed_chosen_by_what_is_protected_is_told_and_refused_where_regulated():
    seed = side("converters", chosen_by=("age",))
    protected = protected_attributes(asking("age"), side("customers"))

    (note,) = protected_seed_notes(asking("age"), seed, protected)
    assert "chosen by age" in note
    with pytest.raises(StudioError) as caught:
        protected_seed_notes(regulated("age"), seed, protected)
    assert caught.value.code == "protected_seed_filter"


@pytest.mark.parametrize(
    ("typed", "column", "condition"),
    [
        ("age", "age", {"column": "age", "below": 40}),
        ("spread", "spread", {"column": "spread", "is_missing": False}),
        ("Sex", "Sex", {"column": "sex", "is": "f"}),
    ],
)
def test_a_population_filtered_by_what_is_protected_is_told_and_refused_where_regulated(
    typed, column, condition
):
    """Also by a column that is not scored, and by an attribute's name."""
    population = side("customers")
    asked = Condition.model_validate(condition)
    conditions = [(asked, population.column(column))]
    protected = protected_attributes(asking(typed), population)

    (note,) = protected_population_notes(asking(typed), conditions, protected)
    assert note.startswith(f"the population is filtered by {protected[0].attribute}")
    assert asked.text in note
    with pytest.raises(StudioError) as caught:
        protected_population_notes(regulated(typed), conditions, protected)
    assert caught.value.code == "protected_population_filter"
    assert asked.text in caught.value.cause
    assert f"'{asked.column}' out of population.where" in caught.value.remedy


def test_a_population_filtered_by_something_else_is_nothing_to_tell():
    population = side("customers")
    conditions = [
        (
            Condition.model_validate({"column": "job", "is": "x"}),
            population.column("job"),
        )
    ]
    protected = protected_attributes(asking("age"), population)

    assert protected_population_notes(regulated("age"), conditions, protected) == ()


def test_a_protected_name_that_stands_twice_is_refused():
    with pytest.raises(StudioError, match="'age' twice"):
        asking("age, age")
