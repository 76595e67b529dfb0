"""Audiences built from hostile columns and values, beside those of plain ones.

The same rows under other names: every person's place, score and contributions must be the
same to the last bit, and every output must show the names as they are. The builds' own
names, descriptions, tags, datasets and files are hostile too.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from engines.sealed import read_sealed
from tests.faults.payload_bed import Bed, batches, on_a_page, write
from tests.faults.payload_texts import payloads
from tests.report.pages import Html

PEOPLE = 1_200
SEED_PEOPLE = 240
A_BUILD = 20
A_COLUMN = 8
VALUES_A_BUILD = 8
MISSING_IN_CSV = r"\N"

Rows = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Sides:
    """Rows of seed and population, and the attributes in their order with their roles."""

    seed: Rows
    population: Rows
    attributes: Mapping[str, str]


def columns(here: Bed, texts: Sequence[str], endings: Sequence[str]) -> None:
    """Names of columns, so many to a build, from each kind of file."""
    here.begin("column names")
    for ending in endings:
        kept = [text for text in texts if _is_kept_alone(here, text, ending)]
        references: dict[int, pd.DataFrame] = {}
        for number, group in enumerate(batches(kept, A_BUILD)):
            size = len(group)
            plain = [f"column {at:02d}" for at in range(size)]
            if size not in references:
                named = f"plain columns {ending} {size}"
                references[size] = _members(here, _named(plain), named, ending)
            label = f"columns {ending} {number}"
            _compare(here, _named(group), label, ending, references[size])


def _is_kept_alone(here: Bed, text: str, ending: str) -> bool:
    """Whether a column of this name is registered; shown as it is where it was."""
    if text == "user_id":
        return False  # what the rows are named by, here as everywhere in these data
    rows = {"user_id": ["u1", "u2", "u3"], text: ["a", "b", "c"]}
    path = write(here.folder / f"alone.{ending}", rows)
    answer = here.ask("datasets", "add", path, "--name", "alone", "--json")
    here.tried(text, kept=answer is not None)
    if answer is None:
        return False
    names = [each["column"] for each in answer.json["columns"]]
    here.hold("columns", names, ["user_id", text])
    here.ask("datasets", "remove", "alone")
    return True


def _named(names: Sequence[str]) -> Sides:
    """The same people whatever the names: text and numbers in turn.

    The seed has its columns the other way round and two more that share their slugs.
    """
    generator = random.Random(5)  # noqa: S311
    roles = ("categorical", "continuous")
    rows: dict[str, list[Any]] = {"user_id": [f"u{at}" for at in range(PEOPLE)]}
    for at, name in enumerate(names):
        chosen = [generator.randrange(12) for _ in range(PEOPLE)]
        rows[name] = chosen if at % 2 else [f"v{each % 5}" for each in chosen]
    places = [at for at in range(PEOPLE) if generator.random() < _odds(rows, names, at)]
    places = places[:SEED_PEOPLE]
    seed = {name: [rows[name][at] for at in places] for name in ("user_id", *names)}
    seed = {name: seed[name] for name in ("user_id", *reversed(names))}
    others = [name for name in ("!!!", "%%%", "~ ~") if name not in names]
    seed = {
        "user_id": seed["user_id"],
        **{o: ["x"] * len(places) for o in others},
        **seed,
    }
    attributes = {name: roles[at % 2] for at, name in enumerate(names)}
    return Sides(seed, rows, attributes)


def _odds(rows: Rows, names: Sequence[str], at: int) -> float:
    score = sum(
        rows[name][at] / 12 if number % 2 else rows[name][at] == "v1"
        for number, name in enumerate(names)
    )
    return 0.05 + 0.6 * float(score) / len(names)


def values(here: Bed, texts: Sequence[str], endings: Sequence[str]) -> None:
    """Values of categories: a few in each column, and all of a build in one.

    A build has so few that its report shows each of them.
    """
    here.begin("values")
    for ending in endings:
        kept = [text for text in texts if _is_value_of(text, ending)]
        for text in texts:
            here.tried(text, kept=text in kept)
        references: dict[int, pd.DataFrame] = {}
        for start in range(0, len(kept), VALUES_A_BUILD):
            own = kept[start : start + VALUES_A_BUILD]
            if len(own) not in references:
                plain = [f"value {at:03d}" for at in range(len(own))]
                label = f"{len(own)} plain values {ending}"
                references[len(own)] = _members(here, _valued(plain), label, ending)
            label = f"values {start} {ending}"
            _compare(here, _valued(own), label, ending, references[len(own)], own)


def _is_value_of(text: str, ending: str) -> bool:
    """A CSV has no NUL, and reads one text as missing, which it says."""
    return ending == "parquet" or (
        "\0" not in text and not (ending == "csv" and text == MISSING_IN_CSV)
    )


def _valued(texts: Sequence[str]) -> Sides:
    """The same people whatever the values; half of a column's mark the seed."""
    generator = random.Random(6)  # noqa: S311
    count = max(PEOPLE, 300 * len(texts))  # each has more seed people than are few
    rows: dict[str, list[Any]] = {
        "user_id": [f"u{at}" for at in range(count)],
        "everything": [texts[at % len(texts)] for at in range(count)],
    }
    liking = [0] * count
    for start in range(0, len(texts), A_COLUMN):
        own = texts[start : start + A_COLUMN]
        chosen = [generator.randrange(len(own)) for _ in range(count)]
        rows[f"column {start:03d}"] = [own[each] for each in chosen]
        for at, each in enumerate(chosen):
            liking[at] += each < len(own) / 2
    most = max(liking)
    places = [
        at
        for at in range(count)
        if generator.random() < 0.15 + 0.35 * (liking[at] / most) ** 3
    ]
    seed = {name: [rows[name][at] for at in places] for name in rows}
    roles = dict.fromkeys([name for name in rows if name != "user_id"], "categorical")
    return Sides(seed, rows, roles)


def _compare(
    here: Bed,
    sides: Sides,
    label: str,
    ending: str,
    reference: pd.DataFrame,
    told: Sequence[str] = (),
) -> None:
    members = _members(here, sides, label, ending, told)
    names = ["person_key", "user_id", "score", "log_odds", "rank", "percentile"]
    if members.empty or reference.empty:
        return  # told where it was built
    if not members[names].equals(reference[names]):
        here.outcome.broken.append(f"{label}: other people or scores than under plain")
    elif not (_contributions(members) == _contributions(reference)).all():
        here.outcome.broken.append(f"{label}: other contributions than under plain")


def _contributions(members: pd.DataFrame) -> Any:
    return members.filter(like="contribution_").to_numpy()


def _members(
    here: Bed, sides: Sides, label: str, ending: str, told: Sequence[str] = ()
) -> pd.DataFrame:
    """The members of a build, its outputs looked at."""
    folder = here.folder / f"build {len(here.pages) + len(here.outcome.broken)} {label}"
    folder.mkdir()
    path, document = _document(folder, sides, label, ending)
    answer = here.ask("audience", "build", path, "--json")
    if answer is None:
        here.outcome.broken.append(f"{label}: was not built: {here.refusal[-300:]!a}")
        return pd.DataFrame()
    made = Path(answer.json["members"]).parent
    here.pages.append(made / "report.html")
    for broken in _looked_at(here, made, document, sides, told):
        here.outcome.broken.append(f"{label}: {broken}")
    for broken in _events_of(here.home, answer.json["run"], sides):
        here.outcome.broken.append(f"{label}: {broken}")
    return pd.read_parquet(made / "members.parquet")


def _document(
    folder: Path, sides: Sides, label: str, ending: str
) -> tuple[Path, dict[str, Any]]:
    """A specification with hostile texts in each field but its columns and values."""
    number = sum(label.encode())
    texts = [
        each.text.strip()[:190]
        for each in payloads(400, number)
        if not any(ord(sign) < 32 or 126 < ord(sign) < 160 for sign in each.text)
        and not any("\u2028" <= sign <= "\u2069" for sign in each.text)
        and each.text.isascii()
        and len(each.text) > 6
    ]
    files = [
        f"{text.replace('/', '∕')}{at}.{ending}" for at, text in enumerate(texts[:2])
    ]
    names = {
        side: f"{text[:150]} {label}"
        for side, text in zip("sp", texts[2:4], strict=True)
    }
    write(folder / files[0], sides.seed)
    write(folder / files[1], sides.population)
    document = {
        "name": f"{texts[4]} {label} {folder.name}"[:200].strip(),
        "description": "\n".join(texts[5:8]),
        "tags": list(dict.fromkeys(texts[8:20])),
        "datasets": {
            names["s"]: {"path": files[0]},
            names["p"]: {"path": files[1]},
        },
        "seed": {"dataset": names["s"]},
        "population": {"dataset": names["p"]},
        "join_key": "user_id",
        "attributes": [
            {"attribute": name, "role": role} for name, role in sides.attributes.items()
        ],
        "output": {"best_percent": 100},
        "scoring": {"learn_from": "seed"},
        # What is tried are texts: so few people may look like anybody.
        "limits": {"allow_indistinct": True},
    }
    path = folder / "audience.yml"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path, document


def _looked_at(
    here: Bed,
    folder: Path,
    document: Mapping[str, Any],
    sides: Sides,
    told: Sequence[str],
) -> Iterator[str]:
    """What an output shows otherwise than it was typed."""
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    shown = {each["column_name"] for each in figures["attributes"]}
    if shown != {*sides.attributes}:
        yield f"figures.json has {ascii(shown ^ {*sides.attributes})[:200]} otherwise"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["seed"]["dataset"] != document["seed"]["dataset"]:
        yield "manifest.json has another name of the seed"
    page = Html((folder / "report.html").read_text(encoding="utf-8"))
    wanted = [document["name"], *document["tags"], *document["description"].split("\n")]
    wanted += [document["seed"]["dataset"], document["population"]["dataset"]]
    wanted += [*sides.attributes]
    for text in wanted:
        if on_a_page(text) not in page.text:
            yield f"the page does not show {text!a}"
    for text in told:
        if on_a_page(text, 60) not in page.text:
            yield f"the page does not show the value {text!a}"
    path = here.home / "builds" / manifest["build"] / "pictures.json"
    pictures = (read_sealed(path) or {})["pictures"]
    if page.named("script") or len(page.named("img")) != len(pictures):
        yield "the page has other elements than its own"
    yield from _drawn(pictures)


def _drawn(pictures: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Pictures that are no whole SVG, or that hold more than shapes and text."""
    drawn = {"svg", "g", "path", "text", "tspan", "rect", "line", "defs", "clipPath"}
    drawn |= {"title", "desc", "circle", "style"}
    for picture in pictures:
        for element in ElementTree.fromstring(picture["svg"]).iter():  # noqa: S314
            name = element.tag.partition("}")[2]
            acting = [key for key in element.attrib if key.startswith("on")]
            if name not in drawn or acting:
                yield f"the picture {picture['name']} holds {name} {acting}"


def _events_of(home: Path, run_id: str, sides: Sides) -> Iterator[str]:
    """Metadata of the materialised audience that are not what was typed, or act."""
    import dagster as dg

    from catalog.home import Home
    from orchestration.instance import open_instance

    kind = dg.DagsterEventType.ASSET_MATERIALIZATION
    with open_instance(Home(home)) as instance:
        records = instance.all_logs(run_id, of_type=kind)
    (event,) = (
        record.dagster_event
        for record in records
        if record.dagster_event.asset_key.to_user_string() == "audience"
    )
    metadata = event.step_materialization_data.materialization.metadata
    named = {record.data["attribute"] for record in metadata["attributes"].records}
    if named != {*sides.attributes}:
        yield f"Dagster names {ascii(named ^ {*sides.attributes})[:200]} otherwise"
    for value in metadata.values():
        if isinstance(value, dg.MarkdownMetadataValue):
            yield from _acts_as_markdown(value.md_str)


def _acts_as_markdown(text: str) -> Iterator[str]:
    """Markdown that is more than one picture that holds itself."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False})
    reader.validateLink = lambda url: True  # it refuses pictures in SVG, others do not
    page = Html(reader.render(text))
    names = [name for name, _ in page.tags]
    sources = [each["src"] or "" for each in page.named("img")]
    is_one = names == ["p", "img"] and sources[0].startswith(
        "data:image/svg+xml;base64,"
    )
    if not is_one or page.text:
        yield f"Dagster shows {names} {page.text[:80]!a} of markdown"
