"""What can be chosen for an audience: people, those to choose from, what is scored.

Everything is listed, what cannot be chosen too, with its reason and remedy (B5). Work
tables are never registered, so they are in no list (B4).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from catalog.datasets import Frozen
from catalog.eligibility import (
    DEFAULT_LIMITS,
    ELIGIBLE,
    Verdict,
    attribute_verdicts,
    population_verdicts,
    seed_size_notes,
    seed_verdicts,
    shared_identifiers,
)
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.names import shown
from catalog.protection import protected_attributes
from catalog.roles import Role, TypeFamily, type_family
from catalog.selection import find_attribute
from catalog.specification_people import SeedChoice
from studio.services import drafts
from studio.services.draft_joins import seed_side
from studio.services.draft_store import Draft, DraftChoices

if TYPE_CHECKING:
    from catalog.records import Audience
    from catalog.specification import AudienceSpecification
    from orchestration.workshop import Workshop

# What helps in the builder, where the seed is chosen on a page and not in a document.
REMEDIES = {
    "same_dataset": "go back to the seed and use only some of its rows, or choose another"
}
Group = Literal["categorical", "continuous", "not_scored"]


class PeopleChoice(Frozen):
    """One dataset or audience as a person may choose it, or why it cannot be chosen.

    `keys` are the identifiers that it has, `joins` those that it shares with the seed.
    `changed_at` is when its files were last changed, or its version was published, None
    where they are not there.
    """

    name: str
    slug: str
    kind: str
    rows: int | None
    description: str = ""
    keys: tuple[str, ...]
    joins: tuple[str, ...] = ()
    changed_at: datetime | None = None
    is_audience: bool = False
    eligible: bool
    code: str
    reason: str = ""
    remedy: str = ""
    notes: tuple[str, ...] = ()


class JoinKeyChoice(Frozen):
    """An identifier of both sides with the column that holds it on each (B13)."""

    identifier: str
    seed_column: str | None
    population_column: str | None


class AttributeRow(Frozen):
    """One attribute as the builder shows it.

    `filled` is the share of the population's rows with a value. `can_be_chosen` is true
    also of one that is not proposed and may be named all the same. `role` is the one that
    counts, `mapped_role` that of the dataset, `roles` those that its type can take in an
    audience; others are for the dataset to say.
    """

    attribute: str
    column: str
    group: Group
    role: str
    mapped_role: str
    roles: tuple[str, ...]
    type: str
    distinct: int | None
    filled: float | None
    eligible: bool
    can_be_chosen: bool
    is_chosen: bool
    is_protected: bool
    code: str
    reason: str = ""
    remedy: str = ""


class GoneAttribute(Frozen):
    """An attribute that was chosen and cannot be any more."""

    name: str
    reason: str


class AttributeChoices(Frozen):
    """The attributes of a draft, and the identifiers by which the two sides meet.

    `gone` were chosen on other data.
    """

    rows: tuple[AttributeRow, ...]
    gone: tuple[GoneAttribute, ...]
    join_keys: tuple[JoinKeyChoice, ...]
    seed_rows: int
    population_rows: int

    @property
    def chosen(self) -> tuple[str, ...]:
        """The attributes that a build would score."""
        return tuple(each.attribute for each in self.rows if each.is_chosen)


def seeds(
    workshop: "Workshop", *, show_audiences: bool = False
) -> tuple[PeopleChoice, ...]:
    """Every dataset as a seed, those that fit first; every audience where asked for."""
    datasets = workshop.catalog.mapped_datasets()
    found = _told(workshop, datasets, seed_verdicts(datasets))
    if not show_audiences:
        return found
    audiences = [_audience(workshop, e) for e in workshop.catalog.list_audiences()]
    return (*sorted(audiences, key=lambda each: not each.eligible), *found)


def _audience(workshop: "Workshop", audience: "Audience") -> PeopleChoice:
    """An audience as a seed, by the people of its version in use."""
    from orchestration.audience_seeds import audience_dataset

    version = workshop.catalog.served_version(audience.id)
    fields: dict[str, Any] = {
        "name": audience.name,
        "slug": audience.slug,
        "kind": "audience",
        "is_audience": True,
        "description": audience.description,
        "rows": None,
        "keys": (),
    }
    if version is None:
        return PeopleChoice(
            **fields,
            eligible=False,
            code="no_version",
            reason="has no version yet",
            remedy="build it first",
        )
    fields["rows"] = people = int(version.figures.get("delivered_people", 0))
    try:
        dataset = audience_dataset(audience, version)
    except (OSError, ValueError):  # not there, or no Parquet
        return PeopleChoice(
            **fields,
            eligible=False,
            code="version_gone",
            reason=f"has lost the people of its version {version.number} on disk",
            remedy="build it again, or put another version into use",
        )
    fields["keys"] = tuple(each.name for each in dataset.columns)
    fields["changed_at"] = version.published_at
    least = DEFAULT_LIMITS.minimum_seed
    if people < least:
        return PeopleChoice(
            **fields,
            eligible=False,
            code="seed_too_small",
            reason=f"has {people:,} people, at least {least:,} are needed",
            remedy="build it with more people",
        )
    notes = seed_size_notes(people, DEFAULT_LIMITS)
    return PeopleChoice(**fields, eligible=True, code=ELIGIBLE, notes=notes)


def populations(workshop: "Workshop", draft: Draft) -> tuple[PeopleChoice, ...]:
    """Every dataset as the population of the draft's seed, those that fit first."""
    datasets = workshop.catalog.mapped_datasets()
    seed = draft.choices.seed
    if seed is None:
        return ()
    ours = seed_side(workshop, seed)
    verdicts = population_verdicts(
        ours, datasets, draft.choices.limits, draft.choices.scoring.learn_from
    )
    joins = {
        each.dataset.name: shared_identifiers(ours, each)
        for each in datasets
        if each.mappings
    }
    found = _told(workshop, datasets, verdicts, joins)
    told = (_unless_unwanted(each, seed) for each in found)
    return tuple(sorted(told, key=lambda each: not each.eligible))


def _unless_unwanted(choice: PeopleChoice, seed: SeedChoice) -> PeopleChoice:
    """Nobody is left to find in the negative seed's own dataset."""
    is_unwanted = seed.unlike is not None and seed.unlike.is_whole(choice.name)
    if not is_unwanted or not choice.eligible:
        return choice
    refused = {
        "eligible": False,
        "code": "negative_seed",
        "reason": "is the negative seed, so nobody would be left to find",
        "remedy": "choose only some of its rows as the negative seed, or another",
    }
    return choice.model_copy(update=refused)


def attributes(workshop: "Workshop", draft: Draft) -> AttributeChoices:
    """The attributes of a draft's two sides, each with its verdict and what is chosen.

    Raises StudioError where seed and population cannot be read or joined.
    """
    from orchestration.filtered_attributes import with_lost_shares
    from orchestration.plan import beside, mapped_pair
    from orchestration.plan_identifiers import shared_inputs
    from orchestration.populations import population_of
    from orchestration.seeds import seed_of, unlike_of

    asked = drafts.specification(workshop, _without_attributes(draft))
    chosen = seed_of(workshop, asked)
    seed = beside(chosen.source, unlike_of(workshop, asked))
    population = population_of(workshop, asked)
    ours, theirs = mapped_pair(workshop, seed, population.source)
    theirs = with_lost_shares(
        workshop,
        asked,
        ours,
        theirs,
        population.conditions,
        shared_inputs(asked, seed, population.source, ours, theirs),
    )
    roles = _roles(draft.choices, theirs)
    verdicts = attribute_verdicts(
        ours,
        theirs,
        limits=asked.limits,
        learn_from=asked.scoring.learn_from,
        roles=roles,
        unknown_shares=_unknown_shares(workshop, asked, ours, theirs),
    )
    protected = _protected(draft, asked, theirs)
    rows = tuple(
        _row(verdict, theirs, draft.choices, roles, protected)
        for verdict in verdicts
        if verdict.subject in {each.attribute for each in theirs.mappings}
    )
    missing = tuple(
        _missing_row(verdict, ours)
        for verdict in verdicts
        if verdict.subject not in {each.attribute for each in theirs.mappings}
    )
    return AttributeChoices(
        rows=rows + missing,
        gone=_gone(draft.choices, rows + missing, theirs.dataset.name),
        join_keys=_join_keys(ours, theirs, asked),
        seed_rows=ours.profile.rows if ours.profile else 0,
        population_rows=theirs.profile.rows if theirs.profile else 0,
    )


def _gone(
    choices: DraftChoices, rows: Iterable[AttributeRow], population: str
) -> tuple[GoneAttribute, ...]:
    there = {name: each for each in rows for name in (each.column, each.attribute)}
    gone = []
    for each in choices.attributes or ():
        row = there.get(each.attribute)
        if row is None:
            reason = f"is not in the dataset {shown(population)}"
            gone.append(GoneAttribute(name=each.attribute, reason=reason))
        elif not row.can_be_chosen and not row.is_protected:
            gone.append(GoneAttribute(name=each.attribute, reason=row.reason))
    return tuple(gone)


def _without_attributes(draft: Draft) -> Draft:
    """The draft without what names attributes: one that is gone must not stop the list."""
    choices = draft.choices.model_copy(update={"attributes": None, "exclude": ()})
    return draft.model_copy(update={"choices": choices})


def _told(
    workshop: "Workshop",
    datasets: Iterable[MappedDataset],
    verdicts: Iterable[Verdict],
    joins: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[PeopleChoice, ...]:
    by_name = {each.dataset.name: each for each in datasets}
    return tuple(
        _people(workshop, by_name[verdict.subject], verdict, joins or {})
        for verdict in verdicts
    )


def _people(
    workshop: "Workshop",
    found: MappedDataset,
    verdict: Verdict,
    joins: Mapping[str, tuple[str, ...]],
) -> PeopleChoice:
    dataset = found.dataset
    changed_at = _changed_at(dataset.path)
    return PeopleChoice(
        name=dataset.name,
        slug=dataset.slug,
        kind=dataset.kind.value,
        rows=found.profile.rows if found.profile else None,
        description=dataset.description,
        keys=tuple(
            each.attribute for each in found.mappings if each.role is Role.identity
        ),
        joins=joins.get(dataset.name, ()),
        changed_at=changed_at,
        eligible=verdict.eligible,
        code=verdict.code,
        reason=verdict.reason,
        remedy=REMEDIES.get(verdict.code, verdict.remedy),
        notes=(*verdict.notes, *(() if changed_at else ("its file is not there now",))),
    )


def _changed_at(path: str) -> datetime | None:
    from datetime import UTC
    from pathlib import Path

    try:
        return datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
    except OSError:
        return None


def _roles(choices: DraftChoices, population: MappedDataset) -> dict[str, Role]:
    """The roles that the person gave, by attribute; of attributes that are there."""
    roles = {}
    for choice in choices.attributes or ():
        if choice.role is None:
            continue
        try:
            roles[find_attribute(choice.attribute, population)] = Role(choice.role)
        except StudioError:
            continue
    return roles


def _chosen(choices: DraftChoices, population: MappedDataset) -> set[str] | None:
    if choices.attributes is None:
        return None
    by_column = {each.column: each.attribute for each in population.mappings}
    return {
        by_column.get(each.attribute, each.attribute) for each in choices.attributes
    }


def _unknown_shares(
    workshop: "Workshop",
    asked: "AudienceSpecification",
    ours: MappedDataset,
    theirs: MappedDataset,
) -> dict[str, float]:
    from orchestration.plan import unknown_shares

    return unknown_shares(workshop, asked, ours, theirs)


def _protected(
    draft: Draft, asked: "AudienceSpecification", population: MappedDataset
) -> set[str]:
    """Attributes that are marked; a mark on one that is gone says nothing."""
    there = {
        name for each in population.mappings for name in (each.attribute, each.column)
    }
    named = [each for each in draft.choices.fairness.protected if each in there]
    if not named:
        return set()
    fairness = asked.fairness.model_copy(update={"protected": tuple(named)})
    marked = asked.model_copy(update={"fairness": fairness})
    return {each.attribute for each in protected_attributes(marked, population)}


def _row(
    verdict: Verdict,
    population: MappedDataset,
    choices: DraftChoices,
    roles: Mapping[str, Role],
    protected: set[str],
) -> AttributeRow:
    mapping = next(
        each for each in population.mappings if each.attribute == verdict.subject
    )
    role = roles.get(mapping.attribute, mapping.role)
    if mapping.role is Role.identity:
        role = mapping.role
    profile = population.column_profiles.get(mapping.column)
    rows = population.profile.rows if population.profile else 0
    named = _chosen(choices, population)
    is_protected = mapping.attribute in protected
    can_be_chosen = (verdict.eligible or not verdict.is_final) and role in (
        Role.categorical,
        Role.continuous,
    )
    wanted = verdict.eligible if named is None else mapping.attribute in named
    excluded = {mapping.attribute, mapping.column} & set(choices.exclude)
    return AttributeRow(
        attribute=mapping.attribute,
        column=mapping.column,
        group=(
            ("continuous" if role is Role.continuous else "categorical")
            if can_be_chosen and not is_protected
            else "not_scored"
        ),
        role=role.value,
        mapped_role=mapping.role.value,
        roles=_possible_roles(role, population.column(mapping.column).type),
        type=population.column(mapping.column).type,
        distinct=profile.distinct if profile else None,
        filled=(
            1 - (profile.missing + profile.non_finite) / rows
            if profile and rows
            else None
        ),
        eligible=verdict.eligible,
        can_be_chosen=can_be_chosen and not is_protected,
        is_chosen=can_be_chosen and wanted and not excluded and not is_protected,
        is_protected=is_protected,
        code=verdict.code,
        reason=verdict.reason,
        remedy=verdict.remedy,
    )


def _possible_roles(role: Role, type_name: str) -> tuple[str, ...]:
    """Numbers can be compared by their size or by their value, all else by its value."""
    if role not in (Role.categorical, Role.continuous):
        return ()
    is_number = type_family(type_name) in (TypeFamily.integer, TypeFamily.real)
    others = (Role.continuous.value,) if is_number else ()
    return (Role.categorical.value, *others)


def _missing_row(verdict: Verdict, seed: MappedDataset) -> AttributeRow:
    mapping = next(each for each in seed.mappings if each.attribute == verdict.subject)
    return AttributeRow(
        attribute=mapping.attribute,
        column=mapping.column,
        group="not_scored",
        role=mapping.role.value,
        mapped_role=mapping.role.value,
        roles=(),
        type=seed.column(mapping.column).type,
        distinct=None,
        filled=None,
        eligible=False,
        can_be_chosen=False,
        is_chosen=False,
        is_protected=False,
        code=verdict.code,
        reason=verdict.reason,
        remedy=verdict.remedy,
    )


def _join_keys(
    seed: MappedDataset, population: MappedDataset, asked: "AudienceSpecification"
) -> tuple[JoinKeyChoice, ...]:
    """The identifiers of both sides; empty where the two cannot be joined."""
    from catalog.eligibility import join_identifiers

    try:
        found = join_identifiers(seed, population, asked.join_key, set(asked.exclude))
    except StudioError:
        return ()
    return tuple(
        JoinKeyChoice(
            identifier=each.name,
            seed_column=each.seed_column,
            population_column=each.population_column,
        )
        for each in found
        if each.is_shared
    )
