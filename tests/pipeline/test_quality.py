"""Quality of whole builds: figures as the parts give them, and who is stopped."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

from catalog.errors import StudioError
from tests.pipeline import people
from tests.pipeline.building import build

ECONOMICS = {"prevalence": 0.05, "conversion_value": 40, "contact_cost": 1.5}


def random_people(population, count):
    rows = np.sort(np.random.default_rng(5).choice(len(population), count, False))
    return population.iloc[rows].reset_index(drop=True)


def build_of(folder, seed, population, **options):
    return build(
        folder,
        seed,
        population,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        **options,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory, seed, population):
    folder = tmp_path_factory.mktemp("quality")
    return build_of(
        folder,
        seed,
        population,
        output={"top": 400},
        economics=ECONOMICS,
        with_report=True,
    )


@pytest.fixture(scope="module")
def quality(built):
    return json.loads((built.folder / "quality.json").read_text())


def test_the_figures_are_those_of_the_people(built, quality):
    seed = built.relation("scoring.seed_scores")
    scores = built.relation("scoring.scores")
    matched = set(built.relation("main.canonical_matched_seed")["row_id"])
    others = scores[~scores["row_id"].isin(matched)]["log_odds"]

    # the population is smaller than a sample, so that everybody is in it
    wins = mannwhitneyu(seed["log_odds"], others).statistic
    measured = built.measured["auc"]["value"]
    assert measured == pytest.approx(wins / len(seed) / len(others))
    assert quality["auc"]["value"] == float(f"{measured:.4g}")
    corrected = (measured - 0.025) / 0.95
    assert quality["corrected_auc"]["value"] == float(f"{corrected:.4g}")
    border = np.sort(others)[-400]
    recall = (seed["log_odds"] >= border).mean()
    assert quality["chosen"]["recall"] == pytest.approx(recall, abs=0.005)
    assert quality["chosen"]["people_count"] == 400
    assert quality["verdict"]["can_be_told"]


def test_the_recommended_size_is_the_last_that_surely_pays(quality):
    found = quality["recommendation"]

    # 1.5 / (40 * 0.05)
    assert found["least_marginal_lift"] == pytest.approx(0.75)
    pays = [row["marginal_lift_low"] >= 0.75 for row in quality["curve"]]
    sizes = [row["people_count"] for row in quality["curve"]]
    assert found["people"] == max(np.array(sizes)[pays])
    assert found["greatest_profit"] >= found["profit"] - 1e-9


def test_no_figure_is_of_fewer_than_25_people(quality):
    cells = [*quality["curve"], *quality["deciles"], *quality["reliability"]]

    assert min(each["people_count"] for each in cells) >= 25


def test_the_report_and_the_figures_tell_it(built):
    figures = json.loads((built.folder / "figures.json").read_text())
    page = (built.folder / "report.html").read_text()

    line = next(each for each in figures["sentences"] if "Recommended size" in each)
    assert line in page
    assert "Does a score mean what it says" in page
    assert set(built.manifest["files"]) >= {"quality.json", "figures.json"}


def test_a_seed_of_random_people_stops_the_build(tmp_path, population):
    with pytest.raises(StudioError) as refused:
        build_of(tmp_path, random_people(population, 300), population)

    assert refused.value.code in {"indistinct_seed", "no_difference"}


def test_it_is_built_knowingly_with_a_warning(tmp_path, population):
    seed = random_people(population, 300)
    # nothing is folded to weight 0, so that there is something to rank by
    got = build_of(
        tmp_path,
        seed,
        population,
        limits={"allow_indistinct": True},
        scoring={"attribute_weights": "none"},
        with_report=True,
    )

    figures = json.loads((got.folder / "figures.json").read_text())
    assert "indistinct_seed" in {each["code"] for each in figures["warnings"]}


def test_the_same_build_gives_the_same_quality_on_any_number_of_threads(
    tmp_path, seed, population, quality
):
    shuffled = population.sample(frac=1, random_state=7)

    again = build_of(
        tmp_path,
        seed,
        shuffled,
        output={"top": 400},
        economics=ECONOMICS,
        threads=1,
    )

    assert json.loads((again.folder / "quality.json").read_text()) == quality


def test_a_single_flag_has_the_figures_of_its_shares(tmp_path):
    """Each fold weighs the flag a little otherwise; nobody gains or loses by that."""
    seed, population = (
        pd.DataFrame(
            {
                "user_id": [f"{side}{at}" for at in range(count)],
                "flag": np.where(np.arange(count) % every == 0, "yes", "no"),
            }
        )
        for side, count, every in (("s", 500, 5), ("p", 5_000, 20))
    )

    built = build(
        tmp_path,
        seed,
        population,
        categorical=["flag"],
        continuous=[],
        output={"top": 250},
        with_report=True,
    )

    quality = json.loads((built.folder / "quality.json").read_text())
    # a fifth of the seed and a twentieth of the population have it
    assert quality["auc"]["value"] == float(f"{0.5 + (0.2 - 0.05) / 2:.4g}")
    assert quality["chosen"]["lift"] == pytest.approx(4, abs=0.02)
    within = [row for row in quality["curve"] if row["people_count"] <= 250]
    assert within
    assert [row["lift"] for row in within] == pytest.approx([4] * len(within), abs=0.02)
