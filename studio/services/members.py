"""The people of published audiences: written to a file, and compared with one another."""

import re
import shutil
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from catalog.errors import StudioError
from catalog.identifiers import is_hash
from catalog.names import closest, shown
from catalog.records import Audience, AudienceVersion
from studio.services.audit import Verb, record
from studio.services.versions import MEMBERS, served, version_file

if TYPE_CHECKING:
    from engines.base import MembersPart
    from orchestration.workshop import Workshop

EXPORTS = "exports"
IDENTITIES = "identities.parquet"
MOST_PARTS = 20
HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
PREVIEWED = ("person_key", "score", "rank", "percentile", "is_seed", "tier")


def export(
    workshop: "Workshop",
    name: str,
    target: Path,
    tier: str | None = None,
    number: int | None = None,
) -> dict[str, Any]:
    """Write a version's members, or those of one tier, in the kind `target` ends with."""
    import pyarrow.parquet as pq

    from engines.output import refuse_target

    audience = workshop.catalog.get_audience(name)
    version = (
        served(workshop, audience)
        if number is None
        else workshop.catalog.version(audience.id, number)
    )
    refuse_target(target)
    if target.exists():
        raise StudioError(
            "file_exists",
            f"output file {shown(target.name)}",
            "is there already",
            "name another, or remove it first",
        )
    members = version_file(audience, version, MEMBERS)
    if tier is not None:
        _refuse_unknown_tier(audience, version, tier)
    names = pq.read_schema(members).names
    rows = workshop.engine.copy_columns(
        members,
        target,
        {column: column for column in names},
        {} if tier is None else {"tier": tier},
    )
    record(workshop.home, Verb.exported, f"audience/{audience.id}/{version.number}")
    return {
        "audience": audience.slug,
        "version": version.number,
        "tier": tier,
        "people": rows,
        "file": str(target.absolute()),
    }


def export_to_send(
    workshop: "Workshop",
    name: str,
    kind: str,
    tier: str | None = None,
    number: int | None = None,
) -> tuple[Path, str]:
    """The same as a file alone in a folder of the home, and what to call it.

    Whoever has sent it removes the folder.
    """
    folder = workshop.home.root / EXPORTS / uuid4().hex
    folder.mkdir(mode=0o700, parents=True)
    target = folder / f"members.{kind}"
    try:
        found = export(workshop, name, target, tier, number)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return target, f"{found['audience']}_{found['version']}.{kind}"


def preview(
    workshop: "Workshop", name: str, number: int | None = None, limit: int = 20
) -> dict[str, Any]:
    """The first people of a version by rank: keys, scores and hashed identifiers alone."""
    import pyarrow.parquet as pq

    audience = workshop.catalog.get_audience(name)
    version = (
        served(workshop, audience)
        if number is None
        else workshop.catalog.version(audience.id, number)
    )
    with pq.ParquetFile(version_file(audience, version, MEMBERS)) as file:
        there = file.schema_arrow.names
        columns = [each for each in there if each in PREVIEWED or is_hash(each)]
        batch = next(file.iter_batches(batch_size=limit, columns=columns), None)
    rows = [] if batch is None else batch.to_pylist()
    return {
        "audience": audience.slug,
        "version": version.number,
        "people": [
            {
                **{each: row.get(each) for each in PREVIEWED},
                "identifiers": {
                    each: row[each]
                    for each in columns
                    if is_hash(each) and HASH.fullmatch(row[each] or "")
                },
            }
            for row in rows
        ],
    }


def overlap(
    workshop: "Workshop", names: Sequence[str], *, by_tier: bool = False
) -> dict[str, Any]:
    """People in common of the versions in use of audiences, or of their tiers.

    Raises StudioError where there are fewer than two to compare, or more than 20.
    """
    audiences = [workshop.catalog.get_audience(name) for name in names]
    _refuse_repeated(audiences)
    labelled = [
        part for audience in audiences for part in _parts(workshop, audience, by_tier)
    ]
    if len(labelled) < 2:
        raise StudioError(
            "nothing_to_compare",
            f"audience {shown(audiences[0].name)}",
            "has no tiers to compare with each other"
            if by_tier
            else "is named alone, and an overlap is of two or more",
            "name another audience",
        )
    if len(labelled) > MOST_PARTS:
        raise StudioError(
            "too_many_audiences",
            f"{len(labelled)} audiences or tiers",
            f"are more than the {MOST_PARTS} that one table compares",
            "name fewer",
        )
    counts, common = workshop.engine.overlap([part for _, part in labelled])
    told = [
        {**label, "people": people}
        for (label, _), people in zip(labelled, counts, strict=True)
    ]
    pairs = []
    for (first, second), found in zip(
        combinations(range(len(told)), 2), common, strict=True
    ):
        sizes = told[first]["people"], told[second]["people"]
        pairs.append(
            {
                "first": first,
                "second": second,
                "people_of_first": found.of_first,
                "people_of_second": found.of_second,
                "share_of_first": _share(found.of_first, sizes[0]),
                "share_of_second": _share(found.of_second, sizes[1]),
                "jaccard": _jaccard(found.of_first, found.of_second, *sizes),
                "compared_by": list(found.compared_by),
            }
        )
    return {"audiences": told, "pairs": pairs}


def _parts(
    workshop: "Workshop", audience: Audience, by_tier: bool
) -> list[tuple[dict[str, Any], "MembersPart"]]:
    """The version in use, or each of its tiers, with what it is called."""
    from engines.base import MembersPart
    from orchestration.audience_seeds import audience_dataset
    from orchestration.version_files import read_manifest

    version = served(workshop, audience)
    members = version_file(audience, version, MEMBERS)
    manifest = read_manifest(Path(version.path))
    has_more = IDENTITIES in manifest["files"]
    identifiers = tuple(
        column.name for column in audience_dataset(audience, version).columns
    )
    population = manifest.get("population", {}).get("dataset")
    tiers = [tier["name"] for tier in manifest.get("tiers", ())] if by_tier else []
    return [
        (
            {
                "audience": audience.slug,
                "name": audience.name,
                "version": version.number,
                "tier": tier,
            },
            MembersPart(
                members=members,
                identities=version_file(audience, version, IDENTITIES)
                if has_more
                else None,
                identifiers=identifiers,
                # One identifier makes the same key wherever it is; of several, it is
                # that of the first that a person has, which another dataset may lack.
                keyed_by=identifiers
                if len(identifiers) == 1
                else (audience.id if population is None else population, *identifiers),
                tier=tier,
            ),
        )
        for tier in tiers or [None]
    ]


def _refuse_repeated(audiences: Sequence[Audience]) -> None:
    for place, audience in enumerate(audiences):
        if audience.id in [each.id for each in audiences[:place]]:
            raise StudioError(
                "audience_repeated",
                f"audience {shown(audience.name)}",
                "is named twice",
                "name each audience once",
            )


def _refuse_unknown_tier(
    audience: Audience, version: AudienceVersion, tier: str
) -> None:
    from orchestration.version_files import read_manifest

    manifest = read_manifest(Path(version.path))
    names = [each["name"] for each in manifest.get("tiers", ())]
    if tier not in names:
        near = closest(tier, names) or names[:4]
        raise StudioError(
            "unknown_tier",
            f"tier {shown(tier)}",
            f"is not one of version {version.number} of {shown(audience.name)}",
            f"name one of {', '.join(map(shown, near))}"
            if near
            else "leave --tier out: it has none",
        )


def _share(part: int | None, whole: int) -> float | None:
    return part / whole if part is not None and whole else None


def _jaccard(
    of_first: int | None, of_second: int | None, first: int, second: int
) -> float | None:
    """People in both over people in either; of two counts of people the lesser."""
    if of_first is None or of_second is None:
        return None
    both = min(of_first, of_second)
    either = first + second - both
    return both / either if either else None
