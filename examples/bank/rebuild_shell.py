"""Write `shell/` anew: what a bare `dbt build` reads where no build has written it.

Builds the example as a user would and copies the inputs and the scores of that build,
each in a fixed order. Run it from the project's folder after a change of the scoring:

    .venv/bin/python examples/bank/rebuild_shell.py
"""

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.home import create_home
from catalog.specification import read_specification
from orchestration.builds import load_build
from orchestration.launch import build_directly, keep_specification
from orchestration.workshop import open_workshop

HERE = Path(__file__).resolve().parent
ORDERS: dict[str, str | list[tuple[str, str]]] = {
    "inputs.spec": "build_id",
    "inputs.attributes": "position",
    "inputs.frequent_values": "frequent_value",
    "inputs.previous_members": "person_key",
    "inputs.quotas": "quota_group",
    "inputs.population_values": [("attribute", "ascending"), ("code", "ascending")],
    "inputs.sample": "sample_key",
    "scoring.scores": "row_id",
    "scoring.score_steps": [("step", "ascending"), ("score_bin", "ascending")],
    "scoring.seed_scores": "person_key",
    "scoring.parameters": "parameters",
}


def tables_of_example(home: Path) -> dict[str, pa.Table]:
    """The inputs and scores of a build of the example, by file name, in order."""
    workshop = open_workshop(create_home(home))
    document = HERE / "likely_depositors.yml"
    audience, _ = keep_specification(workshop, read_specification(document), HERE)
    outcome = build_directly(workshop, audience)
    build = load_build(workshop.home, outcome.version.build_id)
    tables = workshop.engine.read_tables(build.folder, tuple(ORDERS))
    found = {
        name.split(".")[1]: table.sort_by(ORDERS[name])
        for name, table in tables.items()
    }
    spec = found["spec"]
    place = spec.column_names.index("build_id")
    found["spec"] = spec.set_column(place, "build_id", pa.array(["shellbuild"]))
    return found


def main() -> None:
    """Write the files."""
    with tempfile.TemporaryDirectory() as home:
        for name, table in tables_of_example(Path(home)).items():
            pq.write_table(
                table, HERE / "shell" / f"{name}.parquet", compression="zstd"
            )


if __name__ == "__main__":
    main()
