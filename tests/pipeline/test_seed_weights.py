"""Seeds weighed by a column: who counts how much, and what cannot weigh anybody."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from catalog.errors import StudioError
from orchestration.comparing import compare_scorers
from orchestration.plan_document import plan_as_json
from python_scoring.features import features_of
from python_scoring.scorers.base import SCORERS, fit_scorer, relations_of, uses_weights
from python_scoring.space import space_of
from tests.pipeline import people
from tests.pipeline.building import Built
from tests.pipeline.test_seeds import ATTRIBUTES, Studio

LEARN = {"attributes": ATTRIBUTES, "scoring": {"learn_from": "seed"}}
WEIGHED = [name for name in SCORERS if uses_weights(name)]


@pytest.fixture(scope="module")
def seed() -> pd.DataFrame:
    """Seed people; those of Germany are worth three times as much, some nothing."""
    seed = people.seed_of(people.population(2_000), 400)
    value = np.where(seed["country"] == "DE", 3.0, 1.0) * 12.5
    value[:7] = np.nan
    value[7:10] = 0.0
    return seed.assign(value=value, equal=0.1, income=seed["income"])


@pytest.fixture(scope="module")
def studio(tmp_path_factory, seed) -> Studio:
    studio = Studio(tmp_path_factory.mktemp("weights"))
    studio.write("population", people.population(2_000))
    studio.write("seed", seed)
    return studio


@pytest.fixture(scope="module")
def weighed(studio) -> Built:
    return studio.build(
        {"dataset": "seed", "weight": "value"}, with_report=True, **LEARN
    )


@pytest.fixture(scope="module")
def counts(seed) -> pd.Series:
    """What each learnt-from person counts, by the formula."""
    value = seed["value"]
    value = value[value > 0]
    return value * value.sum() / (value**2).sum()


def test_equal_weights_give_exactly_the_audience_of_no_weights(studio):
    plain = studio.build({"dataset": "seed"}, **LEARN, name="plain")
    equal = studio.build({"dataset": "seed", "weight": "equal"}, **LEARN, name="equal")

    assert equal.content_hash == plain.content_hash
    scores = [each.relation("scoring.seed_scores") for each in (plain, equal)]
    assert scores[0].equals(scores[1])


def test_people_count_in_proportion_and_together_as_the_effective_number(
    weighed, seed, counts
):
    found = weighed.relation("main.canonical_seed")
    totals = weighed.relation("main.distribution_totals").set_index("left_out_fold")

    assert len(found) == 390
    assert np.sort(found["seed_weight"]) == pytest.approx(np.sort(counts), abs=1e-6)
    kish = counts.sum() ** 2 / (counts**2).sum()
    assert totals.loc[-1, "seed_total"] == pytest.approx(kish, abs=1e-3)
    outside = found[found["fold"] != 2]["seed_weight"].sum()
    assert totals.loc[2, "seed_total"] == outside


def test_shares_and_means_are_those_of_the_weights(weighed, seed, counts):
    learnt = seed.loc[counts.index]
    values = weighed.relation("main.weight_values").query("left_out_fold == -1")
    values = values.query("attribute == 'country'").set_index("attribute_value")
    shares = counts.groupby(learnt["country"]).sum()
    expected = (shares + 30 * values["reference_share"]) / (counts.sum() + 30)
    assert values["seed_share"].to_dict() == pytest.approx(
        expected[values.index].to_dict(), abs=1e-5
    )

    bins = weighed.relation("main.distribution_bins").query("attribute == 'age'")
    z = bins.set_index("least_value")["z"].reindex(learnt["age"]).to_numpy()
    fits = weighed.relation("main.distribution_continuous")
    (age,) = fits.query("attribute == 'age' and left_out_fold == -1").to_dict("records")
    mean = np.average(z, weights=counts)
    assert age["seed_z_mean"] == pytest.approx(mean, abs=1e-5)
    variance = np.average((z - mean) ** 2, weights=counts)
    assert age["seed_z_variance"] == pytest.approx(variance, abs=1e-5)


def test_who_weighs_nothing_is_not_learnt_from_and_not_found(weighed, seed):
    assert not set(weighed.members["user_id"]) & set(seed["user_id"])
    assert weighed.manifest["seed"]["weight"]["missing"] == 7
    assert weighed.manifest["seed"]["weight"]["zero"] == 3


def test_the_column_is_never_scored(studio, seed):
    customers = people.population(2_000).assign(value=1.0)
    customers["value"] += np.arange(2_000) % 7
    studio.write("customers", customers)
    population = {"dataset": "customers"}
    asked = {"dataset": "seed", "weight": "value"}

    plan = studio.plan(asked, population=population)

    assert "value" not in [each.slug for each in plan.attributes]
    left_out = {each.subject: each.code for each in plan.left_out}
    assert left_out["value"] == "seed_weight"
    with pytest.raises(StudioError, match="weighed by"):
        studio.plan(asked, population=population, attributes=["age", "value"])


def test_quality_by_value_stands_beside_that_by_people(weighed):
    quality = json.loads((weighed.folder / "quality.json").read_text())
    held_out = weighed.relation("scoring.seed_scores").merge(
        weighed.relation("main.canonical_seed")[["person_key", "seed_weight"]]
    )
    by_value = quality["by_value"]
    weight = held_out["seed_weight"]
    effective = weight.sum() ** 2 / (weight**2).sum()
    measured = weighed.measured["by_value"]
    assert measured["effective_people"] == pytest.approx(effective, rel=1e-9)
    assert by_value["effective_people"] == float(f"{effective:.4g}")
    assert measured["greatest_share"] == pytest.approx(weight.max() / weight.sum())
    assert by_value["greatest_share"] == float(f"{weight.max() / weight.sum():.1g}")
    assert quality["verdict"]["seed_people"] == int(effective)
    assert by_value["auc"]["value"] != quality["auc"]["value"]
    page = (weighed.folder / "report.html").read_text(encoding="utf-8")
    assert "of the seed&#39;s value" in page or "of the seed's value" in page


def test_a_comparison_judges_a_weighed_seed_as_its_build_does(studio, weighed):
    quality = json.loads((weighed.folder / "quality.json").read_text())
    asked = studio.specification({"dataset": "seed", "weight": "value"}, **LEARN)

    found = compare_scorers(studio.workshop, asked, [asked.scoring.model]).comparison

    assert found["is_weighed"]
    (line,) = found["scorers"]
    assert line["auc"] == pytest.approx(quality["auc"])
    assert line["auc_by_value"] == pytest.approx(quality["by_value"]["auc"])
    assert line["verdict"] == pytest.approx(quality["verdict"])


@pytest.fixture(scope="module")
def tables(weighed) -> dict[str, pa.Table]:
    """The relations that scorers learn from."""
    names = {name for model in WEIGHED for name in relations_of(model)}
    folder = weighed.workshop.home.build(weighed.outcome.version.build_id)
    read = weighed.workshop.engine.read_tables(
        folder, [f"main.{name}" for name in sorted(names)]
    )
    return {name.removeprefix("main."): table for name, table in read.items()}


# Those of naive_bayes are in the distributions, and boosted wants a thousand people.
@pytest.mark.parametrize("name", sorted({*WEIGHED} - {"naive_bayes", "boosted"}))
def test_every_scorer_that_says_so_uses_the_weights(tables, name):
    seed, batch = tables["canonical_seed"], tables["canonical_sample"].to_batches()[0]
    place = seed.column_names.index("seed_weight")
    doubled = pa.array(np.where(seed["country"].to_numpy() == "FR", 0.25, 2.0))
    other = {**tables, "canonical_seed": seed.set_column(place, "seed_weight", doubled)}

    scores = [fit_scorer(name, each).log_odds(batch) for each in (tables, other)]

    assert not np.allclose(*scores)


def test_a_seed_person_s_own_weight_does_not_speak_for_them(tables):
    space = space_of(tables, -1, most_seed=10_000, most_reference=10_000)
    seed, weights = space.rows.seed, space.rows.seed_weights

    for feature in features_of(space, tables):
        got = feature.of_seed(seed, weights)
        column = seed.column(feature.shared.attribute)
        for weight in np.unique(weights):
            by_look_up = feature.own(float(weight)).terms().of(column)
            chosen = weights == weight
            assert got[chosen] == pytest.approx(by_look_up[chosen], abs=1e-9)


BAD = np.full(400, 2.0)


def with_value(value: float, rows: int) -> np.ndarray:
    return np.where(np.arange(400) < rows, value, 2.0)


@pytest.mark.parametrize(
    ("weight", "values", "code", "told"),
    [
        ("wroth", BAD, "unknown_column", "'wroth'"),
        ("worth", BAD.astype(str), "weight_unfit", "holds VARCHAR"),
        ("user_id", BAD, "weight_unfit", "who people are"),
        ("worth", with_value(-1, 3), "weight_unfit", "3 values below 0"),
        ("worth", with_value(np.inf, 2), "weight_unfit", "2 values that are no finite"),
        ("worth", BAD * 0, "weight_unfit", "missing or 0 in all 400 rows"),
        ("worth", with_value(1e9, 1), "seed_too_small", "heaviest has about 100 %"),
        ("worth", with_value(1e300, 1), "seed_too_small", "as much as 1.0"),
    ],
)
def test_what_cannot_weigh_anybody_is_refused_by_name(
    studio, seed, weight, values, code, told
):
    studio.write(f"bad {told[:9]}", seed.assign(worth=values))

    with pytest.raises(StudioError) as error:
        studio.plan({"dataset": f"bad {told[:9]}", "weight": weight})

    assert error.value.code == code
    assert told in str(error.value)


@pytest.mark.parametrize("model", [name for name in SCORERS if not uses_weights(name)])
def test_a_scorer_that_knows_no_weights_refuses_them(studio, model):
    with pytest.raises(StudioError) as error:
        studio.plan({"dataset": "seed", "weight": "value"}, scoring={"model": model})

    assert error.value.code == "weight_unused"


def test_the_plan_says_how_much_the_weights_leave(studio, seed):
    studio.write("uneven", seed.assign(value=np.where(np.arange(400) < 40, 99.0, 1.0)))

    told = plan_as_json(studio.plan({"dataset": "uneven", "weight": "value"}))

    assert "weighed by 'value': as much as 47 people" in told["summary"]["seed"]
    assert any("very unequal" in each for each in told["caveats"])


def test_a_filter_on_the_population_s_own_table_is_weighed_by_its_column(studio, seed):
    everybody = people.population(2_000).assign(worth=np.arange(2_000) % 5 + 1.0)
    chosen = set(seed["user_id"])
    everybody["bought"] = [each in chosen for each in everybody["user_id"]]
    studio.write("everybody", everybody)

    plan = studio.plan(
        {
            "dataset": "everybody",
            "where": [{"column": "bought", "is": True}],
            "weight": "worth",
        },
        population={"dataset": "everybody"},
    )

    worth = everybody[everybody["bought"]]["worth"]
    kish = worth.sum() ** 2 / (worth**2).sum()
    assert plan.seed_choice.facts["weight"]["effective"] == round(kish, 1)
    assert {"worth", "bought"} <= {each.subject for each in plan.left_out}


def test_a_weight_needs_a_dataset():
    from catalog.specification_people import SeedChoice

    with pytest.raises(ValueError, match="weight without dataset"):
        SeedChoice(audience="Buyers", weight="value")
