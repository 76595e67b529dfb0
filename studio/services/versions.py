"""What a person does with an audience's versions: look at them, compare, go back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.errors import StudioError
from catalog.records import Audience, AudienceVersion
from studio.services.audit import Verb, record

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

MEMBERS = "members.parquet"
IDENTITIES = "identities.parquet"
MANIFEST = "manifest.json"


def versions(workshop: "Workshop", name: str) -> list[dict[str, Any]]:
    """Every version, newest first: what it is, whether it is served and still on disk."""
    audience = workshop.catalog.get_audience(name)
    return [
        {
            "version": each.number,
            "state": each.state.value,
            "on_disk": (Path(each.path) / MANIFEST).exists(),
            "people": each.figures.get("delivered_people"),
            "entered_people": each.figures.get("entered_people"),
            "left_people": each.figures.get("left_people"),
            "kept_people": each.figures.get("kept_people"),
            "specification": each.specification_number,
            "build": each.build_id,
            "content_hash": each.figures.get("content_hash"),
            "published_at": each.published_at,
            "folder": each.path,
        }
        for each in workshop.catalog.versions(audience.id)
    ]


def serve_version(workshop: "Workshop", name: str, number: int) -> AudienceVersion:
    """Put an earlier version into use again, if its files are whole."""
    audience = workshop.catalog.get_audience(name)
    version = workshop.catalog.version(audience.id, number)
    whole_folder(audience, version)
    served_now = workshop.catalog.serve_version(audience.id, number)
    record(workshop.home, Verb.served, f"audience/{audience.id}/{number}")
    return served_now


def diff(
    workshop: "Workshop",
    name: str,
    from_version: int | None = None,
    to_version: int | None = None,
) -> dict[str, Any]:
    """Who entered and left between two versions, and how their distributions moved.

    Left out: to the served version, from the one before it.
    """
    from orchestration.refresh import compare, version_before

    audience = workshop.catalog.get_audience(name)
    new = version_asked(workshop, audience, to_version)
    old = (
        version_before(workshop.catalog, audience.id, new.number)
        if from_version is None
        else workshop.catalog.version(audience.id, from_version)
    )
    if old is None or old.number == new.number:
        raise StudioError(
            "nothing_to_compare",
            f"version {new.number} of audience '{audience.name}'",
            "has no other version to be compared with",
            "build it again once its data have changed, or name two of its versions",
        )
    found = compare(
        whole_folder(audience, old), whole_folder(audience, new), old.number
    )
    return {
        "audience": audience.slug,
        "from": old.number,
        "to": new.number,
        **found.as_json(),
    }


def served(workshop: "Workshop", audience: Audience) -> AudienceVersion:
    """The version in use; StudioError where none is published."""
    version = workshop.catalog.served_version(audience.id)
    if version is None:
        raise StudioError(
            "no_version",
            f"audience '{audience.name}'",
            "has no version yet",
            "build it first",
        )
    return version


def version_asked(
    workshop: "Workshop", audience: Audience, number: int | None
) -> AudienceVersion:
    """The version of a number, or the one in use; StudioError where there is none."""
    if number is None:
        return served(workshop, audience)
    return workshop.catalog.version(audience.id, number)


def document(
    workshop: "Workshop", name: str, file: str, number: int | None = None
) -> dict[str, Any]:
    """A JSON file of a version, or of the one in use, with whose it is."""
    audience = workshop.catalog.get_audience(name)
    version = version_asked(workshop, audience, number)
    path = version_file(audience, version, file)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {"audience": audience.slug, "version": version.number, **found}


def whole_folder(audience: Audience, version: AudienceVersion) -> Path:
    """A version's folder; StudioError where files are gone or differ from the manifest."""
    refuse_gone(audience, version, MANIFEST)
    refuse_changed(audience, version)
    return Path(version.path)


def version_file(audience: Audience, version: AudienceVersion, name: str) -> Path:
    """A file of a version; StudioError where it is gone or not as it was published."""
    refuse_gone(audience, version, name)
    refuse_changed(audience, version, [name])
    return Path(version.path) / name


def refuse_gone(audience: Audience, version: AudienceVersion, name: str) -> None:
    """Raise StudioError where a file of a version is gone from the disk."""
    if not (Path(version.path) / name).exists():
        raise StudioError(
            "version_gone",
            f"version {version.number} of audience '{audience.name}'",
            f"has lost its {name} on disk",
            "build the audience again, or serve another version",
        )


def refuse_changed(
    audience: Audience, version: AudienceVersion, names: list[str] | None = None
) -> None:
    """Raise StudioError where files, all or these, are not as they were published."""
    from orchestration.version_files import changed_files

    changed = changed_files(version, names)
    if changed:
        raise StudioError(
            "version_damaged",
            f"version {version.number} of audience '{audience.name}'",
            f"has files that differ from its manifest ({', '.join(changed)})",
            "serve another version, or build the audience again",
        )
