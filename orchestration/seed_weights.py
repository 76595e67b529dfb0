"""The column by which a seed is weighed: which it is, and whether it can weigh anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.attributes import Mapping, Role
from catalog.datasets import Column, Dataset
from catalog.errors import StudioError
from catalog.names import shown, suggestion
from engines.base import Source, WeightCounts
from engines.casts import is_number
from engines.relations import column_of
from orchestration.workshop import Workshop
from python_scoring.told_cells import told_greatest_share
from report.words import counted, share_text

LEAST_EFFECTIVE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class SeedWeight:
    """A column of weights and what the seed's rows have in it."""

    column: str
    counts: WeightCounts

    @property
    def facts(self) -> dict[str, Any]:
        """The column and its figures, in rows, in JSON types."""
        return {
            "column": self.column,
            "rows": self.counts.above_zero,
            "missing": self.counts.missing,
            "zero": self.counts.zero,
            "effective": round(self.counts.effective, 1),
            "greatest_share": told_greatest_share(self.counts.greatest_share),
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the weights; full sentences without the stop."""
        counts, notes = self.counts, []
        nothing = counts.missing + counts.zero
        if nothing:
            notes.append(
                f"{nothing:,} rows of the seed have no weight in {shown(self.column)}"
                f" ({counts.missing:,} missing, {counts.zero:,} zero): their people are"
                " not learnt from, and stay out of the audience as seed people"
            )
        if counts.effective < LEAST_EFFECTIVE_SHARE * counts.above_zero:
            notes.append(
                f"the weights in {shown(self.column)} are very unequal:"
                f" {counts.above_zero:,} rows say as much as {counts.effective:,.0f} of"
                f" equal weight, and the heaviest has about {_heaviest(counts)} of"
                " all weight; a column that is cut off at the top tells more"
            )
        return tuple(notes)


def refuse_uneven(weight: SeedWeight, minimum: int) -> None:
    """Refuse weights that leave too few people to learn from, however many rows."""
    counts = weight.counts
    if counts.effective < minimum:
        raise StudioError(
            "seed_too_small",
            f"weight {shown(weight.column)} of the seed",
            f"lets {counts.above_zero:,} rows say as much as {counts.effective:,.1f} of"
            f" equal weight, and at least {minimum:,} are needed: the heaviest has about"
            f" {_heaviest(counts)} of all weight",
            "cut the column off at the top, or leave out seed.weight",
        )


def _heaviest(counts: WeightCounts) -> str:
    """What is told of the heaviest person's share of all weight."""
    return share_text(told_greatest_share(counts.greatest_share))


def weight_column(dataset: Dataset, mappings: Sequence[Mapping], name: str) -> Column:
    """The column of that name, or of the attribute of that name.

    Raises StudioError `unknown_column` where the dataset has none, and `weight_unfit`
    where it holds no numbers or says who people are.
    """
    by_attribute = {each.attribute: each.column for each in mappings}
    columns = {each.name for each in dataset.columns}
    found = name if name in columns else by_attribute.get(name)
    if found is None:
        raise StudioError(
            "unknown_column",
            f"weight {shown(name)} of the seed",
            f"is not in the dataset {shown(dataset.name)}",
            suggestion(name, [*columns, *by_attribute]) or "name one of its columns",
        )
    column = column_of(dataset, found)
    if any(each.column == found and each.role is Role.identity for each in mappings):
        raise StudioError(
            "weight_unfit",
            f"weight {shown(name)} of the seed",
            "says who people are, and not what they are worth",
            "name a column of numbers",
        )
    if not is_number(column.type):
        raise StudioError(
            "weight_unfit",
            f"weight {shown(name)} of the seed",
            f"holds {column.type}, and a weight is a number",
            "name a column of numbers",
        )
    return column


def seed_weight(workshop: Workshop, source: Source, column: str) -> SeedWeight:
    """The column's weights; StudioError `weight_unfit` where they can weigh nobody."""
    counts = workshop.engine.weight_counts(source, column)
    wrong = {
        "below 0": counts.negative,
        "that are no finite numbers": counts.not_finite,
    }
    for told, rows in wrong.items():
        if rows:
            raise StudioError(
                "weight_unfit",
                f"weight {shown(column)} of the seed",
                f"has {counted(rows, 'value', 'values')} {told}",
                "mend them, or leave those people out with seed.where",
            )
    if not counts.above_zero:
        raise StudioError(
            "weight_unfit",
            f"weight {shown(column)} of the seed",
            f"is missing or 0 in all {counts.missing + counts.zero:,} rows",
            "name a column with weights above 0",
        )
    return SeedWeight(column, counts)
