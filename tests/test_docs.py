"""The docs name everything there is: commands, fields, models, vars, assets, variables.

Nothing is built here: names are read from the code and looked for in the pages.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from catalog.attributes import IDENTIFIER_TYPES, Role
from catalog.datasets import CsvSchema, DatasetKind
from catalog.specification import specification_errors
from catalog.workflow import WorkflowDocument
from engines.csv_types import NULL_TOKENS
from engines.sources import ENDINGS
from studio.cli import app
from studio.console import ExitCode

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]
REFERENCE = [
    "cli.md",
    "specification.md",
    "data.md",
    "people.md",
    "report.md",
    "versions.md",
    "dagster.md",
    "comparison.md",
]
NO_BOUND_TO_SPEAK_OF = 10**9
ROOMS = ["catalog", "engines", "orchestration", "python_scoring", "report", "studio"]


@cache
def page(name: str) -> str:
    """The text of a page in docs/, or of the project's README."""
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    assert found, f"no heading '{title}'"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows_about(text: str, name: str) -> list[str]:
    """The table rows whose first cell holds the name in code marks."""
    pattern = rf"^\| [^|]*`{re.escape(name)}`[^|]*\|"
    return re.findall(pattern + r".*$", text, re.MULTILINE)


# Commands


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its words."""
    if not hasattr(group, "commands"):
        yield " ".join(path), group
        return
    for name, command in group.commands.items():
        yield from commands(command, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


def parameters(command: Any) -> Iterator[tuple[str, Any]]:
    """Its options and arguments as they are typed."""
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield parameter.name.upper(), parameter
        else:
            yield from ((option, parameter) for option in parameter.opts)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_section_with_an_example(name):
    text = section(page("cli.md"), f"`{name}`")

    assert f"$ lookalike {name}" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_in_its_section(name):
    text = section(page("cli.md"), f"`{name}`")

    missing = [
        typed for typed, _ in parameters(COMMANDS[name]) if not rows_about(text, typed)
    ]
    assert missing == []


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_page_says_of_a_command_is_there(name):
    text = section(page("cli.md"), f"`{name}`")
    told = set(re.findall(r"^\| `(--[a-z-]+)` \|", text, re.MULTILINE))

    assert told == {
        typed for typed, _ in parameters(COMMANDS[name]) if typed.startswith("--")
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_the_defaults_of_the_command(name):
    text = section(page("cli.md"), f"`{name}`")

    for typed, parameter in parameters(COMMANDS[name]):
        (row,) = rows_about(text, typed)
        default = row.split("|")[2].strip().strip("`")
        if parameter.required:
            assert default == "required", row
        elif isinstance(parameter.default, bool):
            assert default == "off", row
        elif parameter.default:
            assert default == str(parameter.default), row


def test_every_command_of_the_list_is_there():
    listed = re.findall(r"^\| \[`([a-z -]+)`\]", page("cli.md"), re.MULTILINE)

    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("name", ["README.md", *(f"docs/{each}" for each in REFERENCE)])
def test_commands_in_examples_exist_with_their_options(name):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")

    for line in re.findall(r"^ *\$ (?:\w+=\S+ )*lookalike (.+)$", text, re.MULTILINE):
        words = line.split()
        found = next((w for w in (words[:2], words[:1]) if " ".join(w) in COMMANDS), [])
        assert found, line
        known = {typed for typed, _ in parameters(COMMANDS[" ".join(found)])}
        assert set(re.findall(r"(?<= )--[a-z-]+", line)) <= known, line


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_in_the_docs_by_number_and_name(code):
    text = section(page("cli.md"), "Exit codes")

    assert re.search(rf"^\| {code.value} \| {code.name} \|", text, re.MULTILINE)


# The specification


def type_told(schema: dict[str, Any], root: dict[str, Any]) -> str:
    """A field's type in words."""
    options = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    if options:
        return " or ".join(type_told(one, root) for one in options)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " · ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return "list of names" if "$ref" not in schema["items"] else "list"
    kinds = {"boolean": "`true` · `false`", "object": "mapping", "string": "text"}
    kind = schema.get("type", "")
    if kind not in ("integer", "number"):
        return kinds.get(kind, "mapping")
    words = "whole number" if kind == "integer" else "number"
    bounds = {
        "exclusiveMinimum": "above",
        "minimum": "at least",
        "maximum": "at most",
    }
    told = [
        f"{word} {schema[key]:,}"
        for key, word in bounds.items()
        if key in schema and schema[key] < NO_BOUND_TO_SPEAK_OF
    ]
    return ", ".join([words, *told])


def default_told(name: str, schema: dict[str, Any], owner: dict[str, Any]) -> str:
    """What counts where a field is left out."""
    if name in owner.get("required", []):
        return "required"
    default = schema.get("default")
    if "$ref" in schema:
        return "its fields' own"
    if default in (None, "", [], {}):
        return "none"
    return f"`{json.dumps(default)}`".replace('"', "")


def fields() -> Iterator[tuple[str, str, str, str]]:
    """Path, type, default and meaning of every field of the specification."""
    root = WorkflowDocument.model_json_schema()

    def walk(owner: dict[str, Any], path: str) -> Iterator[tuple[str, str, str, str]]:
        for name, schema in owner["properties"].items():
            inner, below = nested(schema, root)
            yield (
                f"{path}{name}",
                type_told(schema, root),
                default_told(name, schema, owner),
                # A description that is the group's own stands there alone.
                schema.get("description") or referred(schema, root)["description"],
            )
            if inner is not None:
                yield from walk(inner, f"{path}{name}{below}.")

    yield from walk(root, "")


def referred(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for; itself where it is none."""
    return root["$defs"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema


def nested(
    schema: dict[str, Any], root: dict[str, Any]
) -> tuple[dict[str, Any] | None, str]:
    """The fields inside a field, and what stands between the two in a path."""
    below = ""
    if options := [one for one in schema.get("anyOf", []) if one.get("type") != "null"]:
        schema = options[0]
    if schema.get("type") == "array":
        schema, below = schema["items"], "[]"
    elif schema.get("type") == "object":
        schema, below = schema["additionalProperties"], ".NAME"
    found = referred(schema, root)
    options = found.get("anyOf", [found])
    return next((one for one in options if "properties" in one), None), below


FIELDS = {path: (path, *rest) for path, *rest in fields()}


def field_row(path: str) -> str:
    """The field's row of the table in docs/specification.md."""
    _, type_name, default, meaning = FIELDS[path]
    return f"| `{path}` | {type_name} | {default} | {meaning} |"


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_stands_in_the_table_as_the_code_has_it(path):
    assert field_row(path) in page("specification.md").splitlines()


def test_the_table_has_no_field_that_the_code_has_not():
    table = section(page("specification.md"), "Fields")

    assert set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == set(FIELDS)


def test_the_examples_of_specifications_are_valid():
    blocks = re.findall(r"```yaml\n(.*?)```", page("specification.md"), re.DOTALL)

    assert blocks
    for block in blocks:
        assert specification_errors(block, "example") == (), block


def test_the_mistakes_on_the_page_are_told_as_shown():
    text = section(page("specification.md"), "When it is wrong")
    (document,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    (told,) = re.findall(r"```console\n\$ [^\n]+\n(.*?)```", text, re.DOTALL)

    assert [str(one) for one in specification_errors(document, "wrong.yml")] == (
        told.splitlines()
    )


# Datasets


@pytest.mark.parametrize(
    "name",
    [
        *DatasetKind,
        *Role,
        *IDENTIFIER_TYPES,
        *ENDINGS,
        *(field for field in CsvSchema.model_fields),
        *NULL_TOKENS,
    ],
)
def test_every_kind_role_identifier_ending_and_null_token_is_in_the_docs(name):
    assert f"`{name}`" in page("data.md")


def test_the_csv_schema_on_the_page_can_be_read():
    text = section(page("data.md"), "A schema of your own")
    (document,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)

    assert CsvSchema.model_validate_json(document).columns


# dbt


MODELS = sorted(path.stem for path in (ROOT / "dbt_project/models").rglob("*.sql"))


@pytest.mark.parametrize("model", MODELS)
def test_every_dbt_model_has_its_row_in_how_it_works(model):
    assert len(rows_about(page("how_it_works.md"), model)) == 1


def test_no_model_in_how_it_works_is_gone():
    layers = "stg|canonical|distribution|weight|audience|report"
    told = re.findall(rf"^\| `((?:{layers})_\w+)` \|", page("how_it_works.md"), re.M)

    assert set(told) <= set(MODELS)


@pytest.mark.parametrize(
    "name", YAML(typ="safe").load(ROOT / "dbt_project.yml")["vars"]
)
def test_every_dbt_var_is_in_how_it_works(name):
    assert f"`{name}`" in section(page("how_it_works.md"), "The knobs")


@pytest.mark.parametrize("path", sorted((ROOT / "dbt_project/macros/engine").glob("*")))
def test_every_macro_that_differs_between_engines_is_in_the_docs(path):
    text = path.read_text(encoding="utf-8")
    names = re.findall(r"adapter\.dispatch\(\s*'(\w+)'", text)

    for name in names:
        assert re.search(rf"`{name}\b", page("engines.md")), name


# Dagster


@cache
def definitions() -> Any:
    """What Dagster is told."""
    from orchestration.definitions import build_defs

    return build_defs().get_repository_def()


def test_every_asset_is_in_the_docs():
    keys = definitions().asset_graph.get_all_asset_keys()
    text = page("dagster.md") + page("how_it_works.md")

    assert [
        key.to_user_string() for key in keys if f"`{key.path[-1]}`" not in text
    ] == []


def test_every_asset_that_is_no_dbt_model_has_its_row():
    keys = definitions().asset_graph.get_all_asset_keys()
    own = {key.path[-1] for key in keys} - set(MODELS)

    assert [name for name in own if not rows_about(page("dagster.md"), name)] == []


def test_every_group_of_assets_has_its_row():
    graph = definitions().asset_graph
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    text = section(page("dagster.md"), "Assets")

    assert [name for name in groups if not rows_about(text, name)] == []


def test_every_asset_check_is_in_the_docs_with_its_asset():
    text = section(page("dagster.md"), "Checks")

    for key in definitions().asset_graph.asset_check_keys:
        rows = rows_about(text, key.name)
        assert any(f"`{key.asset_key.path[-1]}`" in row for row in rows), key


def test_every_job_schedule_and_sensor_is_in_the_docs():
    found = definitions()
    names = [
        *(job.name for job in found.get_all_jobs() if not job.name.startswith("__")),
        *(schedule.name for schedule in found.schedule_defs),
        *(sensor.name for sensor in found.sensor_defs),
    ]

    assert len(names) >= 3
    assert [name for name in names if f"`{name}`" not in page("dagster.md")] == []


def test_every_setting_of_the_studio_resource_is_in_the_docs():
    from orchestration.resources import Studio

    names = [name for name in Studio.model_fields if not name.startswith("_")]

    assert [n for n in names if not rows_about(page("dagster.md"), n)] == []


def test_every_run_tag_is_in_the_docs():
    from orchestration.endings import WORKER_TAG
    from orchestration.jobs import (
        FORCE_TAG,
        REQUEST_TAG,
        SPECIFICATION_TAG,
        TICK_TAG,
        TRACKING_TAG,
    )

    for tag in (
        *(FORCE_TAG, REQUEST_TAG, SPECIFICATION_TAG),
        *(TICK_TAG, TRACKING_TAG, WORKER_TAG),
    ):
        assert rows_about(page("dagster.md"), tag), tag


def test_the_retry_figures_are_those_of_the_code():
    from orchestration.faults import RETRY_POLICY, WORTH_A_RETRY

    text = section(page("dagster.md"), "Retries")

    assert f"{RETRY_POLICY.max_retries} times" in text
    assert [code for code in WORTH_A_RETRY if f"`{code}`" not in text] == []


# The report page


def test_every_section_of_the_report_page_has_its_row():
    code = (ROOT / "report/sections.py").read_text(encoding="utf-8")
    titles = re.findall(r'Section\(\s*"\w+",\s*"([^"]+)"', code)
    told = re.findall(
        r"^\| ([^|`]+?) \|", section(page("report.md"), "What is on it"), re.M
    )

    assert len(titles) >= 10
    assert [title for title in titles if title not in told] == []


def test_the_words_for_an_auc_are_those_of_the_page():
    from report.reading import BANDS, range_text

    for band in BANDS:
        assert f"| {range_text(band)} | {band.name} |" in page("report.md")


# Environment


OURS = re.compile(r"LOOKALIKE_[A-Z_]+|DAGSTER_HOME")


def names_in_code() -> set[str]:
    """Every environment variable that Python reads or writes, or `profiles.yml` reads."""
    found = set(
        re.findall(r"env_var\('(\w+)'", (ROOT / "profiles.yml").read_text("utf-8"))
    )
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {name for node in ast.walk(tree) for name in environment(node)}
    return found


def environment(node: ast.AST) -> Iterator[str]:
    """Names of variables in one expression: a text that is one, or a key of os.environ."""
    if isinstance(node, ast.Constant) and OURS.fullmatch(str(node.value)):
        yield str(node.value)
    key: ast.AST | None = None
    if isinstance(node, ast.Subscript) and "os.environ" in ast.unparse(node.value):
        key = node.slice
    elif isinstance(node, ast.Call) and node.args:
        is_reading = re.search(r"\b(environ\.\w+|getenv)$", ast.unparse(node.func))
        key = node.args[0] if is_reading else None
    if isinstance(key, ast.Constant):
        yield str(key.value)


def test_environment_variables_are_found_in_code():
    tree = ast.parse(
        "os.environ.get('A'), os.environ['B'], os.getenv('C'), other['D'],"
        " read('LOOKALIKE_E'), 'set LOOKALIKE_F to 1', os.environ.get(name)"
    )

    found = {name for node in ast.walk(tree) for name in environment(node)}

    assert found == {"A", "B", "C", "LOOKALIKE_E"}


def test_the_environment_variables_of_the_docs_are_those_of_the_code():
    text = section(page("cli.md"), "Environment variables")

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)) == names_in_code()


# The pages themselves


def anchors(text: str) -> set[str]:
    """The fragments by which a page's headings can be linked to."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.replace(" ", "-") for title in plain}


def links(text: str) -> list[str]:
    """The targets of a page's links, those inside code aside."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path):
    for link in links(path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        target, _, fragment = link.partition("#")
        found = (path.parent / target).resolve() if target else path
        assert found.is_relative_to(ROOT), link
        assert found.exists(), link
        if fragment:
            assert fragment in anchors(found.read_text(encoding="utf-8")), link


def test_the_index_lists_every_page_and_every_decision():
    listed = {(DOCS / link).resolve() for link in links(page("README.md"))}
    there = {path for path in DOCS.rglob("*") if path.suffix in (".md", ".json")}

    assert there - listed - {DOCS / "README.md"} == set()


@pytest.mark.parametrize("name", [*REFERENCE, "engines.md"])
def test_every_reference_page_says_what_to_do_when_it_goes_wrong(name):
    titles = re.findall(r"^## (.+)$", page(name), re.MULTILINE)

    assert any(title.startswith("When it") for title in titles)


@pytest.mark.parametrize("name", REFERENCE)
def test_every_reference_page_says_why_and_has_an_example(name):
    assert re.search(r"^## Why", page(name), re.MULTILINE)
    assert "```" in page(name)


@pytest.mark.parametrize("room", [*ROOMS, "dbt_project"])
def test_every_room_is_in_the_readme(room):
    assert rows_about((ROOT / "README.md").read_text(encoding="utf-8"), f"{room}/")


def test_the_readme_shows_make_targets_that_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = re.findall(r"`make (\w+)`", (ROOT / "README.md").read_text("utf-8"))

    assert shown
    assert set(shown) <= set(targets)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_name_no_place_of_the_machine_they_were_written_on(path):
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"(?<![\w.…/])/(work|tmp|root)/", text)
