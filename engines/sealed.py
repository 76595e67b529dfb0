"""JSON documents that hold the hash of their own text, so that a damaged one is known."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engines.atomic import write_text_whole

SEAL = "sha256"


def seal(document: Mapping[str, Any]) -> str:
    """The document's text, whose last field is the hash of the text without it.

    >>> unseal(seal({"people": 100}))
    {'people': 100}
    """
    digest = hashlib.sha256(_text(document).encode()).hexdigest()
    return _text({**document, SEAL: digest})


def unseal(text: str) -> dict[str, Any]:
    """The document of a sealed text; ValueError where a character of it has changed."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("not a sealed document")
    document.pop(SEAL, None)
    if seal(document) != text:
        raise ValueError("the document differs from its seal")
    return document


def write_sealed(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document that `read_sealed` reads, atomically."""
    write_text_whole(path, seal(document))


def read_sealed(path: Path) -> dict[str, Any] | None:
    """A document as it was written; None where it is absent or damaged."""
    try:
        return unseal(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False)
