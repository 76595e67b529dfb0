"""A filter on the population: who is left out is neither chosen nor compared with."""

import json

import pytest

from catalog.errors import StudioError
from engines import filtered_columns
from orchestration.plan_document import plan_as_json
from tests.pipeline import people
from tests.pipeline.test_seeds import Studio

SCORED = ["country", "age", "visits"]
WHERE = [{"column": "plan", "is": "basic"}, {"column": "income", "above": 5_000}]
FILTERED = {"dataset": "population", "where": WHERE}
SEED = {"dataset": "seed"}


@pytest.fixture(scope="module")
def everybody():
    return people.population(4_000)


@pytest.fixture(scope="module")
def seed(everybody):
    return people.seed_of(everybody, 600)


@pytest.fixture(scope="module")
def studio(tmp_path_factory, everybody, seed):
    """Everybody and, as a file, what the filter keeps with the seed's people outside."""
    studio = Studio(tmp_path_factory.mktemp("filter"))
    studio.write("population", everybody)
    studio.write("seed", seed)
    is_seed = everybody["user_id"].isin(seed["user_id"])
    studio.write("kept", everybody[fits(everybody) | is_seed])
    return studio


def fits(frame):
    return frame["plan"].eq("basic") & (frame["income"] > 5_000)


@pytest.fixture(scope="module")
def filtered(studio):
    return studio.build(SEED, population=FILTERED, attributes=SCORED, with_report=True)


def test_a_filter_gives_the_audience_that_a_file_of_those_people_gives(
    studio, filtered
):
    of_file = studio.build(
        SEED, population={"dataset": "kept"}, attributes=SCORED, name="of file"
    )

    assert filtered.relation("inputs.population_values")["attribute"].nunique() == 3
    assert filtered.content_hash == of_file.content_hash


def test_people_whom_the_filter_leaves_out_are_nowhere(filtered, everybody, seed):
    kept = everybody[fits(everybody)]
    new = kept[~kept["user_id"].isin(seed["user_id"])]
    cut = filtered.relation("main.audience_cut").iloc[0]
    reference = filtered.relation("main.distribution_totals")["reference_total"]

    assert set(filtered.members["user_id"]) <= set(new["user_id"])
    assert cut["candidate_count"] == len(new)
    assert set(reference) == {len(new)}
    assert len(filtered.relation("scoring.scores")) == len(kept)
    assert len(filtered.relation("main.canonical_sample")) == len(new)


def test_seed_people_outside_the_filter_are_learnt_from(filtered, seed):
    overlap = filtered.relation("main.report_overlap").iloc[0]

    assert overlap["learn_from"] == "population"
    assert overlap["learning_seed_people"] == len(seed)
    assert 0 < overlap["matched_population_people"] == fits(seed).sum() < len(seed)


def test_counts_of_the_filter_stand_in_figures_manifest_and_report(filtered, everybody):
    left_out = len(everybody) - fits(everybody).sum()
    figures = json.loads((filtered.folder / "figures.json").read_text())
    facts = {each["name"]: each["value"] for each in figures["facts"]}
    page = (filtered.folder / "report.html").read_text()

    assert facts["filtered_out_people"] == left_out
    assert f"Its filter leaves out {left_out:,} people" in " ".join(
        figures["sentences"]
    )
    assert filtered.manifest["population"] == {
        "dataset": "population",
        "rows": len(everybody) - left_out,
        "of_rows": len(everybody),
        "where": ["'plan' is 'basic'", "'income' is above '5000'"],
    }
    assert "Of these, left out by its filter" in page
    assert "population where &#39;plan&#39; is &#39;basic&#39;" in page


def test_the_plan_tells_whom_the_filter_keeps(studio, everybody):
    plan = studio.plan(SEED, population=FILTERED)
    told = plan_as_json(plan)

    kept = fits(everybody).sum()
    assert told["summary"]["population"] == (
        f"{kept:,} of 4,000 rows of 'population' where 'plan' is 'basic' and 'income'"
        " is above '5000'"
    )
    assert any("seed people whom the population" in each for each in told["caveats"])


def test_the_filter_names_the_build(studio):
    plans = [
        studio.plan(SEED, population={"dataset": "population", "where": where})
        for where in (WHERE, WHERE[:1], [])
    ]

    names = [plan.fingerprints().get("filter") for plan in plans]
    assert len({*names}) == 3
    assert names[2] is None


def test_columns_of_the_filter_are_not_scored_unless_they_are_named(studio):
    plan = studio.plan(SEED, population=FILTERED)
    left_out = {each.subject: each.code for each in plan.left_out}

    assert left_out["plan"] == "constant_by_filter"
    assert left_out["income"] == "population_filter"
    named = studio.plan(SEED, population=FILTERED, attributes=["age", "income"])
    assert "income" in [each.slug for each in named.attributes]
    assert any("income is what the population is filtered by" in n for n in named.notes)


@pytest.mark.parametrize(
    ("where", "code", "words"),
    [
        ([{"column": "plann", "is": "x"}], "unknown_column", "did you mean 'plan'"),
        ([{"column": "age", "is": "old"}], "condition_unfit", "holds numbers"),
        ([{"column": "plan", "above": "a"}], "condition_unfit", "no order"),
        ([{"column": "plan", "is": "gold"}], "filter_selects_nobody", "'basic'"),
        (
            [{"column": "age", "is": 30}, {"column": "country", "is": "LU"}],
            "filter_leaves_too_few",
            "of 4,000 rows",
        ),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(studio, where, code, words):
    with pytest.raises(StudioError) as refusal:
        studio.plan(SEED, population={"dataset": "population", "where": where})

    assert refusal.value.code == code
    assert words in str(refusal.value)


def test_an_attribute_that_the_filter_makes_constant_is_refused_by_name(studio):
    with pytest.raises(StudioError, match="one value alone") as refusal:
        studio.plan(SEED, population=FILTERED, attributes=["age", "plan"])

    assert refusal.value.code == "constant_by_filter"


@pytest.fixture(scope="module")
def addressed(studio, everybody, seed):
    """Both sides with a postcode for each country, and a seed of bare ids."""
    for name, frame in (("addressed", everybody), ("addressed_seed", seed)):
        studio.write(name, frame.assign(postcode="P-" + frame["country"]))
    studio.write("ids", seed[["user_id"]])
    return studio


def of_countries(*countries):
    return {
        "dataset": "addressed",
        "where": [{"column": "country", "in": [*countries]}],
    }


@pytest.mark.parametrize("seed_name", ["addressed_seed", "ids"])
@pytest.mark.parametrize(
    ("countries", "code"),
    [(["DE"], "constant_by_filter"), (["DE", "FR"], "unknown_by_filter")],
)
def test_an_attribute_that_repeats_the_filter_is_left_out(
    addressed, seed_name, countries, code
):
    plan = addressed.plan({"dataset": seed_name}, population=of_countries(*countries))

    left_out = {each.subject: each.code for each in plan.left_out}
    assert left_out["postcode"] == code
    assert "plan" in [each.slug for each in plan.attributes]


def test_an_attribute_that_repeats_the_filter_is_refused_by_name(addressed):
    with pytest.raises(StudioError) as refusal:
        addressed.plan(
            {"dataset": "addressed_seed"},
            population=of_countries("DE", "FR"),
            attributes=["age", "postcode"],
        )

    assert refusal.value.code == "unknown_by_filter"
    assert "% of the seed's rows" in refusal.value.cause


def test_an_attribute_beside_the_filter_is_scored_where_the_seed_has_it_too(addressed):
    population = of_countries("DE", "FR")
    seed = {"dataset": "addressed_seed", "where": population["where"]}

    plan = addressed.plan(seed, population=population)

    assert "postcode" in [each.slug for each in plan.attributes]


def test_what_the_filter_leaves_is_looked_for_in_all_rows(addressed, monkeypatch):
    monkeypatch.setattr(filtered_columns, "FIRST_ROWS", 1)
    population = of_countries("DE", "FR")
    seed = {"dataset": "addressed_seed", "where": population["where"]}

    plan = addressed.plan(seed, population=population)

    assert {"postcode", "plan", "age"} <= {each.slug for each in plan.attributes}


def test_a_filter_that_leaves_the_seed_alone_is_refused(studio, everybody, seed):
    marked = everybody.assign(
        is_customer=everybody["user_id"].isin(seed["user_id"].tolist())
    )
    studio.write("marked", marked)

    with pytest.raises(StudioError) as refusal:
        studio.build(
            SEED,
            name="only the seed",
            population={
                "dataset": "marked",
                "where": [{"column": "is_customer", "is": True}],
            },
            attributes=SCORED,
        )

    assert refusal.value.code == "filter_leaves_too_few"
    assert "leaves 0 people who are not in the seed" in refusal.value.cause


def test_a_filter_does_not_hold_addresses_of_people(studio, everybody):
    mails = [f"one{number}@example.com" for number in range(len(everybody))]
    studio.write("mails", everybody.assign(email=mails))

    with pytest.raises(StudioError) as refusal:
        studio.plan(
            SEED,
            population={
                "dataset": "mails",
                "where": [{"column": "email", "is": mails[0]}],
            },
        )

    assert refusal.value.code == "condition_personal"
    assert mails[0] not in str(refusal.value)


def test_a_filter_on_a_column_of_lists_is_refused(studio, everybody):
    studio.write("lists", everybody.assign(tags=[["a"]] * len(everybody)))

    with pytest.raises(StudioError) as refusal:
        studio.plan(
            SEED,
            population={
                "dataset": "lists",
                "where": [{"column": "tags", "is_missing": False}],
            },
        )

    assert refusal.value.code == "condition_unfit"
    assert "'tags'" in str(refusal.value)
