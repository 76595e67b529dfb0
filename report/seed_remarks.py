"""Remarks on the seed's values: known to the population or not, the same there or not.

A difference in coding looks like a difference between people, and is learnt as one.
"""

from collections.abc import Sequence

from report.remarks import Remark
from report.rows import Row
from report.words import number_text, plain_text, share_text

MOST_NAMED = 5


def unknown_value_warnings(attributes: Sequence[Row], limit: float) -> list[Remark]:
    """Of report_attribute_weights: attributes with many values that are new to it."""
    return [
        Remark(
            "unknown_values",
            f"{share_text(row['seed_unknown_share'])} of the seed's values of"
            f" {_named(row)} are unknown to the population.",
            "It may be coded differently there; people cannot be found by such values.",
        )
        for row in _with_unknown(attributes)
        if row["seed_unknown_share"] > limit
    ]


def unknown_value_notes(attributes: Sequence[Row], limit: float) -> list[Remark]:
    """Of report_attribute_weights: attributes with a few such values, in one note."""
    few = [
        row for row in _with_unknown(attributes) if row["seed_unknown_share"] <= limit
    ]
    if not few:
        return []
    told = ", ".join(
        f"{share_text(row['seed_unknown_share'])} of {_named(row)}"
        for row in few[:MOST_NAMED]
    )
    if len(few) > MOST_NAMED:
        told += f" and of {number_text(len(few) - MOST_NAMED)} more"
    return [
        Remark(
            "few_unknown_values",
            f"Some of the seed's values are unknown to the population: {told}.",
            "Nobody can be found by them; they count with the rare values.",
        )
    ]


def version_warnings(versions: Sequence[Row], limit: float) -> list[Remark]:
    """Of report_seed_versions: attributes that the same people have otherwise there."""
    return [
        Remark("versions_differ", message, consequence)
        for row in sorted(versions, key=lambda row: row["position"])
        for message, consequence in _differences(row, limit)
    ]


def _differences(row: Row, limit: float) -> list[tuple[str, str]]:
    name, found = _named(row), []
    if (row["differing_share"] or 0) > limit:
        found.append(
            (
                f"{name} differs for {share_text(row['differing_share'])} of matched"
                " people between the seed and the population.",
                "It may be coded differently, or of another day.",
            )
        )
    for side, other in (("seed", "population"), ("population", "seed")):
        share = row[f"missing_in_{side}_share"] or 0
        if share > limit:
            found.append(
                (
                    f"{name} is missing in the {side} for {share_text(share)} of matched"
                    f" people who have it in the {other}.",
                    "A missing value counts as a value of its own.",
                )
            )
    return found


def _with_unknown(attributes: Sequence[Row]) -> list[Row]:
    """Categorical ones: a number that nobody else has still lies between others."""
    return [
        row
        for row in attributes
        if row["role"] == "categorical" and row.get("seed_unknown_share")
    ]


def _named(row: Row) -> str:
    return f"“{plain_text(row['column_name'] or row['attribute'])}”"
