"""Text that shows as what it is: characters that act on whoever shows it, found and spelt out.

A line break forges a line of a log, an escape sequence colours or clears a terminal, and a
mark of reading direction turns a name round. Which texts may hold them is said elsewhere.
"""

import re

# Control characters and lone surrogates, line and paragraph separators, and the marks
# that turn the reading direction round.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def first_forbidden(text: str, allowed: str = "") -> str | None:
    """The first character that a name may not hold, or null.

    >>> first_forbidden("two\\nlines"), first_forbidden("two\\nlines", allowed="\\n")
    ('\\n', None)
    """
    found = (match.group() for match in _ACTING.finditer(text))
    return next((character for character in found if character not in allowed), None)


def visible(text: object) -> str:
    """The text on one line, with what acts spelt out as Python spells it.

    >>> print(visible("two\\nlines \\x1b[31m"))
    two\\nlines \\x1b[31m
    """
    return _ACTING.sub(
        lambda match: match.group().encode("unicode_escape").decode("ascii"), str(text)
    )


def visible_json(document: str) -> str:
    """A JSON document, laid out over lines, with what acts in its texts as `\\uXXXX`.

    What is read from it is the same.
    """
    return _ACTING.sub(_in_json, document)


def _in_json(match: "re.Match[str]") -> str:
    character = match.group()
    return character if character == "\n" else f"\\u{ord(character):04x}"
