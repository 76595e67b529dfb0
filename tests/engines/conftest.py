"""An engine on a home of its own, and a way to register what a test writes."""

import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.datasets import Dataset
from catalog.home import create_home
from engines.base import (
    BuildInputs,
    InputAttribute,
    KeyColumn,
    Settings,
    Source,
)
from engines.duckdb import DuckDBEngine


@pytest.fixture
def engine(tmp_path):
    settings = Settings(threads=2, memory_limit="512MiB", lock_wait_seconds=0.3)
    return DuckDBEngine(create_home(tmp_path / "home"), settings)


@pytest.fixture
def register(engine):
    """Inspect a path and make the dataset that the catalog would."""

    def registered(path, table=None, csv_schema=None):
        found = engine.inspect(path, table, csv_schema)
        return Dataset(
            id=hashlib.sha256(str(path).encode()).hexdigest()[:16],
            name=path.name,
            slug="data",
            kind=found.kind,
            path=str(path),
            table=found.table,
            csv_schema=found.csv_schema,
            columns=found.columns,
        )

    return registered


@pytest.fixture
def source(engine, register):
    """A registered, loaded and profiled source."""

    def opened(path, keys=(), **options):
        dataset = register(path, **options)
        fingerprint = engine.fingerprint(dataset)
        engine.load(dataset, fingerprint)
        columns = [KeyColumn(key) for key in keys]
        profile = engine.profile(dataset, fingerprint, columns)
        return Source(dataset, fingerprint, profile)

    return opened


@pytest.fixture
def write_inputs(engine, source, tmp_path):
    """Write the inputs of a build by the unique `id`; the seed is the first three people.

    Returns the build's folder and the attributes that are in codes.
    """

    def written(identifier, ids, columns, roles, files=1, folder="build"):
        table = pa.table({"id": ids, **columns})
        path = tmp_path / "population"
        path.mkdir(exist_ok=True)
        size = -(-len(ids) // files)
        for at in range(files):
            pq.write_table(table.slice(at * size, size), path / f"{at}.parquet")
        seed = tmp_path / "seed.parquet"
        pq.write_table(table.slice(0, 3), seed)
        inputs = BuildInputs(
            "build0001",
            source(path, ["id"]),
            source(seed, ["id"]),
            (identifier,),
            tuple(
                InputAttribute(name, role, name, name) for name, role in roles.items()
            ),
            has_unique_key=True,
        )
        return tmp_path / folder, engine.write_inputs(tmp_path / folder, inputs)

    return written


@pytest.fixture
def loaded(engine, register):
    """The rows of a text file as they were loaded."""

    def rows(path, **options):
        dataset = register(path, **options)
        fingerprint = engine.fingerprint(dataset)
        engine.load(dataset, fingerprint)
        return pq.read_table(engine.home.dataset(dataset.id) / f"{fingerprint}.parquet")

    return rows
