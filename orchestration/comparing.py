"""Scorers beside each other: inputs and weights are made once, nothing is published.

The catalog is not written to. A comparison has a folder of its own in the home, like a
build's; one that was stopped goes on from its last finished step.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from filelock import FileLock, Timeout

from catalog.errors import StudioError
from catalog.specification import AudienceSpecification
from orchestration import told_figures
from orchestration.builds import Build
from orchestration.comparisons import (
    LOCK,
    Comparison,
    comparison_id,
    keep_comparison,
    sweep_comparisons,
    without_scorer,
)
from orchestration.dbt_runner import build_relations, learn_of
from orchestration.faults import as_studio_error, told
from orchestration.fitting import (
    cross_fitted,
    has_search,
    require_extra,
    require_seed_known,
    tuned,
)
from orchestration.intake import build_of, write_inputs
from orchestration.plan import Plan, plan_build
from orchestration.progress import Listener, Progress, listening, tell
from orchestration.quality import smoothing_of
from orchestration.scoring import (
    UnlikePeople,
    against_unlike,
    check_reference,
    check_unlike,
    learnt_relations,
)
from orchestration.steady import input_signs, refuse_changed_inputs, steady
from orchestration.tracked import TrackedRun, run_of_comparison
from orchestration.tracking import destination_of, track
from orchestration.workshop import Workshop
from python_scoring.comparing import (
    EVERY_FOLD,
    Measured,
    differences,
    log_losses,
    measured,
    share_above,
)
from python_scoring.cross_fitting import UNSEARCHED_FOLDS, CrossFit
from python_scoring.held_out_loss import HeldOutFolds
from python_scoring.learning_rows import UNLIKE
from python_scoring.random_seeds import Smoothing
from python_scoring.scorers.base import (
    SCORERS,
    extra_of,
    is_compared,
    relations_of,
    uses_unlike,
)
from python_scoring.scorers.boosted import TREES
from python_scoring.tuning import as_table
from python_scoring.unlike_quality import UnlikeQuality
from report.comparison_chart import comparison_chart
from report.drawing import render_svg

SHARES = (0.01, 0.05, 0.1)


@dataclass(frozen=True, eq=False)
class Ground:
    """What all scorers of a comparison are measured on, the same for each.

    `judges` are whose log odds count, by the relation of their seed and its row;
    `candidates` how many people of the population are in neither seed.
    """

    build: Build
    plan: Plan
    tables: Mapping[str, pa.Table]
    judges: Mapping[str, np.ndarray]
    unlike: UnlikePeople | None
    candidates: int
    smoothing: Smoothing

    @property
    def judging(self) -> dict[str, pa.Table]:
        """The relations with the judges alone in those of both seeds."""
        rows = {name: pa.array(each) for name, each in self.judges.items()}
        kept = {name: self.tables[name].filter(each) for name, each in rows.items()}
        return {**self.tables, **kept}


@dataclass(frozen=True, eq=False)
class Entrant:
    """What became of one scorer: its figures, or one sentence that says why not."""

    model: str
    seconds: float
    cpu_seconds: float
    fit: CrossFit | None = None
    figures: Measured | None = None
    unlike: UnlikeQuality | None = None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison, its folder, and a sentence where tracking was not told of it."""

    comparison: Comparison
    folder: Path
    untold: str | None


def installed_models() -> tuple[str, ...]:
    """The scorers that are compared where none is named: all whose extras are there."""
    return tuple(
        name
        for name in SCORERS
        if is_compared(name)
        and ((needed := extra_of(name)) is None or needed.is_installed)
    )


def compare_scorers(
    workshop: Workshop,
    specification: AudienceSpecification,
    models: Sequence[str],
    *,
    listener: Listener | None = None,
) -> Compared:
    """Measure the scorers on the same held-out people.

    Raises StudioError where no audience could be built of these choices, whatever the
    scorer, and `already_comparing` while another process compares the same. What stands
    in one scorer's way is told in its line, and the others go on.
    """
    with told(workshop.home.root), listening(listener):
        destination = destination_of(workshop)
        began = time.monotonic()
        tell(Progress("inputs"))
        asked = without_scorer(specification)
        signs = input_signs(workshop, asked)
        plan = plan_build(workshop, asked)
        folder = workshop.home.comparison(comparison_id(plan))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        build = build_of(
            plan,
            build_id=folder.name,
            folder=folder,
            audience=("", "comparison", specification.name),
            specification_number=0,
            input_fingerprints=plan.fingerprints(),
            input_signs=signs,
        )
        with alone_in(folder, specification.name), steady(workshop, build):
            workshop.engine.clear_spill(folder)
            build = write_inputs(workshop, build, plan)
            tell(Progress("inputs", seconds=time.monotonic() - began))
            learn(workshop, build, models)
            ground = ground_of(workshop, build, plan, models)
            entrants = [entrant_of(ground, model) for model in models]
            comparison = told_figures.told(as_document(ground, entrants))
            refuse_changed_inputs(workshop, build)
            plot = render_svg(comparison_chart(comparison))
            keep_comparison(folder, comparison, plot)
        sweep_comparisons(workshop.home, workshop.kept_builds)

        def runs() -> list[TrackedRun]:
            fits = {each.model: each.fit for each in entrants if each.fit is not None}
            documents = {model: fit.scorer.to_json() for model, fit in fits.items()}
            return [
                run_of_comparison(build, specification, comparison, documents, plot)
            ]

        what = f"the comparison for audience '{specification.name}'"
        return Compared(comparison, folder, track(destination, what, runs))


@contextmanager
def alone_in(folder: Path, name: str) -> Iterator[None]:
    """Hold the comparison's folder; raises StudioError where another process does."""
    try:
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout as error:
        raise StudioError(
            "already_comparing",
            f"audience '{name}'",
            "is being compared by another process",
            "wait until it has ended, or stop it",
        ) from error


def learn(workshop: Workshop, build: Build, models: Sequence[str]) -> None:
    """Make the weights of all scorers that are not there yet, by one run of dbt."""
    made = set((build.done("learn") or {}).get("scorers", ()))
    if set(models) <= made:
        return
    began = time.monotonic()
    tell(Progress("learn"))
    selection = learn_of(models, build)
    for result in build_relations("learn", build, workshop.engine, selection):
        tell(Progress("learn", result.name, result.seconds))
    refuse_changed_inputs(workshop, build)
    build.finish("learn", {"scorers": sorted(made | set(models))})
    tell(Progress("learn", seconds=time.monotonic() - began))


def ground_of(
    workshop: Workshop, build: Build, plan: Plan, models: Sequence[str]
) -> Ground:
    """The relations that the scorers need, and who judges them.

    Raises StudioError where nobody can be learnt from, away from, or compared with.
    """
    # a negative seed's weights are made for the scorers that know it alone
    known = [each for each in models if uses_unlike(each) or not build.has_unlike]
    names = [name for model in known for name in relations_of(model)]
    tables = learnt_relations(workshop.engine, build, names)
    unlike = check_unlike(workshop.engine, build, tables)
    check_reference(tables, build)
    return Ground(
        build=build,
        plan=plan,
        tables=tables,
        judges=judges_of(build, models, tables),
        unlike=unlike,
        candidates=candidates_of(workshop, build),
        smoothing=smoothing_of(workshop.engine, build.folder),
    )


def judges_of(
    build: Build, models: Sequence[str], tables: Mapping[str, pa.Table]
) -> dict[str, np.ndarray]:
    """Whose log odds count, by row of each seed's relation: the same for every scorer.

    Everybody, or, where one of the scorers has its settings searched for, those who had
    no say in that.
    """
    is_searched = build.trials and any(has_search(model, tables) for model in models)
    folds = UNSEARCHED_FOLDS if is_searched else EVERY_FOLD
    return {
        name: np.isin(tables[name]["fold"].to_numpy(), folds)
        for name in ("canonical_seed", UNLIKE)
        if name in tables
    }


def candidates_of(workshop: Workshop, build: Build) -> int:
    """How many people of the population are not in the seed."""
    totals = workshop.engine.read_table(build.folder, "main.distribution_totals")
    whole = [row for row in totals.to_pylist() if row["left_out_fold"] == -1]
    return int(whole[0]["reference_total"])


def entrant_of(ground: Ground, model: str) -> Entrant:
    """Fit and measure one scorer; whatever stands in its way becomes a sentence."""
    tell(Progress(model, "six fits"))
    clock, cpu = time.perf_counter(), time.process_time()
    fit = figures = unlike = None
    reason = ""
    try:
        require_extra(model)
        require_seed_known(model, ground.plan.specification.seed)
        fit = judged_fit(ground, model)
        figures, unlike = measured_on(ground, model, fit)
        if figures is None:
            reason = "it leaves nobody with a score to be judged by"
    except Exception as error:
        reason = str(as_studio_error(error, ground.build.folder))
    seconds, cpu_seconds = time.perf_counter() - clock, time.process_time() - cpu
    tell(Progress(model, seconds=seconds))
    if figures is None:
        return Entrant(model, seconds, cpu_seconds, reason=reason)
    return Entrant(model, seconds, cpu_seconds, fit, figures, unlike)


def judged_fit(ground: Ground, model: str) -> CrossFit:
    """A scorer's fits, the search for settings of its trees included, of the judges."""
    own, build = dict(ground.tables), ground.build
    found = tuned(model, own, build.trials, build.folder / "trials.db")
    if found is not None:
        own[TREES] = as_table(found.trees)
    fit = cross_fitted(model, own)
    fit = replace(fit, seed_log_odds=fit.seed_log_odds[ground.judges["canonical_seed"]])
    if ground.unlike is None:
        return fit
    return replace(fit, unlike_log_odds=fit.unlike_log_odds[ground.judges[UNLIKE]])


def measured_on(
    ground: Ground, model: str, fit: CrossFit
) -> tuple[Measured | None, UnlikeQuality | None]:
    """The figures of a scorer's fits against the population and the negative seed."""
    found = measured(
        model,
        fit,
        ground.judging,
        (*SHARES, share_asked(ground.plan, ground.candidates, fit)),
        ground.smoothing,
        is_weighed=ground.build.weighs_seed,
    )
    return found, against_unlike(fit, ground.unlike)


def share_asked(plan: Plan, candidates: int, fit: CrossFit) -> float:
    """The share of the candidates that the specification asks for.

    With a least score it is that of the sample which has it, and so each scorer's own.
    """
    output = plan.specification.output
    if output.kind == "min_score":
        return share_above(fit, output.value)
    if output.kind == "best_percent":
        return output.value / 100
    return min(1.0, output.value / max(candidates, 1))


def as_document(ground: Ground, entrants: Sequence[Entrant]) -> Comparison:
    """The comparison in JSON types, the best one marked and those it cannot be told from."""
    build, judging = ground.build, ground.judging
    fits = {each.model: each.fit for each in entrants if each.fit is not None}
    aucs = {
        each.model: each.figures.quality.auc.value
        for each in entrants
        if each.figures is not None
    }
    best = max(aucs, key=lambda model: aucs[model]) if aucs else None
    gaps = differences(fits, best) if best else {}
    losses = log_losses(fits, HeldOutFolds.of(judging))
    output = ground.plan.specification.output
    return {
        "seed_people": judging["canonical_seed"].num_rows,
        "sample_people": judging["canonical_sample"].num_rows,
        "candidate_people": ground.candidates,
        "asked": {"kind": output.kind, "value": output.value},
        "is_weighed": build.weighs_seed,
        "has_unlike": build.has_unlike,
        "best": best,
        "scorers": [
            line_of(each)
            | (
                {
                    "log_loss": losses[each.model],
                    "beyond_best": gaps[each.model].value,
                    "beyond_best_error": gaps[each.model].standard_error,
                    "is_best": each.model == best,
                    "is_tied": each.model != best and not gaps[each.model].is_told,
                }
                if each.model in gaps
                else {}
            )
            for each in entrants
        ],
        "inputs": build.input_fingerprints,
        "code": build.code_version,
        "compared_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def line_of(entrant: Entrant) -> dict[str, Any]:
    """One scorer's line: its figures, or the reason that it has none."""
    line: dict[str, Any] = {
        "model": entrant.model,
        "seconds": round(entrant.seconds, 3),
        "cpu_seconds": round(entrant.cpu_seconds, 3),
        "reason": entrant.reason,
    }
    if entrant.fit is None or entrant.figures is None:
        return line
    quality, say = entrant.figures.quality, entrant.fit.say
    return line | {
        "is_additive": entrant.fit.scorer.is_additive,
        "auc": asdict(quality.auc),
        **({"auc_by_value": asdict(quality.by_value.auc)} if quality.by_value else {}),
        **({"unlike": asdict(entrant.unlike)} if entrant.unlike else {}),
        **({"say": asdict(say)} if say else {}),
        "calibration_error": quality.calibration_error,
        "verdict": None if quality.verdict is None else asdict(quality.verdict),
        "lifts": [asdict(each) for each in entrant.figures.lifts],
    }
