"""Negative seeds: people one does not want more of are kept out and learnt away from."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from catalog.errors import StudioError
from catalog.specification_model import AudienceSpecification
from orchestration.builds import Build
from orchestration.comparing import compare_scorers
from orchestration.plan_document import plan_as_json
from orchestration.scoring import check_unlike
from python_scoring.cross_fitting import cross_fit, out_of_fold_log_odds
from python_scoring.features import features_of
from python_scoring.held_out_loss import HeldOutFolds, held_out_losses
from python_scoring.learning_rows import one_batch
from python_scoring.scorers.base import (
    SCORERS,
    fit_scorer,
    relations_of,
    uses_unlike,
)
from python_scoring.space import space_of
from report.comparison_words import comparison_sentences
from report.quality_words import unlike_text, verdict_text
from studio.services.comparison_figures import ComparisonFigures
from tests.pipeline import people
from tests.pipeline.building import Built
from tests.pipeline.test_seeds import ATTRIBUTES, Studio

UNLIKE = {"dataset": "seed", "unlike": {"dataset": "unwanted"}}
LEARN = {"attributes": ATTRIBUTES, "scoring": {"learn_from": "seed"}}


class Wider(Studio):
    """A studio whose specifications declare every dataset that was written."""

    def specification(self, seed: dict, **fields) -> AudienceSpecification:
        found = super().specification(seed, **fields).model_dump(mode="json")
        found["datasets"] = {name: {"path": path} for name, path in self.paths.items()}
        return AudienceSpecification.model_validate(found)


@pytest.fixture(scope="module")
def everybody() -> pd.DataFrame:
    frame = people.population(2_000)
    return frame.assign(
        email=[f"p{number}@example.com" for number in range(len(frame))],
        returned=frame["country"] == "DE",
    )


@pytest.fixture(scope="module")
def seed(everybody) -> pd.DataFrame:
    return people.seed_of(everybody, 400)


@pytest.fixture(scope="module")
def unwanted(everybody, seed) -> pd.DataFrame:
    """Germans who are not in the seed, nine people who are, and one nobody knows."""
    others = everybody[~everybody["user_id"].isin(seed["user_id"])]
    of_seed = seed.head(9)
    germans = others[others["country"] == "DE"].head(80)
    stranger = pd.DataFrame({"user_id": ["nobody"]})
    return pd.concat([germans, of_seed, stranger])[["user_id"]]


@pytest.fixture(scope="module")
def studio(tmp_path_factory, everybody, seed, unwanted) -> Studio:
    studio = Wider(tmp_path_factory.mktemp("unlike"))
    plain = [*ATTRIBUTES, "user_id"]
    studio.write("population", everybody[plain])
    studio.write("seed", seed[plain])
    studio.write("unwanted", unwanted)
    studio.write("three", unwanted.head(3))
    studio.write("customers", everybody)
    return studio


@pytest.fixture(scope="module")
def built(studio) -> Built:
    output = {"best_percent": 10, "include_seed": True}
    return studio.build(UNLIKE, output=output, with_report=True, **LEARN)


def test_nobody_of_it_is_in_the_audience_the_seed_neither(built, unwanted, seed):
    members = set(built.members["user_id"])

    assert not members & set(unwanted["user_id"])
    added = built.members[built.members["is_seed"]]["user_id"]
    assert set(added) == set(seed["user_id"]) - set(unwanted["user_id"])
    cut = built.relation("main.audience_cut").iloc[0]
    assert cut["unscored_count"] == 80
    assert cut["candidate_count"] == 2_000 - 400 - 80


def test_the_seed_is_compared_with_half_of_each(built, everybody, seed, unwanted):
    """By the formula of the docs, on counts that pandas makes."""
    names = set(unwanted["user_id"])
    learnt = seed[~seed["user_id"].isin(names)]
    negative = everybody[everybody["user_id"].isin(names)]
    gone = names | set(seed["user_id"])
    reference = everybody[~everybody["user_id"].isin(gone)]
    n, m, total = len(negative), 30, len(reference)
    assert (n, total) == (89, 1_520)

    values = built.relation("main.weight_values").query("left_out_fold == -1")
    values = values.query("attribute == 'country'").set_index("attribute_value")
    b = reference["country"].value_counts().reindex(values.index, fill_value=0)
    u = negative["country"].value_counts().reindex(values.index, fill_value=0)
    a = learnt["country"].value_counts().reindex(values.index, fill_value=0)
    half = 0.5 * b + 0.5 * (total * u + m * b) / (n + m)
    q = (half + 0.5) / (total + 0.5 * len(values))
    t = np.log((a + m * q) / (len(learnt) + m) / q)
    assert values["log_likelihood_ratio"].to_dict() == pytest.approx(
        t.to_dict(), abs=1e-5
    )

    bins = built.relation("main.distribution_bins").query("attribute == 'age'")
    z = bins.set_index("least_value")["z"]
    share = 0.5 + 0.5 * m / (n + m)
    sides = [z.reindex(side["age"]) for side in (reference, negative)]
    mean = share * sides[0].mean() + (1 - share) * sides[1].mean()
    squares = share * (sides[0] ** 2).mean() + (1 - share) * (sides[1] ** 2).mean()
    fits = built.relation("main.distribution_continuous")
    (age,) = fits.query("attribute == 'age' and left_out_fold == -1").to_dict("records")
    assert age["reference_z_mean"] == pytest.approx(mean, abs=1e-5)
    assert age["reference_z_variance"] == pytest.approx(squares - mean**2, abs=1e-5)


def test_a_fold_is_left_out_of_both_seeds(built):
    totals = built.relation("main.distribution_totals").set_index("left_out_fold")
    negative = built.relation("main.canonical_unlike")

    assert totals.loc[-1, "unlike_total"] == 89
    assert totals.loc[3, "unlike_total"] == (negative["fold"] != 3).sum()
    contrast = built.relation("main.distribution_contrast_bins")
    sums = contrast.groupby(["left_out_fold", "attribute"])["contrast_count"].sum()
    assert sums.to_numpy() == pytest.approx(1_520, abs=1e-2)


def test_what_sets_it_apart_counts_against_others(
    built, everybody, studio, seed, unwanted
):
    plain = studio.build({"dataset": "seed"}, name="plain", **LEARN)

    members = [each.members.query("not is_seed")["user_id"] for each in (plain, built)]
    germans = [
        everybody.set_index("user_id").loc[each, "country"].eq("DE").mean()
        for each in members
    ]
    assert germans[0] > 0.8
    assert germans[1] < 0.4
    quality = json.loads((built.folder / "quality.json").read_text())["unlike"]
    assert (quality["people"], quality["both"]) == (89, None)
    assert 0.5 < quality["auc"]["value"] < 1
    named = set(unwanted["user_id"]) - set(seed["user_id"]) - {"nobody"}
    chosen_before = len(named & set(members[0])) / len(named)
    assert chosen_before > 0.5
    assert quality["top_share"] < chosen_before / 2


# Scorers that learn from people


@pytest.fixture(scope="module")
def built_of(studio):
    """The audience of each scorer that learns away from the negative seed, built once."""
    known = {}

    def built(model: str) -> Built:
        if model not in known:
            known[model] = studio.build(
                UNLIKE,
                name=f"away {model}",
                attributes=ATTRIBUTES,
                scoring={"learn_from": "seed", "model": model},
                output={"best_percent": 10},
                limits={"allow_indistinct": True},
                with_report=True,
            )
        return known[model]

    return built


@pytest.fixture(scope="module")
def tables(built_of) -> dict[str, pa.Table]:
    """The relations that scorers are fitted from."""
    built = built_of("weighted_bayes")
    folder = built.workshop.home.build(built.outcome.version.build_id)
    names = [*relations_of("auto"), "canonical_unlike"]
    read = built.workshop.engine.read_tables(folder, [f"main.{name}" for name in names])
    return {name.removeprefix("main."): table for name, table in read.items()}


@pytest.mark.parametrize("model", ["weighted_bayes", "auto", "best"])
def test_a_learnt_scorer_learns_away_from_it_too(
    model, built_of, studio, everybody, unwanted
):
    built = built_of(model)
    plain = studio.build(
        {"dataset": "seed"},
        name=f"plain {model}",
        attributes=ATTRIBUTES,
        scoring={"learn_from": "seed", "model": model},
        output={"best_percent": 10},
    )

    assert not set(built.members["user_id"]) & set(unwanted["user_id"])
    country = everybody.set_index("user_id")["country"]
    germans = [
        country.loc[each.members["user_id"]].eq("DE").mean() for each in (plain, built)
    ]
    assert germans[0] > 0.6
    assert germans[1] < germans[0] - 0.3
    quality = json.loads((built.folder / "quality.json").read_text())
    assert quality["unlike"]["people"] == 89
    assert quality["unlike"]["auc"]["low"] > 0.5
    if model == "auto":
        assert quality["say"]["unasked"] == "unlike"


def test_the_best_is_chosen_by_both_seeds_and_told_as_any_choice(built_of, tables):
    built = built_of("best")
    quality = json.loads((built.folder / "quality.json").read_text())
    names = ["weighted_bayes", "auto"]  # of 400 people trees alone do not learn

    losses = held_out_losses(
        {name: cross_fit(name, tables) for name in names}, HeldOutFolds.of(tables)
    )

    tried = {each["model"]: each for each in quality["choice"]["candidates"]}
    assert list(tried) == names
    for name, each in losses.items():
        assert tried[name]["log_loss"] == pytest.approx(each.mean(range(5)), abs=1e-4)
        against_population = replace(
            each,
            unlike=each.unlike[:0],
            folds=replace(each.folds, unlike=each.folds.unlike[:0], unlike_part=0.0),
        )
        assert tried[name]["log_loss"] > against_population.mean(range(5)) + 1e-3
    chosen = quality["choice"]["model"]
    assert built.manifest["scorer"] == {"asked": "best", **quality["choice"]}
    assert (
        json.loads((built.folder / "parameters.json").read_text())["scorer"] == chosen
    )
    page = (built.folder / "report.html").read_text(encoding="utf-8")
    assert f"Of the scorers tried, {chosen} was chosen: held-out log loss" in page
    # the one that was chosen makes the audience that it makes by its own name
    assert (
        built.members["user_id"].tolist()
        == built_of(chosen).members["user_id"].tolist()
    )


# Scorers beside each other


@pytest.fixture(scope="module")
def compared(studio) -> dict:
    """The figures of two builds' scorers, and of two that know no negative seed."""
    asked = studio.specification(
        UNLIKE, attributes=ATTRIBUTES, scoring={"learn_from": "seed"}
    )
    models = ["weighted_bayes", "auto", "centroid", "documented"]
    return compare_scorers(studio.workshop, asked, models).comparison


@pytest.mark.parametrize("model", ["weighted_bayes", "auto"])
def test_a_comparison_tells_of_both_seeds_what_a_build_does(model, compared, built_of):
    quality = json.loads((built_of(model).folder / "quality.json").read_text())
    (line,) = (each for each in compared["scorers"] if each["model"] == model)

    assert compared["has_unlike"]
    assert line["unlike"] == quality["unlike"]
    assert line["verdict"] == quality["verdict"]
    assert line.get("say") == quality.get("say")
    told = comparison_sentences(compared)
    assert any("Against the negative seed alone the greatest" in each for each in told)
    if model == compared["best"]:
        assert f"With {model}: {verdict_text(quality['verdict'])}" in told
        assert f"With {model}: {unlike_text(quality['unlike'])}" in told


def test_its_losses_are_those_by_which_the_best_is_chosen(compared, built_of):
    quality = json.loads((built_of("best").folder / "quality.json").read_text())
    lines = {each["model"]: each for each in compared["scorers"]}

    for each in quality["choice"]["candidates"]:
        assert lines[each["model"]]["log_loss"] == each["log_loss"]


@pytest.mark.parametrize("model", ["centroid", "documented"])
def test_who_knows_no_negative_seed_is_left_out_with_a_reason(model, compared):
    (line,) = (each for each in compared["scorers"] if each["model"] == model)

    assert f"'{model}' does not learn away from a negative seed" in line["reason"]
    assert "auc" not in line


def test_the_figures_of_both_seeds_fit_the_schema_of_rest(compared):
    figures = ComparisonFigures.model_validate(compared)

    assert [each.unlike is None for each in figures.scorers] == [
        False,
        False,
        True,
        True,
    ]
    assert figures.scorers[1].say.unasked == "unlike"


def test_a_comparison_without_it_says_nothing_of_it(studio):
    asked = studio.specification({"dataset": "seed"}, **LEARN)

    found = compare_scorers(studio.workshop, asked, ["naive_bayes"]).comparison

    assert not found["has_unlike"]
    assert "unlike" not in found["scorers"][0]
    assert "negative seed" not in " ".join(comparison_sentences(found))


def test_a_comparison_refuses_a_negative_seed_as_a_build_does(studio):
    limits = {"minimum_unlike": 90}  # 89 of its people are in the population
    asked = studio.specification(UNLIKE, limits=limits, **LEARN)

    with pytest.raises(StudioError, match="is too small: 89 of its people") as error:
        compare_scorers(studio.workshop, asked, ["naive_bayes"])

    assert error.value.code == "unlike_too_small"


@pytest.mark.parametrize("model", ["naive_bayes", "weighted_bayes", "auto"])
def test_the_held_out_people_of_it_are_ranked_by_fits_without_their_fold(
    model, tables, built_of
):
    found = cross_fit(model, tables)

    assert np.array_equal(
        found.unlike_log_odds,
        out_of_fold_log_odds(
            model, tables, tables["canonical_unlike"], found.sample_log_odds
        ),
    )
    assert len(found.unlike_log_odds) == 89


@pytest.mark.parametrize("model", ["weighted_bayes", "auto"])
def test_a_fold_of_it_that_is_left_out_is_not_learnt_from(model, tables):
    unlike = tables["canonical_unlike"]
    frame = unlike.to_pandas()
    frame.loc[frame["fold"] == 2, ATTRIBUTES] = None
    emptied = pa.Table.from_pandas(frame, schema=unlike.schema, preserve_index=False)
    without = {**tables, "canonical_unlike": emptied}

    texts = [fit_scorer(model, each, 2).to_json() for each in (tables, without)]
    whole = [fit_scorer(model, each).to_json() for each in (tables, without)]

    assert texts[0] == texts[1]
    assert whole[0] != whole[1]


@pytest.mark.parametrize("model", ["weighted_bayes", "auto"])
def test_the_order_of_its_people_changes_no_bit(model, tables):
    order = np.random.default_rng(5).permutation(89)
    turned = {
        **tables,
        "canonical_unlike": tables["canonical_unlike"].take(pa.array(order)),
    }

    assert fit_scorer(model, turned).to_json() == fit_scorer(model, tables).to_json()


def test_its_people_s_own_values_do_not_speak_against_them(
    tables, everybody, seed, unwanted
):
    """By the formula of the docs, on counts that pandas makes without one person."""
    space = space_of(tables, -1, most_seed=10_000, most_reference=10_000)
    names = set(unwanted["user_id"])
    learnt = seed[~seed["user_id"].isin(names)]["country"].value_counts()
    negative = everybody[everybody["user_id"].isin(names)]["country"].value_counts()
    gone = names | set(seed["user_id"])
    reference = everybody[~everybody["user_id"].isin(gone)]["country"].value_counts()
    m, total, n = 30, reference.sum(), negative.sum()
    (country,) = (
        each
        for each in features_of(space, tables)
        if each.shared.attribute == "country"
    )

    own = dict(zip(country.shared.values, country.of_unlike().numbers, strict=True))

    assert len(negative) > 1
    for value, u in negative.items():
        b, a = reference.get(value, 0), learnt.get(value, 0)
        half = 0.5 * b + 0.5 * (total * (u - 1) + m * b) / (n - 1 + m)
        q = (half + 0.5) / (total + 0.5 * len(own))
        t = np.log((a + m * q) / (learnt.sum() + m) / q)
        assert own[value] == pytest.approx(t, abs=1e-5)


def test_a_number_of_its_people_is_counted_without_themselves(tables):
    """As if the person were not in the negative seed at all."""
    space = space_of(tables, -1, most_seed=10_000, most_reference=10_000)
    unlike = tables["canonical_unlike"].sort_by("person_key")
    ages = [f for f in features_of(space, tables) if f.shared.attribute == "age"]

    for person in (0, 17, 88):
        others = unlike.filter(pa.array(np.arange(89) != person))
        fewer = {**tables, "canonical_unlike": others}
        without = space_of(fewer, -1, most_seed=10_000, most_reference=10_000)
        (steps, _) = (
            f for f in features_of(without, fewer) if f.shared.attribute == "age"
        )
        own = one_batch(unlike.slice(person, 1)).column("age")
        got, plain, expected = (
            look_up.terms().of(own)[0]
            for look_up in (ages[0].of_unlike(), ages[0].shared, steps.shared)
        )
        # what is left is the level of the normal curve, which stays as it is fitted
        assert abs(got - expected) < 0.2 * abs(plain - expected)


# What the build says


def test_the_build_says_who_was_kept_out(built):
    assert built.manifest["unlike"]["dataset"] == "unwanted"
    assert "unlike" in built.manifest["inputs"]
    figures = json.loads((built.folder / "figures.json").read_text())
    assert "Negative seed, kept out" in json.dumps(figures)
    assert "people_without_score" not in json.dumps(figures)
    page = (built.folder / "report.html").read_text(encoding="utf-8")
    assert "Against the negative seed the held-out AUC is" in page
    assert "It names fewer than 25 people of the seed" in page


def test_people_of_it_are_no_candidates_of_a_group(studio, everybody, seed, unwanted):
    """They cannot be chosen, so that a group full of them would seem to be passed over."""
    built = studio.build(
        UNLIKE,
        name="compared",
        fairness={"protected": ["plan"]},
        attributes=[name for name in ATTRIBUTES if name != "plan"],
        scoring={"learn_from": "seed"},
        output={"best_percent": 10},
    )

    gone = {*seed["user_id"], *unwanted["user_id"]}
    ranked = everybody[~everybody["user_id"].isin(gone)]
    (told,) = json.loads((built.folder / "fairness.json").read_text())["protected"]
    candidates = {each["group"]: each["candidates"] for each in told["groups"]}
    counts = ranked["plan"].value_counts(dropna=False)
    assert candidates == {
        None if pd.isna(value) else value: count for value, count in counts.items()
    }
    assert sum(candidates.values()) == 2_000 - 400 - 80


def test_one_person_of_many_rows_is_kept_out_under_every_identifier(
    tmp_path, everybody, seed
):
    """Two rows that share a device are one person, who is known by either address."""
    studio = Wider(tmp_path)
    rows = everybody.drop(columns=["returned"])
    rows["device_id"] = [f"d{number // 2}" for number in range(len(rows))]
    rows = pd.concat([rows, rows.tail(1)])
    studio.write("population", rows)
    studio.write("seed", seed.drop(columns=["returned"]))
    outside = rows[~rows["user_id"].isin(seed["user_id"])]
    named = outside.iloc[::2].head(60)
    studio.write("unwanted", named[["email"]])

    built = studio.build(UNLIKE, **LEARN, output={"best_percent": 100})

    found = built.relation("main.canonical_unlike")
    assert len(found) == named["device_id"].nunique()
    identities = pd.read_parquet(built.folder / "identities.parquet")
    kept_out = rows[rows["device_id"].isin(named["device_id"])]
    assert not set(identities["identifier"]) & set(kept_out["email"])
    assert not set(identities["identifier"]) & set(kept_out["user_id"])


# The plan, and what is refused


def test_the_plan_says_who_is_unwanted(studio):
    told = plan_as_json(studio.plan(UNLIKE))

    assert told["summary"]["unlike"].startswith("90 rows of 'unwanted': found by user")
    assert told["unlike"]["joins"] == ["user_id"]


def test_what_says_who_is_unwanted_is_never_scored(studio):
    where = [{"column": "returned", "is": True}]
    choice = {"dataset": "seed", "unlike": {"dataset": "customers", "where": where}}

    plan = studio.plan(choice, population={"dataset": "customers"})

    assert "returned" not in [each.slug for each in plan.attributes]
    assert plan.fingerprints().keys() == {"seed", "population", "unlike", "mapping"}
    with pytest.raises(StudioError, match="chosen by"):
        studio.plan(
            choice, population={"dataset": "customers"}, attributes=["returned"]
        )


@pytest.mark.parametrize(
    ("unlike", "told"),
    [
        ({"dataset": "seed"}, "the same people"),
        ({"dataset": "population"}, "nobody would be left"),
        ({"audience": "people"}, "its own audience"),
        ({"dataset": "unwanted", "audience": "x"}, "both dataset and audience"),
    ],
)
def test_a_specification_that_wants_nobody_is_refused(studio, unlike, told):
    with pytest.raises(ValueError, match=told):
        studio.specification({"dataset": "seed", "unlike": unlike})


@pytest.mark.parametrize(
    ("unlike", "code"),
    [
        ({"dataset": "nowhere"}, "unknown_dataset"),
        ({"dataset": "three"}, "unlike_too_small"),
        ({"audience": "nobody's"}, "unknown_audience"),
    ],
)
def test_a_negative_seed_that_cannot_be_read_is_refused_by_name(studio, unlike, code):
    with pytest.raises(StudioError) as error:
        studio.plan({"dataset": "seed", "unlike": unlike})

    assert error.value.code == code


def test_a_negative_seed_that_joins_by_another_identifier_is_refused(studio):
    studio.write(
        "by mail", pd.DataFrame({"email": [f"p{n}@example.com" for n in range(99)]})
    )
    seed = {"dataset": "seed", "unlike": {"dataset": "by mail"}}

    with pytest.raises(StudioError) as error:
        studio.plan(seed, population={"dataset": "customers"}, join_key="user_id")

    assert error.value.code == "unlike_not_joined"
    assert "email" in str(error.value)


@pytest.mark.parametrize("model", [name for name in SCORERS if not uses_unlike(name)])
def test_a_scorer_that_passes_over_it_refuses_it(studio, model):
    with pytest.raises(StudioError) as error:
        studio.plan(UNLIKE, scoring={"model": model})

    assert error.value.code == "unlike_unused"


class Counted:
    """An engine that has so many people of the negative seed, and of both."""

    def __init__(self, unlike: int, both: int) -> None:
        self.unlike, self.both = unlike, both

    def read_tables(self, _folder, relations) -> dict[str, pa.Table]:
        rows = {
            "person_key": [f"k{n}" for n in range(self.both + 5)],
            "is_unlike": [n < self.both for n in range(self.both + 5)],
        }
        tables = [pa.table({"row_id": range(self.unlike)}), pa.table(rows)]
        return dict(zip(relations, tables, strict=True))


@pytest.mark.parametrize(
    ("unlike", "both", "sampled", "code"),
    [
        (24, 0, 900, "unlike_too_small"),
        (900, 301, 900, "unlike_is_seed"),
        (900, 0, 0, "unlike_everybody"),
    ],
)
def test_a_negative_seed_that_leaves_nothing_to_learn_is_refused(
    unlike, both, sampled, code
):
    build = Build.model_construct(
        folder=None, unlike={"dataset": "unwanted"}, minimum_unlike=25
    )

    with pytest.raises(StudioError) as error:
        check_unlike(
            Counted(unlike, both),
            build,
            {
                "canonical_learn_from": pa.table({"seed_people": [300]}),
                "canonical_sample": pa.table({"row_id": range(sampled)}),
            },
        )

    assert error.value.code == code
