"""People in common, counted on files by key or by any identifier."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engines.base import MembersPart


@pytest.fixture
def part(tmp_path):
    """Write members by (person_key, email, phone, tier); more identifiers by person."""

    def written(name, rows, keyed_by, more=(), tier=None):
        keys, emails, phones, tiers = zip(*rows, strict=True)
        text = pa.string()
        path = tmp_path / f"{name}.parquet"
        columns = {"person_key": keys, "email": emails, "phone": phones, "tier": tiers}
        pq.write_table(
            pa.table({n: pa.array(each, text) for n, each in columns.items()}), path
        )
        identities = None
        if more:
            identities = tmp_path / f"{name}_identities.parquet"
            names = ("person_key", "id_type", "identifier")
            pq.write_table(
                pa.table(dict(zip(names, zip(*more, strict=True), strict=True))),
                identities,
            )
        return MembersPart(path, identities, ("email", "phone"), keyed_by, tier)

    return written


ROWS = [("k1", "a", "1", "A"), ("k2", "b", None, "A"), ("k3", "c", "3", "B's")]


def test_people_of_one_population_are_compared_by_their_key(engine, part):
    first = part("first", ROWS, ("people",))
    second = part(
        "second", [("k3", "x", "9", None), ("k9", "a", "1", None)], ("people",)
    )

    counts, (common,) = engine.overlap([first, second])

    assert counts == [3, 2]
    assert (common.of_first, common.of_second) == (1, 1)
    assert common.compared_by == ("person_key",)


def test_people_of_other_populations_are_compared_by_any_identifier(engine, part):
    """k1 meets by e-mail and phone two people, k3 by an identifier beyond the columns."""
    first = part("first", ROWS, ("ours",), more=[("k3", "email", "zz")])
    second = part(
        "second",
        [("q1", "a", None, None), ("q2", None, "1", None), ("q3", "zz", None, None)],
        ("theirs",),
    )

    _, (common,) = engine.overlap([first, second])

    assert (common.of_first, common.of_second) == (2, 3)
    assert common.compared_by == ("email", "phone")


def test_an_e_mail_is_no_phone_number(engine, part):
    first = part("first", [("k1", "5", None, None)], ("ours",))
    second = part("second", [("q1", None, "5", None)], ("theirs",))

    _, (common,) = engine.overlap([first, second])

    assert common.of_first == common.of_second == 0


def test_audiences_without_an_identifier_in_common_are_not_compared(engine, part):
    first = part("first", ROWS, ("ours",))
    second = MembersPart(first.members, None, ("device_id",), ("theirs",))

    _, (common,) = engine.overlap([first, second])

    assert common.of_first is None and common.compared_by == ()


def test_tiers_are_parts_of_a_file(engine, part):
    tiers = [part("first", ROWS, ("people",), tier=tier) for tier in ("A", "B's")]
    whole = part("first", ROWS, ("people",))

    counts, common = engine.overlap([*tiers, whole])

    assert counts == [2, 1, 3]
    assert [each.of_first for each in common] == [0, 2, 1]
