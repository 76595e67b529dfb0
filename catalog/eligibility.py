"""Eligibility: which datasets and attributes fit, and for the others why and what to do.

Everything is returned, what cannot be chosen too, so that each picker, command and
answer shows the same reason and remedy (B5).
"""

from collections.abc import Iterable, Mapping, Sequence

from catalog.datasets import DatasetKind, Frozen
from catalog.errors import StudioError
from catalog.exclusions import (
    DEFAULT_LIMITS,
    Exclusion,
    attribute_exclusion,
    missing_in_seed,
    seed_content,
    type_conflict,
    unknown_values,
)
from catalog.join_keys import (
    identifiers,
    join_identifiers,
    join_key_notes,
    key_conflict,
    no_shared_identifier,
    shared_identifiers,
)
from catalog.map_command import command_for
from catalog.mapped_dataset import MappedDataset
from catalog.names import shown
from catalog.roles import Mapping as AttributeMapping
from catalog.roles import Role
from catalog.specification_settings import Limits

__all__ = [
    "Verdict",
    "attribute_verdicts",
    "is_bare_list",
    "join_identifiers",
    "join_key_notes",
    "learning_seed_verdict",
    "population_verdict",
    "population_verdicts",
    "seed_size_notes",
    "seed_verdict",
    "seed_verdicts",
    "shared_identifiers",
]

ELIGIBLE = "eligible"


class Verdict(Frozen):
    """Whether one thing fits. `code` is `eligible`, or names the reason for machines.

    `is_final` says that a person cannot overrule it by naming the thing.
    """

    subject: str
    eligible: bool
    code: str = ELIGIBLE
    reason: str = ""
    remedy: str = ""
    notes: tuple[str, ...] = ()
    is_final: bool = False

    def as_error(self, kind: str) -> StudioError:
        """The refusal as the error that a person meets."""
        return StudioError(
            self.code, f"{kind} {shown(self.subject)}", self.reason, self.remedy
        )


def seed_verdict(seed: MappedDataset, limits: Limits = DEFAULT_LIMITS) -> Verdict:
    """Whether a dataset can be the seed."""
    refusal = _dataset_refusal(seed)
    if refusal is not None:
        return refusal
    rows = seed.profile.rows if seed.profile else 0
    if rows < limits.minimum_seed:
        by_filter = seed.dataset.kind is DatasetKind.selection
        return _refused(
            seed.dataset.name,
            "seed_too_small",
            f"has {rows:,} rows{' that the filter keeps' * by_filter}, at least"
            f" {limits.minimum_seed:,} people are needed",
            "widen its filter, or lower limits.minimum_seed"
            if by_filter
            else "add people to it, or lower limits.minimum_seed",
        )
    notes = seed_size_notes(rows, limits)
    return Verdict(subject=seed.dataset.name, eligible=True, notes=notes)


def seed_verdicts(
    datasets: Iterable[MappedDataset], limits: Limits = DEFAULT_LIMITS
) -> tuple[Verdict, ...]:
    """Each dataset as a seed: those that fit first."""
    return _fitting_first(seed_verdict(dataset, limits) for dataset in datasets)


def population_verdict(
    seed: MappedDataset,
    population: MappedDataset,
    limits: Limits = DEFAULT_LIMITS,
    learn_from: str = "auto",
) -> Verdict:
    """Whether a dataset can be the population of this seed."""
    name = population.dataset.name
    if _is_same_source(seed, population):
        return _refused(
            name,
            "same_dataset",
            "is the seed's own data, so nobody would be left to find",
            "say with seed.where which of its rows are the seed, or choose another",
        )
    refusal = _dataset_refusal(population)
    if refusal is not None:
        return refusal
    shared = shared_identifiers(seed, population)
    if not shared:
        return _of_exclusion(name, no_shared_identifier(seed, population))
    conflicts = {key: key_conflict(seed, population, key) for key in shared}
    usable = [key for key in shared if conflicts[key] is None]
    conflict = conflicts[shared[0]]
    if conflict is not None and not usable:
        reason = f"cannot be joined: {shared[0]} {conflict.reason}"
        return _refused(name, conflict.code, reason, conflict.remedy)
    attributes = attribute_verdicts(
        seed, population, limits=limits, learn_from=learn_from
    )
    if not any(verdict.eligible for verdict in attributes):
        return _no_eligible_attribute(name, attributes)
    return Verdict(
        subject=name, eligible=True, notes=join_key_notes(seed, population, usable[0])
    )


def population_verdicts(
    seed: MappedDataset,
    datasets: Iterable[MappedDataset],
    limits: Limits = DEFAULT_LIMITS,
    learn_from: str = "auto",
) -> tuple[Verdict, ...]:
    """Each dataset as the population of this seed: those that fit first."""
    return _fitting_first(
        population_verdict(seed, dataset, limits, learn_from) for dataset in datasets
    )


def attribute_verdicts(
    seed: MappedDataset,
    population: MappedDataset,
    *,
    unknown_shares: Mapping[str, float] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    learn_from: str = "auto",
    roles: Mapping[str, Role] | None = None,
) -> tuple[Verdict, ...]:
    """Each attribute of either side, in the order of the population's columns.

    `unknown_shares`: by attribute, the share of seed rows (with a value) whose value
    the population never has; attributes not in it are not judged by that. `roles`: by
    attribute, a role other than the mapped one. With `learn_from` population, or a seed
    that is a bare list of ids, the seed need not have the attribute (B14).
    """
    shares, asked = unknown_shares or {}, roles or {}
    seed_side = {m.attribute: m for m in seed.mappings if m.role is not Role.identity}
    needs_seed = learn_from != "population" and not is_bare_list(seed)
    verdicts = []
    for mapping in population.mappings:
        # An identity's name is that of the join key, so only a new mapping changes it.
        is_identity = mapping.role is Role.identity
        role = (
            mapping.role if is_identity else asked.get(mapping.attribute, mapping.role)
        )
        wanted = mapping.model_copy(update={"role": role})
        found = (
            _of_the_choice(seed, wanted)
            or population_filter(population, wanted)
            or _attribute_exclusion(
                seed, population, wanted, seed_side.get(mapping.attribute), limits
            )
        )
        if found is None and needs_seed and mapping.attribute not in seed_side:
            found = _not_in(
                "seed", seed, "set scoring.learn_from to population, or add it there"
            )
        if found is None:
            found = unknown_values(shares.get(mapping.attribute), role, limits)
        verdicts.append(_attribute_verdict(mapping.attribute, found))
    population_side = {mapping.attribute for mapping in population.mappings}
    missing = _not_in("population", population, "add it there, or rename its column")
    verdicts.extend(
        _attribute_verdict(mapping.attribute, missing)
        for mapping in seed.mappings
        if mapping.is_scored and mapping.attribute not in population_side
    )
    return tuple(verdicts)


def is_bare_list(seed: MappedDataset) -> bool:
    """True where the seed has identifiers and nothing that could be scored."""
    return not any(mapping.is_scored for mapping in seed.mappings)


def seed_size_notes(people: int, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """The warning for a small seed; nothing for one that is large enough (B30)."""
    if people >= limits.advised_seed:
        return ()
    return (
        f"{people:,} seed people are few: with less than {limits.advised_seed:,} the"
        " ranking rests on chance more than it need",
    )


def learning_seed_verdict(people: int, limits: Limits = DEFAULT_LIMITS) -> Verdict:
    """Whether this many people are enough to learn from, and the warning for few."""
    if people < limits.minimum_seed:
        return _refused(
            "learning seed",
            "seed_too_small",
            f"has {people:,} people, at least {limits.minimum_seed:,} are needed",
            "add people to the seed, check the join key, or lower limits.minimum_seed",
        )
    return Verdict(
        subject="learning seed", eligible=True, notes=seed_size_notes(people, limits)
    )


def _dataset_refusal(candidate: MappedDataset) -> Verdict | None:
    """Why a dataset can be neither seed nor population; null where it can."""
    name = candidate.dataset.name
    if candidate.profile is not None and candidate.profile.rows == 0:
        return _refused(name, "empty_dataset", "has 0 rows", "add rows to it")
    if not candidate.mappings:
        return _refused(
            name,
            "not_mapped",
            "has no attribute mappings",
            f"run `lookalike datasets map {candidate.dataset.slug}`",
        )
    if not identifiers(candidate):
        return _refused(
            name,
            "no_identifier",
            "has no column mapped as an identifier",
            f"map one with `{command_for(candidate)}`",
        )
    if candidate.profile is None:
        return _refused(
            name,
            "not_profiled",
            "has no profile yet",
            f"run `lookalike datasets profile {candidate.dataset.slug}`",
        )
    return None


def _attribute_exclusion(
    seed: MappedDataset,
    population: MappedDataset,
    wanted: AttributeMapping,
    seed_mapping: AttributeMapping | None,
    limits: Limits,
) -> Exclusion | None:
    profiles = population.column_profiles
    rows = population.profile.rows if population.profile else 0
    found = attribute_exclusion(wanted, profiles.get(wanted.column), rows, limits)
    if found is not None or seed_mapping is None:
        return found
    ours = seed.column_profiles.get(seed_mapping.column)
    theirs = profiles.get(wanted.column)
    if ours is not None and ours.distinct == 0:
        # The type of a column without values is a guess.
        return missing_in_seed()
    found = type_conflict(
        seed.column(seed_mapping.column), population.column(wanted.column)
    )
    seed_rows = seed.profile.rows if seed.profile else 0
    return found or seed_content(ours, theirs, seed_rows, rows)


def _of_the_choice(seed: MappedDataset, wanted: AttributeMapping) -> Exclusion | None:
    """Why what the seed is chosen or weighed by is no evidence; null for the others."""
    if wanted.is_scored and wanted.attribute == seed.weighed_by:
        return Exclusion(
            code="seed_weight",
            reason="is what the seed people are weighed by, so it is not evidence too",
            remedy="leave it out, or weigh the seed by another column",
            is_final=True,
        )
    if not wanted.is_scored or wanted.attribute not in seed.chosen_by:
        return None
    return Exclusion(
        code="seed_filter",
        reason="is what the seed is chosen by, so it would only find itself again",
        remedy="leave it out, or choose the seed by another column",
        is_final=True,
    )


def population_filter(
    population: MappedDataset, wanted: AttributeMapping
) -> Exclusion | None:
    """Why an attribute is no evidence in a filtered population; null for the others.

    The seed is not chosen by the filter, so what repeats it would tell the two apart.
    """
    if not wanted.is_scored:
        return None
    is_named = wanted.attribute in population.chosen_by
    if wanted.attribute in population.held_to_one:
        way_out = "drop its condition from" if is_named else "widen"
        return Exclusion(
            code="constant_by_filter",
            reason="has one value alone in the filtered population, so it ranks nobody",
            remedy=f"leave it out, or {way_out} population.where",
            is_final=True,
        )
    if wanted.attribute in population.lost_shares:
        share = population.lost_shares[wanted.attribute]
        return Exclusion(
            code="unknown_by_filter",
            reason=f"has values in {share:.1%} of the seed's rows that nobody in the"
            " filtered population has, so the filter itself would tell them apart",
            remedy="leave it out, give seed.where the same conditions, or raise"
            " limits.maximum_unknown_share",
            is_final=True,
        )
    if not is_named:
        return None
    return Exclusion(
        code="population_filter",
        reason="is what the population is filtered by and the seed is not, so the"
        " filter itself would tell them apart",
        remedy="name it under attributes if the seed is filtered by it as well",
    )


def _not_in(side: str, dataset: MappedDataset, remedy: str) -> Exclusion:
    return Exclusion(
        code=f"not_in_{side}",
        reason=f"is not in the {side} {shown(dataset.dataset.name)}",
        remedy=remedy,
        is_final=True,
    )


def _attribute_verdict(attribute: str, found: Exclusion | None) -> Verdict:
    if found is None:
        return Verdict(subject=attribute, eligible=True)
    return _of_exclusion(attribute, found)


def _of_exclusion(subject: str, found: Exclusion) -> Verdict:
    return Verdict(
        subject=subject,
        eligible=False,
        code=found.code,
        reason=found.reason,
        remedy=found.remedy,
        is_final=found.is_final,
    )


def _is_same_source(seed: MappedDataset, population: MappedDataset) -> bool:
    one, other = seed.dataset, population.dataset
    if one.kind.is_made_here:
        return False
    return one.id == other.id or (one.path, one.table) == (other.path, other.table)


def _no_eligible_attribute(name: str, attributes: Sequence[Verdict]) -> Verdict:
    told = [f"{verdict.subject} {verdict.reason}" for verdict in attributes[:3]]
    return _refused(
        name,
        "no_eligible_attribute",
        f"shares no attribute that can be scored ({'; '.join(told) or 'it has none'})",
        "map or add a column that both have",
    )


def _refused(subject: str, code: str, reason: str, remedy: str) -> Verdict:
    return Verdict(
        subject=subject,
        eligible=False,
        code=code,
        reason=reason,
        remedy=remedy,
        is_final=True,
    )


def _fitting_first(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    return tuple(sorted(verdicts, key=lambda verdict: not verdict.eligible))
