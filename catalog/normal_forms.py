"""Normal forms: the one spelling in which an identifier is compared and hashed.

The twin of the dbt macro `normalised_identifier`; `tests/dbt_project/identifiers.json` holds
the spellings on which both, and the engine's profile, must agree. For what a person types
and for hashing; identifiers of a dataset never come through Python.
"""

import hashlib
import re
from typing import Literal

Form = Literal["text", "hash", "email", "phone"]
HashAlgorithm = Literal["sha256", "sha1", "md5"]

FORMS: tuple[Form, ...] = ("text", "hash", "email", "phone")

_WHITE_SPACE = "\t\n\v\f\r \u00a0"
# Their lower case depends on who is asked: Java, Python and SQL differ.
_UNSETTLED = str.maketrans({"\u0130": "i", "\u03a3": "\u03c3"})
_NOBODY = re.compile(r"0{8}[0-]{24,}")


def normalised(text: str, form: Form) -> str | None:
    """The identifier in its form; None where nothing is left of it.

    >>> normalised(" Ann@X.org\\t", "email"), normalised("+44 (0)20 7946-0000", "phone")
    ('ann@x.org', '+442079460000')
    >>> normalised("00000000-0000-0000-0000-000000000000", "text") is None
    True
    """
    if _NOBODY.fullmatch(text):
        return None
    trimmed = text.strip(_WHITE_SPACE)
    if form == "hash":
        trimmed = trimmed.lower()
    elif form == "email":
        trimmed = trimmed.translate(_UNSETTLED).lower()
    elif form == "phone":
        trimmed = _phone_number(trimmed)
    return trimmed or None


def digest(text: str, algorithm: HashAlgorithm) -> str:
    """Hash of a normal form as lower-case hex digits.

    >>> digest("a", "md5")
    '0cc175b9c0f1b6a831c399e269772661'
    """
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


def form_of(identifier_type: str) -> Form:
    """The form of an identifier type in the clear; hashes are known by their content.

    >>> form_of("email"), form_of("user_id")
    ('email', 'text')
    """
    return identifier_type if identifier_type in ("email", "phone") else "text"  # type: ignore[return-value]


def _phone_number(text: str) -> str:
    """Digits, after a plus where the number is written with its country's code."""
    has_code = text.startswith(("+", "00"))
    digits = re.sub(r"[^0-9]", "", text.replace("(0)", "") if has_code else text)
    if not has_code:
        return digits
    digits = digits if text.startswith("+") else digits[2:]
    return f"+{digits}" if digits else ""
