"""Where hostile texts are tried: a studio of its own, and the eyes that watch it.

Every command's answer is looked at (one named refusal or a result, nothing that acts on a
terminal), and `traces` finds what an executed text would have left.
"""

import csv
import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.faults.outcome import Outcome
from tests.faults.payload_texts import CANARIES, PRODUCT, VALUE, VARIABLE
from tests.studio.conftest import Answer, ask

ENDINGS = ("csv", "parquet", "jsonl")
# What acts on a terminal: control characters but the line feed, marks of direction.
ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
BY_ITSELF = "refused by name"


@dataclass
class Bed:
    """A folder with a home in it, and the outcome of the field that is being tried."""

    folder: Path
    outcome: Outcome = field(default_factory=lambda: Outcome("nothing yet"))
    outcomes: list[Outcome] = field(default_factory=list)
    pages: list[Path] = field(default_factory=list)
    refusal: str = ""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def begin(self, name: str) -> Outcome:
        """From here on things are tried of this field."""
        self.outcome = Outcome(name, figures={"kept": 0, BY_ITSELF: 0})
        self.outcomes.append(self.outcome)
        return self.outcome

    def ask(self, *arguments: object) -> Answer | None:
        """A command's answer; None where it was refused by one named sentence."""
        answer = ask(*arguments)
        told = f"{ascii(arguments)} said {ascii(answer.err[-300:])}"
        if ACTS.search(answer.out + answer.err):
            self.outcome.broken.append(f"acts on a terminal: {told}")
        if answer.code == 0:
            return answer
        self.refusal = answer.err
        lines = [each for each in answer.err.splitlines() if each.startswith("error: ")]
        if answer.code not in (3, 4) or len(lines) != 1 or "Traceback" in answer.err:
            self.outcome.broken.append(f"exit {answer.code}, no refusal: {told}")
        return None

    def tried(self, what: object, *, kept: bool) -> None:
        """One text was tried."""
        self.outcome.tried += 1
        self.outcome.figures["kept" if kept else BY_ITSELF] += 1

    def hold(self, what: str, got: object, wanted: object) -> None:
        """Note where two things differ that must be the same."""
        if got != wanted:
            pair = f"{ascii(got)[:200]} instead of {ascii(wanted)[:200]}"
            self.outcome.broken.append(f"{what}: {pair}")


@contextmanager
def bed(folder: Path) -> Iterator[Bed]:
    """A bed in the folder, with the environment that its commands see."""
    import studio.console

    Path(CANARIES).mkdir(exist_ok=True)
    (folder / "home").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        patch.setenv("LOOKALIKE_THREADS", "2")
        patch.setenv(VARIABLE, VALUE)
        patch.chdir(folder)
        patch.setattr(studio.console, "out", _wide(studio.console.out))
        yield Bed(folder)


def _wide(console: Any) -> Any:
    """A console that folds no cell."""
    console.width = 20_000
    return console


def write(path: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    """A file of these columns in the kind that its name ends with."""
    if path.suffix == ".parquet":
        pq.write_table(pa.table(dict(columns)), path)
    elif path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    else:
        with path.open("w", encoding="utf-8") as file:
            for row in zip(*columns.values(), strict=True):
                line = dict(zip(columns, row, strict=True))
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def traces(bed: Bed) -> Iterable[str]:
    """What an executed text has left: a file, a value that was read, a product, a table."""
    for path in Path(CANARIES).rglob("*"):
        yield f"the file {path} was made"
    for path in bed.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for name, sign in (("variable", VALUE), ("product", PRODUCT)):
                if sign.encode() in content:
                    yield f"the {name} stands in {path}"
    yield from _tables(bed.home)


def _tables(home: Path) -> Iterable[str]:
    """Tables of the work databases, read from copies: one may be open in this process."""
    for path in home.glob("builds/*/work.duckdb"):
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copy(path, Path(folder) / path.name)
            with duckdb.connect(str(copy), read_only=True) as connection:
                query = "select table_name from duckdb_tables()"
                found = [name for (name,) in connection.execute(query).fetchall()]
        yield from (
            f"the table {name} was made in {path}" for name in found if "canary" in name
        )


def on_a_page(text: str, limit: int = 10_000) -> str:
    """How a page shows a text: on one line, turned round by nothing, cut at the limit."""
    turning = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    gaps = ("Cc", "Cn", "Cs", "Zl", "Zp")
    kept = (
        " " if unicodedata.category(each) in gaps else each
        for each in text
        if each not in turning
    )
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def on_a_terminal(text: str) -> str:
    """How a terminal shows a text: what acts on it spelt out."""
    acts = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
    return acts.sub(lambda each: ascii(each.group())[1:-1], text)


def batches(texts: Sequence[str], size: int) -> list[list[str]]:
    """Groups of one size without two names that differ in case or coding alone."""
    groups: list[list[str]] = []
    for text in texts:
        for group in groups:
            if len(group) < size and not any(alike(text, other) for other in group):
                group.append(text)
                break
        else:
            groups.append([text])
    return groups


def alike(one: str, other: str) -> bool:
    """Whether two names differ in case or in the coding of accents alone."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def visit(pages: Iterable[Path]) -> Outcome:
    """Every page opened in a browser: it runs nothing, asks for nothing, says nothing."""
    from playwright.sync_api import sync_playwright

    outcome = Outcome("pages in chromium")
    executable = shutil.which("chromium")
    if executable is None:
        outcome.figures["skipped"] = "no chromium"
        return outcome
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        for path in pages:
            outcome.tried += 1
            outcome.broken += _visited(browser.new_page(), path)
        browser.close()
    return outcome


def _visited(page: Any, path: Path) -> list[str]:
    seen: list[str] = []

    def note(what: str, told: str) -> None:
        if told != path.as_uri() and not told.startswith("data:"):
            seen.append(f"{path}: {what} {told}")

    page.on("dialog", lambda each: (note("dialog", each.message), each.dismiss()))
    page.on("pageerror", lambda each: note("error", str(each)))
    page.on("console", lambda each: note("console", each.text))
    page.on("request", lambda each: note("request", each.url))
    page.goto(path.as_uri())
    if page.evaluate("'canary' in window"):
        seen.append(f"{path}: a text ran as a script")
    for element in page.query_selector_all("a, iframe, object, embed, form, script"):
        address = element.get_attribute("href") or element.evaluate("it => it.tagName")
        if not address.startswith("#"):
            seen.append(f"{path}: leads to {address}")
    page.close()
    return seen
