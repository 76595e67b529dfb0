"""Parts of a known number of people, told so that few are not counted out.

Neither a part of 1 to 24 people is told nor one that leaves so many: who builds two seeds
that differ by a person would learn of that person by it. None and all are told.
"""

from dataclasses import dataclass

from report.rows import Row
from report.words import FEWEST_PEOPLE, number_text, share_text


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A part of `whole` people: `count` and `share` are None where they are not told.

    `text` stands where the number would; `bound` is the share's nearest that is told.
    """

    count: int | None
    share: float | None
    text: str
    share_text: str
    bound: float
    whole: int

    @property
    def phrase(self) -> str:
        """The number alone, or the words that stand for it with what they are a part of."""
        if self.count is not None:
            return self.text
        return f"{self.text} of {number_text(self.whole)}"


def told_part(part: int, whole: int) -> ToldPart:
    """The part, or that it is of few or leaves few.

    >>> told_part(412, 1950).text, told_part(1950, 1950).phrase
    ('412', '1,950')
    >>> told_part(3, 1950).phrase, told_part(1947, 1950).phrase
    ('fewer than 25 of 1,950', 'all but fewer than 25 of 1,950')
    >>> told_part(1947, 1950).share_text, told_part(3, 20).phrase
    ('over 98.7 %', 'some of 20')
    """
    few, rest = f"fewer than {FEWEST_PEOPLE}", whole - part
    border = min(FEWEST_PEOPLE / whole, 1.0) if whole else 0.0
    if 0 < part < whole <= FEWEST_PEOPLE:
        return ToldPart(None, None, "some", "not told", 0.0, whole)
    if 0 < part < FEWEST_PEOPLE and rest:
        return ToldPart(None, None, few, _beyond("under", border), border, whole)
    if 0 < rest < FEWEST_PEOPLE:
        told = _beyond("over", 1 - border)
        return ToldPart(None, None, f"all but {few}", told, 1 - border, whole)
    share = part / whole if whole else 0.0
    return ToldPart(part, share, number_text(part), share_text(share), share, whole)


def few_people(count: int) -> str:
    """A number of people in the middle of a sentence, but for 1 to 24.

    >>> few_people(0), few_people(3), few_people(1950)
    ('0', 'fewer than 25', '1,950')
    """
    if 0 < count < FEWEST_PEOPLE:
        return f"fewer than {FEWEST_PEOPLE}"
    return number_text(count)


def told_matched(overlap: Row) -> ToldPart:
    """The people of the population who are seed people, of report_overlap.

    Where they are all of the seed but few, or all of its found people but few, a whole
    number of 25 people stands for them.
    """
    people, inside = (
        int(overlap[name])
        for name in ("population_people", "matched_population_people")
    )
    others = (overlap[name] - inside for name in ("seed_people", "matched_people"))
    if inside < FEWEST_PEOPLE or not any(0 < each < FEWEST_PEOPLE for each in others):
        return told_part(inside, people)
    least = inside - inside % FEWEST_PEOPLE
    share = least / people
    told = _beyond("over", share)
    return ToldPart(None, None, f"at least {number_text(least)}", told, share, people)


def sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _beyond(word: str, share: float) -> str:
    told = share_text(share)
    return told if told.startswith(("under", "over")) else f"{word} {told}"
