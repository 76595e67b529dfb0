"""The scorers as a person chooses one: a sentence on each, and whether it can be had here."""

from catalog.datasets import Frozen
from catalog.errors import StudioError

ABOUT = {
    "naive_bayes": (
        "Counted evidence",
        "Explains every person exactly, attribute by attribute; the quickest.",
    ),
    "weighted_bayes": (
        "Learnt weights",
        "Learns from people what each attribute is worth, and explains every person"
        " attribute by attribute.",
    ),
    "auto": (
        "Two scorers joined",
        "Joins two by the size of the seed. From 150 seed people on one of them is trees,"
        " which need the extra boosted.",
    ),
    "best": (
        "The best of three",
        "Tries three scorers on held-out seed people and"
        " takes the best; takes longest, and needs the extra boosted.",
    ),
    "boosted": (
        "Trees",
        "Sees what attributes say only together. Needs 1,000 seed people or more.",
    ),
    "segments": (
        "Conditions in words",
        "Ranks by conditions such as “age is 30 to 40 and plan is pro”: easy to tell, and"
        " an approximation.",
    ),
    "centroid": ("Likeness to the average", "For comparison."),
    "neighbours": (
        "Likeness to the nearest",
        "For comparison, and populations of a few million at most.",
    ),
    "clusters": ("Groups of people", "For comparison."),
    "documented": (
        "The reference system, as documented",
        "Its page's formula, for comparison.",
    ),
    "published_sql": (
        "The reference system, as published",
        "Its SQL's formula, for comparison.",
    ),
}


class ScorerChoice(Frozen):
    """One scorer; where it cannot be had here, the reason and the remedy."""

    model: str
    words: str
    about: str
    reason: str = ""
    remedy: str = ""


def scorer_choices() -> tuple[ScorerChoice, ...]:
    """Every scorer, the usual one first."""
    return tuple(
        ScorerChoice(model=model, words=words, about=about, **_fault(model))
        for model, (words, about) in ABOUT.items()
    )


def _fault(model: str) -> dict[str, str]:
    from orchestration.fitting import require_extra

    try:
        require_extra(model)
    except StudioError as error:
        return {"reason": error.cause, "remedy": error.remedy}
    return {}
