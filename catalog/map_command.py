"""The command that maps a column as an identifier, whole, so that it can be copied."""

import shlex

from catalog.identifiers import IDENTIFIER_TYPES, identifier_named, recognise
from catalog.mapped_dataset import MappedDataset
from catalog.names import slug_of

ANY_COLUMN = "COLUMN"
ANY_TYPE = "customer_id"


def map_command(dataset: str, column: str, identifier_type: str | None = None) -> str:
    """The command for one column; the type is what its name says, else a usual one.

    >>> map_command("buyers", "Kundennr")
    'lookalike datasets map buyers --column Kundennr --role identity --identifier-type customer_id'
    """
    told = identifier_type or identifier_named(slug_of(column)) or ANY_TYPE
    return (
        f"lookalike datasets map {dataset} --column {shlex.quote(column)}"
        f" --role identity --identifier-type {told}"
    )


def command_for(side: MappedDataset, identifier_type: str | None = None) -> str:
    """The command for a dataset without a fitting identifier.

    It names the column that is most likely meant: one that is named as that type, or is
    recognised, else one with a value of its own in every row.
    """
    column = _likely_column(side, identifier_type) or ANY_COLUMN
    return map_command(side.dataset.slug, column, identifier_type)


def _likely_column(side: MappedDataset, identifier_type: str | None) -> str | None:
    rows = side.profile.rows if side.profile else 0
    profiles = side.column_profiles
    names = [mapping.column for mapping in side.mappings]
    slugs = {name: slug_of(name) for name in names}
    wanted = {identifier_type} if identifier_type else {*IDENTIFIER_TYPES}
    named = [
        name for name in names if wanted & {slugs[name], identifier_named(slugs[name])}
    ]
    recognised = [
        name
        for name in names
        if name in profiles
        and recognise(name, slugs[name], profiles[name], rows) is not None
    ]
    unique = [name for name in names if name in profiles and rows > 0]
    unique = [name for name in unique if profiles[name].distinct == rows]
    return next(iter([*named, *recognised, *unique]), None)
