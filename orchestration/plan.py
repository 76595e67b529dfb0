"""What a build will do, settled before it begins: data, join, attributes, caveats.

Everything that can be refused without reading people's values one by one is refused
here, so that `plan`, `--dry-run` and a build meet the same sentence.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from catalog.attributes import Role
from catalog.eligibility import (
    Verdict,
    is_bare_list,
    join_identifiers,
    join_key_notes,
    learning_seed_verdict,
    population_verdict,
    seed_verdict,
)
from catalog.errors import StudioError
from catalog.join_keys import conflict_notes
from catalog.mapped_dataset import MappedDataset
from catalog.pairing import paired_by_name
from catalog.protection import (
    ProtectedAttribute,
    protected_attributes,
    protected_population_notes,
    protected_seed_notes,
)
from catalog.selection import (
    SelectedAttribute,
    select_attributes,
)
from catalog.specification import AudienceSpecification
from engines.base import (
    BuildInputs,
    Hashing,
    InputAttribute,
    InputIdentifier,
    Source,
    SpecificationRow,
)
from engines.duckdb import sample_key_of
from engines.registration import register
from orchestration.filtered_attributes import with_lost_shares
from orchestration.fitting import require_seed_known
from orchestration.plan_identifiers import (
    LOST_ZEROS,
    excluded_identifiers,
    identifier_shapes,
    input_identifier,
    key_notes,
    key_profiles,
    keyed,
    lost_zeros,
    most_people,
)
from orchestration.populations import Population, population_of
from orchestration.proxies import proxies_of_sample, refuse_strong_proxies
from orchestration.quotas import QuotaPlan, quotas_of
from orchestration.seed_weights import refuse_uneven
from orchestration.seeds import Seed, seed_of, unlike_of
from orchestration.tiers import refuse_empty_tiers
from orchestration.unlike import Unlike, unlike_of_plan
from orchestration.workshop import Workshop
from python_scoring.proxies import Proxy

MOST_DISCRETE_VALUES = 1_024
# So many identifiers of a population are looked through in well under a second.
MOST_LOOKED_UP = 2_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A build before it has an id. `notes` are full sentences for the person.

    `left_out` says of each attribute that is not scored why, and what would help;
    `proxies` how well what is scored tells protected groups apart, as far as a sample
    of the population is kept. `found_rows` are rows of the seed whose people are in the
    population, where they were counted.
    """

    specification: AudienceSpecification
    seed_choice: Seed
    unlike: Unlike | None
    seed: Source
    population_choice: Population
    population: Source
    identifiers: tuple[InputIdentifier, ...]
    attributes: tuple[InputAttribute, ...]
    protected: tuple[InputAttribute, ...]
    proxies: tuple[Proxy, ...]
    learn_from: str
    identifier_shapes: dict[str, str]
    resolves_people: bool
    left_out: tuple[Verdict, ...]
    notes: tuple[str, ...]
    quotas: QuotaPlan | None = None
    found_rows: int | None = None

    def fingerprints(self) -> dict[str, str]:
        """What names the build beside its specification: the inputs as they are read."""
        resolved = {
            "identifiers": [asdict(each) for each in self.identifiers],
            "resolves_people": self.resolves_people,
            "attributes": [asdict(attribute) for attribute in self.attributes],
            "learn_from": self.learn_from,
            **(
                {"protected": [asdict(each) for each in self.protected]}
                if self.protected
                else {}
            ),
        }
        if self.seed_choice.weight is not None:
            resolved["seed_weight"] = self.seed_choice.weight_column
        text = json.dumps(resolved, sort_keys=True)
        inputs = {"seed": self.seed, "population": self.population}
        if self.unlike is not None:
            inputs["unlike"] = self.unlike.source
        return {
            **{side: source.fingerprint for side, source in inputs.items()},
            "mapping": hashlib.sha256(text.encode()).hexdigest(),
            **self._filter_fingerprint(),
            **self._quota_fingerprint(),
        }

    def _filter_fingerprint(self) -> dict[str, str]:
        """The population's filter by the columns that it names now; none without one."""
        told = [
            [column.model_dump(), condition.model_dump(mode="json")]
            for condition, column in self.population_choice.conditions
        ]
        text = json.dumps(told, sort_keys=True)
        return {"filter": hashlib.sha256(text.encode()).hexdigest()} if told else {}

    def _quota_fingerprint(self) -> dict[str, str]:
        """The column whose values the groups are now; none without quotas."""
        if self.quotas is None:
            return {}
        text = self.quotas.inputs.column.model_dump_json()
        return {"quotas": hashlib.sha256(text.encode()).hexdigest()}

    def inputs(self, build_id: str) -> BuildInputs:
        """What the engine writes into the work database."""
        return BuildInputs(
            build_id=build_id,
            population=self.population,
            seed=self.seed,
            identifiers=self.identifiers,
            attributes=self.attributes,
            protected=self.protected,
            specification=specification_row(self.specification),
            has_unique_key=not self.resolves_people,
            conditions=self.population_choice.conditions,
            quotas=None if self.quotas is None else self.quotas.inputs,
            seed_weight=self.seed_choice.weight_column,
            unlike=None if self.unlike is None else self.unlike.source,
        )

    @property
    def shared(self) -> tuple[InputIdentifier, ...]:
        """The identifiers that join seed and population."""
        return tuple(
            each for each in self.identifiers if each.is_shared and not each.is_carried
        )

    def raw_identifiers(self) -> dict[str, dict[str, Hashing]]:
        """By side, the identifiers that it makes of values in the clear."""
        return {
            side: {
                each.slug: made
                for each in self.identifiers
                if (made := getattr(each, f"{side}_hashing")) is not None
            }
            for side in ("population", "seed", "unlike")
        }

    def slugs(self, role: str) -> tuple[str, ...]:
        """Slugs of the attributes of one role, in the order of the specification."""
        return tuple(each.slug for each in self.attributes if each.role == role)

    def protected_slugs(self, role: str) -> tuple[str, ...]:
        """Slugs of what is protected and makes groups in one role."""
        return tuple(each.slug for each in self.protected if each.role == role)


def register_declared(
    workshop: Workshop, specification: AudienceSpecification, folder: Path
) -> None:
    """Register the datasets that a document declares and the catalog does not have.

    A path that is not there is no matter for a dataset that is registered, so that a
    document may be kept elsewhere. Raises StudioError `dataset_elsewhere` where one of
    that name stands for other data.
    """
    catalog = workshop.catalog
    for name, source in specification.datasets.items():
        path = source.resolved(folder)
        if not is_registered(workshop, name):
            with catalog.alone():
                # Another process may have registered it while we waited.
                if not is_registered(workshop, name):
                    register(
                        catalog,
                        workshop.engine,
                        path,
                        name,
                        table=source.table,
                        description=source.description,
                    )
        known = catalog.get_dataset(name)
        if path.exists() and (Path(known.path), known.table) != (path, source.table):
            raise StudioError(
                "dataset_elsewhere",
                f"dataset '{name}'",
                f"is registered from '{known.path}', the document says '{path}'",
                "rename it in the document, or remove the registered one",
            )


def is_registered(workshop: Workshop, name: str) -> bool:
    """True where a dataset of this exact name is there whole, with its profile."""
    return any(
        each.dataset.name == name and each.profile is not None
        for each in workshop.catalog.mapped_datasets()
    )


def plan_build(workshop: Workshop, specification: AudienceSpecification) -> Plan:
    """Settle what a specification means on the data as they are now.

    Raises StudioError where the audience cannot be built, with the remedy.
    """
    require_seed_known(specification.scoring.model, specification.seed)
    seed_choice = seed_of(workshop, specification)
    unlike_choice = unlike_of(workshop, specification)
    seed = beside(seed_choice.source, unlike_choice)
    population_choice = population_of(workshop, specification)
    population = population_choice.source
    ours, theirs = mapped_pair(workshop, seed, population)
    limits, learn = specification.limits, specification.scoring.learn_from
    if seed_choice.weight is not None:
        refuse_uneven(seed_choice.weight, limits.minimum_seed)
    refuse(seed_verdict(ours, limits), "seed")
    refuse(population_verdict(ours, theirs, limits, learn), "population")

    found = join_identifiers(
        ours,
        theirs,
        specification.join_key,
        excluded_identifiers(specification, theirs),
    )
    seed = keyed(workshop, seed, ours, found, "seed")
    population = keyed(workshop, population, theirs, found, "population")
    ours, theirs = mapped_pair(workshop, seed, population)
    identifiers = tuple(input_identifier(each, seed, population) for each in found)
    theirs = with_lost_shares(
        workshop,
        specification,
        ours,
        theirs,
        population_choice.conditions,
        identifiers,
    )

    protected = protected_attributes(specification, theirs)
    selection = select_attributes(
        specification,
        ours,
        theirs,
        unknown_shares(workshop, specification, ours, theirs),
    )
    learn_from = "population" if is_bare_list(ours) else learn
    resolves_people = not any(each.is_unique and not each.is_carried for each in found)
    shared = [each for each in found if each.is_shared]
    unlike = planned_unlike(workshop, specification, unlike_choice, theirs, identifiers)
    notes = [*seed_choice.notes]
    notes += [note for key in shared for note in join_key_notes(ours, theirs, key.name)]
    zeros = lost_zeros(workshop, seed, population, shared)
    notes += [LOST_ZEROS.format(name=name, side=side) for name, side in zeros.items()]
    notes += [*conflict_notes(ours, theirs, found), *selection.notes]
    notes += protected_seed_notes(specification, ours, protected)
    notes += protected_population_notes(
        specification, population_choice.conditions, protected
    )
    notes += [f"{each.attribute} {each.note}" for each in protected if each.note]
    notes += population_choice.notes
    notes += key_notes("seed", key_profiles(seed, found, "seed"))
    if resolves_people:
        notes += key_notes("population", key_profiles(population, found, "population"))
    if learn_from != "population":
        # Those found in the population are no more than these.
        people = most_people(rows_of(seed), key_profiles(seed, found, "seed"))
        verdict = learning_seed_verdict(people, limits)
        refuse(verdict, "seed")
        notes += verdict.notes
    refuse_empty_tiers(specification.output, population_choice.facts["rows"])
    quotas = quotas_of(workshop, specification, population_choice, theirs)
    notes += quotas.notes if quotas is not None else ()
    chosen = {each.attribute for each in selection.attributes}
    attributes = tuple(input_attribute(each, theirs) for each in selection.attributes)
    grouped = tuple(protected_input(each) for each in protected)
    proxies = proxies_of_sample(
        workshop.engine, population, sample_key_of(identifiers), attributes, grouped
    )
    refuse_strong_proxies(proxies, specification.fairness.mode)
    return Plan(
        specification=specification,
        seed_choice=seed_choice,
        seed=seed,
        population_choice=population_choice,
        population=population,
        unlike=unlike,
        identifiers=identifiers if unlike is None else unlike.identifiers,
        attributes=attributes,
        protected=grouped,
        proxies=proxies,
        learn_from=learn_from,
        identifier_shapes=(
            identifier_shapes(workshop, seed, population, shared)
            | ({"lost_zeros": next(iter(zeros.values()))} if zeros else {})
            if learn_from == "population"
            else {}
        ),
        resolves_people=resolves_people,
        left_out=tuple(
            not_asked(each) if each.eligible else each
            for each in selection.verdicts
            if each.subject not in chosen and not is_key_or_metadata(each)
        ),
        notes=tuple(notes),
        quotas=quotas,
    )


def beside(seed: Source, unlike: Seed | None) -> Source:
    """The seed, never scored by what says who is in the negative seed.

    Such a column would be all that is learnt of its people.
    """
    if unlike is None:
        return seed
    return replace(seed, chosen_by=(*seed.chosen_by, *unlike.source.chosen_by))


def planned_unlike(
    workshop: Workshop,
    specification: AudienceSpecification,
    choice: Seed | None,
    population: MappedDataset,
    identifiers: tuple[InputIdentifier, ...],
) -> Unlike | None:
    """The negative seed as the build reads it; None where there is none."""
    if choice is None:
        return None
    return unlike_of_plan(
        choice,
        mapped(workshop, choice.source),
        population,
        identifiers,
        specification,
        excluded_identifiers(specification, population),
    )


def mapped_pair(
    workshop: Workshop, seed: Source, population: Source
) -> tuple[MappedDataset, MappedDataset]:
    """Both sides with their mappings; a column of one name is one attribute of both."""
    ours, theirs = mapped(workshop, seed), mapped(workshop, population)
    paired = paired_by_name(ours.mappings, theirs.mappings)
    return ours.model_copy(update={"mappings": paired}), theirs


def mapped(workshop: Workshop, source: Source) -> MappedDataset:
    """The source with its mappings, as eligibility reads it."""
    own = source.mappings
    return MappedDataset(
        dataset=source.dataset,
        mappings=workshop.catalog.mappings(source.dataset.id) if own is None else own,
        profile=source.profile,
        chosen_by=source.chosen_by,
        held_to_one=source.held_to_one,
        weighed_by=source.weighed_by,
    )


def with_found_rows(workshop: Workshop, plan: Plan) -> Plan:
    """The plan with the seed's rows whose people are in the population, where cheap."""
    found = workshop.engine.found_rows(
        plan.seed, plan.population, plan.identifiers, MOST_LOOKED_UP
    )
    return replace(plan, found_rows=found)


def rows_of(source: Source) -> int:
    """Rows of the source."""
    return source.profile.rows if source.profile else 0


def refuse(verdict: Verdict, kind: str) -> None:
    """Raise the verdict's refusal, if it is one."""
    if not verdict.eligible:
        raise verdict.as_error(kind)


def is_key_or_metadata(verdict: Verdict) -> bool:
    """True for columns that nobody expects to be scored."""
    return verdict.code in ("is_identity", "is_metadata")


def not_asked(verdict: Verdict) -> Verdict:
    """Why an attribute that fits is not scored: the specification does not want it."""
    return verdict.model_copy(
        update={
            "eligible": False,
            "code": "not_asked",
            "reason": "could be scored and is not what the specification asks for",
            "remedy": "name it under attributes, and not under exclude",
        }
    )


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
    limit = specification.limits.maximum_cardinality
    columns = {
        ours.attribute: (ours.column, theirs[ours.attribute].column)
        for ours in seed.mappings
        if ours.attribute in theirs
        and theirs[ours.attribute].role is Role.categorical
        and ours.is_scored
        and population.column_profiles[theirs[ours.attribute].column].distinct < limit
    }
    if not columns or seed.profile is None or population.profile is None:
        return {}
    shares = workshop.engine.unknown_shares(
        Source(seed.dataset, seed.profile.fingerprint, seed.profile),
        Source(population.dataset, population.profile.fingerprint, population.profile),
        [*columns.values()],
    )
    return dict(zip(columns, shares, strict=True))


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


def protected_input(found: ProtectedAttribute) -> InputAttribute:
    """The protected attribute as the engine writes it."""
    is_continuous = found.role is Role.continuous
    return InputAttribute(
        slug=found.attribute,
        role="continuous" if is_continuous else "categorical",
        column=found.column,
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
        keep_margin=output.keep_margin,
        sample_size=scoring.sample_size,
        sample_minimum=scoring.sample_minimum,
        bin_count=scoring.bin_count,
        maximum_linked_rows=specification.limits.maximum_linked_rows,
        model=scoring.model,
        as_published_nulls=scoring.as_published_nulls,
        matched_minimum=scoring.matched_minimum,
    )
