"""The people of published audiences: written to a file, and the first of them shown."""

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from catalog.errors import StudioError
from catalog.identifiers import is_hash
from catalog.names import closest, shown
from catalog.records import Audience, AudienceVersion
from studio.services.audit import Verb, record
from studio.services.versions import MEMBERS, version_asked, version_file

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

EXPORTS = "exports"
HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
PREVIEWED = ("person_key", "score", "rank", "percentile", "is_seed", "tier")


def export(
    workshop: "Workshop",
    name: str,
    target: Path,
    tier: str | None = None,
    number: int | None = None,
    *,
    for_spreadsheets: bool = False,
) -> dict[str, Any]:
    """Write a version's members, or those of one tier, in the kind `target` ends with.

    With `for_spreadsheets` no text of a CSV file is one that a spreadsheet would run;
    without it every byte is as it was published.
    """
    import pyarrow.parquet as pq

    from engines.output import refuse_target

    audience = workshop.catalog.get_audience(name)
    version = version_asked(workshop, audience, number)
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
        for_spreadsheets=for_spreadsheets,
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
    *,
    for_spreadsheets: bool = False,
) -> tuple[Path, str]:
    """The same as a file alone in a folder of the home, and what to call it.

    Whoever has sent it removes the folder.
    """
    folder = workshop.home.root / EXPORTS / uuid4().hex
    folder.mkdir(mode=0o700, parents=True)
    target = folder / f"members.{kind}"
    try:
        found = export(
            workshop, name, target, tier, number, for_spreadsheets=for_spreadsheets
        )
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
    version = version_asked(workshop, audience, number)
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
