"""Advice on attributes in words: why one is taken, why another is left out."""

from collections.abc import Sequence

from report.words import counted, number_text, share_text

NORMAL_95 = 1.959964
SAME, MUCH_THE_SAME = 0.95, 0.7


def gain_text(gain: float, standard_error: float) -> str:
    """A gain of AUC with 1.96 times its standard error.

    >>> gain_text(0.001, 0.00204)
    '0.001 ± 0.004'
    """
    shown = number_text(round(gain, 3) + 0.0, 3)  # + 0.0 makes -0.0 a plain 0
    return f"{shown} ± {number_text(NORMAL_95 * standard_error, 3)}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names as a sentence lists them.

    >>> listed(["age", "job", "balance", "day"])
    'age, job, balance and 1 more'
    >>> listed(["age", "job"])
    'age and job'
    """
    if len(names) <= 1:
        return "".join(names)
    if len(names) <= most:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def chosen_reason(
    place: int, auc: float, gain: str, before: Sequence[str], *, is_sure: bool
) -> str:
    """Why an attribute is taken at its place."""
    if not is_sure:
        return (
            f"is the best of what is left, to have three: beyond {listed(before)} it"
            f" gains {gain}, which chance alone may bring"
            if before
            else f"is the best alone: AUC {number_text(auc, 3)}, which chance may bring"
        )
    if place == 1:
        return f"tells most by itself: AUC {number_text(auc, 3)} (gain {gain})"
    return f"adds most beyond {listed(before)}: gain {gain}, AUC {number_text(auc, 3)}"


def left_out_reason(
    gain: str, value: float, before: Sequence[str], *, is_sure: bool
) -> str:
    """Why an attribute is left out that repeats none of the chosen."""
    if is_sure:
        return (
            f"would add {gain}; {len(before)} attributes are enough, and more are"
            " harder to explain"
        )
    what = "makes it no better" if value < 0 else "adds nothing"
    return f"{what} beyond {listed(before)}: gain {gain}"


def repeated_reason(other: str, correlation: float, gain: str) -> str:
    """Why an attribute is left out that repeats one of the chosen."""
    return (
        f"{_much(correlation)} as {other} (correlation"
        f" {number_text(correlation, 2)}): gain {gain}"
    )


def repetition_text(
    attribute: str, other: str, correlation: float, counts: float
) -> str:
    """What it means that two attributes say the same.

    >>> repetition_text("phone", "mobile", 1.0, 0.5)
    'phone and mobile say the same (correlation 1.00); each counts half'
    """
    weight = "half" if counts < 0.505 else share_text(counts)
    return (
        f"{attribute} and {other} {_much(correlation, plural=True)} (correlation"
        f" {number_text(correlation, 2)}); each counts {weight}"
    )


def leak_reason(auc: float, presence_auc: float, least: float) -> str:
    """Why an attribute that tells the seed by itself is not proposed."""
    if presence_auc >= least:
        return (
            "is there for one side alone: having a value, or none, tells the seed from"
            f" the population by itself (AUC {number_text(presence_auc, 3)})"
        )
    return (
        f"tells the seed from the population by itself (AUC {number_text(auc, 3)}), as"
        " the mark does by which a seed is chosen"
    )


def information_question(share: float) -> str:
    """What to ask of an attribute that holds most of the information."""
    return (
        f"holds {share_text(share)} of the information: was it measured before the"
        " conversion?"
    )


def number_question(distinct: int, rows: int) -> str:
    """What to ask of whole numbers that hardly repeat."""
    return (
        f"has {number_text(distinct)} values in {number_text(rows)} rows: is it a"
        " number that was given in order, such as a customer number?"
    )


def useless_reason(auc: str) -> str:
    """Why an attribute is left out where none tells the seed."""
    return f"tells nobody apart: AUC {auc}"


def estimated_text(seed: int, learning_seed: int, sample: int, people: int) -> str:
    """What the figures are estimated from."""
    of_seed = "" if seed == learning_seed else f" of {number_text(learning_seed)}"
    return (
        f"AUC and gains from {number_text(seed)}{of_seed} seed people, each held out"
        f" once, and a sample of {number_text(sample)} of the other"
        f" {counted(people, 'person', 'people')}; weights from everybody."
    )


def expected_text(seed: int, learning_seed: int, sample: int, people: int) -> str:
    """What a what-if's figures are estimated from."""
    of_seed = "" if seed == learning_seed else f" of {number_text(learning_seed)}"
    return (
        f"AUC, recall and lift from {number_text(seed)}{of_seed} seed people, each held"
        f" out once; sizes, scores and overlap from a sample of {number_text(sample)} of"
        f" the other {counted(people, 'person', 'people')}."
    )


def _much(correlation: float, *, plural: bool = False) -> str:
    say = "say" if plural else "says"
    if abs(correlation) >= SAME:
        return f"{say} the same"
    return (
        f"{say} much the same"
        if abs(correlation) >= MUCH_THE_SAME
        else (f"{say} in part the same")
    )
