"""Every model, with the macros that Spark would choose, is Spark SQL: seen without a cluster."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from orchestration.project import manifest_folder
from tests.dbt_project.conftest import in_process

ROOT = Path(__file__).parents[2]

# What DuckDB has and Spark has not, or has under another name.
DUCKDB_ONLY = re.compile(
    r'"|::|//|\blambda\b|\bqualify\b|\bexclude\b|\bgroup by all\b|\border by all\b|'
    r"\b(isfinite|isinf|list|list_\w+|len|printf|format|unnest|generate_series|"
    r"quantile_cont|arg_max|arg_min|strftime|epoch|read_parquet|favg|fsum|string_agg|"
    r"regexp_matches|starts_with|ends_with|struct_pack|map_from_entries|range)\s*\(",
    re.IGNORECASE,
)
# Functions of Spark that sqlglot passes on without knowing them.
SPARK_FUNCTIONS = {"conv", "reverse", "isnan", "chr", "double", "mode", "sort_array", "xxhash64"}


def leaks(sql: str) -> set[str]:
    """What in a statement is not Spark's: DuckDB's words, and functions nobody knows.

    >>> sorted(leaks("select len(list_filter(x, lambda v: v < 1)), foo(1)"))
    ['lambda', 'len(', 'list_filter(']
    """
    code = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "''", sql)
    words = {match.group(0).lower() for match in DUCKDB_ONLY.finditer(code)}
    if words:
        return words
    statement = sqlglot.parse_one(sql, read="spark")
    unknown = {call.name.lower() for call in statement.find_all(exp.Anonymous)}
    return unknown - SPARK_FUNCTIONS


def compiled(folder: Path, variables: str) -> dict[str, str]:
    """The SQL of every model, by name, with relation names quoted as Spark does."""
    found = in_process(
        folder, "compile", "--select", "resource_type:model", "--vars", variables
    )
    named = re.compile(r'"work"\."(\w+)"\."(\w+)"')
    return {
        done.node.name: named.sub(r"`\1`.`\2`", done.node.compiled_code)
        for done in found.results
    }


@pytest.fixture
def work_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOOKALIKE_WORK_DATABASE", str(tmp_path / "work.duckdb"))
    return tmp_path


@pytest.fixture
def spark_macros(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the project's own macros be chosen as on Spark; dbt's own stay DuckDB's."""
    from dbt.context.providers import BaseDatabaseWrapper

    manifest_folder()  # parsed as on DuckDB, for whoever builds from it next
    as_it_is = BaseDatabaseWrapper.dispatch

    def dispatch(self, macro_name, macro_namespace=None, packages=None):
        if macro_namespace == "lookalike_studio":
            self._get_adapter_macro_prefixes = lambda: ["spark", "default"]
        try:
            return as_it_is(self, macro_name, macro_namespace, packages)
        finally:
            self.__dict__.pop("_get_adapter_macro_prefixes", None)

    monkeypatch.setattr(BaseDatabaseWrapper, "dispatch", dispatch)
    yield


@pytest.mark.parametrize(
    "variables",
    [
        "{}",
        "{resolve_people: true, learn_from: seed, categorical: [select], hashed_identifiers: [user_id]}",
        "{resolve_people: true, continuous: [], discrete: [], identifiers: [user_id, device_id]}",
        "{identifiers: [user_id, email, phone, sha256_hashed_email], carried_identifiers: [maid],"
        " raw_identifiers: {seed: {sha256_hashed_email: [email, sha256]}}}",
    ],
)
def test_every_model_is_spark_sql(
    variables: str, work_database: Path, spark_macros: None
) -> None:
    models = compiled(work_database, variables)

    assert len(models) > 40
    assert {name: found for name, sql in models.items() if (found := leaks(sql))} == {}


def test_the_models_as_duckdb_has_them_are_seen_to_leak(work_database: Path) -> None:
    models = compiled(work_database, "{}")

    assert {"distribution_cells", "weight_values", "stg_population"} <= {
        name for name, sql in models.items() if leaks(sql)
    }


@pytest.mark.parametrize(
    "sql", ["select isfinite(x)", "select x::int", "select unheard_of(x)"]
)
def test_a_leak_is_seen(sql: str) -> None:
    assert leaks(sql)
