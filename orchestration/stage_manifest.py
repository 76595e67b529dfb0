"""What one stage of a build needs of the parsed project, kept apart.

dbt makes a context of every macro for each node that it runs, and reads the whole
manifest before it begins. A build runs one stage at a time and uses a quarter of the
macros, so each stage has a manifest of its own nodes, those they read, and the macros
that these reach. Made once, when the project is parsed.
"""

from collections.abc import Iterator, Mapping
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
    "generate_alias_name",
    "generate_database_name",
    "generate_schema_name",
    "get_columns_in_relation",
    "list_relations_without_caching",
    "list_schemas",
    "run_hooks",
)
MATERIALIZATIONS = ("table", "view", "test")


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
    used = {each for name in own for each in nodes[name].depends_on.macros}
    unseen = _called_unseen(manifest.macros, str(manifest.metadata.project_name))
    reached = _reached(manifest.macros, used.union(unseen))
    manifest.macros = {
        name: macro for name, macro in manifest.macros.items() if name in reached
    }
    manifest.unit_tests.clear()
    manifest.docs.clear()
    manifest.files.clear()
    manifest.rebuild_ref_lookup()


def _called_unseen(macros: Mapping[str, Any], project: str) -> Iterator[str]:
    """Macros that may be called though no parsed node says so.

    Those that dbt looks up itself, of any adapter; the materialisations; and the
    project's own, which a model may call only with some vars.
    """
    made = tuple(f"materialization_{each}_" for each in MATERIALIZATIONS)
    for unique_id, macro in macros.items():
        plain = macro.name.rsplit("__", 1)[-1]
        is_called = plain in CALLED_BY_DBT or macro.name.startswith(made)
        if is_called or macro.package_name == project:
            yield unique_id


def _reached(macros: Mapping[str, Any], roots: set[str]) -> set[str]:
    """The macros that these call, and those that they call in turn."""
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in macros and name not in reached:
            reached.add(name)
            waiting += macros[name].depends_on.macros
    return reached
