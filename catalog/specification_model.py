"""The audience specification: every choice that makes an audience, with its default.

The models check values; `catalog.specification` reads and writes the YAML document and
says where in it a value stands. Each field's description is its documentation.
"""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from catalog.datasets import Frozen
from catalog.names import folded, shown
from catalog.specification_fields import (
    ColumnName,
    FreeText,
    JoinKey,
    Name,
    ShortText,
    Tag,
    is_unset,
    without_repeats,
)
from catalog.specification_output import Output
from catalog.specification_people import (
    AttributeChoice,
    DatasetSource,
    PopulationChoice,
    SeedChoice,
)
from catalog.specification_settings import Economics, Fairness, Limits, Refresh, Scoring

MOST_TAGS = 50


class AudienceSpecification(Frozen):
    """One audience: from which data, by which attributes, how many, how often."""

    schema_version: Literal[1] = Field(
        default=1, description="Version of this document's format."
    )
    name: Name = Field(description="The audience's name, free text, 200 characters.")
    description: FreeText = Field(default="", description="Free text shown with it.")
    tags: tuple[Tag, ...] = Field(
        default=(), max_length=MOST_TAGS, description="Words to find it by."
    )
    owner: ShortText = Field(
        default="",
        exclude_if=is_unset,
        description="Who answers for it, 200 characters.",
    )
    datasets: dict[Name, DatasetSource] = Field(
        default_factory=dict,
        description="Datasets to register where they are not registered yet.",
    )
    seed: SeedChoice = Field(description="The people one values.")
    population: PopulationChoice = Field(description="The people to choose from.")
    join_key: JoinKey | None = Field(
        default=None,
        description="Identifier, or list of them, that says who is who; left out: every"
        " one that either side has.",
    )
    attributes: tuple[AttributeChoice, ...] | None = Field(
        default=None,
        min_length=1,
        description="What is scored; left out: every eligible attribute.",
    )
    exclude: tuple[ColumnName, ...] = Field(
        default=(), description="Attributes or columns that are never scored."
    )
    fairness: Fairness = Field(
        default_factory=Fairness,
        exclude_if=lambda fairness: fairness == Fairness(),
        description="Which groups of people are compared, and what follows from it.",
    )
    output: Output = Field(description="Who is in the audience.")
    scoring: Scoring = Field(
        default_factory=Scoring, description="How likeness is measured."
    )
    limits: Limits = Field(
        default_factory=Limits, description="When to refuse, warn or leave out."
    )
    economics: Economics = Field(
        default_factory=Economics,
        description="What a contact costs and brings: for the size that is recommended.",
    )
    refresh: Refresh = Field(
        default_factory=Refresh, description="When it is built again by itself."
    )

    @field_validator("tags")
    @classmethod
    def _different_tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(tags, tags)

    @field_validator("exclude")
    @classmethod
    def _different_exclusions(cls, exclude: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(exclude, exclude)

    @field_validator("attributes")
    @classmethod
    def _different_attributes(
        cls, attributes: tuple[AttributeChoice, ...] | None
    ) -> tuple[AttributeChoice, ...] | None:
        if attributes is not None:
            without_repeats((a.attribute for a in attributes), ())
        return attributes

    @field_validator("population")
    @classmethod
    def _another_dataset(
        cls, population: PopulationChoice, info: Any
    ) -> PopulationChoice:
        seed = info.data.get("seed")
        if seed is None:
            return population
        if seed.is_whole(population.dataset):
            raise ValueError(
                f"is the seed's own dataset {shown(seed.dataset)}, so nobody would be"
                " left to find: say with seed.where which of its rows are the seed, or"
                " name another one"
            )
        if seed.unlike is not None and seed.unlike.is_whole(population.dataset):
            raise ValueError(
                f"is seed.unlike's own dataset {shown(seed.unlike.dataset)}, so nobody"
                " would be left to find: say with seed.unlike.where which of its rows"
                " are unwanted, or name another one"
            )
        return population

    @model_validator(mode="after")
    def _another_audience(self) -> Self:
        for people in (self.seed, self.seed.unlike):
            audience = None if people is None else people.audience
            if audience is not None and folded(audience) == folded(self.name):
                told = "its seed" if people is self.seed else "seed.unlike"
                raise ValueError(
                    f"has its own audience {shown(audience)} as {told}: name another one"
                )
        return self

    @field_validator("fairness")
    @classmethod
    def _protected_or_chosen(cls, fairness: Fairness, info: Any) -> Fairness:
        chosen = {choice.attribute for choice in info.data.get("attributes") or ()}
        for name in fairness.protected:
            if name in chosen:
                raise ValueError(
                    f"protects {shown(name)}, which attributes would score: drop it"
                    " from one of the two"
                )
        return fairness

    @field_validator("exclude")
    @classmethod
    def _excluded_or_chosen(
        cls, exclude: tuple[str, ...], info: Any
    ) -> tuple[str, ...]:
        chosen = {choice.attribute for choice in info.data.get("attributes") or ()}
        for name in exclude:
            if name in chosen:
                raise ValueError(
                    f"has {shown(name)}, which attributes has too: drop one"
                )
        return exclude
