"""Held-out quality in words and figures: how sure it is, and how many people to take.

Reads the document of quality.json, which `orchestration.quality` makes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from report.reading import band_of
from report.remarks import Remark
from report.words import FEWEST_PEOPLE, counted, number_text, share_text

Quality = Mapping[str, Any]
VALUE_SHARE = 0.1
# The scorers that `auto` joins, and the shares that it tries, by their names there.
KINDS = {
    "naive_bayes": "counted evidence",
    "weighted_bayes": "regression",
    "boosted": "trees",
}
EVEN = "even"
SAYS = {
    EVEN: "an even say",
    "more of the regression": "more of the regression",
    "more of the trees": "more of the trees",
    "the regression": "the regression alone",
    "the trees": "the trees alone",
}
ERRORS_BEFORE = 2  # of versions that were built before this was written down
UNASKED = {
    "small": "with fewer than 150 seed people nobody could judge another say",
    "weighed": "seed people of different weight do not judge another say",
    "unlike": "with a negative seed held-out people do not judge another say",
}


def interval_text(row: Mapping[str, Any], name: str, decimals: int) -> str:
    """A figure of a row with its interval.

    >>> interval_text({"lift": 4.7, "lift_low": 4.55, "lift_high": 4.86}, "lift", 2)
    '4.70 (4.55 to 4.86)'
    """
    value, low, high = (
        number_text(row[f"{name}{end}"], decimals) for end in ("", "_low", "_high")
    )
    return f"{value} ({low} to {high})"


def quality_sentences(quality: Quality) -> tuple[str, ...]:
    """One line to decide by, then what the recommended size stands on, then the verdict."""
    auc = quality["auc"]
    line = f"Held-out AUC {auc_text(auc)}: {band_of(auc['value']).name}."
    chosen = quality["chosen"]
    if chosen is not None:
        line += (
            f" Lift {interval_text(chosen, 'lift', 2)} at the chosen"
            f" {counted(chosen['people_count'], 'person', 'people')}."
        )
    advised = quality["recommendation"]["people"]
    line += " Recommended size: " + (
        "none." if advised is None else f"{number_text(advised)} people."
    )
    sentences = [line, recommendation_text(quality)]
    if quality["corrected_auc"] is not None:
        sentences.append(
            "Against people who are not of the seed's kind the AUC is"
            f" {auc_text(quality['corrected_auc'])}, with the prevalence of"
            f" {share_text(quality['prevalence'])} that was given."
        )
    by_value = quality.get("by_value")
    if by_value is not None:
        sentences.append(value_text(by_value))
    if quality.get("unlike") is not None:
        sentences.append(unlike_text(quality["unlike"]))
    if quality["verdict"] is not None:
        told = verdict_text(quality["verdict"])
        sentences.append(
            told if by_value is None else f"By value, {told[0].lower()}{told[1:]}"
        )
    if "choice" in quality:
        sentences.append(choice_text(quality["choice"]))
    if "say" in quality:
        sentences.append(say_text(quality["say"]))
    if "search" in quality:
        sentences.append(search_text(quality["search"]))
    return tuple(sentences)


def value_text(by_value: Mapping[str, Any]) -> str:
    """What seed people reach by their weight, and how many of equal weight they are."""
    tenth = next(
        each for each in by_value["reached"] if each["audience_share"] == VALUE_SHARE
    )
    return (
        f"By value, each held-out seed person counted by the weight, the AUC is"
        f" {auc_text(by_value['auc'])}: the most alike {share_text(VALUE_SHARE)} of the"
        f" population hold {share_text(tenth['value_share'])} of the seed's value and"
        f" {share_text(tenth['people_share'])} of its people. The seed says as much as"
        f" {counted(int(by_value['effective_people']), 'person', 'people')} of equal"
        f" weight; the heaviest has about {share_text(by_value['greatest_share'])} of it. All"
        " other figures count each seed person once."
    )


def unlike_text(unlike: Mapping[str, Any]) -> str:
    """How well the fit keeps away from the negative seed."""
    people = counted(unlike["people"], "person", "people")
    told = (
        f"Against the negative seed the held-out AUC is {auc_text(unlike['auc'])}. Its"
        f" {people} in the population are kept out; {share_text(unlike['top_share'])} of"
        " them would be among the most alike 10 %."
    )
    if unlike["both"] != 0:
        both = (
            f"fewer than {FEWEST_PEOPLE} people"
            if unlike["both"] is None
            else counted(unlike["both"], "person", "people")
        )
        told += f" It names {both} of the seed, who count as unwanted alone."
    return told


def effective_people(quality: Quality | None, people: int) -> int:
    """How many people of equal weight the seed says as much as; the people without."""
    by_value = None if quality is None else quality.get("by_value")
    return people if by_value is None else int(by_value["effective_people"])


def recommendation_text(quality: Quality) -> str:
    """Why the recommended size is what it is, and what it would bring."""
    found = quality["recommendation"]
    least = number_text(found["least_marginal_lift"], 2)
    start = ""
    enough = f"hold at least {least} times as many seed-like people as a random draw"
    if found["is_break_even"]:
        start, enough = f"A contact pays from a lift of {least} on. ", "pay"
    if found["people"] is None:
        told = f"{start}Not even the most alike people surely {enough}."
    elif found["audience_share"] >= 1:
        told = f"{start}Even the least alike people surely {enough}."
    else:
        told = (
            f"{start}Up to {counted(found['people'], 'person', 'people')}, those let in"
            f" last surely {enough}; beyond, that is not sure."
        )
    if not found["is_break_even"]:
        return told
    profits = [
        f"{number_text(found[name])} {words}"
        for name, words in (
            ("chosen_profit", "from the chosen size"),
            ("profit", "from the recommended one"),
        )
        if found[name] is not None
    ]
    most = (
        f"at most {number_text(found['greatest_profit'])}, with"
        f" {counted(found['most_profitable_people'], 'person', 'people')}"
    )
    return f"{told} Expected profit: {', '.join([*profits, most])}."


def verdict_text(verdict: Mapping[str, Any]) -> str:
    """Whether random people would do as well."""
    people = counted(verdict["seed_people"], "person", "people")
    reached = number_text(verdict["random_greatest"], 3)
    if verdict["method"] == "permutation":
        chance = f"99 random draws of {people} reach at most {reached}"
    else:
        chance = f"a random draw of {people} reaches {reached} once in 100 times"
    told = "can" if verdict["can_be_told"] else "cannot"
    return (
        f"The seed {told} be told from the population: it reaches"
        f" {number_text(verdict['auc'], 3)}, {chance}."
    )


def search_text(search: Mapping[str, Any]) -> str:
    """Whom the held-out figures are from where settings were searched for."""
    trials = counted(search["trials"], "setting was", "settings of the trees were")
    judges = counted(search["judges"], "seed person", "seed people")
    return (
        f"{trials} tried, judged by two fifths of the seed; the held-out figures are from"
        f" the other {judges} alone, who had no say in it."
    )


def choice_text(choice: Mapping[str, Any]) -> str:
    """Which scorer was chosen, and what the others reached."""
    by_model = {each["model"]: each for each in choice["candidates"]}
    chosen = by_model.pop(choice["model"])
    others = [
        f"{model} {number_text(each['log_loss'], 4)}"
        for model, each in by_model.items()
    ]
    told = (
        f"Of the scorers tried, {choice['model']} was chosen: held-out log loss"
        f" {number_text(chosen['log_loss'], 4)}, {', '.join(others)}."
    )
    if chosen["beyond_least"] > 0:
        told += (
            f" It is within one standard error"
            f" ({number_text(chosen['standard_error'], 4)}) of the least, and simpler."
        )
    return told


def say_text(say: Mapping[str, Any]) -> str:
    """How much each of the scorers that `auto` joins says, and by which figures."""
    told = f"In auto {_shares_text(say['scorers'], say['shares'])}"
    choice = say["choice"]
    if choice is None:
        return f"{told}: {UNASKED[say['unasked']]}."
    tried = {each["model"]: each for each in choice["candidates"]}
    chosen, even = tried.pop(choice["model"]), tried.get(EVEN)
    others = [
        f"{SAYS[name]} {number_text(each['log_loss'], 4)}"
        for name, each in tried.items()
    ]
    errors = number_text(choice.get("standard_errors", ERRORS_BEFORE))
    is_least = chosen["beyond_least"] == 0
    told += (
        f": held-out log loss {number_text(chosen['log_loss'], 4)}"
        f"{', the least' if is_least else ''}; {', '.join(others)}."
    )
    if not is_least:
        told += (
            f" It is within {errors} standard errors"
            f" (of {number_text(chosen['standard_error'], 4)}) of the least."
        )
    if even is None:
        return told
    return (
        f"{told} An even say is more than {errors} standard errors"
        f" (of {number_text(even['standard_error'], 4)}) above the least."
    )


def _shares_text(scorers: Sequence[str], shares: Sequence[float]) -> str:
    """Who says how much.

    >>> _shares_text(["weighted_bayes", "boosted"], [0.25, 0.75])
    'boosted (trees) has 75.0 % of the say, weighted_bayes (regression) 25.0 %'
    """
    told = [f"{name} ({KINDS[name]})" for name in scorers]
    if shares[0] == shares[1]:
        return f"{told[0]} and {told[1]} say the same much"
    (most, first), (least, second) = sorted(zip(shares, told, strict=True))[::-1]
    if least == 0:
        return f"{first} says everything, {second} nothing"
    return f"{first} has {share_text(most)} of the say, {second} {share_text(least)}"


def indistinct_warnings(quality: Quality | None) -> list[Remark]:
    """Of the verdict: a seed that random people could stand for."""
    if quality is None or not quality["verdict"] or quality["verdict"]["can_be_told"]:
        return []
    return [
        Remark(
            "indistinct_seed",
            verdict_text(quality["verdict"]),
            "The audience may be no better than a random draw; other attributes or a"
            " larger seed may show a difference.",
        )
    ]


def prevalence_warnings(quality: Quality | None) -> list[Remark]:
    """Of a prevalence with which no ranking could have the measured AUC.

    Seed people cannot be told from their own kind, a share pi of the population: no AUC
    against all of it exceeds 1 - pi / 2.
    """
    if quality is None or quality["prevalence"] is None or quality["corrected_auc"]:
        return []
    prevalence, auc = quality["prevalence"], quality["auc"]
    most = share_text(2 * (1 - auc["value"]))
    return [
        Remark(
            "prevalence_contradicted",
            f"The prevalence of {share_text(prevalence)} that was given contradicts the"
            f" held-out AUC of {auc_text(auc)}: with it no ranking exceeds"
            f" {number_text(1 - prevalence / 2, 3)}. With this AUC at most {most} of the"
            " population are of the seed's kind.",
            "Nothing is told of the AUC against the others, and expected profits are"
            " too high where the prevalence is: correct economics.prevalence, or ask"
            " whether the seed is a random sample of its kind.",
        )
    ]


def auc_text(auc: Mapping[str, float]) -> str:
    """An AUC with its interval."""
    low, high = number_text(auc["low"], 3), number_text(auc["high"], 3)
    return f"{number_text(auc['value'], 3)} ({low} to {high})"
