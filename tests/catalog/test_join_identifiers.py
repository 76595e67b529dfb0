"""Which identifiers a build has: what joins, what connects, what is carried along."""

import pytest

from catalog.attributes import Role, with_role
from catalog.errors import StudioError
from catalog.join_keys import conflict_notes, join_identifiers
from tests.catalog.examples import profile_column

JOB = profile_column("job")
USER_ID = profile_column("user_id", "BIGINT", 1_000)
DEVICE = profile_column("device_id", "VARCHAR", 900)
EMAIL = profile_column("email", "VARCHAR", 900, looks_like="email")
HASHED = profile_column("hashed_email", "VARCHAR", 900, looks_like="sha256")


def names(found):
    return [each.name for each in found]


def test_identifiers_of_one_side_connect_and_those_of_both_join(mapped):
    seed = mapped("seed", 100, USER_ID, EMAIL, JOB)
    population = mapped("people", 1_000, USER_ID, DEVICE, JOB)

    found = join_identifiers(seed, population)

    assert names(found) == ["user_id", "device_id", "email"]
    assert [each.is_shared for each in found] == [True, False, False]
    assert [each.seed_column for each in found] == ["user_id", None, "email"]
    assert [each.population_column for each in found] == ["user_id", "device_id", None]


def test_a_unique_identifier_names_the_person_before_one_of_higher_priority(mapped):
    seed = mapped("seed", 100, USER_ID, DEVICE, JOB)
    population = mapped("people", 1_000, USER_ID, DEVICE, JOB, unique=("device_id",))

    found = join_identifiers(seed, population)

    assert names(found) == ["device_id", "user_id"]
    assert [each.is_unique for each in found] == [True, False]


def test_the_asked_join_key_alone_says_who_is_who_and_the_others_are_carried(mapped):
    seed = mapped("seed", 100, USER_ID, DEVICE, EMAIL, JOB)
    population = mapped("people", 1_000, USER_ID, DEVICE, JOB, unique=("device_id",))

    found = join_identifiers(seed, population, ["user_id"])

    assert names(found) == ["user_id", "device_id"]
    assert [each.is_carried for each in found] == [False, True]
    assert [each.is_shared for each in found] == [True, False]


def test_an_excluded_identifier_is_left_out_altogether(mapped):
    seed = mapped("seed", 100, USER_ID, DEVICE, JOB)
    population = mapped("people", 1_000, USER_ID, DEVICE, JOB)

    assert names(join_identifiers(seed, population, None, {"user_id"})) == ["device_id"]
    with pytest.raises(StudioError, match="has no join key shared"):
        join_identifiers(seed, population, None, {"user_id", "device_id"})


@pytest.mark.parametrize("raw_side", ["seed", "population"])
def test_addresses_in_the_clear_meet_the_other_side_s_hashes(mapped, raw_side):
    raw, hashed = (EMAIL, JOB), (HASHED, JOB)
    ours, theirs = (raw, hashed) if raw_side == "seed" else (hashed, raw)
    seed, population = mapped("seed", 100, *ours), mapped("people", 1_000, *theirs)

    joins = [each for each in join_identifiers(seed, population) if each.is_shared]

    assert names(joins) == ["sha256_hashed_email"]
    made = {
        side: getattr(joins[0], f"{side}_hashing") for side in ("seed", "population")
    }
    assert made.pop(raw_side) == ("email", "sha256")
    assert [*made.values()] == [None]


def test_the_hash_is_the_one_that_the_other_side_has(mapped):
    hashed = profile_column("hashed_phone", "VARCHAR", 900, looks_like="md5")
    phone = profile_column("phone", "VARCHAR", 900, looks_like="phone")
    seed = mapped("seed", 100, phone, JOB)
    population = mapped("people", 1_000, hashed, JOB)

    joins = [each for each in join_identifiers(seed, population) if each.is_shared]

    assert [(each.name, each.seed_hashing) for each in joins] == [
        ("hashed_phone", ("phone", "md5"))
    ]


def test_hashes_of_two_kinds_are_refused_by_name_where_nothing_else_joins(mapped):
    seed, population = two_kinds_of_hash(mapped)

    with pytest.raises(StudioError, match="MD5 hashes in the seed and SHA-256 hashes"):
        join_identifiers(seed, population)


def test_hashes_of_two_kinds_join_nobody_where_another_identifier_does(mapped):
    seed, population = two_kinds_of_hash(mapped, USER_ID)

    found = join_identifiers(seed, population)

    assert [each.is_shared for each in found] == [True, False]
    (note,) = conflict_notes(seed, population, found)
    assert "sha256_hashed_email joins nobody" in note


def two_kinds_of_hash(mapped, *more):
    md5 = profile_column("hashed_email", "VARCHAR", 90, looks_like="md5")
    seed = mapped("seed", 100, md5, *more, JOB)
    mappings = with_role(
        seed.mappings, "hashed_email", Role.identity, "sha256_hashed_email"
    )
    seed = seed.model_copy(update={"mappings": mappings})
    return seed, mapped("people", 1_000, HASHED, *more, JOB)


def test_an_identifier_of_the_seed_gives_way_to_an_attribute_of_its_name(mapped):
    seed = mapped("seed", 100, USER_ID, DEVICE, JOB)
    population = mapped("people", 1_000, USER_ID, DEVICE, JOB)
    mappings = with_role(population.mappings, "device_id", Role.categorical)
    population = population.model_copy(update={"mappings": mappings})
    attribute = next(m for m in mappings if m.column == "device_id").attribute

    assert attribute not in names(join_identifiers(seed, population))
