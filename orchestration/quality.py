"""The held-out quality of a build: measured when it is scored, and what it forbids."""

from pathlib import Path

from catalog.errors import StudioError
from engines.base import Engine
from python_scoring.quality import HeldOutQuality
from python_scoring.random_seeds import Smoothing


def smoothing_of(engine: Engine, folder: Path) -> Smoothing:
    """The build's own smoothing, so that random seeds are fitted as its seed is."""
    (spec,) = engine.read_table(folder, "inputs.spec").to_pylist()
    return Smoothing(
        spec["smoothing"], spec["gaussian_prior"], spec["variance_pooling"]
    )


def refuse_indistinct(quality: HeldOutQuality | None) -> None:
    """Stop where the seed cannot be told from random people of the population."""
    if quality is None or quality.verdict is None or not quality.verdict.stops:
        return
    verdict = quality.verdict
    raise StudioError(
        "indistinct_seed",
        "the seed",
        f"cannot be told from the population: its held-out AUC is {verdict.auc:.3f}, and"
        f" {verdict.seed_people:,} random people reach {verdict.random_greatest:.3f} by"
        " chance",
        "choose attributes that may tell them apart, or add seed people; with"
        " limits.allow_indistinct: true it is built knowingly",
    )
