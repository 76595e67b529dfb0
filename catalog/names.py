"""Names: what people type, the slugs made of it, and the nearest ones to a wrong name.

A display name is free text that is shown and stored as typed. A slug is made from it
and is the only form that reaches SQL, file paths and dbt.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

from anyascii import anyascii

from catalog.errors import StudioError
from catalog.visible_text import first_forbidden, visible

SLUG_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
LONGEST_SLUG = 63
LONGEST_NAME = 200
CANDIDATES = 4

RESERVED_COLUMNS = frozenset(
    {
        "row_id",
        "person_key",
        "fold",
        "score",
        "log_odds",
        "rank",
        "percentile",
        "is_seed",
        "seed_row_id",
        "seed_weight",
        "row_count",
        "match_type",
        "match_identifier",
        "is_dropped",
        "place",
        "sample_key",
        "cell",
        "cell_part",
        "bin",
        "left_out_fold",
        "attribute",
        "attribute_value",
        "is_missing",
    }
)


def is_slug(text: str) -> bool:
    """True where the text may stand as a column of the work database."""
    return re.fullmatch(SLUG_PATTERN[1:-1], text) is not None


def slug_of(display_name: str, taken: Collection[str] = (), prefix: str = "a") -> str:
    """Make the slug of a name; a taken or reserved one gets `_2`, `_3`, …

    Other scripts are transliterated; `prefix` stands before a leading digit and for a
    name without any letter or digit.

    >>> slug_of("Likely  Depositors (FR)"), slug_of("2024 élèves"), slug_of("Score")
    ('likely_depositors_fr', 'a_2024_eleves', 'score_2')
    >>> slug_of("Job", taken={"job", "job_2"})
    'job_3'
    """
    base = _base_slug(display_name, prefix)
    slug, number = base, 2
    while slug in taken or slug in RESERVED_COLUMNS:
        slug = _numbered(base, number)
        number += 1
    return slug


def slugs_of(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Give each column name a slug of its own, whatever order the columns stand in.

    A name that is a slug already keeps it; of two names with one slug (`Job` and
    `JOB`, or one name in two Unicode forms) the first in code point order gets it.

    >>> slugs_of(["Job", "JOB", "job"])
    {'job': 'job', 'JOB': 'job_2', 'Job': 'job_3'}
    """
    used = set(taken) | RESERVED_COLUMNS
    numbers: dict[str, int] = {}
    slugs: dict[str, str] = {}
    bases = {name: _base_slug(name, "a") for name in names}
    for name in sorted(bases, key=lambda name: (name != bases[name], name)):
        base = slug = bases[name]
        while slug in used:
            numbers[base] = numbers.get(base, 1) + 1
            slug = _numbered(base, numbers[base])
        used.add(slug)
        slugs[name] = slug
    return slugs


def display_name(text: str, kind: str = "name") -> str:
    """Check a name that a person typed; return it in NFC, without outer spaces.

    Raises StudioError `name_invalid`: empty, longer than 200 characters, or holding a
    control character, a lone surrogate or a mark that changes the reading direction.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise _invalid(kind, name, "is empty", "give at least one character")
    if len(name) > LONGEST_NAME:
        raise _invalid(
            kind,
            name,
            f"has {len(name)} characters",
            f"give at most {LONGEST_NAME}",
        )
    wrong = first_forbidden(name)
    if wrong is not None:
        raise _invalid(
            kind,
            name,
            f"holds the control character U+{ord(wrong):04X}",
            "leave it out",
        )
    return name


def folded(name: str) -> str:
    """The form in which names are compared: two names with one form are one name.

    >>> folded("Ｓtraße") == folded("STRASSE")
    True
    """
    return unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", name).casefold()
    ).strip()


def closest(name: str, names: Iterable[str]) -> list[str]:
    """Up to four names that may have been meant, nearest first; empty where none is near.

    >>> closest("custmers", ["converters", "customers", "orders"])
    ['customers', 'converters']
    """
    asked = folded(name)
    by_form: dict[str, str] = {}
    for candidate in names:
        by_form.setdefault(folded(candidate), candidate)
    near = difflib.get_close_matches(asked, by_form, n=CANDIDATES, cutoff=0.5)
    within = [form for form in by_form if asked and (asked in form or form in asked)]
    forms = list(dict.fromkeys([*near, *sorted(within, key=len)]))
    return [by_form[form] for form in forms[:CANDIDATES]]


def shown(name: object) -> str:
    """A name in quotes as errors show it: on one line, at most 80 characters.

    >>> shown("a\\nb")
    "'a\\\\nb'"
    """
    text = visible(str(name)[:81])
    return f"'{text[:79]}…'" if len(text) > 80 else f"'{text}'"


def shown_path(path: object) -> str:
    """A path in quotes as errors show it; of a long one the end, which names the file.

    >>> shown_path("/" + "folder/" * 20 + "people.yml")[-14:]
    "er/people.yml'"
    """
    text = str(path)
    return shown(text if len(text) <= 80 else f"…{text[-79:]}")


def from_home(path: Path) -> Path:
    """The path with `~` written out; a file's own name may begin so too, and stays.

    >>> str(from_home(Path("~nobody here.csv")))
    '~nobody here.csv'
    """
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def suggestion(name: str, names: Iterable[str]) -> str:
    """The start of a remedy that lists the nearest names, or nothing.

    >>> suggestion("custmers", ["customers"])
    "did you mean 'customers'?"
    """
    candidates = closest(name, names)
    return f"did you mean {' or '.join(map(shown, candidates))}?" if candidates else ""


def _base_slug(name: str, prefix: str) -> str:
    latin = anyascii(unicodedata.normalize("NFC", name)).lower()
    kept = re.sub(r"[^a-z0-9\s_-]", "", latin)
    slug = re.sub(r"[\s_-]+", "_", kept).strip("_")
    if not slug:
        return prefix
    if slug[0].isdigit():
        slug = f"{prefix}_{slug}"
    return slug[:LONGEST_SLUG].rstrip("_")


def _numbered(base: str, number: int) -> str:
    suffix = f"_{number}"
    return base[: LONGEST_SLUG - len(suffix)].rstrip("_") + suffix


def _invalid(kind: str, name: str, cause: str, remedy: str) -> StudioError:
    return StudioError("name_invalid", f"{kind} {shown(name)}", cause, remedy)
