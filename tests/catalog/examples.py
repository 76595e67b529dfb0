"""Tiny datasets, profiles and documents that the tests of the catalog share."""

from catalog.datasets import (
    Column,
    ColumnProfile,
    Dataset,
    DatasetKind,
    DatasetProfile,
    KeyProfile,
)

PAYLOADS = (
    'a "quoted" name',
    "it's",
    "a; drop table datasets; --",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{# note #}",
    "select",
    "😀 emoji",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "%s %(a)s ${HOME} `id`",
)

DOCUMENT = """\
name: Likely depositors
seed: {dataset: converters}
population: {dataset: customers}
output: {top: 2000}
"""


def profile_column(
    name: str, type_name: str = "VARCHAR", distinct: int = 12, **values
) -> ColumnProfile:
    return ColumnProfile(
        name=name, type=type_name, distinct=distinct, **{"missing": 0} | values
    )


def a_dataset(name: str, *columns: ColumnProfile) -> Dataset:
    return Dataset(
        id=f"{name}00000000"[:16],
        name=name,
        slug=name,
        kind=DatasetKind.parquet,
        path=f"/data/{name}.parquet",
        columns=tuple(Column(name=c.name, type=c.type) for c in columns),
    )


def a_profile(
    dataset: Dataset, rows: int, *columns: ColumnProfile, unique: tuple[str, ...] = ()
) -> DatasetProfile:
    keys = tuple(
        KeyProfile(column=name, missing=0, duplicates=0, is_hash=False)
        for name in unique
    )
    return DatasetProfile(
        id=dataset.id,
        dataset_id=dataset.id,
        fingerprint="f" * 64,
        rows=rows,
        columns=columns,
        keys=keys,
    )
