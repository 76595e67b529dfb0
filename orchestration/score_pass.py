"""The one pass over everybody: all are counted by score, and who may be chosen is kept.

Of a large population most people lie far below the cut. What is told of them comes from
counts in small steps, and their own scores are written nowhere.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engines.base import Engine
from engines.marks import QUOTA_GROUP
from orchestration.builds import Build
from orchestration.row_ids import sorted_ids
from python_scoring.model import Model
from python_scoring.score_steps import SCORE_STEPS, ScoreSteps
from python_scoring.sorted_sets import is_among

# So many scores cost nothing to keep.
KEPT_WHOLE = 1_000_000
# Scores are kept from a place in the sample on that lies below the cut's by so many
# standard errors and places.
STANDARD_ERRORS = 6
PLACES_BEYOND = 20

SCORES = pa.schema(
    [("row_id", pa.int64()), ("log_odds", pa.float64()), ("score", pa.float64())]
)
GROUPED_SCORES = SCORES.append(pa.field("quota_group", pa.int16()))


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom an audience asks for: the best so many, so many per cent, or by a score.

    `margin` is the per cent of them by which the cut may lie lower.
    """

    kind: str
    value: float
    margin: float

    @classmethod
    def of(cls, engine: Engine, build: Build) -> "Asked":
        """What the build's specification asks for."""
        (spec,) = engine.read_table(build.folder, "inputs.spec").to_pylist()
        margin = spec["keep_margin"] or 0.0
        return cls(spec["output_kind"], float(spec["output_value"]), float(margin))

    def share(self, candidates: float, over_value: float) -> float:
        """The share of so many candidates that is looked at, the best first.

        `over_value` is how many of them have the score that is asked for.
        """
        if self.kind == "top":
            asked = self.value / candidates
        elif self.kind == "best_percent":
            asked = self.value / 100.0
        else:
            asked = over_value / candidates
        return min(asked * (100.0 + self.margin) / 100.0, 1.0)


@dataclass(eq=False)
class ScorePass:
    """Scores batches of people, counts all of them and lets through who is kept.

    Kept are people without a score, those of `matched` (row ids of the seed's people,
    who are no candidates), and candidates with log odds of at least `lowest`. Who is
    among the row ids of `unwanted` gets no score. `least` and `greatest` log odds are
    of everybody.
    """

    model: Model
    steps: ScoreSteps
    matched: np.ndarray
    unwanted: np.ndarray
    lowest: float
    people: int = 0
    unscored: int = 0
    kept_candidates: int = 0
    least: float = np.inf
    greatest: float = -np.inf

    def kept(
        self, batches: Generator[pa.RecordBatch], *, has_quotas: bool
    ) -> Generator[pa.RecordBatch]:
        """Row ids, log odds and scores of who is kept, and groups where there are any."""
        with closing(batches):
            for batch in batches:
                yield self._kept(batch, has_quotas)

    def _kept(self, batch: pa.RecordBatch, has_quotas: bool) -> pa.RecordBatch:
        row_ids = batch.column("row_id").to_numpy()
        log_odds = self.model.scorer.log_odds(batch)
        self._see(log_odds)
        if len(self.unwanted):
            is_unwanted = is_among(self.unwanted, row_ids)
            log_odds = np.where(is_unwanted, np.nan, log_odds)
        groups = batch.column(QUOTA_GROUP) if has_quotas else None
        is_matched = is_among(self.matched, row_ids)
        is_candidate = ~(is_matched | np.isnan(log_odds))
        self.steps.add(
            log_odds[is_candidate],
            None if groups is None else groups.to_numpy()[is_candidate],
        )
        is_kept = ~is_candidate | (log_odds >= self.lowest)
        self.kept_candidates += int(np.sum(is_kept & is_candidate))
        log_odds = log_odds[is_kept]
        columns = [
            pa.array(row_ids[is_kept]),
            nullable(log_odds),
            nullable(self.model.calibration.score(log_odds)),
        ]
        if groups is None:
            return pa.RecordBatch.from_arrays(columns, schema=SCORES)
        columns.append(groups.filter(pa.array(is_kept)))
        return pa.RecordBatch.from_arrays(columns, schema=GROUPED_SCORES)

    def _see(self, log_odds: np.ndarray) -> None:
        scored = log_odds[~np.isnan(log_odds)]
        self.people += len(log_odds)
        self.unscored += len(log_odds) - len(scored)
        if len(scored):
            self.least = min(self.least, float(scored.min()))
            self.greatest = max(self.greatest, float(scored.max()))


def score_everybody(
    engine: Engine,
    build: Build,
    model: Model,
    sample_log_odds: np.ndarray,
    population: int,
    unwanted: np.ndarray,
) -> ScorePass:
    """Write `scoring.scores` and `scoring.score_steps`; what the pass found.

    `sample_log_odds` are those of a random part of the population of so many people, by
    the same model, NaN where it gives none; `unwanted` the sorted row ids of people who
    get no score. Should fewer be kept than are asked for, the pass is made again and
    keeps everybody.
    """
    asked = Asked.of(engine, build)
    lowest = (
        -np.inf
        if build.has_quotas or population <= KEPT_WHOLE
        else lowest_kept(asked, model, sample_log_odds, population)
    )
    done = _pass(engine, build, model, asked, unwanted, lowest)
    steps = done.steps.table()
    candidates, over_value = (
        sum(steps.column(name).to_pylist())
        for name in ("people_count", "over_value_count")
    )
    share = asked.share(candidates, over_value) if candidates else 0.0
    if done.kept_candidates < min(share * candidates + 1, candidates):
        done = _pass(engine, build, model, asked, unwanted, -np.inf)
    engine.write_table(
        build.folder, "scoring", "score_steps", steps.to_batches(), SCORE_STEPS
    )
    return done


def lowest_kept(
    asked: Asked, model: Model, sample_log_odds: np.ndarray, population: int
) -> float:
    """The log odds surely below the cut, by a sample of the population of so many people.

    Minus infinity where the sample does not reach so far.
    """
    ranked = np.sort(sample_log_odds[~np.isnan(sample_log_odds)])[::-1]
    if not len(ranked):
        return -np.inf
    a_sampled_person = population / len(sample_log_odds)
    over_value = np.sum(model.calibration.score(ranked) >= asked.value)
    candidates = len(ranked) * a_sampled_person
    expected = asked.share(candidates, over_value * a_sampled_person) * len(ranked)
    place = int(expected + STANDARD_ERRORS * np.sqrt(expected)) + PLACES_BEYOND
    return float(ranked[place]) if place < len(ranked) else -np.inf


def nullable(numbers: np.ndarray) -> pa.Array:
    """The numbers as a column, null where a person has none."""
    return pa.array(numbers, pa.float64(), from_pandas=True)


def _pass(
    engine: Engine,
    build: Build,
    model: Model,
    asked: Asked,
    unwanted: np.ndarray,
    lowest: float,
) -> ScorePass:
    """Score everybody once, and write `scoring.scores`."""
    matched = "main.canonical_matched_seed"
    done = ScorePass(
        model=model,
        steps=ScoreSteps(model.calibration, asked.value),
        matched=sorted_ids(
            batch.column("row_id")
            for batch in engine.stream(build.folder, matched, ("row_id",))
        ),
        unwanted=unwanted,
        lowest=lowest,
    )
    groups = [QUOTA_GROUP] if build.has_quotas else []
    people = engine.stream_people(
        build.folder, "main.canonical_members", [*model.scorer.columns, *groups]
    )
    engine.write_table(
        build.folder,
        "scoring",
        "scores",
        done.kept(people, has_quotas=build.has_quotas),
        GROUPED_SCORES if build.has_quotas else SCORES,
    )
    return done
