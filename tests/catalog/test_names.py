import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import StudioError
from catalog.names import (
    RESERVED_COLUMNS,
    closest,
    display_name,
    folded,
    is_slug,
    shown,
    slug_of,
    slugs_of,
)
from tests.catalog.examples import PAYLOADS

ANY_TEXT = st.text(max_size=320)


@given(ANY_TEXT)
def test_every_text_has_a_slug_that_is_safe_in_sql(text):
    slug = slug_of(text)

    assert is_slug(slug)
    assert slug not in RESERVED_COLUMNS


@given(ANY_TEXT, st.integers(1, 12))
def test_a_taken_slug_is_never_given_again(text, times):
    taken: set[str] = set()
    for _ in range(times):
        taken.add(slug_of(text, taken))

    assert len(taken) == times
    assert all(map(is_slug, taken))


@given(st.lists(ANY_TEXT, unique=True, max_size=12), st.randoms())
def test_slugs_of_columns_differ_and_do_not_depend_on_their_order(names, random):
    shuffled = random.sample(names, len(names))

    slugs = slugs_of(names)

    assert slugs == slugs_of(shuffled)
    assert len(set(slugs.values())) == len(names)
    assert not set(slugs.values()) & RESERVED_COLUMNS


@given(ANY_TEXT)
def test_a_slug_is_its_own_slug(text):
    assert slug_of(slug_of(text)) == slug_of(text)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Likely  Depositors - FR", "likely_depositors_fr"),
        ("2024", "a_2024"),
        ("Город", "gorod"),
        ("北京", "beijing"),
        ("a.b/c", "abc"),
        ("___", "a"),
        ("row_id", "row_id_2"),
        ("x" * 300, "x" * 63),
    ],
)
def test_a_slug_is_made_by_the_published_rules(name, slug):
    assert slug_of(name) == slug


def test_two_unicode_forms_of_one_column_name_get_two_slugs():
    composed, decomposed = "caf\u00e9", "cafe\u0301"

    assert sorted(slugs_of([composed, decomposed]).values()) == ["cafe", "cafe_2"]


def test_names_that_differ_in_case_alone_get_two_slugs_and_the_plain_one_keeps_its_own():
    assert slugs_of(["JOB", "job"]) == {"job": "job", "JOB": "job_2"}


def test_five_thousand_columns_of_one_slug_are_named_within_a_second():
    names = ["!" * (i % 70) + "?" * (i // 70) for i in range(5_000)]
    began = time.process_time()

    slugs = slugs_of(names)

    assert len(set(slugs.values())) == 5_000
    assert time.process_time() - began < 1


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_display_name_is_kept_as_typed(payload):
    assert display_name(payload) == payload
    assert is_slug(slug_of(payload))


def test_a_display_name_is_kept_in_one_unicode_form():
    assert display_name("cafe\u0301") == "caf\u00e9"


@pytest.mark.parametrize(
    "text",
    ["", "  ", "a\nb", "a\x00b", "\u202eevil", "\ud800", "x" * 201, "a\x1b[31m"],
)
def test_a_name_that_cannot_be_shown_on_one_line_is_refused(text):
    with pytest.raises(StudioError) as caught:
        display_name(text)

    assert caught.value.code == "name_invalid"
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@given(ANY_TEXT)
def test_a_shown_name_is_one_short_line(text):
    assert len(shown(text)) < 900
    assert "\n" not in shown(text)


def test_names_that_differ_in_case_alone_are_one_name():
    assert folded("STRASSE") == folded("straße")


def test_at_most_four_names_are_suggested_and_the_nearest_is_first():
    names = [f"customers_{i}" for i in range(9)] + ["customer", "zzz"]

    found = closest("custmer", names)

    assert found[0] == "customer"
    assert len(found) == 4


def test_nothing_is_suggested_for_a_name_like_no_other():
    assert closest("qqqq", ["customers", "orders"]) == []
