"""A fitted scorer without what it keeps of single people, to be shown elsewhere."""

import json
from typing import Any

from python_scoring.scorers.base import people_fields


def without_people(text: str) -> str:
    """A scorer's document without its fields of people, in the scorers inside it too.

    Some scorers keep seed people's places or hashes of rows, and name those fields; what
    remains tells how it weighs, and cannot score.
    """
    return json.dumps(_pruned(json.loads(text)), ensure_ascii=False)


def _pruned(value: Any) -> Any:
    if isinstance(value, list):
        return [_pruned(each) for each in value]
    if not isinstance(value, dict):
        return value
    pruned = {name: _pruned(each) for name, each in value.items()}
    scorer, parameters = pruned.get("scorer"), pruned.get("parameters")
    if isinstance(scorer, str) and isinstance(parameters, dict):
        for name in people_fields(scorer):
            parameters.pop(name, None)
    return pruned
