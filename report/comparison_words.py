"""A comparison of scorers in words and figures: which is best, and which are as good.

Reads the document of comparison.json, which `orchestration.comparing` makes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from report.quality_words import say_text, unlike_text, verdict_text
from report.reading import band_of
from report.words import counted, number_text

Comparison = Mapping[str, Any]
Line = Mapping[str, Any]

BEST, TIED = "best", "not distinguishable from the best"


class Estimate(NamedTuple):
    """A figure and its interval, as texts; no interval where there is no figure."""

    value: str
    between: str = ""

    def __str__(self) -> str:
        """Both in one line."""
        return f"{self.value} ({self.between})" if self.between else self.value


def measured_lines(comparison: Comparison) -> list[Line]:
    """The scorers that have figures, the best first."""
    lines = [each for each in comparison["scorers"] if not each["reason"]]
    return sorted(lines, key=lambda line: -line["auc"]["value"])


def missing_lines(comparison: Comparison) -> list[Line]:
    """The scorers that have none, each with its reason."""
    return [each for each in comparison["scorers"] if each["reason"]]


def comparison_sentences(comparison: Comparison) -> tuple[str, ...]:
    """Which scorer is best, which are as good, and what a build with the best would tell."""
    lines = measured_lines(comparison)
    if not lines:
        return ("No scorer could be measured.",)
    best, *others = lines
    told = (
        f"Best: {best['model']}, with a held-out AUC of"
        f" {number_text(best['auc']['value'], 3)}."
    )
    tied = [each["model"] for each in others if each["is_tied"]]
    if tied:
        told += f" {_joined(tied)} cannot be told from it on these people."
        simple = [each["model"] for each in lines if each["is_additive"]]
        if not best["is_additive"] and set(simple) & set(tied):
            first = next(model for model in tied if model in simple)
            told += f" {first} explains itself attribute by attribute."
    elif others:
        told += " Each of the others is worse by more than chance."
    seed = counted(
        comparison["seed_people"], "held-out seed person", "held-out seed people"
    )
    sample = counted(comparison["sample_people"], "person", "people")
    judged = f"All were judged by the same {seed} and {sample} of the population."
    return (
        told,
        judged,
        *([value_sentence(lines)] if _is_weighed(comparison) else []),
        *([unlike_sentence(lines)] if _has_unlike(comparison) else []),
        *build_sentences(comparison, best),
        *(say_text(line["say"]) for line in lines if line.get("say")),
    )


def value_sentence(lines: Sequence[Line]) -> str:
    """How the figures count the people of a weighed seed, and which is best by value."""
    best = max(lines, key=lambda line: line["auc_by_value"]["value"])
    return (
        "The AUC by value and whether the seed can be told count each seed person by the"
        " weight; the best, AUC, lift and log loss count each once. By value the greatest"
        f" AUC is {number_text(best['auc_by_value']['value'], 3)}, of {best['model']}."
    )


def unlike_sentence(lines: Sequence[Line]) -> str:
    """Whom the figures are against, and which scorer keeps away best."""
    best = max(lines, key=lambda line: line["unlike"]["auc"]["value"])
    return (
        "The best, AUC, lift and whether the seed can be told are against the population;"
        " log loss is against both, for up to half the negative seed, as scorers learn."
        " Against the negative seed alone the greatest held-out AUC is"
        f" {number_text(best['unlike']['auc']['value'], 3)}, of {best['model']}."
    )


def build_sentences(comparison: Comparison, line: Line) -> list[str]:
    """What a build with this scorer would tell of both seeds."""
    told = []
    if line["verdict"] is not None:
        by_value = ", by value" if _is_weighed(comparison) else ""
        verdict = verdict_text(line["verdict"])
        told.append(f"With {line['model']}{by_value}: {verdict}")
    if _has_unlike(comparison):
        told.append(f"With {line['model']}: {unlike_text(line['unlike'])}")
    return told


def other_auc_names(comparison: Comparison) -> list[str]:
    """The AUCs that stand beside the one of all scorers by people."""
    return [
        *(["AUC by value"] if _is_weighed(comparison) else []),
        *(["AUC against the negative seed"] if _has_unlike(comparison) else []),
    ]


def size_names(comparison: Comparison) -> list[str]:
    """The sizes whose lift is told; the last is the one asked for."""
    asked = comparison["asked"]
    value = asked["value"]
    wanted = {
        "top": f"top {number_text(value)}",
        "best_percent": f"{value:g} %",
        "min_score": f"score from {value:g}",
    }[asked["kind"]]
    shares = [each["audience_share"] for each in _first_lifts(comparison)]
    return [*(f"{100 * share:g} %" for share in shares[:-1]), f"asked: {wanted}"]


def comparison_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """The table, the best scorer first; AUCs and `lifts` are estimates, the rest texts.

    `other_aucs` are those of `other_auc_names`.
    """
    return [
        {
            "model": line["model"],
            "auc": auc_of(line["auc"]),
            "other_aucs": [
                *([auc_of(line["auc_by_value"])] if _is_weighed(comparison) else []),
                *([auc_of(line["unlike"]["auc"])] if _has_unlike(comparison) else []),
            ],
            "standing": standing(line),
            "lifts": [lift_of(each) for each in line["lifts"]],
            "log_loss": number_text(line["log_loss"], 4),
            "additive": "yes" if line["is_additive"] else "no",
            "verdict": verdict_words(line),
            "seconds": number_text(line["seconds"], 1),
            "cpu_seconds": number_text(line["cpu_seconds"], 1),
        }
        for line in measured_lines(comparison)
    ]


def standing(line: Line) -> str:
    """Best, as good, or by how much worse.

    >>> standing({"is_best": False, "is_tied": False, "beyond_best": -0.0213})
    '-0.021'
    """
    if line["is_best"]:
        return BEST
    return TIED if line["is_tied"] else f"{line['beyond_best']:.3f}"


def auc_of(auc: Mapping[str, float]) -> Estimate:
    """An AUC with its interval."""
    value, low, high = (number_text(auc[name], 3) for name in ("value", "low", "high"))
    return Estimate(value, f"{low} to {high}")


def lift_of(lift: Mapping[str, Any]) -> Estimate:
    """A lift with its interval; a dash where too few people of the sample are so many."""
    if lift["lift"] is None:
        return Estimate("–")
    value, low, high = (
        number_text(lift[name], 2) for name in ("lift", "lift_low", "lift_high")
    )
    return Estimate(value, f"{low} to {high}")


def verdict_words(line: Line) -> str:
    """The band of the AUC, and whether the seed can be told at all."""
    verdict = line["verdict"]
    if verdict is not None and not verdict["can_be_told"]:
        return "no better than chance"
    return band_of(line["auc"]["value"]).name


def _is_weighed(comparison: Comparison) -> bool:
    return bool(comparison.get("is_weighed"))


def _has_unlike(comparison: Comparison) -> bool:
    return bool(comparison.get("has_unlike"))


def _first_lifts(comparison: Comparison) -> list[Mapping[str, Any]]:
    lines = measured_lines(comparison)
    return list(lines[0]["lifts"]) if lines else []


def _joined(names: list[str]) -> str:
    """Names in a sentence.

    >>> _joined(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
