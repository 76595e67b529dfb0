import pytest

from catalog.attributes import Role, propose_mappings, type_family, with_role
from catalog.errors import StudioError
from tests.catalog.examples import a_dataset, a_profile, profile_column


def proposal(column, rows=1_000):
    dataset = a_dataset("people", column)
    return propose_mappings(dataset, a_profile(dataset, rows, column))[0]


@pytest.mark.parametrize(
    ("type_name", "family"),
    [
        ("BIGINT", "integer"),
        ("UTINYINT", "integer"),
        ("HUGEINT", "integer"),
        ("int", "integer"),
        ("DECIMAL(18,0)", "integer"),
        ("DECIMAL(10,2)", "real"),
        ("DOUBLE", "real"),
        ("VARCHAR", "text"),
        ("ENUM('a[]', 'b')", "text"),
        ("UUID", "text"),
        ("BOOLEAN", "boolean"),
        ("TIMESTAMP WITH TIME ZONE", "time"),
        ("INTERVAL", "time"),
        ("DATE", "time"),
        ("STRUCT(a INTEGER)", "nested"),
        ("INTEGER[]", "nested"),
        ("INTEGER[3]", "nested"),
        ("MAP(VARCHAR, INTEGER)", "nested"),
        ("BLOB", "binary"),
        ("BIT", "binary"),
    ],
)
def test_every_type_of_an_engine_has_a_family(type_name, family):
    assert type_family(type_name) == family


@pytest.mark.parametrize(
    "column",
    [
        profile_column("since", "TIMESTAMP"),
        profile_column("born", "DATE"),
        profile_column("span", "INTERVAL"),
        profile_column("items", "VARCHAR[]"),
        profile_column("photo", "BLOB"),
        profile_column("_loaded_by", "VARCHAR"),
        profile_column("_user_id", "BIGINT", 1_000),
        profile_column("address", looks_like="ip"),
    ],
)
def test_what_says_nothing_of_a_person_is_metadata(column):
    assert proposal(column).role is Role.metadata


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("user_id", "user_id"),
        ("UserID", "user_id"),
        ("customer-id", "customer_id"),
        ("IDFA", "maid"),
        ("id", "user_id"),
    ],
)
def test_an_identifier_is_proposed_by_its_name(name, identifier):
    found = proposal(profile_column(name, distinct=1_000))

    assert (found.role, found.identifier_type) == (Role.identity, identifier)
    assert found.attribute == identifier


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Kundennr", "customer_id"),
        ("Kunden-Nr.", "customer_id"),
        ("KUNDENNUMMER", "customer_id"),
        ("customer_no", "customer_id"),
        ("Mitgliedsnr", "member_id"),
        ("account_no", "account_id"),
    ],
)
def test_a_number_of_a_person_is_proposed_where_almost_every_row_has_its_own(
    name, identifier
):
    found = proposal(profile_column(name, distinct=1_000))

    assert (found.role, found.identifier_type) == (Role.identity, identifier)
    assert proposal(profile_column(name, distinct=400)).role is Role.categorical


@pytest.mark.parametrize("name", ["Hausnr", "Filialnr", "Artikelnr", "Name", "casino"])
def test_other_numbers_are_no_identifiers(name):
    assert proposal(profile_column(name, distinct=1_000)).role is Role.categorical


def test_an_identifier_is_proposed_by_its_content():
    found = proposal(profile_column("key1", distinct=1_000, looks_like="md5"))

    assert found.identifier_type == "md5_hashed_email"
    assert found.confidence < 0.9


def test_raw_addresses_are_told_from_hashes_whatever_the_column_is_called():
    found = proposal(profile_column("hashed_email", distinct=900, looks_like="email"))

    assert found.identifier_type == "email"
    assert found.is_personal
    assert "raw e-mail address" in found.reason


def test_a_user_id_of_ten_digits_is_not_taken_for_a_phone_number():
    found = proposal(profile_column("user_id", distinct=900, looks_like="phone"))

    assert found.identifier_type == "user_id"


def test_a_flag_called_phone_is_not_an_identifier():
    assert proposal(profile_column("phone", "BIGINT", 2)).role is Role.categorical
    assert proposal(profile_column("email", "BOOLEAN", 2)).role is Role.categorical


def test_an_id_of_the_users_own_is_proposed_where_almost_every_row_has_its_own():
    assert proposal(profile_column("policy_id", "BIGINT", 990)).role is Role.identity
    assert proposal(profile_column("store_id", "BIGINT", 40)).role is Role.categorical


@pytest.mark.parametrize(
    ("column", "role"),
    [
        (profile_column("age", "BIGINT", 70), Role.continuous),
        (profile_column("balance", "DECIMAL(10,2)", 900), Role.continuous),
        (profile_column("zip", "INTEGER", 900), Role.categorical),
        (profile_column("branch_code", "INTEGER", 90), Role.categorical),
        (profile_column("rating", "INTEGER", 10), Role.categorical),
        (profile_column("rating", "INTEGER", 11), Role.continuous),
        (profile_column("share", "DOUBLE", 3), Role.continuous),
        (profile_column("is_home_owner", "BOOLEAN", 2), Role.categorical),
        (profile_column("job", "VARCHAR", 12), Role.categorical),
    ],
)
def test_numbers_are_continuous_unless_they_are_codes(column, role):
    found = proposal(column)

    assert found.role is role
    assert found.reason


def test_two_columns_of_one_identifier_type_leave_the_surer_one():
    columns = (
        profile_column("id", "BIGINT", 1_000),
        profile_column("user_id", "BIGINT", 1_000),
    )
    dataset = a_dataset("people", *columns)

    first, second = propose_mappings(dataset, a_profile(dataset, 1_000, *columns))

    assert (second.role, second.attribute) == (Role.identity, "user_id")
    assert (first.role, first.attribute) == (Role.metadata, "id")


def test_the_same_column_has_the_same_attribute_in_both_datasets():
    columns = [profile_column(n) for n in ("Job Title", "score", "JOB", "job")]
    one = propose_mappings(a_dataset("one", *columns))
    other = propose_mappings(a_dataset("other", *reversed(columns)))

    assert {m.column: m.attribute for m in one} == {
        m.column: m.attribute for m in other
    }
    assert {m.attribute for m in one} == {"job_title", "score_2", "job_2", "job"}


def test_a_person_overrides_every_role():
    columns = [profile_column("since", "DATE"), profile_column("user_id")]
    mappings = propose_mappings(a_dataset("people", *columns))

    scored = with_role(mappings, "since", Role.categorical)
    joined = with_role(scored, "since", Role.identity, "member_no")
    freed = with_role(joined, "user_id", Role.categorical)

    assert scored[0].role is Role.categorical
    assert (joined[0].attribute, joined[0].is_confirmed) == ("member_no", True)
    assert (freed[1].attribute, freed[1].identifier_type) == ("user_id", None)


@pytest.mark.parametrize(
    ("column", "identifier", "code"),
    [
        ("jobb", "user_id", "unknown_column"),
        ("job", "No Slug", "identifier_type_invalid"),
        ("job", None, "identifier_type_missing"),
        ("job", "row_id", "identifier_type_reserved"),
        ("job", "user_id", "identifier_type_taken"),
    ],
)
def test_an_override_that_cannot_be_is_refused(column, identifier, code):
    columns = [profile_column("job"), profile_column("user_id")]
    mappings = propose_mappings(a_dataset("people", *columns))

    with pytest.raises(StudioError) as caught:
        with_role(mappings, column, Role.identity, identifier)

    assert caught.value.code == code
