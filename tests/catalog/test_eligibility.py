import time

import pytest

from catalog.attributes import Role, with_role
from catalog.eligibility import (
    attribute_verdicts,
    join_identifiers,
    learning_seed_verdict,
    population_verdict,
    population_verdicts,
    seed_verdict,
    shared_identifiers,
)
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.specification_settings import Limits
from tests.catalog.examples import profile_column

USER_ID = profile_column("user_id", "BIGINT", 1_000)
JOB = profile_column("job")


def verdict_on(seed, population, attribute, **options):
    found = attribute_verdicts(seed, population, **options)
    return next(verdict for verdict in found if verdict.subject == attribute)


def test_a_seed_of_no_rows_is_refused_by_name(mapped):
    verdict = seed_verdict(mapped("x", 0, USER_ID, JOB))

    assert str(verdict.as_error("seed")).startswith("seed 'x' has 0 rows: ")


@pytest.mark.parametrize(
    ("rows", "eligible", "notes"),
    [(24, False, 0), (25, True, 1), (499, True, 1), (500, True, 0)],
)
def test_small_seeds_are_refused_or_warned_of(mapped, rows, eligible, notes):
    verdict = seed_verdict(mapped("seed", rows, USER_ID, JOB))

    assert (verdict.eligible, len(verdict.notes)) == (eligible, notes)
    learning = learning_seed_verdict(rows)
    assert (learning.eligible, len(learning.notes)) == (eligible, notes)


def test_the_limits_of_a_seed_are_settings():
    limits = Limits(minimum_seed=5, advised_seed=10)

    assert learning_seed_verdict(7, limits).notes
    assert not learning_seed_verdict(4, limits).eligible


def test_a_dataset_without_mappings_is_refused_with_the_mapping_command(mapped):
    bare = MappedDataset(dataset=mapped("people", 100, USER_ID).dataset)

    assert seed_verdict(bare).code == "not_mapped"
    assert "lookalike datasets map people" in seed_verdict(bare).remedy


def test_the_mapping_command_can_be_copied(mapped):
    number = profile_column("Kunden Nr", distinct=400)
    seed = mapped("seed", 100, USER_ID, JOB)
    people = mapped("people", 1_000, number, JOB)

    assert seed_verdict(people).remedy == (
        "map one with `lookalike datasets map people --column 'Kunden Nr' --role"
        " identity --identifier-type customer_id`"
    )
    other = mapped("other", 1_000, profile_column("maid", distinct=1_000), JOB)
    assert "--role identity --identifier-type user_id`" in (
        population_verdict(seed, other).remedy
    )


def test_the_same_dataset_twice_is_refused(mapped):
    people = mapped("people", 1_000, USER_ID, JOB)

    assert population_verdict(people, people).code == "same_dataset"


def test_the_same_file_under_two_names_is_the_same_dataset(mapped):
    people = mapped("people", 1_000, USER_ID, JOB)
    again = mapped("again", 1_000, USER_ID, JOB)
    dataset = again.dataset.model_copy(update={"path": people.dataset.path})

    verdict = population_verdict(people, again.model_copy(update={"dataset": dataset}))

    assert verdict.code == "same_dataset"


def test_without_a_shared_identifier_both_lists_are_shown(mapped):
    seed = mapped("seed", 100, profile_column("email", looks_like="sha256"), JOB)
    population = mapped("people", 1_000, USER_ID, JOB)

    verdict = population_verdict(seed, population)

    assert verdict.code == "no_shared_identifier"
    assert "sha256_hashed_email" in verdict.reason
    assert "user_id" in verdict.reason
    with pytest.raises(StudioError, match="sha256_hashed_email"):
        join_identifiers(seed, population)


def test_what_does_not_fit_is_shown_after_what_does(mapped):
    seed = mapped("seed", 100, USER_ID, JOB)
    fits = mapped("zoo", 1_000, USER_ID, JOB)

    verdicts = population_verdicts(seed, [seed, fits])

    assert [v.subject for v in verdicts] == ["zoo", "seed"]
    assert verdicts[1].reason
    assert verdicts[1].remedy


def test_a_unique_identifier_joins_before_a_repeated_one_and_addresses_come_last(
    mapped,
):
    columns = (
        profile_column("email", distinct=900, looks_like="email"),
        USER_ID,
        profile_column("device_id", distinct=1_000),
    )
    seed = mapped("seed", 100, *columns)
    population = mapped("people", 1_000, *columns, unique=("device_id", "email"))

    assert shared_identifiers(seed, population) == ("device_id", "user_id", "email")
    found = join_identifiers(seed, population)
    assert [each.name for each in found] == ["device_id", "user_id", "email"]
    assert all(each.is_shared for each in found)


def test_a_join_key_that_is_not_on_both_sides_is_refused_with_the_nearest(mapped):
    seed = mapped("seed", 100, USER_ID, JOB)
    population = mapped("people", 1_000, USER_ID, JOB)

    with pytest.raises(StudioError, match="did you mean 'user_id'"):
        join_identifiers(seed, population, ["userid"])


def test_whole_ids_stored_as_fractions_on_one_side_join_with_a_note(mapped):
    seed = mapped("seed", 100, profile_column("user_id", "DOUBLE", 100), JOB)
    population = mapped("people", 1_000, USER_ID, JOB)

    found = population_verdict(seed, population)

    assert found.eligible
    assert "compared as text" in found.notes[0]


def test_text_ids_against_numbers_are_noted(mapped):
    seed = mapped("seed", 100, profile_column("user_id", "VARCHAR", 100), JOB)
    population = mapped("people", 1_000, USER_ID, JOB)

    assert "compared as text" in population_verdict(seed, population).notes[0]


def test_hashes_against_raw_values_are_refused(mapped):
    seed = mapped("seed", 100, profile_column("user_id", looks_like="sha256"), JOB)
    raw = profile_column("user_id", distinct=900, looks_like="md5")
    population = mapped("people", 1_000, raw, JOB)

    verdict = population_verdict(seed, population)

    assert verdict.code == "identifier_shapes_differ"
    assert "SHA-256" in verdict.reason
    assert "MD5" in verdict.reason


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (profile_column("job", distinct=10_000), "too_many_values"),
        (profile_column("job", distinct=9_999), "eligible"),
        (profile_column("job", distinct=0, missing=20_000), "all_missing"),
        (profile_column("job", distinct=1), "constant"),
        (profile_column("job", distinct=1, missing=9), "eligible"),
        (profile_column("job", "DOUBLE", 1, missing=9), "constant"),
        (profile_column("job", "DOUBLE", 20_000), "eligible"),
        (profile_column("job", "DATE", 300), "is_metadata"),
    ],
)
def test_an_attribute_is_proposed_or_has_a_reason(mapped, column, code):
    seed = mapped("seed", 500, USER_ID, column.model_copy(update={"distinct": 5}))
    population = mapped("people", 20_000, USER_ID, column)

    verdict = verdict_on(seed, population, "job")

    assert verdict.code == code
    assert bool(verdict.remedy) is not verdict.eligible


@pytest.mark.parametrize(("distinct", "code"), [(90, "eligible"), (91, "id_like")])
def test_a_text_with_a_value_of_its_own_in_most_rows_is_an_id(mapped, distinct, code):
    column = profile_column("comment", distinct=distinct)

    found = verdict_on(
        mapped("seed", 50, USER_ID, column),
        mapped("people", 100, USER_ID, column),
        "comment",
    )

    assert found.code == code


@pytest.mark.parametrize(
    ("share", "code"), [(0.05, "eligible"), (0.051, "unknown_to_population")]
)
def test_a_differently_coded_attribute_is_not_proposed(mapped, share, code):
    seed, population = mapped("s", 100, USER_ID, JOB), mapped("p", 1_000, USER_ID, JOB)

    found = verdict_on(seed, population, "job", unknown_shares={"job": share})

    assert found.code == code


@pytest.mark.parametrize(
    ("distinct", "missing", "code"),
    [(1, 0, "constant_in_seed"), (1, 5, "eligible"), (0, 100, "all_missing_in_seed")],
)
def test_what_the_seed_was_chosen_by_is_not_proposed(mapped, distinct, missing, code):
    in_seed = profile_column("converted", distinct=distinct, missing=missing)
    seed = mapped("seed", 100, USER_ID, in_seed)
    population = mapped("p", 1_000, USER_ID, profile_column("converted", distinct=2))

    found = verdict_on(seed, population, "converted")

    assert found.code == code
    assert not found.is_final


@pytest.mark.parametrize(
    ("filled_in_seed", "filled", "code"),
    [
        (100, 100, "only_in_seed"),
        (98, 110, "only_in_seed"),
        (100, 150, "eligible"),
        (90, 100, "eligible"),
    ],
)
def test_what_only_the_seed_s_people_have_is_not_proposed(
    mapped, filled_in_seed, filled, code
):
    """I08: an AUC of "has a value" of 0.98 and more, by 900 others."""
    ours = profile_column("since", missing=100 - filled_in_seed)
    theirs = profile_column("since", missing=1_000 - filled)

    found = verdict_on(
        mapped("seed", 100, USER_ID, ours), mapped("p", 1_000, USER_ID, theirs), "since"
    )

    assert found.code == code
    assert not found.is_final


def test_a_column_that_much_of_the_population_has_is_no_leak(mapped):
    """The seed's people may be none of them."""
    ours, theirs = profile_column("since"), profile_column("since", missing=500)

    found = verdict_on(
        mapped("seed", 500, USER_ID, ours), mapped("p", 1_000, USER_ID, theirs), "since"
    )

    assert found.eligible


def test_a_column_that_is_empty_in_the_seed_is_not_blamed_on_its_type(mapped):
    """I03: without values text is only a guess."""
    ours = profile_column("age", "VARCHAR", 0, missing=100)
    theirs = profile_column("age", "DOUBLE", 70)

    found = verdict_on(
        mapped("seed", 100, USER_ID, ours), mapped("p", 1_000, USER_ID, theirs), "age"
    )

    assert found.code == "all_missing_in_seed"


def test_text_on_one_side_and_numbers_on_the_other_are_stated(mapped):
    seed = mapped("seed", 100, USER_ID, profile_column("age", "VARCHAR", 40))
    population = mapped("people", 1_000, USER_ID, profile_column("age", "INTEGER", 70))

    found = verdict_on(seed, population, "age")

    assert found.code == "types_differ"
    assert "text (varchar) in the seed" in found.reason


def test_whole_and_decimal_numbers_meet_as_continuous(mapped):
    seed = mapped("seed", 100, USER_ID, profile_column("age", "DOUBLE", 40))
    population = mapped("people", 1_000, USER_ID, profile_column("age", "INTEGER", 70))

    assert verdict_on(seed, population, "age").eligible


def test_text_cannot_be_made_continuous(mapped):
    seed, population = mapped("s", 100, USER_ID, JOB), mapped("p", 1_000, USER_ID, JOB)

    found = verdict_on(seed, population, "job", roles={"job": Role.continuous})

    assert found.code == "not_a_number"


def test_an_attribute_of_one_side_alone_says_which(mapped):
    only_seed, only_population = profile_column("a1"), profile_column("b1")
    seed = mapped("seed", 100, USER_ID, JOB, only_seed)
    population = mapped("people", 1_000, USER_ID, JOB, only_population)

    assert verdict_on(seed, population, "a1").code == "not_in_population"
    assert verdict_on(seed, population, "b1").code == "not_in_seed"
    assert verdict_on(seed, population, "b1", learn_from="population").eligible


def test_a_bare_list_of_ids_borrows_every_attribute_of_the_population(mapped):
    seed = mapped("seed", 100, USER_ID)
    population = mapped("people", 1_000, USER_ID, JOB)

    assert population_verdict(seed, population).eligible
    assert verdict_on(seed, population, "job").eligible


def test_no_shared_attribute_is_refused(mapped):
    seed = mapped("seed", 100, USER_ID, profile_column("a1"))
    population = mapped("people", 1_000, USER_ID, profile_column("b1"))

    assert population_verdict(seed, population).code == "no_eligible_attribute"


def test_an_identity_is_never_scored_under_its_own_name(mapped):
    seed, population = mapped("s", 100, USER_ID, JOB), mapped("p", 1_000, USER_ID, JOB)

    found = verdict_on(seed, population, "user_id", roles={"user_id": Role.continuous})

    assert found.code == "is_identity"


def test_an_overridden_role_counts(mapped):
    seed = mapped("s", 100, USER_ID, profile_column("since", "DATE", 30))
    population = mapped("p", 1_000, USER_ID, profile_column("since", "DATE", 30))
    changed = with_role(population.mappings, "since", Role.categorical)

    found = verdict_on(
        seed, population.model_copy(update={"mappings": changed}), "since"
    )

    assert found.eligible


def test_five_thousand_columns_are_judged_within_a_second(mapped):
    columns = [profile_column(f"column {i}") for i in range(5_000)]
    seed = mapped("seed", 100, USER_ID, *columns[:2_500])
    population = mapped("people", 1_000, USER_ID, *columns[2_500:])
    began = time.process_time()

    verdict = population_verdict(seed, population)

    assert verdict.code == "no_eligible_attribute"
    assert time.process_time() - began < 1
