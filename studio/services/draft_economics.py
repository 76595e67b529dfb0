"""What a contact costs and brings, as a person types it: some of it may be missing."""

from collections.abc import Mapping
from typing import Any

from catalog.specification_settings import Economics

FIELDS = {
    "contact_cost": "the cost of a contact",
    "conversion_value": "the value of a conversion",
    "prevalence": "the share of the seed's kind",
}


def kept_economics(
    known: Economics, typed: Mapping[str, float | None]
) -> tuple[dict[str, Any], str]:
    """What can be kept of what was typed, the share in percent; and what is missing.

    The share counts alone as well, cost and value only with all three.

    >>> kept, missing = kept_economics(Economics(), {"contact_cost": 2, "prevalence": 4})
    >>> kept["contact_cost"], kept["prevalence"], missing
    (None, 0.04, 'Not kept yet: the cost of a contact. For a size that pays, give the value of a conversion as well.')
    """
    given = {name: typed[name] for name in FIELDS if typed.get(name) is not None}
    missing = [words for name, words in FIELDS.items() if name not in given]
    alone = {"prevalence"} if missing else {*FIELDS}
    kept = {
        **known.model_dump(mode="json"),
        **{name: given.get(name) if name in alone else None for name in FIELDS},
    }
    if kept["prevalence"] is not None:
        kept["prevalence"] /= 100
    if not given or not missing:
        return kept, ""
    waiting = [FIELDS[name] for name in given if name not in alone]
    begun = (
        f"Not kept yet: {' and '.join(waiting)}."
        if waiting
        else "The report corrects the AUC by it."
    )
    return kept, f"{begun} For a size that pays, give {' and '.join(missing)} as well."


def as_percent(share: float | None) -> float | None:
    """A share as a person types it.

    >>> as_percent(0.02)
    2.0
    """
    return None if share is None else round(100 * share, 6)
