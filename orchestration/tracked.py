"""What tracking tells of a build and of a comparison: choices, figures, plots, the scorer.

No row, identifier or key of a person is in it: figures are of 25 people or more, and a
scorer's document is without what it keeps of single people.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.names import slug_of
from catalog.records import AudienceVersion
from catalog.specification import AudienceSpecification
from orchestration.builds import Build
from orchestration.comparisons import Comparison
from orchestration.reporting import REPORT, kept_pictures
from python_scoring.shareable import without_people
from python_scoring.tuning import finished_trials

FIGURES = (
    "delivered_people",
    "candidate_people",
    "cut_score",
    "learning_seed_people",
    "matched_share",
    "recall",
    "recommended_people",
)
SHARES = (0.01, 0.05, 0.1)
NEAR = 0.05
TRIALS = "trials.db"


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """One run as it is logged. `identity` is the same where the same is logged again.

    `texts` are artefacts by their path, `steps` metrics that went on: name, step and
    value; times are milliseconds since 1970.
    """

    experiment: str
    name: str
    identity: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[tuple[str, int, float], ...] = ()
    nested: tuple["TrackedRun", ...] = ()
    began_at: int | None = None
    ended_at: int | None = None


def run_of_build(
    build: Build, specification: AudienceSpecification, version: AudienceVersion
) -> TrackedRun:
    """A published version: how it was made, what it reaches, its scorer and its report."""
    folder = Path(version.path)
    quality = json.loads(_text(folder / "quality.json") or "{}")
    scores = build.done("scores") or {}
    chosen = (scores.get("choice") or {}).get("model", build.model)
    experiment = experiment_of(build.audience_slug)
    texts = {
        "scorer/parameters.json": without_people(_text(folder / "parameters.json")),
        "quality.json": _text(folder / "quality.json"),
        REPORT: _text(folder / REPORT),
        "comparison.json": _text(folder / "comparison.json"),
    }
    texts |= {f"plots/{each.name}.svg": each.svg for each in kept_pictures(build)}
    return TrackedRun(
        experiment=experiment,
        name=f"{build.audience_slug} version {version.number}",
        identity=build.build_id,
        parameters={
            **choices_of(build, specification),
            "chosen_model": chosen,
        },
        metrics=_finite(
            {
                **{name: version.figures.get(name) for name in FIGURES},
                **_of_quality(quality),
            }
        ),
        tags={
            "lookalike.audience": build.audience_slug,
            "lookalike.version": str(version.number),
            "lookalike.content_hash": str(version.figures.get("content_hash", "")),
        },
        texts={path: text for path, text in texts.items() if text},
        nested=tuple(runs_of_trials(build, experiment)),
    )


def run_of_comparison(
    build: Build,
    specification: AudienceSpecification,
    comparison: Comparison,
    scorers: Mapping[str, str],
    plot: str,
) -> TrackedRun:
    """A comparison, and nested in it a run for each scorer with its document."""
    slug = slug_of(specification.name)
    experiment = experiment_of(slug)
    identity = f"{build.build_id} {comparison['compared_at']}"
    return TrackedRun(
        experiment=experiment,
        name=f"{slug}: scorers compared",
        identity=identity,
        parameters=choices_of(build, specification) | {"model": "compared"},
        metrics=_finite({"scorers": len(comparison["scorers"])}),
        tags={"lookalike.best": str(comparison["best"])},
        texts={
            "comparison.json": json.dumps(comparison, indent=1, ensure_ascii=False),
            "plots/comparison.svg": plot,
        },
        nested=(
            *(
                run_of_scorer(line, experiment, identity, scorers.get(line["model"]))
                for line in comparison["scorers"]
            ),
            *runs_of_trials(build, experiment),
        ),
    )


def run_of_scorer(
    line: Mapping[str, Any], experiment: str, identity: str, document: str | None
) -> TrackedRun:
    """One compared scorer: its figures and its document, or why it has none."""
    metrics = {
        "seconds": line["seconds"],
        "cpu_seconds": line["cpu_seconds"],
        "log_loss": line.get("log_loss"),
        "beyond_best": line.get("beyond_best"),
        **_of_auc(line),
    }
    *sizes, asked = line.get("lifts") or [{}]
    for lift in sizes:
        metrics |= _of_lift(percent_name(lift["audience_share"]), lift)
    metrics |= _of_lift("asked", asked)
    return TrackedRun(
        experiment=experiment,
        name=line["model"],
        identity=f"{identity} {line['model']}",
        parameters={
            "model": line["model"],
            "is_additive": line.get("is_additive"),
            "reason": line["reason"],
        },
        metrics=_finite(metrics),
        texts={"scorer/parameters.json": without_people(document)} if document else {},
    )


def runs_of_trials(build: Build, experiment: str) -> Iterable[TrackedRun]:
    """The trials of a search for settings of the trees, where there was one."""
    for trial in finished_trials(build.folder / TRIALS):
        yield TrackedRun(
            experiment=experiment,
            name=f"trial {trial.number}",
            identity=f"{build.build_id} trial {trial.number}",
            parameters={**trial.settings, "state": trial.state},
            metrics=_finite({"validation_loss": trial.loss}),
            steps=tuple(
                ("validation_loss_by_trees", trees, loss)
                for trees, loss in trial.losses.items()
            ),
            began_at=trial.began_at,
            ended_at=trial.ended_at,
        )


def experiment_of(audience: str) -> str:
    """The experiment that an audience's runs stand in."""
    return f"lookalike/{audience}"


def choices_of(build: Build, specification: AudienceSpecification) -> dict[str, object]:
    """What was asked for, and on which inputs; fingerprints, never places."""
    scoring = specification.scoring.model_dump(mode="json")
    return {
        **scoring,
        "output": f"{specification.output.kind} {specification.output.value:g}",
        "learnt_from": build.learn_from,
        "attributes": ", ".join((*build.categorical, *build.continuous)),
        "attribute_count": len(build.categorical) + len(build.continuous),
        "specification_hash": build.specification_hash,
        "code_version": build.code_version,
        **{
            f"fingerprint_{side}": value
            for side, value in build.input_fingerprints.items()
        },
    }


def percent_name(share: float) -> str:
    """A share in the name of a metric.

    >>> percent_name(0.05)
    '5_percent'
    """
    return f"{100 * share:g}_percent"


def _of_quality(quality: Mapping[str, Any]) -> dict[str, Any]:
    if not quality:
        return {}
    metrics = _of_auc(quality)
    for share in SHARES:
        # sizes are whole people, so that a share is met but for half a person
        near = [
            row
            for row in quality["curve"]
            if abs(row["audience_share"] / share - 1) < NEAR
        ]
        if near:
            metrics |= _of_lift(percent_name(share), near[0])
    return metrics | _of_lift("asked", quality["chosen"] or {})


def _of_auc(document: Mapping[str, Any]) -> dict[str, Any]:
    auc = document.get("auc") or {}
    return {
        "held_out_auc": auc.get("value"),
        "held_out_auc_low": auc.get("low"),
        "held_out_auc_high": auc.get("high"),
        "calibration_error": document.get("calibration_error"),
    }


def _of_lift(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"lift_{name}{end}": row.get(f"lift{end}") for end in ("", "_low", "_high")}


def _finite(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Those that are numbers."""
    return {
        name: float(value)
        for name, value in metrics.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
