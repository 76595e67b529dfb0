"""The build id: the name of a build's folder, the same for the same work."""

import hashlib
import json
from collections.abc import Mapping

LENGTH = 16


def build_id_of(
    audience_id: str,
    specification_hash: str,
    input_fingerprints: Mapping[str, str],
    code_version: str,
    force: str = "",
) -> str:
    """The build of one specification on these inputs with this code: 16 hex digits.

    `force` is a salt: another one gives another folder for the same work.

    >>> build_id_of("a1", "9f", {"seed": "x", "population": "y"}, "0.1.0")
    'af664f20f29625a6'
    """
    parts = {
        "audience": audience_id,
        "specification": specification_hash,
        "inputs": dict(input_fingerprints),
        "code": code_version,
        "force": force,
    }
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:LENGTH]
