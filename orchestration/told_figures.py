"""How held-out figures are told: with four significant digits, where they are written.

Nothing that decides goes through here: sizes, verdicts, choices and members are made of
the exact figures. What people filter by or add up stays exact, as do counts and what was
asked for. Why: docs/decisions/0029.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from python_scoring.told_cells import FEWEST_PEOPLE, told_greatest_share
from report.figures import AudienceFigures, Fact

DIGITS = 4
EXACT = frozenset(
    {
        "asked",
        "audience_share",
        "contact_cost",
        "conversion_value",
        "greatest_score",
        "least_marginal_lift",
        "least_score",
        "mean_score",
        "mean_score_without",
        "prevalence",
    }
)
FACTS = frozenset({"held_out_auc", "lift", "recall", "top_decile_lift"})
SCORING = ("choice", "held_out_auc", "movements", "quality", "say")


def told(figures: Any, name: str = "") -> Any:
    """Figures of JSON types as they are told, whatever holds them.

    >>> told({"auc": {"value": 0.7646421, "low": 0.75}, "people": 39922})
    {'auc': {'value': 0.7646, 'low': 0.75}, 'people': 39922}
    >>> told({"audience_share": 0.10000251, "greatest_share": 0.0472})
    {'audience_share': 0.10000251, 'greatest_share': 0.05}
    """
    if isinstance(figures, Mapping):
        return {
            key: value if key in EXACT else told(value, str(key))
            for key, value in figures.items()
        }
    if isinstance(figures, list | tuple):
        return [told(value, name) for value in figures]
    if not isinstance(figures, float):
        return figures
    if name == "greatest_share":
        return told_greatest_share(figures)
    return float(f"{figures:.{DIGITS - 1}e}")


def told_quality(
    quality: Mapping[str, Any] | None, seed_people: int
) -> dict[str, Any] | None:
    """The document of quality.json as it is told.

    Where all but few of the seed's people were learnt from, the verdict's random draws are
    said to be of as many people as the seed has.
    """
    if quality is None:
        return None
    found: dict[str, Any] = told(quality)
    verdict = found.get("verdict")
    if verdict and not found.get("by_value"):
        without = seed_people - verdict["seed_people"]
        if 0 < without < FEWEST_PEOPLE:
            verdict["seed_people"] = seed_people
    return found


def told_facts(figures: AudienceFigures) -> AudienceFigures:
    """The figures with their held-out facts as they are told; the texts have fewer digits."""
    return replace(figures, facts=tuple(map(_told_fact, figures.facts)))


def told_scoring(figures: Mapping[str, Any]) -> dict[str, Any]:
    """What the scoring of a build found, its held-out figures as they are told."""
    known = {name: figures[name] for name in SCORING if name in figures}
    return {**figures, **told(known)}


def _told_fact(fact: Fact) -> Fact:
    return replace(fact, value=told(fact.value)) if fact.name in FACTS else fact
