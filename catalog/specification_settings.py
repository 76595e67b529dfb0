"""How an audience is scored, refused, warned of, paid for, compared and refreshed."""

from typing import Literal, Self

from pydantic import Field, StrictBool, StrictInt, field_validator, model_validator

from catalog.datasets import Frozen
from catalog.schedule import check_schedule
from catalog.specification_fields import (
    MOST_PEOPLE,
    ColumnName,
    Number,
    VariancePooling,
    without_repeats,
)

ModelName = Literal[
    "naive_bayes",
    "weighted_bayes",
    "boosted",
    "auto",
    "best",
    "centroid",
    "neighbours",
    "clusters",
    "segments",
    "documented",
    "published_sql",
]
MINIMUM_POPULATION = 100
MINIMUM_UNLIKE = 25
FEWEST_UNLIKE = 2  # of one no interval can be told


class Scoring(Frozen):
    """How likeness is measured."""

    model: ModelName = Field(
        default="naive_bayes",
        description="The scorer: counted evidence (naive_bayes), weights learnt from"
        " people (weighted_bayes), gradient-boosted trees (boosted), two of these by the"
        " size of the seed (auto), the one of these three with the least held-out log"
        " loss (best), similarity to the seed (centroid, neighbours, clusters),"
        " conjunctions in plain words (segments), or one of the reference"
        " system's, as its page documents it or as its published SQL computes it.",
    )
    trials: StrictInt = Field(
        default=0,
        ge=0,
        le=1_000,
        description="With boosted, auto and best, from 1,000 seed people on: how many"
        " settings of the trees are tried before the fit; 0 takes the fixed ones.",
    )
    as_published_nulls: StrictBool = Field(
        default=False,
        description="With `published_sql` alone: a missing continuous value leaves the"
        " person without a score, as in the original, and out of the ranking.",
    )
    learn_from: Literal["auto", "seed", "population"] = Field(
        default="auto",
        description="Whose values are learnt: the seed's own rows, the seed people's"
        " rows in the population, or (auto) the latter where enough of them are found"
        " there, else the former.",
    )
    matched_minimum: StrictInt = Field(
        default=500,
        ge=1,
        le=MOST_PEOPLE,
        description="With learn_from auto: from this many seed people found in the"
        " population on, their rows there are learnt from.",
    )
    smoothing: Number = Field(
        default=30.0,
        gt=0,
        le=1e9,
        description="How many imaginary reference people are added to the seed before"
        " a value's share is taken; more means more caution about rare values.",
    )
    gaussian_prior: Number = Field(
        default=10.0,
        gt=0,
        le=1e9,
        description="How many imaginary reference people are added to the seed before"
        " a continuous attribute's mean and variance are taken.",
    )
    variance_pooling: VariancePooling = Field(
        default="auto",
        description="How far the seed's spread is replaced by the reference's: 0, 0.5,"
        " 1, or chosen for each attribute by held-out gain (auto).",
    )
    attribute_weights: Literal[
        "none", "kl", "js", "noise", "decorrelated", "noise_decorrelated"
    ] = Field(
        default="noise_decorrelated",
        description="What an attribute's evidence is multiplied by: nothing, its"
        " divergence (kl, js), its share of signal (noise), its independence of the"
        " others (decorrelated), or both of the latter.",
    )
    sample_size: StrictInt = Field(
        default=20_000,
        ge=1_000,
        le=1_000_000,
        description="People in the reference sample for calibration and correlations.",
    )
    sample_minimum: StrictInt = Field(
        default=2_000,
        ge=0,
        le=1_000_000,
        description="Below this many left in the sample it is drawn anew.",
    )
    bin_count: StrictInt = Field(
        default=1_024,
        ge=16,
        le=16_384,
        description="Bins into which a continuous attribute is counted.",
    )

    @model_validator(mode="after")
    def _nulls_as_published(self) -> Self:
        if self.as_published_nulls and self.model != "published_sql":
            raise ValueError(
                f"has as_published_nulls with model {self.model}, whose people all have"
                " a score: drop it, or give model published_sql"
            )
        return self


class Limits(Frozen):
    """When the studio refuses, warns or leaves an attribute out."""

    minimum_population: StrictInt = Field(
        default=MINIMUM_POPULATION,
        ge=1,
        le=MOST_PEOPLE,
        exclude_if=lambda people: people == MINIMUM_POPULATION,
        description="A filter that leaves fewer people of the population than this is"
        " refused.",
    )
    minimum_seed: StrictInt = Field(
        default=25,
        ge=1,
        le=MOST_PEOPLE,
        description="Fewer seed people to learn from are refused.",
    )
    advised_seed: StrictInt = Field(
        default=500,
        ge=1,
        le=MOST_PEOPLE,
        description="Fewer seed people to learn from are warned of.",
    )
    minimum_unlike: StrictInt = Field(
        default=MINIMUM_UNLIKE,
        ge=FEWEST_UNLIKE,
        le=MOST_PEOPLE,
        exclude_if=lambda people: people == MINIMUM_UNLIKE,
        description="Fewer people of the negative seed in the population are refused:"
        " of so few a pattern is chance.",
    )
    maximum_cardinality: StrictInt = Field(
        default=10_000,
        ge=2,
        le=1_000_000,
        description="A categorical attribute must have fewer values than this.",
    )
    maximum_distinct_share: Number = Field(
        default=0.9,
        gt=0,
        le=1,
        description="A categorical attribute with more values per row than this is"
        " taken for an id.",
    )
    maximum_unknown_share: Number = Field(
        default=0.05,
        ge=0,
        le=1,
        description="A categorical attribute is not proposed where a larger share of"
        " the seed's rows has a value that the population never has; one that is named"
        " all the same is warned of.",
    )
    maximum_differing_share: Number = Field(
        default=0.05,
        ge=0,
        le=1,
        description="A warning where a larger share of the people of both sides has"
        " another value of an attribute in the seed than in the population.",
    )
    maximum_linked_rows: StrictInt = Field(
        default=50,
        ge=1,
        le=1_000_000,
        description="An identifier that more rows than this have stands for nobody and"
        " is dropped.",
    )
    advised_attributes: StrictInt = Field(
        default=8,
        ge=1,
        le=MOST_PEOPLE,
        description="More attributes than this get a note.",
    )
    allow_indistinct: StrictBool = Field(
        default=False,
        description="Build also where a seed of 100 people or more cannot be told from"
        " the population; false: such a build is stopped.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum_seed > self.advised_seed:
            raise ValueError(
                f"has minimum_seed {self.minimum_seed} above advised_seed"
                f" {self.advised_seed}: give minimum_seed <= advised_seed"
            )
        return self


class Economics(Frozen):
    """What a contact costs and brings: for the size that is recommended."""

    prevalence: Number | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Share of the population, its seed people left out, who are of the"
        " seed's kind, where it is known (0.02 for 2 %); never guessed. With cost and"
        " value each of these is taken to convert when contacted, and nobody else.",
    )
    conversion_value: Number | None = Field(
        default=None,
        gt=0,
        le=1e12,
        description="What contacting one person of the seed's kind brings, in any"
        " currency: what a conversion is worth; where only a part of them convert, that"
        " part of it.",
    )
    contact_cost: Number | None = Field(
        default=None,
        gt=0,
        le=1e12,
        description="What one contact costs, in the same currency.",
    )
    least_marginal_lift: Number = Field(
        default=2.0,
        gt=0,
        le=1_000_000,
        description="Without cost and value: people are worth adding while they hold"
        " surely so many times as many seed-like people as a random draw.",
    )

    @model_validator(mode="after")
    def _whole_or_not_at_all(self) -> Self:
        given = {
            "prevalence": self.prevalence,
            "conversion_value": self.conversion_value,
            "contact_cost": self.contact_cost,
        }
        missing = [name for name, value in given.items() if value is None]
        if missing and missing != list(given) and missing != list(given)[1:]:
            raise ValueError(
                f"lacks {' and '.join(missing)}: give prevalence, conversion_value and"
                " contact_cost together, or prevalence alone"
            )
        return self


class Fairness(Frozen):
    """Which groups of people are compared, and what follows from it."""

    protected: tuple[ColumnName, ...] = Field(
        default=(),
        description="Attributes or columns of the population that are never scored;"
        " the report compares how often people of each group are chosen.",
    )
    mode: Literal["standard", "regulated"] = Field(
        default="standard",
        description="regulated is for housing, employment and credit: a protected"
        " attribute is needed, and a build that scores a strong proxy of one is"
        " refused; standard warns of it.",
    )

    @field_validator("protected")
    @classmethod
    def _different_protected(cls, protected: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(protected, protected)

    @model_validator(mode="after")
    def _something_to_compare(self) -> Self:
        if self.mode == "regulated" and not self.protected:
            raise ValueError(
                "has mode regulated without protected: name the attributes of which no"
                " group may be disadvantaged, or give mode standard"
            )
        return self


class Refresh(Frozen):
    """When the audience is built again by itself."""

    schedule: str | None = Field(
        default=None,
        description='"@hourly", "@daily", "@weekly", "@monthly" or a cron line of five'
        " fields, in quotes.",
    )
    on_change: StrictBool = Field(
        default=False, description="Also when the seed or the population changes."
    )
    max_age_hours: Number | None = Field(
        default=None,
        gt=0,
        le=87_600,
        description="The audience is overdue when its newest version is older.",
    )

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, schedule: str | None) -> str | None:
        return None if schedule is None else check_schedule(schedule)
