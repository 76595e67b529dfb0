"""The files of a version: which of them are no longer as they were published.

The manifest holds the hash of every file and of its own text, and says which build of
which people it is; the catalog knows both.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.records import AudienceVersion
from engines.sealed import unseal

MANIFEST = "manifest.json"


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; ValueError where it is damaged, OSError where it is gone."""
    return unseal((folder / MANIFEST).read_text(encoding="utf-8"))


def is_whole(version: AudienceVersion) -> bool:
    """True where every file of a version is there as it was published."""
    return not changed_files(version)


def changed_files(
    version: AudienceVersion, names: Sequence[str] | None = None
) -> list[str]:
    """Names of files that are lost or not as they were published: of all, or of these."""
    folder = Path(version.path)
    try:
        manifest = read_manifest(folder)
    except (FileNotFoundError, ValueError):
        return [MANIFEST]
    is_its_own = (manifest["build"], manifest["content_hash"]) == (
        version.build_id,
        version.figures.get("content_hash"),
    )
    return differing_files(folder, manifest, names) if is_its_own else [MANIFEST]


def differing_files(
    folder: Path, manifest: dict[str, Any], names: Sequence[str] | None = None
) -> list[str]:
    """Names of files in a folder that do not have the bytes that a manifest says."""
    kept = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    return [
        name
        for name in (kept if names is None else names)
        if not (folder / name).is_file() or file_hash(folder / name) != kept.get(name)
    ]


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
