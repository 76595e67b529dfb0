"""The rooms and their arrows: who may import whom, and what is imported only in use."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "catalog": set(),
    "engines": {"catalog"},
    "python_scoring": set(),
    "report": set(),
    "orchestration": {"catalog", "engines", "python_scoring", "report"},
    "studio": {"catalog", "engines", "report"},
}
# What studio may import inside a function, where a command needs it.
LATE = {"studio": {"orchestration", "python_scoring"}}
HEAVY = {
    "altair",
    "dagster",
    "dbt",
    "duckdb",
    "jinja2",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "ruamel",
    "scipy",
    "sqlalchemy",
    "vl_convert",
}


def imported_rooms(tree: ast.AST) -> set[str]:
    """Our rooms that this tree imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names & set(ROOMS)


def top_level(tree: ast.Module) -> ast.Module:
    """The module without its functions and without what only type checkers read."""
    body = [
        node
        for node in tree.body
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    ]
    return ast.Module(body=body, type_ignores=[])


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_down(room):
    files = sorted((ROOT / room).rglob("*.py"))
    assert files, f"{room} is empty"
    for path in files:
        tree = ast.parse(path.read_text())
        own = ROOMS[room] | {room}
        assert imported_rooms(top_level(tree)) <= own, path
        assert imported_rooms(tree) <= own | LATE.get(room, set()), path


def test_only_orchestration_knows_dagster_and_dbt():
    for room in set(ROOMS) - {"orchestration"}:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
                roots = {name.split(".")[0] for name in names}
                assert not roots & {"dagster", "dagster_dbt", "dbt"}, path


def test_the_command_line_loads_nothing_heavy():
    code = (
        "import sys, studio.cli;"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )

    assert done.stderr.strip() == "[]"


def test_the_top_level_reads_as_the_data_flows():
    for name in (
        "catalog",
        "engines",
        "dbt_project",
        "python_scoring",
        "report",
        "orchestration",
        "studio",
        "tests",
        "dbt_project.yml",
        "profiles.yml",
        "selectors.yml",
        "pyproject.toml",
    ):
        assert (ROOT / name).exists(), name
