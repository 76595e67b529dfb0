"""The campaign `payloads`: hostile texts in every field that takes one.

A text is refused by one named sentence, or kept and shown as it is in every output; the
audience is the one that plain names and values give, person for person. Nothing is ever
executed. `count` is the number of texts in each field.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from catalog.specification import parse_specification
from tests.faults.outcome import Outcome
from tests.faults.payload_bed import (
    ENDINGS,
    Bed,
    batches,
    bed,
    on_a_terminal,
    traces,
    visit,
    write,
)
from tests.faults.payload_builds import columns, values
from tests.faults.payload_texts import payloads

FULL = 200
ROWS = 60


def campaign(count: int | None, seed: int) -> list[Outcome]:
    """Each field with so many texts; then what they left, and their pages in a browser."""
    texts = [each.text for each in payloads(count or FULL, seed)]
    with tempfile.TemporaryDirectory() as folder, bed(Path(folder)) as here:
        try_all(here, texts, endings=ENDINGS)
        left = Outcome("traces of execution", tried=len(texts), broken=[*traces(here)])
        return [*here.outcomes, left, visit(here.pages)]


def try_all(here: Bed, texts: Sequence[str], *, endings: Sequence[str]) -> None:
    """Every field in turn."""
    write(here.folder / "plain.csv", plain_rows())
    here.ask("datasets", "add", "plain.csv", "--name", "plain")
    few = {name: values[: ROWS // 2] for name, values in plain_rows().items()}
    write(here.folder / "few.csv", few)
    here.ask("datasets", "add", "few.csv", "--name", "plain seed")
    dataset_names(here, texts)
    file_names(here, texts)
    for name in ("audience name", "description", "tag"):
        documents(here, texts, name)
    drafts(here, texts)
    filters(here, texts)
    columns(here, texts, endings)
    values(here, texts, endings)


def plain_rows() -> dict[str, list[str]]:
    """A population whose seed can be anything."""
    return {
        "user_id": [f"u{number}" for number in range(ROWS)],
        "group": [("a", "b", "c")[number % 3] for number in range(ROWS)],
    }


def dataset_names(here: Bed, texts: Sequence[str]) -> None:
    """Names and descriptions of datasets: listed, shown and found again as typed."""
    here.begin("dataset names")
    kept = []
    for text in texts:
        words = ["--name=" + text, "--description=" + text]
        answer = here.ask("datasets", "add", "plain.csv", *words, "--json")
        here.tried(text, kept=answer is not None)
        if answer is None:
            continue
        name = _stored(text)
        kept.append(name)
        here.hold("name", answer.json["name"], name)
        here.hold("description", answer.json["description"], text)
        again = here.ask("datasets", "show", "--json", "--", name)
        here.hold("found by name", again and again.json, _without_notes(answer.json))
        shown = here.ask("datasets", "show", "--", name)
        if shown is None or on_a_terminal(name) not in shown.out:
            here.outcome.broken.append(f"not on the terminal: {name!a}")
    listed = here.ask("datasets", "list", "--json")
    names = {each["name"] for each in listed.json} if listed else set()
    here.hold("names that are not listed", {*kept} - names, set())
    for name in kept:
        here.hold("removed", here.ask("datasets", "remove", "--", name) is None, False)


def _without_notes(told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name != "notes"}


def _stored(text: str) -> str:
    """A name as it is kept: in one coding of accents, without outer spaces."""
    import unicodedata

    return unicodedata.normalize("NFC", text).strip()


def file_names(here: Bed, texts: Sequence[str]) -> None:
    """Each file among the others: exactly that one is read, and its path is kept."""
    here.begin("file names")
    folder = here.folder / "files"
    folder.mkdir()
    made: dict[Path, int] = {}
    for number, text in enumerate(texts):
        path = folder / f"{_as_file_name(text)}.{ENDINGS[number % 3]}"
        if path.exists():
            path = folder / f"{number}{path.name}"
        rows = {"user_id": [f"u{each}" for each in range(number + 2)]}
        made[write(path, {**rows, "a": ["x"] * (number + 2)})] = number + 2
    for number, (path, rows) in enumerate(made.items()):
        answer = here.ask("datasets", "add", path, "--json", "--name", f"file {number}")
        here.tried(path, kept=answer is not None)
        if answer is not None:
            told = (answer.json["path"], answer.json["rows"])
            here.hold("path and rows", told, (str(path), rows))
        here.ask("datasets", "add", path)  # under the file's own name, or refused
    for text in (each for each in texts if "\0" not in each):  # no shell passes that on
        if here.ask("datasets", "add", f"nowhere/{text}.csv") is not None:
            here.outcome.broken.append(f"a file was found at {text!a}")


def _as_file_name(text: str) -> str:
    """As much of the text as a file's name may hold."""
    short = text.replace("/", "∕").replace("\0", "␀").encode()[:200]
    return short.decode(errors="ignore")


def documents(here: Bed, texts: Sequence[str], kind: str) -> None:
    """A field of the specification: validated, handed in, shown, written and read again."""
    here.begin(f"{kind}s")
    field = {"audience name": "name", "tag": "tags"}.get(kind, kind)
    path = here.folder / "document.yml"
    for number, text in enumerate(texts):
        asked = {
            "name": f"{kind} {number}",
            "seed": {"dataset": "plain seed"},
            "population": {"dataset": "plain"},
            "output": {"best_percent": 50},
            field: [text] if field == "tags" else text,
        }
        path.write_text(json.dumps(asked), encoding="utf-8")
        is_valid = here.ask("audience", "submit", path, "--json")
        here.tried(text, kept=is_valid is not None)
        if is_valid is not None:
            _shown_as_it_is(here, is_valid.json["audience"], field, text)


def _shown_as_it_is(here: Bed, slug: str, field: str, text: str) -> None:
    wanted = text if field == "description" else _stored(text)
    shown = here.ask("audience", "show", slug, "--json")
    told = shown.json[field] if shown else None
    here.hold(field, told[0] if told and field == "tags" else told, wanted)
    for command in ("edit", "workflow"):
        answer = here.ask("audience", command, slug)
        if answer is not None:
            read = getattr(parse_specification(answer.out), field)
            here.hold(command, read[0] if field == "tags" and read else read, wanted)
    listed = here.ask("audience", "list", "--search", wanted[:40])
    if field != "description" and (
        listed is None or on_a_terminal(wanted) not in listed.out
    ):
        here.outcome.broken.append(f"not in the list: {wanted!a}")


def drafts(here: Bed, texts: Sequence[str]) -> None:
    """Specifications that the studio writes for hostile names of columns and datasets."""
    here.begin("drafts")
    for number, group in enumerate(batches([*_columns_of(texts)], 10)):
        name, path = f"draft {number}", here.folder / f"draft_{number}.parquet"
        rows = plain_rows() | {text: ["x", "y"] * (ROWS // 2) for text in group}
        here.ask("datasets", "add", write(path, rows), "--name", name)
        sides = ("--population", name, "--seed", "plain seed")
        answer = here.ask("audience", "new", "--name", f"of {number}", *sides)
        for text in group:
            here.tried(text, kept=answer is not None)
        if answer is not None:
            draft = parse_specification(answer.out)
            chosen = [each.attribute for each in draft.attributes or ()]
            here.hold("attributes of a draft", chosen, ["group"])


def filters(here: Bed, texts: Sequence[str]) -> None:
    """Columns and values of conditions: as many rows as hold exactly that value."""
    here.begin("filters")
    names = [*_columns_of(texts)]
    cells = [text for text in texts if "\0" not in text]
    for number, group in enumerate(batches(names, 20)):
        path = here.folder / f"filter_{number}.parquet"
        rows = {"user_id": [f"u{each}" for each in range(3 * len(cells))]}
        rows |= {
            text: [*cells[at:], *cells[:at], *(cells * 2)]
            for at, text in enumerate(group)
        }
        known = f"filter {number}"
        if here.ask("datasets", "add", write(path, rows), "--name", known) is None:
            here.outcome.broken.append(f"refused together: {group!a}")
            continue
        for at, text in enumerate(group):
            value = cells[(number * 20 + at) % len(cells)]
            _filtered(here, known, text, value)


def _filtered(here: Bed, dataset: str, column: str, value: str) -> None:
    path = here.folder / "filter.yml"
    document = {
        "name": "filtered",
        "seed": {"dataset": dataset, "where": [{"column": column, "in": [value]}]},
        "population": {"dataset": dataset},
        "limits": {"minimum_seed": 1, "maximum_distinct_share": 1},
        "output": {"top": 1},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    answer = here.ask("audience", "plan", path, "--json")
    here.tried(column, kept=answer is not None)
    if answer is not None:
        here.hold("rows", answer.json["seed"]["rows"], 3)
    sides = ("--seed", dataset, f"--seed-where={column}={value}", "--population")
    drafted = here.ask("audience", "new", "--name", "filtered", *sides, dataset)
    if drafted is not None:
        (condition,) = parse_specification(drafted.out).seed.where
        here.hold("condition", (condition.column, condition.values), (column, (value,)))


def _columns_of(texts: Sequence[str]) -> Sequence[str]:
    """Texts that a column may have for a name, but for those that the data hold already."""
    reserved = (
        "user_id",
        "group",
        "rowid",
        "file_row_number",
        "filename",
        "file_index",
    )
    return [
        text
        for text in texts
        if "\0" not in text and text.strip() and text.lower() not in reserved
    ]
