"""A refresh in words: who entered, left and stayed, and what has moved.

Reads the section `refresh` of figures.json, which `orchestration.refresh` makes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from report.words import counted, number_text, plain_text

MOST_NAMED = 5


def refresh_sentences(refresh: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What a person should know of a version beside the one before; empty without one."""
    if refresh is None:
        return ()
    entered = counted(refresh["entered"], "person", "people")
    sentences = [
        f"Since version {refresh['from_version']}, {entered} entered, "
        f"{number_text(refresh['left'])} left and {number_text(refresh['kept'])} stayed."
    ]
    score = refresh["score_drift"]
    if score is not None:
        sentences.append(
            f"The scores' distribution {_verdict(score['verdict'])} "
            f"(PSI {number_text(score['psi'], 3)})."
        )
    if refresh["attributes"]:
        sentences.append(_attributes(refresh["attributes"]))
    if refresh["not_compared"]:
        names = _named(refresh["not_compared"])
        sentences.append(f"Only one of the two versions scored {names}.")
    return tuple(sentences)


def _verdict(verdict: str) -> str:
    return {"stable": "is stable", "moved": "moved", "changed": "changed"}[verdict]


def _attributes(drifts: Sequence[Mapping[str, Any]]) -> str:
    moving = [each for each in drifts if each["verdict"] != "stable"]
    if not moving:
        of_them = counted(len(drifts), "attribute is", "attributes are")
        return f"{of_them} distributed as before."
    told = _named(
        [
            f"{each['attribute']} ({each['verdict']}, PSI {number_text(each['psi'], 2)})"
            for each in moving
        ]
    )
    all_of_them = counted(len(drifts), "attribute", "attributes")
    return f"{number_text(len(moving))} of {all_of_them} moved: {told}."


def _named(names: Sequence[str]) -> str:
    told = ", ".join(plain_text(name) for name in names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{told} and {number_text(more)} more" if more > 0 else told
