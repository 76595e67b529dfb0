"""The choice of one scorer, or of how several are joined, by held-out log loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from python_scoring.held_out_loss import HeldOutLosses


Unasked = Literal["small", "weighed", "unlike"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scorer that was tried. Losses are balanced log losses, in nats.

    `beyond_least` is how much greater its loss is than the least one, and
    `standard_error` how sure that difference is.
    """

    model: str
    is_additive: bool
    log_loss: float
    beyond_least: float
    standard_error: float

    def is_near(self, errors: float = 1.0) -> bool:
        """True where the loss is within so many standard errors of the least."""
        return self.beyond_least <= errors * self.standard_error


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, by which figures, and what each fold's people were judged by.

    `candidates` stand in the order in which they are preferred. `judged_folds` are those
    whose people had a say. `chosen_without` names, fold by fold, what was chosen without
    its people: their held-out log odds are of that scorer. `standard_errors` is how many of
    them the chosen one's loss may be above the least.
    """

    model: str
    candidates: tuple[Candidate, ...]
    judged_folds: tuple[int, ...]
    chosen_without: tuple[str, ...]
    standard_errors: float = 1.0


@dataclass(frozen=True, slots=True)
class Say:
    """How much each of several joined scorers says, and what held-out people said of it.

    `shares` add up to 1, in the order of `scorers`. The models of `choice` are the shares
    that were tried, by name; it is None where nobody was asked, and `unasked` says why:
    the seed is `small`, its people are `weighed`, or there is a negative seed (`unlike`).
    """

    scorers: tuple[str, ...]
    shares: tuple[float, ...]
    choice: Choice | None = None
    unasked: Unasked | None = None


def candidates_of(
    losses: Mapping[str, "HeldOutLosses"],
    folds: Sequence[int],
    additive: Mapping[str, bool],
) -> tuple[Candidate, ...]:
    """The scorers as the people of these folds judge them, in the order of `losses`."""
    means = {model: each.mean(folds) for model, each in losses.items()}
    least = losses[min(means, key=lambda model: means[model])]
    return tuple(
        Candidate(
            model, additive[model], means[model], *losses[model].beyond(least, folds)
        )
        for model in losses
    )


def chosen_of(candidates: Sequence[Candidate], errors: float = 1.0) -> str:
    """The first whose loss is within so many standard errors of the least.

    With 1 the rule of one standard error (Breiman, Friedman, Olshen and Stone, Classification
    and Regression Trees, 1984), with the error of the difference: what is no worse for
    sure, and simpler, is taken.

    >>> chosen_of([Candidate("a", True, 0.52, 0.02, 0.01), Candidate("b", True, 0.5, 0, 0)])
    'b'
    """
    return next(each.model for each in candidates if each.is_near(errors))
