"""A dataset with what is known of it: all that eligibility and selection ask for."""

from functools import cached_property

from catalog.datasets import Column, ColumnProfile, Dataset, DatasetProfile, Frozen
from catalog.roles import Mapping


class MappedDataset(Frozen):
    """A dataset with its mappings and newest profile, as far as they are there.

    `chosen_by` are the attributes by which its rows were chosen from a larger dataset,
    `held_to_one` those of which that left one value alone, `lost_shares` by attribute
    the share of the seed whose values that took away, `weighed_by` the one by which its
    rows are weighed.
    """

    dataset: Dataset
    mappings: tuple[Mapping, ...] = ()
    profile: DatasetProfile | None = None
    chosen_by: tuple[str, ...] = ()
    held_to_one: tuple[str, ...] = ()
    lost_shares: dict[str, float] = {}
    weighed_by: str | None = None

    @cached_property
    def column_profiles(self) -> dict[str, ColumnProfile]:
        """The profile of each column, by its name; empty without a profile."""
        columns = self.profile.columns if self.profile else ()
        return {column.name: column for column in columns}

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {column.name: column for column in self.dataset.columns}

    def column(self, name: str) -> Column:
        """One column, by its exact name."""
        return self._columns[name]
