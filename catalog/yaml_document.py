"""YAML documents: read to plain values with the place of each, or refused with a line.

Only what a specification needs: mappings, lists and scalars of YAML 1.2. Aliases and
tags are refused, so that a small document cannot grow into a large one or name a type.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import ScannerError

from catalog.errors import StudioError
from catalog.file_failures import refuse_special
from catalog.names import shown, shown_path

DATA_ENDINGS = (".csv", ".tsv", ".parquet", ".jsonl", ".xlsx", ".xls", ".gz", ".duckdb")
# Where a shell gives a command what another one writes.
OPENED = "/dev"
MOST_BYTES = 1_000_000
DEEPEST = 20
LONGEST_NUMBER = 400
# What YAML lets no plain value begin with.
RESERVED = ("@", "`", "%")

SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False}
_BOOLEANS |= {"False": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """A value as the document has it.

    `text` is a scalar as typed and `is_plain` says that it has no quotes, so that a
    name such as 007 or 1e3 keeps its letters. Children are Nodes.
    """

    place: Place
    text: str | None = None
    is_plain: bool = False
    mapping: dict[str, "Node"] | None = None
    items: list["Node"] | None = None
    keys: dict[str, Place] = field(default_factory=dict)

    def scalar(self) -> Any:
        """The scalar's value: text where quoted, else by YAML 1.2 (`no` is text)."""
        text = self.text or ""
        if not self.is_plain:
            return text
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        return _number(text)

    def value(self) -> Any:
        """The plain value of the whole, with what is below it."""
        if self.mapping is not None:
            return {key: child.value() for key, child in self.mapping.items()}
        if self.items is not None:
            return [child.value() for child in self.items]
        return self.scalar()


def _number(text: str) -> int | float | str:
    if len(text) > LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _REAL.fullmatch(text):
        return float(text)
    if infinite := _INFINITE.fullmatch(text):
        return -math.inf if infinite[1] == "-" else math.inf
    return math.nan if text in (".nan", ".NaN", ".NAN") else text


def read_text(path: Path) -> str:
    """The text of a document; StudioError where it cannot be read or is too large."""
    if path.suffix.lower() in DATA_ENDINGS:
        raise StudioError(
            "not_a_document",
            f"file {shown_path(path)}",
            "is data by its name and no specification",
            "give a YAML file; `lookalike audience new` writes one",
        )
    try:
        if not path.is_relative_to(OPENED):
            refuse_special(path, f"document {shown_path(path)}")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise StudioError(
            "document_not_readable",
            f"document {shown_path(path)}",
            f"cannot be read ({error.strerror})",
            "give the path of a YAML file that you may read",
        ) from error
    if len(content) > MOST_BYTES:
        raise _too_large(str(path))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _refused(
            str(path), Place(line, 1), "is not UTF-8", "save the document as UTF-8"
        ) from error


def parse_document(text: str, source_name: str) -> Node:
    """The document's root, a mapping; StudioError names the line of what is wrong."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise _too_large(source_name)
    builder = _Builder(source_name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        raise _not_yaml(error, text, source_name) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refused(
            source_name,
            Place(line, 1),
            "holds a character that YAML does not allow",
            "remove the control character",
        ) from error
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise _refused(
            source_name, builder.place, "is not YAML", "mend the document"
        ) from error
    return builder.finished()


class _Builder:
    """Makes nodes of parser events with a stack of its own, however deep they nest."""

    def __init__(self, source_name: str) -> None:
        self.source_name = source_name
        self.root: Node | None = None
        self.documents = 0
        self.place = Place(1, 1)
        self.stack: list[Node] = []
        self.pending: list[str | None] = []

    def take(self, event: Event) -> None:
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        self.place = place
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._error(place, "has a second document", "keep one")
        elif isinstance(event, AliasEvent):
            raise self._error(
                place, "has an alias (*)", "write the value out, or put it in quotes"
            )
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
            self.pending.pop()
        elif isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self._add(event, place)

    def _add(
        self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent, place: Place
    ) -> None:
        if event.anchor is not None:
            raise self._error(place, "has an anchor (&)", "write the value out")
        if event.tag is not None and str(event.tag) not in ("None", "!"):
            raise self._error(place, "has a tag (!)", "leave the tag out")
        if isinstance(event, ScalarEvent):
            is_plain = event.style in (None, "")
            node = Node(place, text=joined_surrogates(event.value), is_plain=is_plain)
        elif isinstance(event, MappingStartEvent):
            node = Node(place, mapping={})
        else:
            node = Node(place, items=[])
        self._attach(node)
        if node.text is None:
            if len(self.stack) == DEEPEST:
                raise self._error(place, "nests too deep", f"at most {DEEPEST} levels")
            self.stack.append(node)
            self.pending.append(None)

    def _attach(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif parent.mapping is not None:
            self._attach_to_mapping(parent, parent.mapping, node)

    def _attach_to_mapping(
        self, parent: Node, mapping: dict[str, Node], node: Node
    ) -> None:
        key = self.pending[-1]
        if key is not None:
            mapping[key] = node
            self.pending[-1] = None
            return
        if node.text is None:
            raise self._error(
                node.place, "has a list or mapping as a key", "make the key text"
            )
        if node.text in parent.keys:
            first = parent.keys[node.text].line
            raise self._error(
                node.place,
                f"has the key {shown(node.text)} again, first on line {first}",
                "keep one of the two",
            )
        parent.keys[node.text] = node.place
        self.pending[-1] = node.text

    def finished(self) -> Node:
        root = self.root
        if root is None or (root.text is not None and root.scalar() in (None, "")):
            raise self._error(Place(1, 1), "is empty", "write a specification")
        if root.mapping is None:
            kind = "a list" if root.items is not None else "text"
            raise self._error(
                root.place, f"is {kind}, not a mapping", "begin with name: …"
            )
        return root

    def _error(self, place: Place, cause: str, remedy: str) -> StudioError:
        return _refused(self.source_name, place, cause, remedy)


def joined_surrogates(text: str) -> str:
    r"""The text with characters that JSON writes as two escapes made one.

    YAML's reader takes each escape for a character, and half of one is no text.

    >>> joined_surrogates("\ud83d\ude42") == "\N{SLIGHTLY SMILING FACE}"
    True
    >>> joined_surrogates("a\ud83d") == "a\ud83d"
    True
    """
    return SURROGATES.sub(
        lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text
    )


def at(source_name: str, place: Place) -> str:
    """How errors name a place of a document."""
    return f"{source_name} line {place.line} column {place.column}"


def _not_yaml(error: MarkedYAMLError, text: str, source_name: str) -> StudioError:
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _refused(
            source_name, place, "is indented with a tab", "indent with spaces"
        )
    begun = line[place.column - 1 : place.column]
    if begun in RESERVED and isinstance(error, ScannerError):
        cause = f"has a value that begins with {begun}"
        return _refused(source_name, place, cause, "put the value in quotes")
    problem = (error.problem or "does not parse").replace("\n", " ")
    return _refused(
        source_name, place, f"is not YAML ({problem})", "mend or quote that line"
    )


def _too_large(source_name: str) -> StudioError:
    return StudioError(
        "document_too_large",
        f"document {shown(source_name)}",
        f"is larger than {MOST_BYTES:,} bytes",
        "give a specification, not data",
    )


def _refused(source_name: str, place: Place, cause: str, remedy: str) -> StudioError:
    return StudioError("document_invalid", at(source_name, place), cause, remedy)
