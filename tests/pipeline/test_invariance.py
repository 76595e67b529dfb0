"""What must not change an audience: order, names, file format, threads, units."""

import unicodedata

import numpy as np
import pandas as pd

from tests.pipeline import people
from tests.pipeline.building import build

HOSTILE = (
    '"',
    "'; drop table people; --",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "two\nlines",
    "select",
    "Straße 🙂",
    unicodedata.normalize("NFC", "é"),
    unicodedata.normalize("NFD", "é"),
    "NULL",
    "null",
    " a ",
    "%s ${x} \\N",
    "x" * 250,
)
COLUMN_NAMES = {
    "country": "a \"quoted\"; -- 'name' {{ 7 * 7 }} {% raw %} {# no #}",
    "plan": "select",
    "age": "two\nlines 🙂 é",
    "income": "INCOME, in 'euros' \\ %s",
    "visits": "x" * 300,
}
SHARED = ["person_key", "user_id", "score", "log_odds", "rank", "percentile"]


def assert_same_people(got: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(got[SHARED], expected[SHARED], check_exact=True)


def test_neither_the_order_of_the_rows_nor_one_thread_changes_anything(
    tmp_path, base, seed, population
):
    shuffled = build(
        tmp_path,
        seed.sample(frac=1, random_state=5),
        population.sample(frac=1, random_state=6),
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        threads=1,
    )

    assert shuffled.content_hash == base.content_hash


def test_csv_gives_the_same_rows_as_parquet_on_more_threads_too(
    tmp_path, base, seed, population
):
    from_csv = build(
        tmp_path,
        seed,
        population,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        ending="csv",
        threads=4,
    )

    assert from_csv.content_hash == base.content_hash


def test_hostile_column_names_are_only_names(tmp_path, base, seed, population):
    renamed = build(
        tmp_path,
        seed.rename(columns=COLUMN_NAMES),
        population.rename(columns=COLUMN_NAMES),
        categorical=[COLUMN_NAMES[name] for name in people.CATEGORICAL],
        continuous=[COLUMN_NAMES[name] for name in people.CONTINUOUS],
        with_report=True,
    )

    assert_same_people(renamed.members, base.members)
    shown = renamed.relation("main.report_attribute_weights")["column_name"]
    assert set(shown) == set(COLUMN_NAMES.values())


def test_hostile_values_are_only_values(tmp_path, population):
    """Thirteen plain values against thirteen hostile ones, one to one."""
    rng = np.random.default_rng(8)
    plain = [f"value {number:02d}" for number in range(len(HOSTILE))]
    everybody = population[["user_id", "age"]].assign(
        group=rng.choice(plain, len(population))
    )
    odds = np.where(everybody["group"].isin(plain[:4]), 4.0, 1.0)
    chosen = rng.choice(len(everybody), 300, replace=False, p=odds / odds.sum())
    seed = everybody.iloc[chosen]
    recode = dict(zip(plain, HOSTILE, strict=True))

    before, after = (
        build(
            tmp_path / name,
            seed.assign(group=seed["group"].map(codes)),
            everybody.assign(group=everybody["group"].map(codes)),
            categorical=["group"],
            continuous=["age"],
            with_report=True,
        )
        for name, codes in (("plain", {v: v for v in plain}), ("hostile", recode))
    )

    assert after.relation("main.weight_values")["attribute_value"].nunique() == 13
    assert_same_people(after.members, before.members)
    assert after.content_hash == before.content_hash


def test_units_change_nothing_but_people_on_a_border(tmp_path, base, seed, population):
    """Thousandths of years and of euros.

    Ages are bins of their own, whatever their unit. The bins of incomes are cut by
    (x - centre) / scale, so that a person on a border may fall to its other side: nearly
    everybody keeps the same log odds, and nobody moves by more than a thousandth.
    """
    units = {"age": 1000.0, "income": 1000.0}
    scaled = build(
        tmp_path,
        seed.assign(**{name: seed[name] * by for name, by in units.items()}),
        population.assign(
            **{name: population[name] * by for name, by in units.items()}
        ),
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
    )

    ours = scaled.members.set_index("user_id")["log_odds"].sort_index()
    theirs = base.members.set_index("user_id")["log_odds"].sort_index()
    assert ours.index.equals(theirs.index)
    gap = (ours - theirs).abs()
    assert (gap <= 1e-9).mean() > 0.99
    assert gap.max() < 1e-3
