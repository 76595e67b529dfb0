"""The build that most properties are compared with."""

import pytest

from tests.pipeline import people
from tests.pipeline.building import build


@pytest.fixture(scope="session")
def population():
    return people.population()


@pytest.fixture(scope="session")
def seed(population):
    return people.seed_of(population)


@pytest.fixture(scope="session")
def base(tmp_path_factory, seed, population):
    """Everybody of the population ranked against the seed, on two threads."""
    return build(
        tmp_path_factory.mktemp("base"),
        seed,
        population,
        categorical=people.CATEGORICAL,
        continuous=people.CONTINUOUS,
        with_report=True,
    )
