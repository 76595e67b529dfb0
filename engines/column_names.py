"""Column names that a source may not have, because an engine could not tell them apart."""

import unicodedata
from collections.abc import Sequence

from catalog.errors import StudioError
from engines.relations import VIRTUAL_COLUMNS

MOST_COLUMNS = 10_000


def check_names(names: Sequence[str], subject: str) -> None:
    """Refuse too many names, and such as no engine could tell apart or has for itself."""
    if len(names) > MOST_COLUMNS:
        raise StudioError(
            "too_many_columns",
            subject,
            f"has {len(names):,} columns, more than {MOST_COLUMNS:,}",
            "keep the columns that are needed",
        )
    seen: dict[str, str] = {}
    for position, name in enumerate(names, start=1):
        if not name.strip() or "\0" in name:
            raise StudioError(
                "bad_column_name",
                f"{subject}, column {position}",
                "has no usable name",
                "name it",
            )
        if name.lower() in VIRTUAL_COLUMNS:
            raise StudioError(
                "bad_column_name",
                f"{subject}, column '{name}'",
                "has a name that the engine gives to every row itself",
                "rename it",
            )
        folded = unicodedata.normalize("NFC", name).lower()
        if folded in seen:
            raise StudioError(
                "same_column_name",
                f"{subject}, columns '{seen[folded]}' and '{name}'",
                "have the same name, or names that differ in case or accents' coding alone",
                "rename one of them",
            )
        seen[folded] = name
