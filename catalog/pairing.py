"""Pairing: which column of the seed is which of the population.

They meet by their attribute. Slugs are made within one dataset, so one slug may stand for
`balance` in one and for `balance %` in the other; a column's own name decides first.
"""

from collections.abc import Sequence

from catalog.names import slug_of
from catalog.roles import Mapping, Role


def paired_by_name(
    seed: Sequence[Mapping], population: Sequence[Mapping]
) -> tuple[Mapping, ...]:
    """The seed's mappings, with the population's attribute where a column has its name.

    A column of another name that held such an attribute gets one that neither side has.
    Identities keep theirs, which are types.
    """
    theirs = {
        each.column: each.attribute
        for each in population
        if each.role is not Role.identity
    }
    own = {each.column for each in seed if each.role is not Role.identity}
    given = {name: theirs[name] for name in own if name in theirs}
    taken = {*given.values()}
    used = {each.attribute for each in (*seed, *population)}
    paired = []
    for mapping in seed:
        attribute = given.get(mapping.column, mapping.attribute)
        if mapping.column in own - {*given} and attribute in taken:
            attribute = slug_of(mapping.column, used)
            used.add(attribute)
        paired.append(mapping.model_copy(update={"attribute": attribute}))
    return tuple(paired)
