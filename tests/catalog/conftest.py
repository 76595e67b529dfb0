"""Fixtures of the catalog's tests: a catalog in a fresh home, mapped datasets."""

from collections.abc import Callable, Iterator

import pytest

from catalog.attributes import propose_mappings
from catalog.datasets import ColumnProfile
from catalog.home import create_home
from catalog.mapped_dataset import MappedDataset
from catalog.specification import AudienceSpecification, parse_specification
from catalog.store import Catalog
from tests.catalog.examples import DOCUMENT, a_dataset, a_profile


@pytest.fixture
def catalog(tmp_path) -> Iterator[Catalog]:
    opened = Catalog(create_home(tmp_path / "home"))
    yield opened
    opened.close()


@pytest.fixture
def specification() -> AudienceSpecification:
    return parse_specification(DOCUMENT)


@pytest.fixture
def mapped() -> Callable[..., MappedDataset]:
    """A dataset with the mappings that are proposed for its columns."""

    def make(
        name: str, rows: int, *columns: ColumnProfile, unique: tuple[str, ...] = ()
    ) -> MappedDataset:
        dataset = a_dataset(name, *columns)
        profile = a_profile(dataset, rows, *columns, unique=unique)
        return MappedDataset(
            dataset=dataset,
            mappings=propose_mappings(dataset, profile),
            profile=profile,
        )

    return make
