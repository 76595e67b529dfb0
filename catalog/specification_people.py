"""Whom an audience is made of, and by what: seed, population, attributes."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, StrictInt, model_validator

from catalog.conditions import Condition
from catalog.datasets import Frozen
from catalog.names import folded, from_home
from catalog.specification_fields import (
    ColumnName,
    FreeText,
    Name,
    is_unset,
)

MOST_CONDITIONS = 50


class DatasetSource(Frozen):
    """Where a dataset stands that the document registers where it is not there yet."""

    path: ColumnName = Field(
        description="File or folder; relative paths count from the document's folder."
    )
    table: ColumnName | None = Field(
        default=None, description="Table to read, where the file is a DuckDB database."
    )
    description: FreeText = Field(
        default="", description="Free text shown with the dataset."
    )

    def resolved(self, folder: Path) -> Path:
        """The absolute path, for a document that stands in this folder."""
        return (folder / from_home(Path(self.path))).absolute()


class PeopleSource(Frozen):
    """Some people: a dataset, rows of one, or an earlier audience."""

    dataset: Name | None = Field(
        default=None,
        description="Name of the dataset with the people; with `where` it may be the"
        " population's own.",
    )
    where: tuple[Condition, ...] = Field(
        default=(),
        max_length=MOST_CONDITIONS,
        description="Which rows of the dataset they are: all conditions hold. Their"
        " columns are never scored.",
    )
    audience: Name | None = Field(
        default=None, description="Name of the audience whose people they are."
    )
    version: StrictInt | None = Field(
        default=None,
        ge=1,
        description="Which version of that audience; left out: the one in use.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.dataset is None) == (self.audience is None):
            told = "no dataset and no" if self.dataset is None else "both dataset and"
            raise ValueError(f"has {told} audience: give one of the two")
        if self.where and self.dataset is None:
            raise ValueError("has where without dataset: a filter needs a dataset")
        if self.version is not None and self.audience is None:
            raise ValueError("has version without audience: name the audience too")
        return self

    def is_whole(self, dataset: str) -> bool:
        """True where they are all of that dataset."""
        return (
            self.dataset is not None
            and not self.where
            and folded(self.dataset) == folded(dataset)
        )


class SeedChoice(PeopleSource):
    """The people one values: a dataset, rows of one, or an earlier audience."""

    weight: ColumnName | None = Field(
        default=None,
        exclude_if=is_unset,
        description="Column of the dataset by which the seed people are weighed, for"
        " example what each is worth: learnt from in proportion, and never scored.",
    )
    unlike: PeopleSource | None = Field(
        default=None,
        exclude_if=is_unset,
        description="The negative seed: people one does not want more of. They are"
        " never in the audience, and what sets them apart counts against others.",
    )

    @model_validator(mode="after")
    def _weight_of_a_dataset(self) -> Self:
        if self.weight is not None and self.dataset is None:
            raise ValueError("has weight without dataset: a weight is a column of one")
        return self

    @model_validator(mode="after")
    def _other_people(self) -> Self:
        names = ("dataset", "where", "audience", "version")
        if self.unlike is not None and all(
            getattr(self, name) == getattr(self.unlike, name) for name in names
        ):
            raise ValueError(
                "has unlike the same people: name others, or leave unlike out"
            )
        return self


class PopulationChoice(Frozen):
    """The people to choose from."""

    dataset: Name = Field(description="Name of the dataset with the population.")
    where: tuple[Condition, ...] = Field(
        default=(),
        max_length=MOST_CONDITIONS,
        exclude_if=is_unset,
        description="Which rows of it may be chosen: all conditions hold. The others are"
        " neither ranked nor compared with; seed people among them are learnt from.",
    )


class AttributeChoice(Frozen):
    """One attribute to score, in a role of the person's own choosing if wanted."""

    attribute: ColumnName = Field(
        description="The shared attribute, or the population's name of its column."
    )
    role: Literal["continuous", "categorical"] | None = Field(
        default=None, description="How it is scored; left out: as it is mapped."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"attribute": value} if isinstance(value, str) else value
