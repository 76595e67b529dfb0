"""What a bare `dbt build` reads is what a build of the example writes."""

import runpy
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "bank"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    script = runpy.run_path(str(EXAMPLE / "rebuild_shell.py"))
    return script["tables_of_example"](tmp_path_factory.mktemp("example"))


@pytest.mark.parametrize(
    "name",
    [
        "spec",
        "attributes",
        "frequent_values",
        "previous_members",
        "quotas",
        "sample",
        "scores",
        "score_steps",
        "seed_scores",
        "parameters",
    ],
)
def test_the_committed_inputs_are_those_of_a_build(built, name):
    committed = pq.read_table(EXAMPLE / "shell" / f"{name}.parquet")

    assert committed.schema.names == built[name].schema.names
    assert committed.num_rows == built[name].num_rows
    # The example keeps no members of a version before, and has no quotas.
    assert (committed.num_rows > 0) == (name not in ("previous_members", "quotas"))
    for column in committed.schema.names:
        ours, theirs = committed.column(column), built[name].column(column)
        if pa.types.is_floating(ours.type):
            assert np.allclose(
                ours.to_numpy(), theirs.to_numpy(), rtol=0, atol=1e-8, equal_nan=True
            ), column
        elif name != "parameters":
            assert ours.to_pylist() == theirs.to_pylist(), column
