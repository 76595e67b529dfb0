"""What a build will do, settled before it begins: data, join, attributes, caveats.

Everything that can be refused without reading people's values one by one is refused
here, so that `plan`, `--dry-run` and a build meet the same sentence.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from catalog.attributes import Role
from catalog.datasets import KeyProfile
from catalog.eligibility import (
    Verdict,
    is_bare_list,
    join_key,
    join_key_notes,
    learning_seed_verdict,
    population_verdict,
    seed_verdict,
)
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.selection import SelectedAttribute, select_attributes
from catalog.specification import AudienceSpecification, specification_hash
from engines.base import (
    BuildInputs,
    InputAttribute,
    InputIdentifier,
    Source,
    SpecificationRow,
)
from engines.registration import current_source, register
from orchestration.project import code_version
from orchestration.workshop import Workshop

MOST_DISCRETE_VALUES = 1_024


@dataclass(frozen=True, slots=True)
class Plan:
    """A build before it has an id. `notes` are full sentences for the person.

    `left_out` says of each attribute that is not scored why, and what would help.
    """

    specification: AudienceSpecification
    seed: Source
    population: Source
    identifier: InputIdentifier
    attributes: tuple[InputAttribute, ...]
    learn_from: str
    is_key_unique: bool
    left_out: tuple[Verdict, ...]
    notes: tuple[str, ...]

    def fingerprints(self) -> dict[str, str]:
        """What names the build beside its specification: the inputs as they are read."""
        resolved = {
            "identifier": asdict(self.identifier),
            "attributes": [asdict(attribute) for attribute in self.attributes],
            "learn_from": self.learn_from,
        }
        text = json.dumps(resolved, sort_keys=True)
        return {
            "seed": self.seed.fingerprint,
            "population": self.population.fingerprint,
            "mapping": hashlib.sha256(text.encode()).hexdigest(),
        }

    def inputs(self, build_id: str) -> BuildInputs:
        """What the engine writes into the work database."""
        return BuildInputs(
            build_id=build_id,
            population=self.population,
            seed=self.seed,
            identifiers=(self.identifier,),
            attributes=self.attributes,
            specification=specification_row(self.specification),
        )

    def slugs(self, role: str) -> tuple[str, ...]:
        """Slugs of the attributes of one role, in the order of the specification."""
        return tuple(each.slug for each in self.attributes if each.role == role)


def register_declared(
    workshop: Workshop, specification: AudienceSpecification, folder: Path
) -> None:
    """Register the datasets that a document declares and the catalog does not have.

    Raises StudioError `dataset_elsewhere` where one of that name stands for other data.
    """
    known = {each.name: each for each in workshop.catalog.list_datasets()}
    for name, source in specification.datasets.items():
        path = source.resolved(folder)
        if name not in known:
            register(
                workshop.catalog,
                workshop.engine,
                path,
                name,
                table=source.table,
                description=source.description,
            )
        elif (Path(known[name].path), known[name].table) != (path, source.table):
            raise StudioError(
                "dataset_elsewhere",
                f"dataset '{name}'",
                f"is registered from '{known[name].path}', the document says '{path}'",
                "rename it in the document, or remove the registered one",
            )


def plan_build(workshop: Workshop, specification: AudienceSpecification) -> Plan:
    """Settle what a specification means on the data as they are now.

    Raises StudioError where the audience cannot be built, with the remedy.
    """
    seed = current_source(workshop, specification.seed.dataset)
    population = current_source(workshop, specification.population.dataset)
    ours, theirs = mapped(workshop, seed), mapped(workshop, population)
    limits, learn = specification.limits, specification.scoring.learn_from
    refuse(seed_verdict(ours, limits), "seed")
    refuse(population_verdict(ours, theirs, limits, learn), "population")

    key = join_key(ours, theirs, specification.join_key)
    columns = tuple(identifier_column(side, key) for side in (ours, theirs))
    seed = keyed(workshop, seed, columns[0])
    population = keyed(workshop, population, columns[1])
    ours, theirs = mapped(workshop, seed), mapped(workshop, population)
    seed_key, population_key = key_profile(seed), key_profile(population)

    selection = select_attributes(
        specification,
        ours,
        theirs,
        unknown_shares(workshop, specification, ours, theirs),
    )
    learn_from = "population" if learn == "population" or is_bare_list(ours) else "seed"
    notes = [*join_key_notes(ours, theirs, key), *selection.notes]
    notes += key_notes("seed", seed_key) + key_notes("population", population_key)
    if learn_from == "seed":
        people = rows_of(seed) - seed_key.duplicates - seed_key.missing
        verdict = learning_seed_verdict(people, limits)
        refuse(verdict, "seed")
        notes += verdict.notes
    chosen = {each.attribute for each in selection.attributes}
    return Plan(
        specification=specification,
        seed=seed,
        population=population,
        identifier=InputIdentifier(
            slug=key,
            is_hash=population_key.is_hash,
            population_column=columns[1],
            seed_column=columns[0],
        ),
        attributes=tuple(
            input_attribute(each, theirs) for each in selection.attributes
        ),
        learn_from=learn_from,
        is_key_unique=population_key.is_unique,
        left_out=tuple(
            each
            for each in selection.verdicts
            if each.subject not in chosen and not is_key_or_metadata(each)
        ),
        notes=tuple(notes),
    )


def mapped(workshop: Workshop, source: Source) -> MappedDataset:
    """The source with its mappings, as eligibility reads it."""
    mappings = workshop.catalog.mappings(source.dataset.id)
    return MappedDataset(
        dataset=source.dataset, mappings=mappings, profile=source.profile
    )


def keyed(workshop: Workshop, source: Source, column: str) -> Source:
    """The source with the statistics and the sample that belong to its join column."""
    profile = workshop.engine.profile(source.dataset, source.fingerprint, (column,))
    return Source(source.dataset, source.fingerprint, profile)


def key_profile(source: Source) -> KeyProfile:
    """What the join column holds."""
    assert source.profile is not None  # noqa: S101
    return source.profile.keys[0]


def rows_of(source: Source) -> int:
    """Rows of the source."""
    return source.profile.rows if source.profile else 0


def refuse(verdict: Verdict, kind: str) -> None:
    """Raise the verdict's refusal, if it is one."""
    if not verdict.eligible:
        raise verdict.as_error(kind)


def identifier_column(side: MappedDataset, key: str) -> str:
    """The column that holds the identifier."""
    return next(
        each.column
        for each in side.mappings
        if each.role is Role.identity and each.attribute == key
    )


def is_key_or_metadata(verdict: Verdict) -> bool:
    """True for columns that nobody expects to be scored."""
    return verdict.code in ("is_identity", "is_metadata")


def key_notes(side: str, key: KeyProfile) -> list[str]:
    """What is said of identifiers that repeat or are missing."""
    notes = []
    if key.duplicates:
        notes.append(
            f"{key.duplicates:,} rows of the {side} repeat an identifier: they are"
            " merged into one row a person"
        )
    if key.missing:
        notes.append(
            f"{key.missing:,} rows of the {side} have no identifier and are left out"
        )
    return notes


def unknown_shares(
    workshop: Workshop,
    specification: AudienceSpecification,
    seed: MappedDataset,
    population: MappedDataset,
) -> dict[str, float]:
    """Share of seed rows whose value the population never has, by attribute.

    Asked only where the studio chooses the attributes itself: it costs a look at each
    column, and a person who names an attribute has decided.
    """
    if specification.attributes is not None or is_bare_list(seed):
        return {}
    theirs = {each.attribute: each for each in population.mappings}
    sources = [
        Source(each.dataset, each.profile.fingerprint, each.profile)
        for each in (seed, population)
        if each.profile is not None
    ]
    limit = specification.limits.maximum_cardinality
    return {
        ours.attribute: workshop.engine.unknown_share(
            sources[0], ours.column, sources[1], theirs[ours.attribute].column
        )
        for ours in seed.mappings
        if ours.attribute in theirs
        and theirs[ours.attribute].role is Role.categorical
        and ours.is_scored
        and population.column_profiles[theirs[ours.attribute].column].distinct < limit
    }


def input_attribute(
    selected: SelectedAttribute, population: MappedDataset
) -> InputAttribute:
    """The attribute as the engine writes it, with its scale from the profile."""
    profile = population.column_profiles[selected.population_column]
    is_continuous = selected.role is Role.continuous
    is_discrete = is_continuous and profile.distinct <= MOST_DISCRETE_VALUES
    return InputAttribute(
        slug=selected.attribute,
        role="continuous" if is_continuous else "categorical",
        column=selected.population_column,
        seed_column=selected.seed_column,
        centre=profile.centre if is_continuous else None,
        scale=profile.scale if is_continuous else None,
        is_discrete=is_discrete,
        frequent_values=(
            profile.frequent_values if is_continuous and not is_discrete else ()
        ),
    )


def specification_row(specification: AudienceSpecification) -> SpecificationRow:
    """The numbers of a specification that the dbt models read."""
    scoring, output = specification.scoring, specification.output
    pooling = scoring.variance_pooling
    return SpecificationRow(
        smoothing=scoring.smoothing,
        gaussian_prior=scoring.gaussian_prior,
        variance_pooling=None if pooling == "auto" else float(pooling),
        attribute_weights=scoring.attribute_weights,
        output_kind=output.kind,
        output_value=output.value,
        include_seed=output.include_seed,
        sample_size=scoring.sample_size,
        sample_minimum=scoring.sample_minimum,
        bin_count=scoring.bin_count,
        model=scoring.model,
    )


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The plan in JSON types: what `--dry-run --json` prints."""
    specification = plan.specification
    return {
        "audience": specification.name,
        "specification_hash": specification_hash(specification),
        "code_version": code_version(),
        "seed": {"dataset": plan.seed.dataset.name, "rows": rows_of(plan.seed)},
        "population": {
            "dataset": plan.population.dataset.name,
            "rows": rows_of(plan.population),
        },
        "join_key": {
            "identifier": plan.identifier.slug,
            "seed_column": plan.identifier.seed_column,
            "population_column": plan.identifier.population_column,
            "is_unique": plan.is_key_unique,
        },
        "learn_from": plan.learn_from,
        "model": specification.scoring.model,
        "attributes": [
            {"attribute": each.slug, "column": each.column, "role": each.role}
            for each in plan.attributes
        ],
        "left_out": [
            {
                "attribute": each.subject,
                "code": each.code,
                "reason": each.reason,
                "remedy": each.remedy,
            }
            for each in plan.left_out
        ],
        "output": {
            specification.output.kind: specification.output.value,
            "include_seed": specification.output.include_seed,
        },
        "notes": list(plan.notes),
    }
