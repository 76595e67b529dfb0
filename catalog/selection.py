"""Selection: a specification's attributes, settled against the two datasets.

What a build scores, in its order, and the verdict on every attribute beside it.
"""

from collections.abc import Iterable, Mapping, Sequence

from catalog.datasets import Frozen
from catalog.eligibility import Verdict, attribute_verdicts
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.names import shown, suggestion
from catalog.roles import Role
from catalog.specification_model import AudienceSpecification


class SelectedAttribute(Frozen):
    """One attribute that a build scores; `seed_column` is null where the seed has none."""

    attribute: str
    role: Role
    population_column: str
    seed_column: str | None


class Selection(Frozen):
    """What a build scores, every attribute's verdict, and what to know about both."""

    attributes: tuple[SelectedAttribute, ...]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()


def select_attributes(
    specification: AudienceSpecification,
    seed: MappedDataset,
    population: MappedDataset,
    unknown_shares: Mapping[str, float] | None = None,
) -> Selection:
    """The attributes to score: those that the specification names, else every eligible.

    A named one that is not proposed is scored all the same, with a note, unless its
    exclusion is final; what is protected is never scored. Raises StudioError for a name
    that the population has not, for a final exclusion, and where nothing is left to
    score (B12).
    """
    protected = protected_names(specification.fairness.protected, population)
    roles = {
        find_attribute(choice.attribute, population): Role(choice.role)
        for choice in specification.attributes or ()
        if choice.role is not None
    }
    found = attribute_verdicts(
        seed,
        population,
        unknown_shares=unknown_shares,
        limits=specification.limits,
        learn_from=specification.scoring.learn_from,
        roles=roles,
    )
    verdicts = tuple(
        _never_scored(each.subject) if each.subject in protected else each
        for each in found
    )
    excluded = {find_attribute(name, population) for name in specification.exclude}
    if specification.attributes is None:
        names = [
            v.subject for v in verdicts if v.eligible and v.subject not in excluded
        ]
        notes: list[str] = []
    else:
        names, notes = _named(specification, population, verdicts, excluded)
    if not names:
        raise _nothing_left(specification, verdicts, excluded)
    advised = specification.limits.advised_attributes
    if len(names) > advised:
        notes.append(
            f"{len(names)} attributes are scored; more than {advised} is not always"
            " better, and 3 to 8 are easier to explain"
        )
    by_attribute = {mapping.attribute: mapping for mapping in population.mappings}
    seed_columns = {
        m.attribute: m.column for m in seed.mappings if m.role is not Role.identity
    }
    selected = tuple(
        SelectedAttribute(
            attribute=name,
            role=roles.get(name, by_attribute[name].role),
            population_column=by_attribute[name].column,
            seed_column=seed_columns.get(name),
        )
        for name in names
    )
    return Selection(attributes=selected, verdicts=verdicts, notes=tuple(notes))


def find_attribute(name: str, population: MappedDataset) -> str:
    """The attribute of this name, or of the population's column of this name.

    Raises StudioError `unknown_attribute`, with up to four that may have been meant.
    """
    by_column = {m.column: m.attribute for m in population.mappings}
    attributes = set(by_column.values())
    if name in attributes:
        return name
    if name in by_column:
        return by_column[name]
    raise StudioError(
        "unknown_attribute",
        f"attribute {shown(name)}",
        f"is not in the population {shown(population.dataset.name)}",
        suggestion(name, [*attributes, *by_column]) or "name one of its columns",
    )


def protected_names(names: Iterable[str], population: MappedDataset) -> set[str]:
    """The attributes that these names stand for, as attributes and as columns.

    A name may be the attribute of one column and another column's own: both are meant.
    Raises StudioError `unknown_attribute`.
    """
    wanted: set[str] = set()
    for name in names:
        wanted.add(find_attribute(name, population))
        wanted |= {m.attribute for m in population.mappings if m.column == name}
    return wanted


def _never_scored(attribute: str) -> Verdict:
    return Verdict(
        subject=attribute,
        eligible=False,
        code="protected",
        reason="is protected, so it is never scored",
        remedy="the report compares its groups; drop it from fairness.protected to"
        " score it",
        is_final=True,
    )


def _named(
    specification: AudienceSpecification,
    population: MappedDataset,
    verdicts: Sequence[Verdict],
    excluded: set[str],
) -> tuple[list[str], list[str]]:
    """The attributes that the specification names, and notes on the doubtful ones."""
    by_attribute = {verdict.subject: verdict for verdict in verdicts}
    names: list[str] = []
    notes: list[str] = []
    for choice in specification.attributes or ():
        name = find_attribute(choice.attribute, population)
        if name in names:
            raise StudioError(
                "attribute_repeated",
                f"attribute {shown(choice.attribute)}",
                f"is {name}, which is chosen already",
                "name it once",
            )
        if name in excluded:
            raise StudioError(
                "attribute_excluded",
                f"attribute {shown(choice.attribute)}",
                "is both chosen and excluded",
                "drop it from attributes or from exclude",
            )
        verdict = by_attribute[name]
        if verdict.is_final:
            raise verdict.as_error("attribute")
        if not verdict.eligible:
            notes.append(f"{name} {verdict.reason}; it is scored because it was named")
        names.append(name)
    return names, notes


def _nothing_left(
    specification: AudienceSpecification,
    verdicts: Sequence[Verdict],
    excluded: set[str],
) -> StudioError:
    told = [
        f"{verdict.subject} {verdict.reason or 'is excluded'}"
        for verdict in verdicts
        if not verdict.eligible or verdict.subject in excluded
    ]
    return StudioError(
        "no_eligible_attribute",
        f"audience {shown(specification.name)}",
        f"has no attribute to score ({'; '.join(told[:4]) or 'none is shared'})",
        "map or add a column that seed and population both have",
    )
