"""The Python half of a build: weights in, a score for each person out.

Reads the weight relations, fits nothing that SQL has fitted, calibrates on the sample
and the out-of-fold seed, then streams the population once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from catalog.errors import StudioError
from catalog.names import shown
from engines.base import Engine
from orchestration.builds import Build
from orchestration.fitting import cross_fitted, tuned
from orchestration.proxies import proxies_of_build, refuse_strong_proxies
from orchestration.quality import refuse_indistinct, smoothing_of
from orchestration.row_ids import sorted_ids
from orchestration.score_pass import nullable, score_everybody
from orchestration.unlike import unlike_too_small
from python_scoring.calibration import Calibration, fit_calibration
from python_scoring.choice import Choice, Say
from python_scoring.cross_fitting import CrossFit, held_out_people
from python_scoring.evaluation import auc_pu
from python_scoring.learning_rows import UNLIKE, effective_people
from python_scoring.model import Model
from python_scoring.movement import Movement, movements
from python_scoring.proxies import Proxy
from python_scoring.quality import HeldOutQuality, held_out_quality
from python_scoring.scorers.base import learns_from_people, relations_of
from python_scoring.scorers.boosted import TREES
from python_scoring.tuning import Tuning, as_table
from python_scoring.unlike_quality import UnlikeQuality, unlike_quality
from report.told_parts import few_people, told_part

# Those that every build has, whatever its scorer; each scorer names what it reads.
WEIGHT_RELATIONS = (
    "distribution_bins",
    "distribution_totals",
    "weight_attributes",
    "weight_gaussians",
    "weight_scorer_attributes",
    "weight_values",
)
PEOPLE_RELATIONS = (
    "canonical_learn_from",
    "canonical_members",
    "canonical_sample",
    "canonical_seed",
)
SEED_SCORES = pa.schema(
    [
        ("person_key", pa.string()),
        ("fold", pa.int32()),
        ("log_odds", pa.float64()),
        ("score", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class ScoringSummary:
    """What the scoring of one build found. Log odds are natural-log units.

    `tuning` is what a search for settings of the trees found, where one was asked for;
    `choice` what was chosen among several scorers, `say` how much each joined one says,
    `movements` what a scorer that learns from people made of each attribute.
    `unscored_people` are those of `people` whom the scorer leaves without a score.
    `proxies` are of what is protected, the score itself among them.
    """

    people: int
    unscored_people: int
    learning_seed: int
    effective_seed: float
    sample: int
    least_log_odds: float
    greatest_log_odds: float
    quality: HeldOutQuality | None
    held_out_auc: float
    calibration: Calibration
    tuning: Tuning | None = None
    choice: Choice | None = None
    say: Say | None = None
    movements: tuple[Movement, ...] = ()
    proxies: tuple[Proxy, ...] = ()

    def as_figures(self) -> dict[str, Any]:
        """The figures as JSON types, calibration and all."""
        figures = {**asdict(self), **asdict(self.calibration)}
        del figures["calibration"], figures["tuning"]
        for name in ("movements", "proxies"):
            figures[name] = [asdict(each) for each in getattr(self, name)]
        if self.tuning is not None:
            found = asdict(self.tuning)
            figures |= found.pop("trees") | found
        for name in ("choice", "say"):
            if figures[name] is None:
                del figures[name]
        return figures


def score_population(engine: Engine, build: Build) -> ScoringSummary:
    """Write `scoring.scores`, `score_steps`, `seed_scores` and `parameters`.

    Raises StudioError `seed_too_small` below the build's least number of people to learn
    from, or what names both sides (`no_overlap`, `too_few_matched`) where they had to be found in
    the population, `no_difference` where every attribute weighs nothing,
    `missing_extra` where the scorer's libraries are not installed, what `check_unlike`
    says of a negative seed, `no_candidates` where the seed is all of the population,
    `indistinct_seed` where random people would be told apart as
    well, `strong_proxy` in the regulated mode, and `nobody_scored` where the scorer
    leaves everybody without a score.
    """
    with engine.kept_open(build.folder):
        return _score(engine, build)


def _score(engine: Engine, build: Build) -> ScoringSummary:
    folder, model = build.folder, build.model
    tables = learnt_relations(engine, build, relations_of(model))
    seed, sample = tables["canonical_seed"], tables["canonical_sample"]
    unlike = check_unlike(engine, build, tables)
    check_reference(tables, build)
    tuning = tuned(model, tables, build.trials, folder / "trials.db")
    if tuning is not None:
        tables[TREES] = as_table(tuning.trees)
    found = cross_fitted(model, tables)
    if tuning is not None:
        folds = (each["fold"].to_numpy() for each in held_out_people(tables))
        found = found.without_searched(*folds)
    scorer = found.scorer
    seed_log_odds, sample_log_odds = found.seed_log_odds, found.sample_log_odds
    scored_seed, scored_sample = known(seed_log_odds), known(sample_log_odds)
    calibration = fit_calibration(scored_seed, scored_sample)
    quality = held_out_quality(
        model,
        seed,
        sample,
        seed_log_odds,
        sample_log_odds,
        smoothing=smoothing_of(engine, folder),
        prevalence=build.economics.prevalence,
        is_weighed=build.weighs_seed,
    )
    if quality is not None:
        quality = replace(quality, unlike=against_unlike(found, unlike))
    if not build.allow_indistinct:
        refuse_indistinct(quality)
    proxies = proxies_of_build(build, sample, sample_log_odds)
    refuse_strong_proxies(proxies, build.fairness_mode)

    _write_seed_scores(engine, folder, seed, seed_log_odds, calibration)
    scored_by = Model(scorer, calibration)
    _write_parameters(engine, folder, scored_by)
    done = score_everybody(
        engine,
        build,
        scored_by,
        sample_log_odds,
        tables["distribution_totals"].column("reference_total")[0].as_py(),
        np.empty(0, np.int64)
        if unlike is None
        else sorted_ids(unlike.people["row_id"].chunks),
    )
    if done.people == 0:
        raise StudioError(
            "nobody_identified",
            "the population",
            "holds 0 people: none of its rows has an identifier that stands for one",
            "fill its identifiers, or raise limits.maximum_linked_rows where many rows"
            " are one person's",
        )
    if done.unscored == done.people:
        raise StudioError(
            "nobody_scored",
            "the population",
            f"has a missing continuous value in each of its {done.people:,} people,"
            " and scoring.as_published_nulls leaves them all without a score",
            "set it to false, or leave out the attribute that nobody has",
        )
    return ScoringSummary(
        people=done.people,
        unscored_people=done.unscored,
        learning_seed=seed.num_rows,
        effective_seed=effective_people(tables),
        sample=sample.num_rows,
        least_log_odds=done.least,
        greatest_log_odds=done.greatest,
        quality=quality,
        held_out_auc=auc_pu(scored_seed, scored_sample),
        calibration=calibration,
        tuning=tuning,
        choice=found.choice,
        say=found.say,
        movements=movements(scorer, sample) if learns_from_people(model) else (),
        proxies=proxies,
    )


def learnt_relations(
    engine: Engine, build: Build, names: Iterable[str]
) -> dict[str, pa.Table]:
    """The relations of those names, and the people of both sides, after `learn`.

    Raises StudioError where there are too few people to learn from, as
    `score_population` does.
    """
    always = (
        "canonical_learn_from",
        "canonical_seed",
        "canonical_sample",
        "distribution_totals",
    )
    unlike = (UNLIKE,) if build.has_unlike else ()
    wanted = dict.fromkeys([*names, *always, *unlike])
    read = engine.read_tables(build.folder, [f"main.{name}" for name in wanted])
    tables = {name.removeprefix("main."): table for name, table in read.items()}
    (learned,) = tables["canonical_learn_from"].to_pylist()
    if learned["learn_from"] == "population":
        check_matched_seed(
            learned["matched_people"],
            learned["seed_people"],
            build.minimum_seed,
            build.identifier_shapes,
        )
    check_learning_seed(
        effective_people(tables), tables["canonical_seed"].num_rows, build.minimum_seed
    )
    check_filtered_population(tables["distribution_totals"], build)
    return tables


@dataclass(frozen=True, slots=True)
class UnlikePeople:
    """The negative seed's people to learn away from, and how many are in the seed too."""

    people: pa.Table
    both: int


def check_unlike(
    engine: Engine, build: Build, tables: Mapping[str, pa.Table]
) -> UnlikePeople | None:
    """The build's negative seed, if it has one; `tables` are those of `learnt_relations`.

    Raises StudioError `unlike_is_seed` where most of the seed is in it, `unlike_everybody`
    where nobody else is left to find, and `unlike_too_small` below the least number.
    """
    if not build.has_unlike:
        return None
    (learned,) = tables["canonical_learn_from"].to_pylist()
    seed_people = learned["seed_people"]
    names = ["main.canonical_unlike", "main.canonical_seed_rows"]
    people, rows = engine.read_tables(build.folder, names).values()
    unwanted = rows.filter(rows["is_unlike"])["person_key"].unique()
    if len(unwanted) > seed_people:
        raise StudioError(
            "unlike_is_seed",
            "the negative seed (seed.unlike)",
            f"names {few_people(len(unwanted))} people of the seed and leaves"
            f" {few_people(seed_people)}",
            "name other people under seed.unlike, or leave it out",
        )
    if tables["canonical_sample"].num_rows == 0:
        raise StudioError(
            "unlike_everybody",
            "the negative seed (seed.unlike)",
            f"and the seed hold everybody in the population ({few_people(people.num_rows)} people"
            " are in the negative seed), so nobody is left to find",
            "name fewer people under seed.unlike",
        )
    if people.num_rows < build.minimum_unlike:
        raise unlike_too_small(
            f"{few_people(people.num_rows)} of its people are in the population",
            build.minimum_unlike,
        )
    return UnlikePeople(people, len(unwanted))


def against_unlike(fit: CrossFit, unlike: UnlikePeople | None) -> UnlikeQuality | None:
    """How well a fit keeps away from the build's negative seed, if it has one."""
    if unlike is None:
        return None
    return unlike_quality(
        known(fit.seed_log_odds),
        known(fit.unlike_log_odds),
        known(fit.sample_log_odds),
        people=unlike.people.num_rows,
        both=unlike.both,
    )


def check_learning_seed(effective: float, people: int, minimum: int) -> None:
    """Refuse a seed with too few people to learn from, by their weight."""
    if effective < minimum:
        told = (
            f"has {people:,} people"
            if effective == people
            else f"has {people:,} people who say as much as {effective:,.1f} of equal"
            " weight"
        )
        raise StudioError(
            "seed_too_small",
            "the learning seed",
            f"{told}, fewer than {minimum:,}",
            "add people to the seed, or lower limits.minimum_seed knowingly",
        )


def check_filtered_population(totals: pa.Table, build: Build) -> None:
    """Refuse a population's filter that leaves too few beside the seed's own people."""
    people = totals.column("reference_total")[0].as_py()
    if "where" not in build.population or people >= build.minimum_population:
        return
    raise StudioError(
        "filter_leaves_too_few",
        f"filter on the population {shown(build.population['dataset'])}",
        f"leaves {people:,} people who are not in the seed; at least"
        f" {build.minimum_population:,} are needed",
        "widen population.where, or lower limits.minimum_population",
    )


def check_reference(tables: Mapping[str, pa.Table], build: Build) -> None:
    """Refuse a seed that is all of the population: nobody is left to compare with."""
    people = tables["distribution_totals"].column("reference_total")[0].as_py()
    (learned,) = tables["canonical_learn_from"].to_pylist()
    if people or not learned["matched_people"]:
        return
    raise StudioError(
        "no_candidates",
        f"audience '{build.audience_name}'",
        f"would hold 0 new people, as all {learned['matched_people']:,} people in the"
        " population are seed people",
        "name a population with other people",
    )


def check_matched_seed(
    matched: int, people: int, minimum: int, shapes: Mapping[str, str]
) -> None:
    """Refuse a seed of whom too few are in the population, where their rows there count.

    `shapes` say in words what the identifiers of the two sides look like.
    """
    if matched >= minimum:
        return
    told = (
        f"; the seed's identifiers are {shapes['seed']}, the population's"
        f" {shapes['population']}"
        if shapes
        else ""
    )
    found = told_part(matched, people).text
    lost = shapes.get("lost_zeros")
    if lost:
        remedy = f"leading zeros were lost in the {lost}: export the column as text,"
    elif shapes and shapes["seed"] == shapes["population"]:
        remedy = "choose the population that these people are part of,"
    else:
        remedy = "write identifiers alike on both sides,"
    raise StudioError(
        "too_few_matched" if matched else "no_overlap",
        "the seed",
        f"cannot be learnt from: {found} of its {people:,} people are in the"
        f" population, at least {minimum:,} are needed{told}",
        f"{remedy} or take a seed with attributes of its own and scoring.learn_from:"
        " seed",
    )


def known(log_odds: np.ndarray) -> np.ndarray:
    """The log odds of those who have any."""
    return log_odds[~np.isnan(log_odds)]


def _write_seed_scores(
    engine: Engine,
    folder: Path,
    seed: pa.Table,
    log_odds: np.ndarray,
    calibration: Calibration,
) -> None:
    """One row a learning-seed person, by person key."""
    table = pa.table(
        {
            "person_key": seed.column("person_key"),
            "fold": seed.column("fold"),
            "log_odds": nullable(log_odds),
            "score": nullable(calibration.score(log_odds)),
        }
    ).cast(SEED_SCORES)
    ordered = table.sort_by("person_key")
    engine.write_table(
        folder, "scoring", "seed_scores", ordered.to_batches(), SEED_SCORES
    )


def _write_parameters(engine: Engine, folder: Path, model: Model) -> None:
    """The frozen artefact as one JSON text."""
    table = pa.table({"parameters": [model.to_json()]})
    engine.write_table(
        folder, "scoring", "parameters", table.to_batches(), table.schema
    )
