"""Seed against population in a few bars: shares that are right, counts that stay hidden."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from report.words import FEWEST_PEOPLE
from studio.services.attribute_sides import MOST_BARS, sides_of

SEED, POPULATION = 1_000, 10_000


def outlook(values=(), seed=(), population=(), weights=None):
    """What an outlook holds of a categorical `plan` and a continuous `age`.

    `values` are those of `plan` with their shares of both sides; a value's people count
    its weight each, else 1.
    """
    people = {name: round(share * SEED) for name, share, _ in values}
    rows = [
        {
            "left_out_fold": fold,
            "attribute": "plan",
            "attribute_value": name or "",
            "is_missing": name is None,
            "seed_count": people[name] * (weights or {}).get(name, 1.0),
            "reference_count": round(share * POPULATION),
        }
        for fold in (-1, 0)
        for name, _, share in values
    ]
    of_both = {"seed_total": float(SEED), "reference_total": POPULATION}
    totals = [{"left_out_fold": fold, **of_both} for fold in (-1, 0)]
    plans = [name for name, count in people.items() for _ in range(count)]
    return SimpleNamespace(
        plan=SimpleNamespace(
            attributes=[
                SimpleNamespace(slug="plan", role="categorical"),
                SimpleNamespace(slug="age", role="continuous"),
            ]
        ),
        tables={
            "distribution_totals": pa.Table.from_pylist(totals),
            "distribution_categorical": pa.Table.from_pylist(
                rows,
                schema=pa.schema(
                    [
                        ("left_out_fold", pa.int32()),
                        ("attribute", pa.string()),
                        ("attribute_value", pa.string()),
                        ("is_missing", pa.bool_()),
                        ("seed_count", pa.float64()),
                        ("reference_count", pa.int64()),
                    ]
                ),
            ),
            "canonical_seed": {
                "age": pa.chunked_array([seed], pa.float64()),
                "plan": pa.chunked_array([plans], pa.string()),
            },
            "canonical_sample": pa.table({"age": pa.array(population, pa.float64())}),
        },
    )


def test_values_stand_by_how_much_their_shares_differ():
    values = [("a", 0.1, 0.2), ("b", 0.5, 0.1), (None, 0.1, 0.4), ("c", 0.2, 0.2)]
    (found,) = sides_of(outlook(values))

    assert [each.label for each in found.bars] == ["b", "a", "c"]
    assert found.text == "b: 50.0 % of the seed, 10.0 % of the population"
    assert [each.seed_share for each in found.bars] == pytest.approx([0.5, 0.1, 0.2])


def test_values_of_fewer_than_25_seed_people_are_not_told():
    few = (FEWEST_PEOPLE - 1) / SEED
    values = [("rare", few, 0.9), *((f"v{n}", 0.1 + n / 100, 0.1) for n in range(9))]
    (found,) = sides_of(outlook(values))

    assert "rare" not in {each.label for each in found.bars}
    assert len(found.bars) == MOST_BARS


def test_nor_are_they_where_a_few_of_a_weighed_seed_count_as_many():
    values = [("rich", 0.005, 0.1), ("b", 0.3, 0.2)]
    (found,) = sides_of(outlook(values, weights={"rich": 60.0}))

    assert [each.label for each in found.bars] == ["b"]


def test_values_of_few_people_of_the_population_are_not_told_those_of_nobody_are():
    few = (FEWEST_PEOPLE - 1) / POPULATION
    (found,) = sides_of(outlook([("few", 0.5, few), ("none", 0.2, 0), ("b", 0.3, 0.2)]))

    assert [each.label for each in found.bars] == ["none", "b"]


def test_numbers_are_told_by_the_fifths_of_the_population():
    population = np.arange(1, 1_001)
    seed = np.repeat([100, 500, 900, 1_000], [300, 24, 100, 76])
    (found,) = sides_of(outlook(seed=seed, population=population))

    assert found.text == "median 100 in the seed, 500 in the population"
    assert [each.label for each in found.bars] == ["up to 201", "over 800"]
    assert [each.seed_share for each in found.bars] == pytest.approx([0.6, 0.352])
    assert [each.population_share for each in found.bars] == pytest.approx([0.2, 0.2])


def test_numbers_with_one_value_and_numbers_of_too_few_have_no_false_bars():
    same = outlook(seed=np.full(30, 7.0), population=np.full(90, 7.0))
    few = outlook(seed=np.arange(FEWEST_PEOPLE - 1), population=np.arange(90))

    (found,) = sides_of(same)
    assert [(each.seed_share, each.population_share) for each in found.bars] == [(1, 1)]
    assert sides_of(few) == ()


@pytest.mark.parametrize(
    ("population", "labels"),
    [
        ([0] * 80 + [1] * 40 + [5] * 40, ["up to 0", "over 0 to 1", "over 1"]),
        ([0] * 170 + [3] * 30, ["up to 0", "over 0"]),
        ([0] * 30 + [3] * 170, ["up to 0", "over 0"]),
    ],
)
def test_a_least_value_that_many_have_is_a_band_by_itself(population, labels):
    (found,) = sides_of(outlook(seed=population, population=population))

    assert [each.label for each in found.bars] == labels
    counts = [each.population_share * len(population) for each in found.bars]
    assert counts[0] == pytest.approx(population.count(0))
    assert sum(counts) == pytest.approx(len(population))


def test_a_value_from_right_to_left_leaves_its_figures_behind_it():
    (found,) = sides_of(outlook([("ערך", 0.3, 0.1)]))

    assert found.text.startswith("\u2068ערך\u2069: 30.0 % of the seed")
    assert found.bars[0].label == "ערך"
