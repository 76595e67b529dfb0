"""What a comparison of scorers found, as REST tells it: the figures of comparison.json."""

from datetime import datetime
from typing import Literal

from catalog.datasets import Frozen
from catalog.specification_settings import ModelName


class AskedSize(Frozen):
    """The size of the audience that was asked for."""

    kind: Literal["top", "best_percent", "min_score"]
    value: float


class HeldOutEstimate(Frozen):
    """A figure with its standard error and its 95 % interval."""

    value: float
    standard_error: float
    low: float
    high: float


class SizeLift(Frozen):
    """Lift at a share of the population; null where its sample is too small to say."""

    audience_share: float
    lift: float | None
    lift_low: float | None
    lift_high: float | None


class SeedVerdict(Frozen):
    """Whether the seed can be told from the population, beside random seeds of its size."""

    can_be_told: bool
    method: str
    seed_people: int
    auc: float
    random_greatest: float
    random_mean: float
    random_deviation: float
    p_value: float


class UnlikeFigures(Frozen):
    """Held-out seed people against those of the negative seed.

    `people` of it are in the population, `both` in the seed too: null for 1 to 24 of them.
    `top_share` would be among the most alike tenth of the population.
    """

    people: int
    both: int | None
    auc: HeldOutEstimate
    top_share: float


class TriedSay(Frozen):
    """One way to share out the say, with its balanced log loss in nats."""

    model: str
    is_additive: bool
    log_loss: float
    beyond_least: float
    standard_error: float


class SayChoice(Frozen):
    """Which way was chosen, and which without the people of each fold.

    It may lose so many `standard_errors` more than the best, and is preferred all the same.
    """

    model: str
    candidates: tuple[TriedSay, ...]
    judged_folds: tuple[int, ...]
    chosen_without: tuple[str, ...]
    standard_errors: float


class ScorersSay(Frozen):
    """How much each of the scorers says that `auto` joins.

    Where no held-out people were asked, `choice` is null and `unasked` says why.
    """

    scorers: tuple[ModelName, ...]
    shares: tuple[float, ...]
    choice: SayChoice | None = None
    unasked: Literal["small", "weighed", "unlike"] | None = None


class ScorerCompared(Frozen):
    """One scorer, on the same held-out people as the others.

    `reason` says why it has no figures. `beyond_best` is its AUC less the best one's, and
    `is_tied` true where that difference is no more than chance.
    """

    model: ModelName
    seconds: float
    cpu_seconds: float
    reason: str = ""
    is_additive: bool | None = None
    auc: HeldOutEstimate | None = None
    auc_by_value: HeldOutEstimate | None = None
    unlike: UnlikeFigures | None = None
    say: ScorersSay | None = None
    calibration_error: float | None = None
    verdict: SeedVerdict | None = None
    lifts: tuple[SizeLift, ...] = ()
    log_loss: float | None = None
    beyond_best: float | None = None
    beyond_best_error: float | None = None
    is_best: bool = False
    is_tied: bool = False


class ComparisonFigures(Frozen):
    """Scorers beside each other; `best` has the greatest held-out AUC."""

    seed_people: int
    sample_people: int
    candidate_people: int
    asked: AskedSize
    is_weighed: bool
    has_unlike: bool
    best: ModelName | None
    scorers: tuple[ScorerCompared, ...]
    inputs: dict[str, str]
    code: str
    compared_at: datetime
