"""What is said of an attribute that has no weight, because what it adds is learnt.

Information, chance and repetition are facts of the two sides and hold whatever ranks
people. They are no weight here, and no word says so; what the scorer made of the
attribute is how far it moves people's log odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from report.repetition import Repetition, joined
from report.rows import Row
from report.words import number_text, share_text

LEARNT = "learnt"


def share_of_ranking(row: Mapping[str, Any]) -> float:
    """An attribute's part of what ranks people: of its movement where that is known.

    >>> share_of_ranking({"information_share": 0.2, "movement_share": None})
    0.2
    """
    moved = row.get("movement_share")
    return float((row["information_share"] if moved is None else moved) or 0.0)


def weight_text(row: Mapping[str, Any]) -> str:
    """The weight as a number, or that there is none but what is learnt.

    >>> weight_text({"attribute_weight": 1.0, "movement": 0.3})
    'learnt'
    >>> weight_text({"attribute_weight": 0.0, "movement": 0.0})
    '0.00'
    """
    weight = row["attribute_weight"] or 0.0
    if weight and row.get("movement") is not None:
        return LEARNT
    return number_text(weight, 2)


def learnt_words(row: Row, others: Repetition) -> list[str]:
    """The sentences of an attribute that counts."""
    return [
        _movement_text(row["movement"], row["movement_share"]),
        _information_text(row["information_share"] or 0.0, row["signal_share"]),
        *_repetition_text(others),
    ]


def _movement_text(movement: float, share: float) -> str:
    told = "What it adds to a person is learnt from people"
    if not movement:
        return f"{told}: the same to everybody, which ranks nobody."
    return (
        f"{told}: it moves log odds by {number_text(movement, 2)} on average,"
        f" {share_text(share)} of what all attributes move."
    )


def _information_text(share: float, signal: float | None) -> str:
    told = f"By itself it has {share_text(share)} of the information"
    if signal == 0:
        return "By itself it differs by no more than chance would."
    if signal is None or signal >= 0.995:
        return f"{told}."
    return f"{told}; {share_text(signal)} of its difference is more than chance."


def _repetition_text(others: Repetition) -> list[str]:
    """Who says the same, and that nothing is taken off for it but by learning.

    >>> _repetition_text(Repetition(same=("mobile",)))
    ['“mobile” says the same; which of them counts is learnt.']
    """
    found = others.same or others.part
    if not found:
        return []
    verb = "says" if len(found) == 1 else "say"
    if others.same:
        return [f"{joined(found)} {verb} the same; which of them counts is learnt."]
    return [f"Part of it {joined(found)} {verb} too."]
