"""What one stage of a build needs of the parsed project, kept apart.

dbt makes a context of every macro for each node that it runs, and reads the whole
manifest before it begins. A build runs one stage at a time and uses a quarter of the
macros, so each stage has a manifest of its own nodes, those they read, and the macros
that these reach. Made once, when the project is parsed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

Stage = Literal["learn", "deliver"]
WHOLE = "partial_parse.msgpack"
# Macros that dbt calls from Python, by a name that no depends_on tells.
CALLED_BY_DBT = (
    "check_schema_exists",
    "create_schema",
    "drop_relation",
    "generate_alias_name",
    "generate_database_name",
    "generate_schema_name",
    "get_columns_in_relation",
    "list_relations_without_caching",
    "list_schemas",
    "run_hooks",
)
MATERIALIZATIONS = ("table", "view", "test")
NAME = re.compile(r"\w+")


def keep_stage_manifests(folder: Path) -> None:
    """Write the manifest of each stage beside the parsed project in `folder`."""
    from dbt.contracts.graph.manifest import Manifest

    whole = (folder / WHOLE).read_bytes()
    for stage in get_args(Stage):
        manifest = Manifest.from_msgpack(whole)
        narrow(manifest, stage)
        stage_manifest(folder, stage).write_bytes(manifest.to_msgpack())


def stage_manifest(folder: Path, stage: Stage) -> Path:
    """The file of a stage's manifest."""
    return folder / f"{stage}.msgpack"


def narrow(manifest: "Manifest", stage: Stage) -> None:
    """Leave only what a build of the stage uses."""
    nodes: dict[str, Any] = dict(manifest.nodes)
    own = {
        name
        for name, node in nodes.items()
        if stage in node.tags or node.resource_type == "operation"
    }
    read = {each for name in own for each in nodes[name].depends_on.nodes}
    manifest.nodes = {name: nodes[name] for name in nodes if name in own | read}
    for name in manifest.nodes.keys() - own:
        # It stands there already: what it was made of is not looked at.
        nodes[name].depends_on.nodes.clear()
    project = str(manifest.metadata.project_name)
    used = {each for name in own for each in nodes[name].depends_on.macros}
    used.update(_called_by_dbt(manifest.macros, project))
    texts = [nodes[name].raw_code for name in own]
    reached = _reached(manifest.macros, used, texts, project)
    manifest.macros = {
        name: macro for name, macro in manifest.macros.items() if name in reached
    }
    manifest.unit_tests.clear()
    manifest.docs.clear()
    manifest.files.clear()
    manifest.rebuild_ref_lookup()


def _called_by_dbt(macros: Mapping[str, Any], project: str) -> Iterator[str]:
    """Macros that dbt looks up itself, of any adapter, and the materialisations.

    Of a materialisation that the project writes itself, dbt's own are not looked at.
    """
    made: dict[str, list[str]] = defaultdict(list)
    for unique_id, macro in macros.items():
        kind = macro.name.removeprefix("materialization_").rpartition("_")[0]
        if macro.name.rsplit("__", 1)[-1] in CALLED_BY_DBT:
            yield unique_id
        elif macro.name.startswith("materialization_") and kind in MATERIALIZATIONS:
            made[kind].append(unique_id)
    for found in made.values():
        own = [each for each in found if macros[each].package_name == project]
        yield from own or found


def _reached(
    macros: Mapping[str, Any], roots: set[str], texts: Iterable[str], project: str
) -> set[str]:
    """The macros that these and the texts of models call, and those they call in turn.

    dbt notes a call where it happened as the project was parsed. Others happen with some
    vars or on some adapter alone, so macros of the project count by their names too,
    in every adapter's form.
    """
    own: dict[str, list[str]] = defaultdict(list)
    for unique_id, macro in macros.items():
        if macro.package_name == project:
            own[macro.name.rsplit("__", 1)[-1]].append(unique_id)

    def named(text: str) -> Iterator[str]:
        names = {name.rsplit("__", 1)[-1] for name in NAME.findall(text)}
        return (each for name in names & own.keys() for each in own[name])

    reached: set[str] = set()
    waiting = [*roots, *(each for text in texts for each in named(text))]
    while waiting:
        name = waiting.pop()
        if name in macros and name not in reached:
            reached.add(name)
            waiting += macros[name].depends_on.macros
            waiting += named(macros[name].macro_sql)
    return reached
