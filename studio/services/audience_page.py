"""One audience as its page shows it: figures, sections, versions, members, files."""

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.names import shown
from catalog.records import Audience, AudienceVersion
from report.words import number_text, plain_text, share_text
from studio.services.audience_list import State, failure_text, own_tags, state_of
from studio.services.audience_sections import Block, Tile, blocks, read_figures, tiles
from studio.services.audiences import REPORT, explain
from studio.services.audit import Verb, record
from studio.services.standing import history
from studio.services.versions import (
    IDENTITIES,
    MANIFEST,
    MEMBERS,
    served,
    version_asked,
    version_file,
)

if TYPE_CHECKING:
    from orchestration.workshop import Workshop
    from report.drawing import Picture

MOST_MEMBERS = 10
KEY_DIGITS = 12
JSON_FILES = (
    "figures",
    "quality",
    "portrait",
    "fairness",
    "comparison",
    "distributions",
)


class Note(Frozen):
    """Something to know, and what follows from it."""

    message: str
    consequence: str


class VersionLine(Frozen):
    """One version. Who entered, left and stayed is beside the version before it."""

    number: int
    state: str
    people: int | None
    entered: int | None
    left: int | None
    stayed: int | None
    specification: int
    published_at: datetime
    is_on_disk: bool


class FileLine(Frozen):
    """A file of a version that can be taken away."""

    name: str
    about: str
    bytes: int
    holds_people: bool


class Member(Frozen):
    """A person of the audience: the first digits of a hash, never an identifier.

    `person_key` is the whole hash, by which the person is explained; it is not shown.
    """

    rank: int | None
    key: str
    person_key: str = Field(repr=False)
    score: str
    percentile: str
    is_seed: bool


class BuildFailure(Frozen):
    """Why the newest build failed."""

    cause: str
    remedy: str


class AudienceSummary(Frozen):
    """What is known of an audience whether it was ever built or not."""

    name: str
    slug: str
    description: str
    tags: tuple[str, ...]
    owner: str
    state: State
    schedule: str | None
    on_change: bool
    specification: int
    specification_yaml: str
    workflow_yaml: str
    failure: BuildFailure | None
    versions: tuple[VersionLine, ...]


class Shown(Frozen):
    """A version as the page shows it."""

    number: int
    is_served: bool
    published_at: datetime
    tiles: tuple[Tile, ...]
    sentences: tuple[str, ...]
    warnings: tuple[Note, ...]
    notes: tuple[Note, ...]
    changes: tuple[str, ...]
    blocks: tuple[Block, ...]
    members: tuple[Member, ...]
    files: tuple[FileLine, ...]
    has_report: bool
    is_explained: bool


class Step(Frozen):
    """What one attribute adds to a person, and where its bar stands: percents of a line."""

    attribute: str
    amount: str
    left: float
    width: float
    is_against: bool


class Explanation(Frozen):
    """Why a person is in the audience: steps from even odds to the person's log odds."""

    key: str
    rank: str
    score: str
    percentile: str
    log_odds: str
    steps: tuple[Step, ...]
    total: Step


FILE_WORDS = {
    MEMBERS: "The people with their identifiers, scores and ranks",
    IDENTITIES: "Every identifier of each person",
    REPORT: "The report as one page that needs nothing else",
    MANIFEST: "What the version was made from, with a hash of each file",
    "figures.json": "The figures",
    "quality.json": "Held-out quality at every size, with intervals",
    "portrait.json": "The audience beside the population and the seed",
    "parameters.json": "What was learnt: everything that a score is made of",
    "distributions.json": "What a later version is compared with",
    "fairness.json": "How often people of each protected group are chosen",
    "comparison.json": "The scorers beside each other",
}


def summary(workshop: "Workshop", name: str) -> AudienceSummary:
    """What is known of an audience; StudioError `unknown_audience` where it is none."""
    from catalog.specification import workflow_to_yaml

    catalog = workshop.catalog
    audience = catalog.get_audience(name)
    kept = catalog.newest_specification(audience.id)
    builds = history(workshop, audience.id)
    newest = builds[0].build if builds else None
    error = newest.error if newest else None
    version = catalog.served_version(audience.id)
    return AudienceSummary(
        name=audience.name,
        slug=audience.slug,
        description=audience.description,
        tags=own_tags(audience.tags),
        owner=kept.specification.owner,
        state=state_of(audience, version, newest),
        schedule=kept.specification.refresh.schedule,
        on_change=kept.specification.refresh.on_change,
        specification=kept.number,
        specification_yaml=kept.yaml,
        workflow_yaml=workflow_to_yaml(kept.specification),
        failure=BuildFailure(cause=failure_text(error), remedy=error["remedy"])
        if error
        else None,
        versions=tuple(
            VersionLine(
                number=each.number,
                state=each.state.value,
                people=each.figures.get("delivered_people"),
                entered=each.figures.get("entered_people"),
                left=each.figures.get("left_people"),
                stayed=each.figures.get("kept_people"),
                specification=each.specification_number,
                published_at=each.published_at,
                is_on_disk=(Path(each.path) / MANIFEST).exists(),
            )
            for each in catalog.versions(audience.id)
        ),
    )


def show_version(workshop: "Workshop", name: str, number: int | None = None) -> Shown:
    """A version, else the one in use.

    Raises StudioError `no_version` where the audience was never built, and another where
    files are gone or differ from their manifest.
    """
    from report.refresh_words import refresh_sentences

    audience = workshop.catalog.get_audience(name)
    version = version_asked(workshop, audience, number)
    manifest = _manifest(version)
    documents = {
        each: json.loads(
            version_file(audience, version, f"{each}.json").read_text(encoding="utf-8")
        )
        for each in JSON_FILES
        if f"{each}.json" in manifest["files"] or each == "figures"
    }
    figures = read_figures(documents["figures"])
    has_report = REPORT in manifest["files"]
    found = _pictures(audience, version) if has_report else {}
    return Shown(
        number=version.number,
        is_served=version.state.value == "served",
        published_at=version.published_at,
        tiles=tiles(figures),
        sentences=figures.sentences,
        warnings=tuple(_note(each) for each in figures.warnings),
        notes=tuple(_note(each) for each in figures.notes),
        changes=refresh_sentences(documents["figures"].get("refresh")),
        blocks=blocks(figures, documents, found),
        members=_members(audience, version),
        files=_files(manifest, version),
        has_report=has_report,
        is_explained=bool(manifest.get("has_contributions", True)),
    )


def picture(
    workshop: "Workshop", name: str, anchor: str, number: int | None = None
) -> str:
    """A picture of a version's report as SVG, by its section; it never changes."""
    audience = workshop.catalog.get_audience(name)
    version = version_asked(workshop, audience, number)
    found = _pictures(audience, version)
    if anchor not in found:
        raise StudioError(
            "unknown_picture",
            f"picture {shown(anchor)}",
            f"is not in the report of version {version.number}",
            f"name one of {', '.join(sorted(found)) or 'another version'}",
        )
    return found[anchor].svg


def percentile_text(percentile: float) -> str:
    """The share of the population that a person stands above; all of it nobody does.

    >>> percentile_text(97.25), percentile_text(99.998)
    ('97.2 %', 'over 99.9 %')
    """
    return share_text(percentile / 100)


def holds_people(file: str) -> bool:
    """True for a file with people in it, and for one that nothing is said of.

    >>> holds_people("members.parquet"), holds_people("figures.json")
    (True, False)
    """
    return file not in FILE_WORDS.keys() - {MEMBERS, IDENTITIES}


def take_file(workshop: "Workshop", name: str, file: str, number: int) -> Path:
    """A file of a version that the manifest lists, whole as it was published.

    It is noted who took people.
    """
    audience = workshop.catalog.get_audience(name)
    version = workshop.catalog.version(audience.id, number)
    known = [*_manifest(version)["files"], MANIFEST]
    if file == IDENTITIES and file not in known:
        raise StudioError(
            "unknown_file",
            f"version {number} of audience {shown(audience.name)}",
            f"has no {IDENTITIES}: its people have no more identifiers than its"
            " members' file",
            "take the people by `export`, which has all their identifiers",
        )
    if file not in known:
        raise StudioError(
            "unknown_file",
            f"file {shown(file)}",
            f"is not one of version {number} of audience {shown(audience.name)}",
            f"name one of {', '.join(sorted(known))}",
        )
    if file == MANIFEST:
        return Path(version.path) / MANIFEST
    path = version_file(audience, version, file)
    if holds_people(file):
        record(workshop.home, Verb.exported, f"audience/{audience.id}/{number}")
    return path


def explanation(workshop: "Workshop", name: str, identifier: str) -> Explanation:
    """Why the person with this identifier is in the version in use.

    StudioError `not_scored` for one of the seed, whom no score brought in.
    """
    found = explain(workshop, name, identifier)
    if found["log_odds"] is None:
        raise StudioError(
            "not_scored",
            f"person {found['person_key'][:KEY_DIGITS]}…",
            "is in the audience as one of the seed, not by a score",
            "explain somebody who has a rank",
        )
    audience = workshop.catalog.get_audience(name)
    version = served(workshop, audience)
    document = version_file(audience, version, "figures.json").read_text("utf-8")
    names = {
        each["attribute"]: plain_text(each["column_name"], 60)
        for each in json.loads(document)["attributes"]
    }
    at, ends = 0.0, [0.0]
    for part in found["contributions"]:
        at += part["contribution"]
        ends.append(at)
    low, high = min(ends), max(ends)
    scale = 100 / ((high - low) or 1.0)

    def step(attribute: str, begin: float, amount: float) -> Step:
        left = min(begin, begin + amount)
        return Step(
            attribute=attribute,
            amount=f"{amount:+.2f}",
            left=round((left - low) * scale, 2),
            width=round(max(abs(amount) * scale, 0.4), 2),
            is_against=amount < 0,
        )

    return Explanation(
        key=found["person_key"][:KEY_DIGITS],
        rank=number_text(found["rank"]),
        score=number_text(found["score"], 3),
        percentile=percentile_text(found["percentile"]),
        log_odds=f"{found['log_odds']:+.2f}",
        steps=tuple(
            step(
                names.get(part["attribute"], part["attribute"]),
                begin,
                part["contribution"],
            )
            for part, begin in zip(found["contributions"], ends, strict=False)
        ),
        total=step("Together", 0.0, at),
    )


def _manifest(version: AudienceVersion) -> dict[str, Any]:
    from orchestration.version_files import read_manifest

    try:
        return read_manifest(Path(version.path))
    except (OSError, ValueError):
        raise StudioError(
            "version_gone",
            f"version {version.number}",
            f"has lost its {MANIFEST} on disk, or it is damaged",
            "build the audience again, or serve another version",
        ) from None


def _pictures(audience: Audience, version: AudienceVersion) -> dict[str, "Picture"]:
    path = version_file(audience, version, REPORT)
    return _pictures_of(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _pictures_of(path: str, _written: int) -> dict[str, "Picture"]:
    from report.pictures import pictures_of_page

    return pictures_of_page(Path(path).read_text(encoding="utf-8"))


def _members(audience: Audience, version: AudienceVersion) -> tuple[Member, ...]:
    """The first people in order of rank; of the file only what names nobody is read."""
    import pyarrow.parquet as pq

    path = version_file(audience, version, MEMBERS)
    columns = ["person_key", "score", "rank", "percentile", "is_seed"]
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=MOST_MEMBERS, columns=columns), None)
    rows = batch.to_pylist() if batch is not None else []
    return tuple(
        Member(
            rank=row["rank"],
            key=row["person_key"][:KEY_DIGITS],
            person_key=row["person_key"],
            score=number_text(row["score"], 3) if row["score"] is not None else "–",
            percentile=percentile_text(row["percentile"])
            if row["percentile"] is not None
            else "–",
            is_seed=row["is_seed"],
        )
        for row in rows
    )


def _files(manifest: dict[str, Any], version: AudienceVersion) -> tuple[FileLine, ...]:
    sizes = {name: entry["bytes"] for name, entry in manifest["files"].items()}
    sizes[MANIFEST] = (Path(version.path) / MANIFEST).stat().st_size
    order = {name: place for place, name in enumerate(FILE_WORDS)}
    return tuple(
        FileLine(
            name=name,
            about=FILE_WORDS.get(name, ""),
            bytes=size,
            holds_people=holds_people(name),
        )
        for name, size in sorted(
            sizes.items(), key=lambda each: (order.get(each[0], 99), each[0])
        )
    )


def _note(remark: Any) -> Note:
    return Note(message=remark.message, consequence=remark.consequence)
