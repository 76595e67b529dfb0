"""Random damage: valid CSV, JSON Lines and Parquet files with some bytes changed.

A damaged file is refused by name, or it is read and every row is accounted for by a
reader that is not the product's. There is no third way.
"""

import csv
import gzip
import io
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.corpus.expectation import ADDRESS
from tests.faults.studio_folder import StudioFolder, ask
from tests.studio.conftest import Answer

ROWS = 60
KINDS = ("csv", "csv.gz", "jsonl", "parquet")
TELLING = (
    b"\0",
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\\",
    b"{",
    b"}",
    b"\xff",
    b"\xe9",
    b"PAR1",
)


def whole_file(kind: str) -> bytes:
    """A valid file with accents, quotes, line breaks within quotes, dates and gaps."""
    table = pd.DataFrame(
        {
            "user_id": [f"u{n}" for n in range(ROWS)],
            "town": [
                ("Forlì", 'The "Hague"', "a, b", None)[n % 4] for n in range(ROWS)
            ],
            "note": [("one\ntwo", "short")[n % 2] for n in range(ROWS)],
            "age": range(ROWS),
            "income": [n * 1.5 for n in range(ROWS)],
            "since": [f"2024-02-{1 + n % 28:02}" for n in range(ROWS)],
        }
    )
    if kind == "parquet":
        written = io.BytesIO()
        table.to_parquet(written, index=False)
        return written.getvalue()
    if kind == "jsonl":
        return table.to_json(orient="records", lines=True, force_ascii=False).encode()
    text = table.to_csv(index=False).encode()
    return gzip.compress(text, mtime=0) if kind.endswith(".gz") else text


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes after one to four edits: flipped, put in, taken out, doubled, cut off."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(max(1, len(changed)))
        end = at + chance.randint(1, 40)
        kind = chance.randrange(6)
        if kind == 0 and changed:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[at:at] = chance.choice(TELLING)
        elif kind == 2:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 3:
            del changed[at:end]
        elif kind == 4:
            changed[at:at] = changed[at:end]
        elif chance.random() < 0.3:
            del changed[at:]
    return bytes(changed)


def attempts(
    root: Path, kind: str, count: int, seed: int
) -> Iterator[tuple[bool, str]]:
    """For each damaged file whether it was read, and what is wrong; "" for nothing."""
    data = whole_file(kind)
    for number in range(count):
        chance = random.Random(f"{kind} {seed} {number}")  # noqa: S311
        folder = StudioFolder(root / "damaged")
        folder.empty()
        path = folder.path / f"x.{kind}"
        path.write_bytes(damaged(data, chance))
        with folder.entered():
            answer = ask("datasets", "add", path.name, "--json")
        wrong = _wrong(answer, path, kind) or ", ".join(folder.left())
        yield not answer.code, f"{kind} {seed} {number}: {wrong}" if wrong else ""


def _wrong(answer: Answer, path: Path, kind: str) -> str:
    if answer.code == 0:
        found = answer.json
        rows = rows_in(path, kind, found["csv_schema"])
        return "" if rows == found["rows"] else f"{found['rows']} rows of {rows}"
    error = json.loads(answer.out)["error"]
    if answer.code not in (3, 4) or error["code"] in ("unexpected", "engine_failure"):
        return f"exit code {answer.code}, {answer.err.strip()[-200:]}"
    if "Traceback" in answer.err or ADDRESS.search(answer.err):
        return f"told badly: {answer.err[-200:]}"
    if path.name not in error["object"] or not error["remedy"]:
        return f"the file is not named: {answer.err.strip()}"
    return ""


def rows_in(path: Path, kind: str, schema: dict[str, Any] | None) -> int | str:
    """The rows of a file by another reader; a sentence where that cannot read it."""
    data = path.read_bytes()
    if kind == "parquet":
        try:
            return int(pq.read_table(pa.BufferReader(data)).num_rows)
        except (pa.ArrowException, OSError) as error:
            return f"what Arrow cannot read ({type(error).__name__})"
    data = gzip.decompress(data) if kind.endswith(".gz") else data
    if schema is None:
        text = data.decode("utf-8-sig", "replace")
        return sum(1 for line in re.split("\r\n|\r|\n", text) if line.strip())
    text = data.decode(schema["encoding"]).removeprefix("\ufeff")
    doubled = schema["escape"] == schema["quote"]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=schema["delimiter"],
        quotechar=schema["quote"],
        doublequote=doubled,
        escapechar=None if doubled else schema["escape"],
    )
    return sum(1 for record in reader if record) - int(schema["has_header"])
