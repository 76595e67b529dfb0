"""Numbers and user text as a reader sees them: separators, units, nothing hidden."""

import textwrap
import unicodedata

_TURNS_TEXT_AROUND = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_TO_THE_LEFT = frozenset({"R", "AL"})
_NOT_A_CHARACTER = frozenset({"Cc", "Cn", "Cs", "Zl", "Zp"})
# Of fewer people nothing is told but that they are few. The rule is that of
# `python_scoring.told_cells`, which a report does not import.
FEWEST_PEOPLE = 25


def number_text(value: float, decimals: int = 0) -> str:
    """A number with thousand separators.

    >>> number_text(1950), number_text(3.14159, 2)
    ('1,950', '3.14')
    """
    return f"{value:,.{decimals}f}"


def share_text(share: float) -> str:
    """A share between 0 and 1 in percent; what is not nothing, or not all, stays so.

    >>> share_text(0.2113), share_text(0.0002), share_text(0.0), share_text(0.9999)
    ('21.1 %', 'under 0.1 %', '0 %', 'over 99.9 %')
    """
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return "over 99.9 %"
    return f"{100 * share:.1f} %"


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun.

    >>> counted(1, "seed person", "seed people"), counted(1950, "person", "people")
    ('1 seed person', '1,950 people')
    """
    return f"{number_text(count)} {one if count == 1 else many}"


def discreetly_counted(count: int, one: str, many: str) -> str:
    """A count that anybody may ask for about any choice of people: few are not counted out.

    >>> discreetly_counted(0, "row", "rows"), discreetly_counted(3, "row", "rows")
    ('No row', 'Fewer than 25 rows')
    >>> discreetly_counted(25, "row", "rows")
    '25 rows'
    """
    if count == 0:
        return f"No {one}"
    if count < FEWEST_PEOPLE:
        return f"Fewer than {FEWEST_PEOPLE} {many}"
    return counted(count, one, many)


def plain_text(text: str, limit: int = 200) -> str:
    """User text on one line: no control characters, nothing that turns the text around.

    Markup stays as it was typed; who shows it escapes it.

    >>> plain_text("a\\nb\\u202ec"), plain_text("a long column name", 8)
    ('a bc', 'a long …')
    """
    kept = "".join(
        " " if unicodedata.category(character) in _NOT_A_CHARACTER else character
        for character in text
        if character not in _TURNS_TEXT_AROUND
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def isolated(text: str) -> str:
    """User text for the middle of a sentence: one that runs from right to left stays whole.

    Without marks around it, the figures behind it would be drawn in front of it.

    >>> isolated("clerk"), isolated("ערך") == "\u2068ערך\u2069"
    ('clerk', True)
    """
    if any(unicodedata.bidirectional(character) in _TO_THE_LEFT for character in text):
        return f"\u2068{text}\u2069"
    return text


def escape_markdown(text: str) -> str:
    """Text that a markdown reader shows as it is: no markup, no HTML, one line.

    >>> print(escape_markdown("<b> [x](y)"))
    &lt;b&gt; \\[x\\]\\(y\\)
    """
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    return "".join(
        entities.get(character)
        or ("\\" + character if character in "\\`*_{}[]()#+-!|~$^=" else character)
        for character in plain_text(text, limit=1000)
    )


def lines(text: str, width: int) -> list[str]:
    """The text broken into lines of at most `width` characters.

    >>> lines("412 of 1,950 seed people", 12)
    ['412 of 1,950', 'seed people']
    """
    return textwrap.wrap(text, width) or [""]
