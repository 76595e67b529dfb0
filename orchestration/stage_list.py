"""The stages of a build, in order, as the workflow document lists them (B23, B24).

Read from dbt's manifest and Dagster's assets; `catalog` cannot load either, so the list
is kept there as a file. Write it anew after a change of the models:

    python -m orchestration.stage_list
"""

import heapq
import json
import re
from typing import Any

from catalog.workflow import STAGES
from orchestration.project import manifest_path

STEPS = {
    "inputs": "inputs",
    "staging": "learn",
    "canonical": "learn",
    "distributions": "learn",
    "weights": "learn",
    "scores": "scores",
    "audience": "deliver",
    "report": "deliver",
    "published": "audience",
}


def stages_of_project() -> list[dict[str, Any]]:
    """Every stage with its row, its step and what it reads, each after those it reads."""
    from orchestration.definitions import build_defs

    told = _model_descriptions()
    stages: dict[str, dict[str, Any]] = {}
    for spec in build_defs().resolve_all_asset_specs():
        name = spec.key.to_user_string()
        if spec.group_name in STEPS:
            description = told.get(name) or spec.description or ""
            stages[name] = {
                "name": name,
                "row": row_of(description),
                "step": STEPS[spec.group_name],
                "layer": list(STEPS).index(spec.group_name),
                "reads": {each.asset_key.to_user_string() for each in spec.deps},
            }
    for stage in stages.values():
        stage["reads"] = sorted(stage["reads"] & stages.keys())
    order = _in_order(stages)
    return [
        {field: stages[name][field] for field in ("name", "row", "step", "reads")}
        for name in order
    ]


def row_of(description: str) -> str:
    """The sentence of a description that says what one row is, else its first one.

    >>> row_of("Mean and variance of z. One row per fold. A mean of nobody is 0.")
    'One row per fold.'
    """
    sentences = re.split(r"(?<=\.)\s+(?=[A-Z])", " ".join(description.split()))
    row = next((each for each in sentences if each.startswith("One row")), "")
    # "One row." alone says how many there are, not what it is.
    return f"{sentences[0]} {row}" if row == "One row." else row or sentences[0]


def _model_descriptions() -> dict[str, str]:
    nodes = json.loads(manifest_path().read_bytes())["nodes"].values()
    return {
        node["name"]: node["description"]
        for node in nodes
        if node["resource_type"] == "model"
    }


def _in_order(stages: dict[str, dict[str, Any]]) -> list[str]:
    """Names, each after those it reads; among those that may come, by layer and name."""
    waiting = {name: set(stage["reads"]) for name, stage in stages.items()}
    ready = [(stages[name]["layer"], name) for name in stages if not waiting[name]]
    heapq.heapify(ready)
    order = []
    while ready:
        _, name = heapq.heappop(ready)
        order.append(name)
        for other, reads in waiting.items():
            if name in reads:
                reads.remove(name)
                if not reads:
                    heapq.heappush(ready, (stages[other]["layer"], other))
    return order


def stages_text() -> str:
    """The file's content."""
    return json.dumps(stages_of_project(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    STAGES.write_text(stages_text(), encoding="utf-8")
