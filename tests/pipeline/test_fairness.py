"""Fairness of whole builds: who is counted, what is refused, and that nothing is scored."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from catalog.errors import StudioError
from catalog.specification import specification_of
from orchestration.plan import plan_build
from orchestration.plan_document import plan_as_json
from tests.pipeline import people
from tests.pipeline.building import build

SCORED = ("plan", "income", "visits")
HOSTILE = "<img src=x onerror=\"document.title='x'\">"


def build_of(folder, seed, population, *, scored=SCORED, **options):
    return build(
        folder,
        seed,
        population,
        categorical=[name for name in scored if name in people.CATEGORICAL],
        continuous=[name for name in scored if name in people.CONTINUOUS],
        output={"top": 400},
        **options,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory, seed, population):
    """Protected: names of which one is rare, numbers, and dates, which have no codes."""
    return build_of(
        tmp_path_factory.mktemp("fairness"),
        seed.assign(country=lambda frame: frame["country"].replace("IT", HOSTILE)),
        with_dates(population),
        fairness={"protected": ["country", "age", "since"]},
        with_report=True,
    )


def with_dates(population):
    """The population with the first or second of May, or no day, by their place."""
    days = [date(2024, 5, 1), date(2024, 5, 2), None]
    return population.assign(
        country=population["country"].replace("IT", HOSTILE),
        since=[days[place % 3] for place in range(len(population))],
    )


@pytest.fixture(scope="module")
def fairness(built):
    return json.loads((built.folder / "fairness.json").read_text())


@pytest.fixture(scope="module")
def candidates(built, population, seed):
    """Everybody who is not in the seed, and whether they were chosen."""
    others = population[~population["user_id"].isin(seed["user_id"])]
    return others.assign(
        is_chosen=others["user_id"].isin(built.members["user_id"]),
        country=others["country"].replace("IT", HOSTILE),
    )


def of(fairness, attribute):
    return next(
        each for each in fairness["protected"] if each["attribute"] == attribute
    )


def test_people_are_counted_by_value(fairness, candidates):
    counts = candidates.groupby("country")["is_chosen"].agg(["size", "sum"])
    told = {
        "others" if each["is_other"] else each["group"]: (
            each["candidates"],
            each["chosen"],
        )
        for each in of(fairness, "country")["groups"]
    }

    # 1 % are of LU: about 30 people
    assert counts.loc["LU", "size"] >= 25
    # of whom too few are chosen to tell how many, or what the others sum up to
    assert counts.loc["LU", "sum"] < 25
    assert told == {
        name: (row["size"], None if name == "LU" else 5 * round(row["sum"] / 5))
        for name, row in counts.iterrows()
    }


def test_a_column_without_codes_is_counted_as_well(fairness, population, candidates):
    since = with_dates(population)["since"][candidates.index].astype("string")
    counts = candidates.groupby(since, dropna=False)["is_chosen"].agg(["size", "sum"])

    told = of(fairness, "since")["groups"]

    assert {each["group"]: (each["candidates"], each["chosen"]) for each in told} == {
        None if pd.isna(day) else day: tuple(row) for day, row in counts.iterrows()
    }


def test_numbers_are_counted_in_bands(fairness, candidates):
    groups = of(fairness, "age")["groups"]

    assert len(groups) == 5
    first, *_, last = groups
    end = float(first["group"].removeprefix("up to "))
    start = float(last["group"].removesuffix(" and more"))
    young, old = candidates["age"] <= end, candidates["age"] >= start
    assert (first["candidates"], first["chosen"]) == (
        young.sum(),
        candidates["is_chosen"][young].sum(),
    )
    assert (last["candidates"], last["chosen"]) == (
        old.sum(),
        candidates["is_chosen"][old].sum(),
    )
    assert sum(each["candidates"] for each in groups) == len(candidates)
    assert sum(each["chosen"] for each in groups) == 400


def test_what_is_protected_is_in_no_weight_and_no_contribution(built):
    weighed = set(built.relation("main.weight_attributes")["attribute"])

    assert weighed == set(SCORED)
    assert set(built.contributions().columns) == set(SCORED)


def test_protecting_gives_the_audience_that_leaving_out_gives(
    tmp_path, built, seed, population
):
    plain = build_of(tmp_path, seed, population, with_report=True)

    assert plain.content_hash == built.content_hash
    assert not (plain.folder / "fairness.json").exists()
    assert "Who is chosen how often" not in (plain.folder / "report.html").read_text()


def test_the_report_the_figures_and_the_manifest_tell_it(built, fairness):
    page = (built.folder / "report.html").read_text()
    figures = json.loads((built.folder / "figures.json").read_text())

    assert "Who is chosen how often" in page
    assert HOSTILE not in page
    assert "fairness.json" in built.manifest["files"]
    least = min(each["ratio"] for each in of(fairness, "age")["groups"])
    facts = {each["name"]: each["value"] for each in figures["facts"]}
    assert facts["least_selection_ratio_age"] == least
    assert any("By “age” the least chosen group" in one for one in figures["sentences"])


def test_the_score_is_among_the_proxies(fairness):
    names = {each["column_name"] for each in fairness["proxies"]}

    assert names == {*SCORED, "the score"}
    assert len(fairness["proxies"]) == 3 * (len(SCORED) + 1)


def test_the_portrait_counts_the_people_of_the_audience(built, candidates):
    portrait = json.loads((built.folder / "portrait.json").read_text())
    chosen = candidates[candidates["is_chosen"]]

    assert portrait["people"] == 400
    told = {
        (each["attribute"], "missing" if each["is_missing"] else each["value"]): each
        for each in portrait["values"]
    }
    assert told["plan", "plus"]["audience_people"] == (chosen["plan"] == "plus").sum()
    assert told["plan", "missing"]["audience_people"] == chosen["plan"].isna().sum()
    bands = [
        each["audience_people"] or 0
        for each in portrait["values"]
        if each["attribute"] == "visits"
    ]
    folded = sum(
        each["audience_people"] is None
        for each in portrait["values"]
        if each["attribute"] == "visits"
    )
    assert len(chosen) - 24 * folded <= sum(bands) <= len(chosen)
    assert min(each["people"] for each in portrait["segments"]) >= 40
    assert "The audience in words" in (built.folder / "report.html").read_text()


def test_the_portrait_s_shares_of_both_sides_are_as_they_are(built, seed, population):
    """A weight is made of shares that are drawn towards each other; a page tells counts."""
    portrait = json.loads((built.folder / "portrait.json").read_text())
    is_seed = population["user_id"].isin(seed["user_id"])
    others = population[~is_seed]

    told = {
        "missing" if each["is_missing"] else each["value"]: each
        for each in portrait["values"]
        if each["attribute"] == "plan"
    }

    assert set(told) == {*population["plan"].dropna(), "missing"}
    sides = [side["plan"].fillna("missing") for side in (seed, others)]
    for value, each in told.items():
        shares = [(side == value).mean() for side in sides]
        assert [each["seed_share"], each["population_share"]] == pytest.approx(shares)


def test_people_of_several_rows_count_once_and_rows_may_be_shuffled(
    tmp_path, seed, population, fairness, built
):
    """Merged people have no codes, and no sample before the build."""
    repeated = pd.concat([population, population.iloc[::3]]).sample(
        frac=1, random_state=4
    )

    merged = build_of(
        tmp_path,
        seed,
        repeated,
        ending="csv",
        fairness={"protected": ["country", "age"]},
    )

    found = json.loads((merged.folder / "fairness.json").read_text())
    mine, theirs = of(found, "country"), of(fairness, "country")
    assert [each["candidates"] for each in mine["groups"]] == [
        each["candidates"] for each in theirs["groups"]
    ]
    assert sum(each["chosen"] for each in of(found, "age")["groups"]) == 400
    assert {each["column_name"] for each in found["proxies"]} == {*SCORED, "the score"}
    assert merged.relation("main.canonical_members").shape[0] == len(population)


@pytest.fixture(scope="module")
def twin(population):
    """People with a column that tells the country, and another that says nothing."""
    return population.assign(
        code=population["country"].map({"FR": "a", "DE": "b", "IT": "c", "LU": "d"}),
        coin=np.random.default_rng(8).choice(["h", "t"], len(population)),
    )


def request(mode, **fields):
    return specification_of(
        {
            "name": "people",
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population"},
            "fairness": {"mode": mode, "protected": ["country"]},
            "output": {"top": 100},
            **fields,
        }
    )


@pytest.fixture(scope="module")
def studio(tmp_path_factory, twin):
    """A studio with both datasets and nothing built."""
    from catalog.home import create_home
    from engines.registration import register
    from orchestration.workshop import open_workshop

    folder = tmp_path_factory.mktemp("studio")
    workshop = open_workshop(create_home(folder / "home"), threads=1)
    for name, frame in (("population", twin), ("seed", people.seed_of(twin))):
        frame.to_parquet(folder / f"{name}.parquet", index=False)
        path = folder / f"{name}.parquet"
        register(workshop.catalog, workshop.engine, path, name)
    return workshop


def test_a_strong_proxy_stops_a_regulated_build_and_is_named(studio):
    with pytest.raises(StudioError) as caught:
        plan_build(studio, request("regulated"))

    assert caught.value.code == "strong_proxy"
    assert caught.value.object == "attribute 'code'"
    assert "add code to exclude" in caught.value.remedy


def test_the_remedy_helps(studio):
    found = plan_as_json(plan_build(studio, request("regulated", exclude=["code"])))

    assert found["fairness"]["mode"] == "regulated"
    assert "country" in found["summary"]["compares"]
    assert any("do not stop the build" in each for each in found["caveats"])


def test_elsewhere_a_strong_proxy_is_a_caveat_of_the_plan(studio):
    found = plan_as_json(plan_build(studio, request("standard")))

    assert any(
        each.startswith("code is a strong proxy of the protected country")
        for each in found["caveats"]
    )
    assert [e["code"] for e in found["left_out"] if e["attribute"] == "country"] == [
        "protected"
    ]


def test_a_population_filtered_by_what_is_protected_is_a_caveat_or_a_refusal(studio):
    where = [{"column": "country", "in": ["FR", "DE"]}]
    filtered = {"dataset": "population", "where": where}
    scored = {"population": filtered, "exclude": ["code"]}

    found = plan_as_json(plan_build(studio, request("standard", **scored)))
    with pytest.raises(StudioError) as caught:
        plan_build(studio, request("regulated", **scored))

    assert any(
        "the population is filtered by country, which is protected" in each
        for each in found["caveats"]
    )
    assert caught.value.code == "protected_population_filter"
    assert "'country' is in" in caught.value.cause


def test_without_protection_no_sample_is_read_and_nothing_is_told(studio, monkeypatch):
    monkeypatch.setattr(type(studio.engine), "read_sample", None)
    plain = request("standard", fairness={})

    found = plan_as_json(plan_build(studio, plain))

    assert found["fairness"]["proxies"] == []
    assert "compares" not in found["summary"]
