"""What holds for every scorer that learns from people, on the relations of a build."""

import json
import sys
from base64 import b64decode
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn.metrics import log_loss, roc_auc_score

from catalog.errors import StudioError
from orchestration.builds import load_build
from orchestration.fitting import cross_fitted
from python_scoring import tuning
from python_scoring.cross_fitting import cross_fit, log_odds_of
from python_scoring.encoder import MISSING, Encoder
from python_scoring.evaluation import auc_pu
from python_scoring.features import features_of
from python_scoring.learning_rows import one_batch
from python_scoring.look_ups import counted, looked_up
from python_scoring.model import Model
from python_scoring.sample_halves import halves_of
from python_scoring.scorers import auto, weighted_bayes
from python_scoring.scorers.base import (
    SmallSeedError,
    fit_scorer,
    relations_of,
    scorer_from_json,
)
from python_scoring.scorers.boosted import FULL, TREES, Trees
from python_scoring.similarity import unit
from python_scoring.space import space_of
from python_scoring.tuning import as_table, parts_of, tune
from tests.pipeline.building import build
from tests.report.pages import Html

BANK = Path(__file__).parents[2] / "examples" / "bank"
CATEGORICAL = ["job", "month", "poutcome"]
CONTINUOUS = ["age", "balance", "pdays"]
LEARNT = [
    "weighted_bayes",
    "boosted",
    "auto",
    "centroid",
    "segments",
    "clusters",
    "neighbours",
]


@pytest.fixture(scope="module")
def people():
    """1,200 converters for a seed, and 8,000 others."""
    customers = pd.read_parquet(BANK / "customers.parquet").sample(8000, random_state=1)
    converters = pd.read_parquet(BANK / "converters.parquet").sample(
        1200, random_state=2
    )
    return converters, customers[~customers["user_id"].isin(converters["user_id"])]


@pytest.fixture(scope="module")
def built_of(people, tmp_path_factory):
    """Builds the audience of a scorer, once."""
    known = {}

    def built(model):
        if model not in known:
            known[model] = build(
                tmp_path_factory.mktemp(model),
                *people,
                categorical=CATEGORICAL,
                continuous=CONTINUOUS,
                scoring={"model": model, "trials": 2 if model == "boosted" else 0},
                output={"top": 500},
                with_report=True,
            )
        return known[model]

    return built


@pytest.fixture(scope="module")
def tables(built_of):
    """The relations that scorers are fitted from."""
    built = built_of(LEARNT[0])
    names = {name for model in LEARNT for name in relations_of(model)}
    folder = built.workshop.home.build(built.outcome.version.build_id)
    read = built.workshop.engine.read_tables(
        folder, sorted(f"main.{name}" for name in names)
    )
    return {name.removeprefix("main."): table for name, table in read.items()}


@pytest.fixture(scope="module")
def fitted(tables):
    """Each scorer of the whole seed, fitted once."""
    known = {}

    def of(model):
        if model not in known:
            known[model] = fit_scorer(model, tables)
        return known[model]

    return of


@pytest.fixture(scope="module")
def strangers(tables):
    """Sampled people, some with values that nobody had, far away or missing."""
    sample = tables["canonical_sample"].slice(0, 2_000).to_pandas()
    sample.loc[:9, "job"] = "never seen"
    sample.loc[10:19, CONTINUOUS] = [np.inf, -1e300, np.nan]
    sample.loc[20:29, CATEGORICAL] = None
    schema = tables["canonical_sample"].schema
    return pa.RecordBatch.from_pandas(sample, schema=schema, preserve_index=False)


def shuffled(table, random_state):
    order = np.random.default_rng(random_state).permutation(table.num_rows)
    return table.take(pa.array(order))


@pytest.mark.parametrize("model", LEARNT)
def test_log_odds_are_finite_whatever_the_values(model, fitted, strangers):
    log_odds = fitted(model).log_odds(strangers)

    assert len(log_odds) == strangers.num_rows
    assert np.isfinite(log_odds).all()
    assert np.array_equal(log_odds, np.round(log_odds, 9))


@pytest.mark.parametrize("model", LEARNT)
def test_what_is_read_back_scores_the_same(model, fitted, strangers):
    scorer = fitted(model)

    again = scorer_from_json(scorer.to_json())

    assert again.to_json() == scorer.to_json()
    assert again.attributes == tuple(CATEGORICAL + CONTINUOUS)
    assert np.array_equal(again.log_odds(strangers), scorer.log_odds(strangers))


@pytest.mark.parametrize("model", LEARNT)
def test_the_order_of_rows_changes_no_bit_of_the_fit(model, fitted, tables):
    mixed = {name: shuffled(table, 3) for name, table in tables.items()}

    assert fit_scorer(model, mixed).to_json() == fitted(model).to_json()


@pytest.mark.parametrize("model", LEARNT)
def test_where_a_batch_is_split_changes_nothing(model, fitted, strangers):
    scorer = fitted(model)

    parts = [strangers.slice(0, 7), strangers.slice(7, 1), strangers.slice(8)]

    one_by_one = np.concatenate([scorer.log_odds(part) for part in parts])
    assert np.array_equal(one_by_one, scorer.log_odds(strangers))


@pytest.mark.parametrize("model", LEARNT)
def test_a_list_of_values_scores_as_the_values_do(model, fitted, strangers):
    scorer = fitted(model)
    listed = pa.RecordBatch.from_arrays(
        [strangers.column(name).dictionary_encode() for name in scorer.columns],
        names=list(scorer.columns),
    )

    assert np.array_equal(scorer.log_odds(listed), scorer.log_odds(strangers))


@pytest.mark.parametrize("model", LEARNT)
def test_contributions_sum_to_the_log_odds(model, fitted, strangers):
    scorer = fitted(model)

    parts = scorer.contributions(strangers)

    assert parts.shape == (strangers.num_rows, len(scorer.attributes))
    gap = np.abs(parts.sum(axis=1) - scorer.log_odds(strangers))
    assert gap.max() <= 1e-9


@pytest.mark.parametrize("model", LEARNT)
def test_a_fold_that_is_left_out_is_not_learnt_from(model, tables):
    schema = tables["canonical_seed"].schema
    seed = tables["canonical_seed"].to_pandas()
    seed.loc[seed["fold"] == 2, CATEGORICAL + CONTINUOUS] = None
    emptied = pa.Table.from_pandas(seed, schema=schema, preserve_index=False)
    without = {**tables, "canonical_seed": emptied}

    left_out = fit_scorer(model, tables, left_out_fold=2)

    assert fit_scorer(model, without, left_out_fold=2).to_json() == left_out.to_json()


@pytest.mark.parametrize("model", LEARNT)
def test_held_out_seed_people_rank_above_the_population(model, tables):
    found = cross_fit(model, tables)

    assert auc_pu(found.seed_log_odds, found.sample_log_odds) > 0.6


@pytest.mark.parametrize("model", LEARNT)
def test_damaged_parameters_are_refused(model, fitted):
    document = json.loads(fitted(model).to_json())
    document["parameters"]["unknown"] = 1

    with pytest.raises(ValueError, match="unknown is not a field"):
        scorer_from_json(json.dumps(document))


@pytest.mark.parametrize("model", LEARNT)
def test_an_audience_is_built_and_explained(model, built_of):
    built = built_of(model)

    total = built.contributions().sum(axis=1).to_numpy()
    report = built.relation("main.report_attribute_weights")

    assert np.abs(total - built.members["log_odds"].to_numpy()).max() <= 1e-9
    assert set(report["model"]) == {model}
    assert set(report["attribute_weight"]) == {1.0}
    assert built.members["score"].between(0, 1).all()
    page = (built.folder / "report.html").read_text(encoding="utf-8")
    assert "learnt from people" in page


@pytest.mark.parametrize("model", LEARNT)
def test_what_was_made_of_each_attribute_is_told_and_no_weight(model, built_of):
    built = built_of(model)
    figures = json.loads((built.folder / "figures.json").read_text())
    told = {each["attribute"]: each for each in figures["attributes"]}
    stored = (built.folder / "parameters.json").read_text()
    scorer = Model.from_json(stored).scorer
    folder = built.workshop.home.build(built.outcome.version.build_id)
    sample = built.workshop.engine.read_table(folder, "main.canonical_sample")
    parts = scorer.contributions(one_batch(sample))
    moved = np.abs(parts - parts.mean(axis=0)).mean(axis=0)

    shares = np.array([told[name]["movement_share"] for name in scorer.attributes])

    # a thousand people stand for all of the sample
    assert shares == pytest.approx(moved / moved.sum(), abs=0.03)
    assert shares.sum() == pytest.approx(1, abs=1e-3)
    signal = built.attributes()["signal_share"]
    for name, each in told.items():
        assert "By itself it " in each["reason"]
        assert ("more than chance." in each["reason"]) == (0 < signal[name] < 0.995)
        assert "each counts" not in each["reason"]
    page = Html((built.folder / "report.html").read_text("utf-8")).text
    assert "· weight learnt ·" in page
    assert "weight 1.00" not in page


def test_what_auto_lets_each_scorer_say_is_kept_and_told(built_of):
    built = built_of("auto")
    say = json.loads((built.folder / "quality.json").read_text())["say"]
    stored = json.loads((built.folder / "parameters.json").read_text())

    assert say["scorers"] == ["weighted_bayes", "boosted"]
    tried = {each["model"]: each for each in say["choice"]["candidates"]}
    assert list(tried) == list(auto.SAYS)
    for each in tried.values():
        assert 0.3 < each["log_loss"] < np.log(2)
        assert each["standard_error"] > 0 or each["beyond_least"] == 0
    says = auto.SAYS[say["choice"]["model"]]
    assert say["shares"] == [each / sum(says) for each in says]
    joined = [name for name, each in zip(say["scorers"], says, strict=True) if each > 0]
    assert stored["scorer"] == ("auto" if len(joined) > 1 else joined[0])
    told = next(
        text
        for text in json.loads((built.folder / "figures.json").read_text())["sentences"]
        if text.startswith("In auto ")
    )
    assert f"{tried['the trees']['log_loss']:.4f}" in told
    assert told in Html((built.folder / "report.html").read_text("utf-8")).text


def test_a_seed_person_s_own_value_does_not_speak_for_them(tables):
    space = space_of(tables, -1, most_seed=10_000, most_reference=10_000)
    seed = tables["canonical_seed"].to_pandas()
    shares = tables["weight_values"].to_pandas().query("left_out_fold == -1")
    (job,) = (f for f in features_of(space, tables) if f.shared.attribute == "job")

    for value, shared, own in zip(
        job.shared.values, job.shared.numbers, job.own().numbers, strict=True
    ):
        count = (seed["job"] == value).sum()
        row = shares.query("attribute == 'job' and attribute_value == @value")
        share = row["reference_share"].item()
        whole = np.log((count + 30 * share) / (len(seed) + 30) / share)
        without = np.log((count - 1 + 30 * share) / (len(seed) - 1 + 30) / share)
        assert shared == pytest.approx(whole, abs=1e-9)
        assert own == pytest.approx(without if count else whole, abs=1e-9)


def test_steps_of_z_are_counted_and_drawn_to_the_normal_curves(tables):
    space = space_of(tables, -1, most_seed=10_000, most_reference=10_000)
    seed = tables["canonical_seed"].to_pandas()["age"]
    bins = tables["distribution_bins"].to_pandas().query("attribute == 'age'")
    curve = tables["weight_gaussians"].to_pandas()
    curve = curve.query("attribute == 'age' and left_out_fold == -1").iloc[0]
    ages = [f for f in features_of(space, tables) if f.shared.attribute == "age"]
    assert [feature.prior > 0 for feature in ages] == [True, False]
    bins = bins.sort_values("bin").reset_index(drop=True)
    middle = bins["share_below"] + bins["reference_share"] / 2
    clip = curve["quantile_clip"]
    bins["z"] = norm.ppf(middle.clip(clip, 1 - clip))
    bins["step"] = np.floor(bins["z"] * 10)
    alone = bins["least_value"] == bins["greatest_value"]
    alone &= bins["reference_share"] >= 1 / 1024
    bins.loc[alone, "step"] = 1000.0 + bins.index[alone]
    pooled = curve["variance_pooling"]
    plain = norm.logpdf(
        bins["z"], curve["reference_mean"], curve["reference_variance"] ** 0.5
    )
    ratio = (1 - pooled) * norm.logpdf(
        bins["z"], curve["seed_mean"], curve["seed_variance"] ** 0.5
    ) + pooled * norm.logpdf(
        bins["z"], curve["seed_mean"], curve["reference_variance"] ** 0.5
    )
    bins["expected"] = bins["reference_share"] * np.exp(ratio - plain)
    by_step = bins.groupby("step")[["reference_share", "expected"]].sum()
    total = tables["distribution_totals"].to_pandas()["reference_total"].iloc[0]
    half = 0.5 / total
    q = (by_step["reference_share"] + half) / (1 + half * len(by_step))
    p = by_step["expected"] + half
    p = p / p.sum()
    place = np.searchsorted(bins["least_value"], seed, side="right") - 1
    counts = bins["step"].take(place).value_counts()
    counts = counts.reindex(by_step.index, fill_value=0)
    t = np.log((counts + 1000 * p) / (len(seed) + 1000) / q)

    got = ages[0].shared.numbers

    assert got == pytest.approx(t.loc[bins["step"]].to_numpy(), abs=1e-9)


def test_a_person_of_one_half_is_scored_by_the_model_of_the_other(tables, fitted):
    xgboost = pytest.importorskip("xgboost")
    scorer = fitted("boosted")
    sample = tables["canonical_sample"].combine_chunks().to_batches()[0]
    rows = Encoder(counted(scorer.parameters.attributes)).rows(sample)
    models = []
    for text in scorer.parameters.models:
        model = xgboost.Booster()
        model.load_model(bytearray(text, "utf-8"))
        models.append(model)
    matrix = xgboost.DMatrix(rows, missing=MISSING)
    margins = np.array([model.predict(matrix, output_margin=True) for model in models])
    # what XGBoost itself says of the halves, told apart by the rows themselves
    halves = [{row.tobytes() for row in rows[half]} for half in halves_of(rows)]
    is_in = np.array([[row.tobytes() in half for row in rows] for half in halves])
    expected = np.where(
        is_in[0] & ~is_in[1],
        margins[1],
        np.where(is_in[1] & ~is_in[0], margins[0], margins.astype(float).mean(axis=0)),
    )

    assert (is_in[0] != is_in[1]).mean() > 0.5
    assert scorer.log_odds(sample) == pytest.approx(expected, abs=1e-9)


def test_trees_alone_are_refused_for_a_small_seed(tables):
    few = {**tables, "canonical_seed": tables["canonical_seed"].slice(0, 999)}

    with pytest.raises(
        SmallSeedError, match="at least 1,000 seed people, there are 999"
    ):
        fit_scorer("boosted", few)


def test_a_missing_library_is_one_sentence_with_its_remedy(tables, monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)

    with pytest.raises(StudioError) as error:
        cross_fitted("boosted", tables)

    assert error.value.as_dict() == {
        "code": "missing_extra",
        "object": "the scorer 'boosted'",
        "cause": "needs the extra `boosted`",
        "remedy": "pip install 'lookalike-studio[boosted]'",
    }


@pytest.mark.parametrize(
    ("seed_people", "names"),
    [
        (149, ("naive_bayes", "weighted_bayes")),
        (150, ("weighted_bayes", "boosted")),
        (1000, ("weighted_bayes", "boosted")),
    ],
)
def test_auto_joins_the_scorers_of_the_seed_s_size(
    tables, strangers, seed_people, names
):
    few = {**tables, "canonical_seed": tables["canonical_seed"].slice(0, seed_people)}

    scorer = fit_scorer("auto", few)

    assert tuple(each.name for each in scorer.scorers) == names
    parts = scorer.contributions(strangers).sum(axis=1)
    assert np.abs(parts - scorer.log_odds(strangers)).max() <= 1e-9
    assert scorer_from_json(scorer.to_json()).factors == scorer.factors
    trees = {1000: 200, 150: 150}.get(seed_people)
    if trees:
        document = json.loads(scorer.scorers[1].parameters.models[0])
        model = document["learner"]["gradient_booster"]["model"]
        assert len(model["trees"]) == trees


def test_auto_orders_people_as_the_sum_of_z_scores_does(tables, fitted):
    sample = tables["canonical_sample"]
    parts = [
        log_odds_of(fitted(name), sample) for name in ("weighted_bayes", "boosted")
    ]
    total = sum((part - part.mean()) / part.std() for part in parts)
    spread = np.mean([part.std() for part in parts]) / 2

    got = log_odds_of(fitted("auto"), sample)

    assert got - got.mean() == pytest.approx(spread * total, abs=1e-8)


def test_few_people_s_auto_is_counted_evidence_and_half_as_much_of_a_regression(tables):
    few = {**tables, "canonical_seed": tables["canonical_seed"].slice(0, 149)}
    sample = tables["canonical_sample"]
    parts = [
        log_odds_of(each, sample)
        for each in (
            fit_scorer("naive_bayes", few),
            weighted_bayes.fit(few, has_prior=False),
        )
    ]
    first, second = ((part - part.mean()) / part.std() for part in parts)
    spread = np.mean([part.std() for part in parts])

    got = log_odds_of(fit_scorer("auto", few), sample)

    expected = spread * (first + second / 2) / 1.5
    assert got - got.mean() == pytest.approx(expected, abs=1e-8)


def test_a_strong_ridge_draws_to_the_evidence_or_without_a_prior_to_nothing(tables):
    strong = {
        **tables,
        weighted_bayes.STRENGTH: pa.table({"strength": [1e-9]}),
    }
    sample = tables["canonical_sample"]

    led = log_odds_of(weighted_bayes.fit(strong), sample)
    unled = log_odds_of(weighted_bayes.fit(strong, has_prior=False), sample)

    assert unled.std() < 1e-4
    evidence = log_odds_of(fit_scorer("naive_bayes", tables), sample)
    assert np.corrcoef(led, evidence)[0, 1] > 0.9


def test_the_log_odds_of_centroid_are_a_line_of_the_cosine(tables, fitted):
    scorer = fitted("centroid")
    space = space_of(tables, -1, most_seed=20_000, most_reference=20_000)
    seed, sample = (
        looked_up(space.look_ups, side)
        for side in (space.rows.seed, space.rows.reference)
    )
    cosines = 1 - cdist(sample.T, [seed.mean(axis=1)], "cosine")[:, 0]

    got = scorer.log_odds(space.rows.reference)

    slope, intercept = scorer.parameters.slope, scorer.parameters.intercept
    assert slope > 0
    assert got == pytest.approx(slope * cosines + intercept, abs=1e-8)


def test_segments_are_counted_as_their_words_say(tables, fitted):
    scorer = fitted("segments")
    place = next(
        place for place, words in enumerate(scorer.words()) if "poutcome" in words
    )
    assert "poutcome is " in scorer.words()[place]
    seed, sample = (
        one_batch(tables[name]) for name in ("canonical_seed", "canonical_sample")
    )
    places = [scorer.places(side) for side in (seed, sample)]
    left = [(each >= place).sum() for each in places]
    a, b = ((each == place).sum() for each in places)
    share = (b + 0.5) / (sample.num_rows + 1)

    expected = np.log((a + 30 * share) / (seed.num_rows + 30) / share)

    assert scorer.parameters.log_ratios[place] == pytest.approx(expected, abs=1e-9)
    assert 0 < a < left[0] and b < left[1]
    assert scorer.parameters.log_ratios[0] > 1


def test_a_cluster_s_log_odds_are_its_seed_overlap(tables, fitted):
    scorer = fitted("clusters")
    seed = one_batch(tables["canonical_seed"])
    # the sample that was learnt from: all of it, there are less than 10,000
    sample = one_batch(tables["canonical_sample"])
    a, b = (np.bincount(scorer.places(side), minlength=64) for side in (seed, sample))
    q = (b + 0.5) / (sample.num_rows + 32)

    expected = np.log((a + 30 * q) / (seed.num_rows + 30) / q)

    assert scorer.parameters.log_ratios == pytest.approx(expected, abs=1e-9)


def nearest_mean(asked, others):
    """Mean cosine of each to the 20 nearest of the others."""
    cosines = 1 - cdist(asked, others, "cosine")
    return np.sort(cosines, axis=1)[:, -20:].mean(axis=1)


def test_neighbours_are_almost_always_the_nearest_there_are(tables, fitted):
    pytest.importorskip("usearch")
    scorer = fitted("neighbours")
    space = space_of(tables, -1, most_seed=5_000, most_reference=500)
    asked = unit(looked_up(space.look_ups, space.rows.reference).T)
    found = scorer.parameters
    seed, *halves = (
        np.frombuffer(b64decode(text), "<f4").reshape(-1, asked.shape[1])
        for text in (found.seed_directions, *found.half_directions)
    )
    near_seed = nearest_mean(asked, seed)
    near_halves = np.array([nearest_mean(asked, half) for half in halves])
    known = [{row.tobytes() for row in half} for half in halves]
    of_half = np.array(
        [[row.tobytes() in rows for row in asked.astype("<f4")] for rows in known]
    )
    # who is of one half alone is compared with the other, everybody else with both
    near_others = np.where(
        of_half[0] == of_half[1],
        near_halves.mean(axis=0),
        np.where(of_half[0], near_halves[1], near_halves[0]),
    )
    exact = found.slope * (near_seed - near_others) + found.intercept

    gap = np.abs(scorer.log_odds(space.rows.reference) - exact)

    assert np.quantile(gap, 0.95) < 1e-3


def test_a_search_that_was_stopped_ends_as_one_that_was_not(tables, tmp_path):
    pytest.importorskip("optuna")
    whole = tune(tables, 3, tmp_path / "whole.db")

    tune(tables, 1, tmp_path / "stopped.db")
    again = tune(tables, 3, tmp_path / "stopped.db")

    assert again == whole
    assert whole.trials == 3
    found = min(whole.test_loss, whole.test_loss_of_fixed)
    assert whole.trees == FULL or whole.test_loss == found
    assert 0.3 < whole.validation_loss < np.log(2)


def test_a_search_that_was_interrupted_in_a_trial_goes_on_with_it(
    tables, tmp_path, monkeypatch
):
    pytest.importorskip("optuna")
    whole = tune(tables, 3, tmp_path / "whole.db")
    losses = []
    measure = tuning._loss

    def interrupted(model, matrix):
        losses.append(measure(model, matrix))
        if len(losses) == 4:
            raise KeyboardInterrupt
        return losses[-1]

    with monkeypatch.context() as patch:
        patch.setattr(tuning, "_loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tune(tables, 3, tmp_path / "stopped.db")

    assert tune(tables, 3, tmp_path / "stopped.db") == whole


def test_a_build_searches_where_the_specification_asks_for_it(built_of):
    pytest.importorskip("optuna")
    version = built_of("boosted").outcome.version
    home = built_of("boosted").workshop.home

    figures = load_build(home, version.build_id).done("scores")

    assert figures["trials"] == 2
    assert 0 < figures["test_loss"] < 1 and 0 < figures["test_loss_of_fixed"] < 1
    assert (home.build(version.build_id) / "trials.db").exists()


def test_nobody_who_judged_a_search_is_in_the_held_out_figures(built_of):
    pytest.importorskip("optuna")
    built = built_of("boosted")
    folder = built.workshop.home.build(built.outcome.version.build_id)
    engine = built.workshop.engine
    names = ["scoring.seed_scores", "main.canonical_sample", "scoring.parameters"]
    seed, sample, parameters = engine.read_tables(folder, names).values()
    quality = json.loads(
        (Path(built.outcome.version.path) / "quality.json").read_text()
    )

    judges = seed.filter(pc.is_valid(seed["log_odds"]))

    assert set(judges["fold"].to_pylist()) == {0, 1, 2}
    assert judges.num_rows == sum(each < 3 for each in seed["fold"].to_pylist())
    scorer = Model.from_json(parameters["parameters"][0].as_py()).scorer
    log_odds = [judges["log_odds"].to_numpy(), log_odds_of(scorer, sample)]
    truth = np.repeat([1, 0], [len(each) for each in log_odds])
    expected = roc_auc_score(truth, np.concatenate(log_odds))
    assert built.measured["auc"]["value"] == pytest.approx(expected, abs=1e-9)
    assert quality["auc"]["value"] == float(f"{expected:.4g}")
    assert quality["search"] == {"trials": 2, "judges": judges.num_rows}


def test_the_fixed_settings_are_judged_on_people_they_have_not_seen(tables, tmp_path):
    xgboost = pytest.importorskip("xgboost")
    parts = parts_of(tables)
    folds = tables["canonical_seed"]["fold"].to_numpy()
    model = xgboost.train(FULL.settings(), parts.train, FULL.trees)
    labels = parts.test.get_label()

    shares = model.predict(parts.test).astype(float)
    expected = log_loss(
        labels,
        shares,
        sample_weight=np.where(labels == 1, 1 / labels.sum(), 1 / (1 - labels).sum()),
    )

    assert labels.sum() == (folds == 4).sum()
    assert parts.train.get_label().sum() == (folds <= 2).sum()
    found = tune(tables, 1, tmp_path / "trials.db")
    assert found.test_loss_of_fixed == pytest.approx(expected, abs=1e-5)


def test_the_settings_that_a_search_found_are_those_of_the_trees(tables):
    few = Trees(trees=7, max_depth=1)

    scorer = fit_scorer("boosted", {**tables, TREES: as_table(few)})

    model = json.loads(scorer.parameters.models[1])["learner"]["gradient_booster"]
    assert len(model["model"]["trees"]) == 7
    assert all(len(tree["left_children"]) <= 3 for tree in model["model"]["trees"])
