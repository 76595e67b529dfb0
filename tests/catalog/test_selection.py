import pytest

from catalog.errors import StudioError
from catalog.selection import find_attribute, select_attributes
from catalog.specification import parse_specification
from tests.catalog.examples import DOCUMENT, profile_column

USER_ID = profile_column("user_id", "BIGINT", 1_000)
COLUMNS = (
    USER_ID,
    profile_column("Job Title"),
    profile_column("age", "INTEGER", 70),
    profile_column("plan", distinct=1),
    profile_column("comment", distinct=950),
)


@pytest.fixture
def people(mapped):
    return mapped("seed", 500, *COLUMNS), mapped("people", 1_000, *COLUMNS)


def chosen(people, text="", **shares):
    found = select_attributes(
        parse_specification(DOCUMENT + text), *people, unknown_shares=shares
    )
    return [each.attribute for each in found.attributes], found


def test_every_eligible_attribute_is_scored_where_none_is_named(people):
    names, found = chosen(people)

    assert names == ["job_title", "age"]
    assert {v.subject: v.code for v in found.verdicts} == {
        "user_id": "is_identity",
        "job_title": "eligible",
        "age": "eligible",
        "plan": "constant",
        "comment": "id_like",
    }


def test_attributes_are_named_by_slug_or_by_column_and_keep_their_order(people):
    names, found = chosen(people, "attributes: [age, Job Title]")

    assert names == ["age", "job_title"]
    assert found.attributes[1].population_column == "Job Title"


def test_exclusions_are_honoured(people):
    assert chosen(people, "exclude: [Job Title]")[0] == ["age"]


def test_a_role_of_the_persons_own_choosing_is_taken(people):
    _, found = chosen(people, "attributes: [{attribute: age, role: categorical}]")

    assert found.attributes[0].role == "categorical"


def test_a_named_attribute_that_is_not_proposed_is_scored_with_a_note(people):
    names, found = chosen(people, "attributes: [age, plan]")

    assert names == ["age", "plan"]
    assert "plan has one value" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("attributes: [comment]", "id_like"),
        ("attributes: [user_id]", "is_identity"),
        ("attributes: [{attribute: Job Title, role: continuous}]", "not_a_number"),
        ("attributes: [job titel]", "unknown_attribute"),
        ("exclude: [salary]", "unknown_attribute"),
        ("attributes: [job_title, Job Title]", "attribute_repeated"),
        ("attributes: [job_title]\nexclude: [Job Title]", "attribute_excluded"),
        ("exclude: [job_title, age]", "no_eligible_attribute"),
    ],
)
def test_what_cannot_be_scored_is_refused(people, text, code):
    with pytest.raises(StudioError) as caught:
        chosen(people, text)

    assert caught.value.code == code
    assert caught.value.remedy


def test_a_limit_of_the_specification_lets_an_id_like_attribute_in(people):
    names, _ = chosen(people, "limits: {maximum_distinct_share: 1}")

    assert "comment" in names


def test_a_name_like_an_attribute_is_suggested(people):
    with pytest.raises(StudioError, match="did you mean"):
        find_attribute("jobtitle", people[1])


def test_differently_coded_values_are_left_out_by_default(people):
    assert chosen(people, job_title=0.2)[0] == ["age"]


def test_more_than_eight_attributes_get_a_note(mapped):
    columns = [USER_ID, *(profile_column(f"a{i}") for i in range(9))]
    people = mapped("seed", 500, *columns), mapped("people", 1_000, *columns)

    _, found = chosen(people)

    assert len(found.attributes) == 9
    assert "more than 8" in found.notes[0]


def test_a_bare_list_of_ids_has_no_seed_columns(mapped, people):
    names, found = chosen((mapped("seed", 500, USER_ID), people[1]))

    assert names == ["job_title", "age"]
    assert found.attributes[0].seed_column is None
