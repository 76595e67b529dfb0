"""The audience specification: every choice that makes an audience, with its default.

The models check values; `catalog.specification` reads and writes the YAML document and
says where in it a value stands. Each field's description is its documentation.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, StrictInt, field_validator, model_validator

from catalog.conditions import Condition
from catalog.datasets import Frozen
from catalog.division import (
    MOST_TIERS,
    Quotas,
    Tier,
    check_quotas,
    check_tiers,
    tier_names,
)
from catalog.names import folded, from_home, shown
from catalog.schedule import check_schedule
from catalog.specification_fields import (
    ColumnName,
    FreeText,
    JoinKey,
    Name,
    Number,
    ShortText,
    Tag,
    VariancePooling,
    is_unset,
)

MOST_PEOPLE = 1_000_000_000_000
MOST_TAGS = 50
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
MOST_CONDITIONS = 50
MINIMUM_POPULATION = 100
MINIMUM_UNLIKE = 25
FEWEST_UNLIKE = 2  # of one no interval can be told


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


class Output(Frozen):
    """Who is in the audience: exactly one limit."""

    top: StrictInt | None = Field(
        default=None,
        gt=0,
        le=MOST_PEOPLE,
        description="The N most alike people, a whole number above 0.",
    )
    min_score: Number | None = Field(
        default=None, ge=0, le=1, description="Everybody with at least this score."
    )
    best_percent: Number | None = Field(
        default=None,
        gt=0,
        le=100,
        description="The most alike people, this percent of the candidates.",
    )
    include_seed: StrictBool = Field(
        default=False,
        description="Add the seed people to the audience, over and above the limit.",
    )
    keep_margin: Number | None = Field(
        default=None,
        gt=0,
        le=100,
        description="Members of the version before stay while their rank is within the"
        " limit and this percent of it more; newcomers enter once theirs is as much"
        " less. With top or best_percent.",
    )

    tiers: tuple[Tier, ...] = Field(
        default=(),
        max_length=MOST_TIERS,
        exclude_if=is_unset,
        description="Disjoint parts of the audience down the ranking: numbers such as"
        " [1, 3, 5], or mappings with a name. The last ends at the limit, top or"
        " best_percent, which alone says how many people there are.",
    )

    quotas: Quotas | None = Field(
        default=None,
        exclude_if=is_unset,
        description="How the audience is shared out among groups. With top or"
        " best_percent.",
    )

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        given = [k for k in ("top", "min_score", "best_percent") if self._has(k)]
        if not given and self.tiers:
            raise ValueError(
                "has tiers and no limit: tiers only divide the audience, so give top or"
                " best_percent as well"
            )
        if len(given) != 1:
            told = " and ".join(given) or "no limit"
            raise ValueError(
                f"has {told}: give exactly one of top, min_score and best_percent"
            )
        return self

    @model_validator(mode="after")
    def _tiers_divide_the_limit(self) -> Self:
        if self.tiers and self.min_score is not None:
            raise ValueError(
                "has tiers and min_score: tiers divide a size, so give top or"
                " best_percent, or leave tiers out"
            )
        if self.tiers and self.kind != "min_score":
            check_tiers(self.tiers, self.kind, self.value)
        return self

    @model_validator(mode="after")
    def _quotas_divide_the_limit(self) -> Self:
        if self.quotas is not None:
            check_quotas(self.quotas, self.kind, self.value)
            if self.keep_margin is not None:
                raise ValueError(
                    "has quotas and keep_margin: who stays near the cut would break the"
                    " quotas, so give one of the two"
                )
        return self

    @property
    def tier_names(self) -> list[str]:
        """What the tiers are called, from the most alike down."""
        kind = self.kind
        return [] if kind == "min_score" else tier_names(self.tiers, kind)

    @model_validator(mode="after")
    def _margin_of_a_size(self) -> Self:
        if self.keep_margin is not None and self.min_score is not None:
            raise ValueError(
                "has keep_margin and min_score: a margin is of a size, so give top or"
                " best_percent, or leave keep_margin out"
            )
        return self

    def _has(self, field: str) -> bool:
        return getattr(self, field) is not None

    @property
    def kind(self) -> Literal["top", "min_score", "best_percent"]:
        """Which limit it is."""
        if self.top is not None:
            return "top"
        return "min_score" if self.min_score is not None else "best_percent"

    @property
    def value(self) -> float:
        """The limit's number."""
        return float(getattr(self, self.kind))


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
        return _without_repeats(protected, protected)

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
        return _without_repeats(tags, tags)

    @field_validator("exclude")
    @classmethod
    def _different_exclusions(cls, exclude: tuple[str, ...]) -> tuple[str, ...]:
        return _without_repeats(exclude, exclude)

    @field_validator("attributes")
    @classmethod
    def _different_attributes(
        cls, attributes: tuple[AttributeChoice, ...] | None
    ) -> tuple[AttributeChoice, ...] | None:
        if attributes is not None:
            _without_repeats((a.attribute for a in attributes), ())
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


def _without_repeats(names: Iterable[str], result: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"has {shown(name)} twice: keep one")
        seen.add(name)
    return result
