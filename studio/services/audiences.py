"""What a person does with audiences: ask, check, plan, build, look at, explain, archive."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.conditions import parse_condition
from catalog.errors import StudioError
from catalog.names import display_name, shown
from catalog.normal_forms import FORMS, normalised
from catalog.specification import (
    AudienceSpecification,
    read_specification,
    specification_of,
    to_yaml,
)
from catalog.visible_text import visible
from studio.ending import was_asked
from studio.services import standing
from studio.services.audience_list import (
    AudienceLine,
    AudienceQuery,
    State,
    find_audiences,
    state_of,
)
from studio.services.audit import Verb, record
from studio.services.opening import open_studio
from studio.services.versions import (
    IDENTITIES,
    MANIFEST,
    MEMBERS,
    refuse_gone,
    served,
    version_asked,
    version_file,
    whole_folder,
)

if TYPE_CHECKING:
    from catalog.records import Audience, SpecificationVersion
    from orchestration.launch import Outcome
    from orchestration.plan import Plan
    from orchestration.workshop import Workshop

MEMBER_COLUMNS = frozenset(
    {"person_key", "score", "log_odds", "rank", "percentile", "is_seed"}
)
REPORT = "report.html"


def read_request(
    workshop: "Workshop | None", request: str
) -> tuple[AudienceSpecification, Path | None]:
    """The specification of a file, else the newest of the audience of that name.

    With a file's comes the folder that its relative paths count from. A studio is opened
    for a name alone, where none is given.
    """
    path = Path(request)
    if path.suffix in {".yml", ".yaml"} or path.is_file():
        return read_specification(path), path.absolute().parent
    if workshop is None:
        workshop = open_studio()
    audience = workshop.catalog.get_audience(request)
    kept = workshop.catalog.newest_specification(audience.id)
    return kept.specification, None


def seed_choice(
    workshop: "Workshop",
    dataset: str | None,
    where: Sequence[str],
    audience: str | None,
    version: int | None,
    *,
    weight: str | None = None,
    unlike: str | None = None,
    unlike_where: Sequence[str] = (),
) -> dict[str, Any]:
    """The field `seed` of a specification, from what a command was given."""
    if (dataset is None) == (audience is None):
        raise StudioError(
            "seed_missing" if dataset is None else "seed_ambiguous",
            "the seed",
            "is not named" if dataset is None else "is both a dataset and an audience",
            "give one of --seed and --seed-audience",
        )
    if where and dataset is None:
        raise StudioError(
            "filter_without_dataset",
            "option --seed-where",
            "is given without --seed",
            "name the dataset whose rows it chooses",
        )
    given: dict[str, Any]
    if dataset is not None:
        given = people_of(workshop, dataset, where)
    else:
        given = {"audience": workshop.catalog.get_audience(str(audience)).name}
    if version is not None:
        given["version"] = version
    if weight is not None:
        given["weight"] = weight
    if unlike is not None:
        given["unlike"] = people_of(workshop, unlike, unlike_where)
    elif unlike_where:
        raise StudioError(
            "filter_without_dataset",
            "option --unlike-where",
            "is given without --unlike",
            "name the dataset whose rows it chooses",
        )
    return given


def people_of(
    workshop: "Workshop", dataset: str, where: Sequence[str]
) -> dict[str, Any]:
    """A dataset, or the rows of it that all the conditions keep, as a specification has it."""
    found = workshop.catalog.get_dataset(dataset)
    given: dict[str, Any] = {"dataset": found.name}
    if where:
        names = {each.name for each in found.columns}
        conditions = [parse_condition(text, names) for text in where]
        given["where"] = [each.model_dump() for each in conditions]
    return given


def draft(
    workshop: "Workshop",
    name: str,
    seed: dict[str, Any],
    population: dict[str, Any],
    top: int,
) -> str:
    """A specification in YAML, with every eligible attribute named."""
    from orchestration.plan import plan_build

    workshop.catalog.refuse_dataset_name(name)
    values = {
        "name": name,
        "seed": seed,
        "population": population,
        "output": {"top": top},
    }
    plan = plan_build(workshop, specification_of(values))
    values["attributes"] = [each.slug for each in plan.attributes]
    remarks = [f"# {note}" for note in plan.notes]
    remarks += [f"# not scored: {each.subject} {each.reason}" for each in plan.left_out]
    text = to_yaml(specification_of(values))
    return "\n".join([*map(visible, remarks), text]) if remarks else text


def plan(workshop: "Workshop", request: str) -> "Plan":
    """What a build would do on the data as they are now; builds nothing."""
    from orchestration.plan import plan_build, register_declared, with_found_rows

    specification, folder = read_request(workshop, request)
    if folder is not None:
        register_declared(workshop, specification, folder)
    workshop.catalog.refuse_dataset_name(specification.name)
    return with_found_rows(workshop, plan_build(workshop, specification))


def plan_of(
    workshop: "Workshop", specification: AudienceSpecification
) -> dict[str, Any]:
    """The plan of a specification in JSON types; datasets count as they are registered."""
    from orchestration.plan import plan_build, with_found_rows
    from orchestration.plan_document import plan_as_json

    workshop.catalog.refuse_dataset_name(specification.name)
    plan = plan_build(workshop, specification)
    return plan_as_json(with_found_rows(workshop, plan))


def build(
    workshop: "Workshop",
    request: str,
    *,
    force: bool,
    listener: Callable[[Any], None] | None,
) -> "Outcome":
    """Build the audience that a file or a name asks for, through Dagster."""
    from orchestration.launch import build_audience
    from orchestration.tracking import destination_of

    destination_of(workshop)  # what cannot be tracked is refused before it is built
    specification, folder = read_request(workshop, request)
    audience, _ = keep_specification(workshop, specification, folder)
    record(workshop.home, Verb.build_asked, f"audience/{audience.id}")
    return build_audience(
        workshop, audience, force=force, listener=listener, was_asked=was_asked
    )


def keep_specification(
    workshop: "Workshop", specification: AudienceSpecification, folder: Path | None
) -> "tuple[Audience, SpecificationVersion]":
    """Keep a specification as an audience's current one, and record a new one as such.

    See `orchestration.launch.keep_specification`.
    """
    from orchestration import launch

    began = workshop.catalog.clock()
    audience, kept = launch.keep_specification(workshop, specification, folder)
    if kept.created_at >= began:
        record(workshop.home, Verb.specified, f"audience/{audience.id}/{kept.number}")
    return audience, kept


def keep(
    workshop: "Workshop", specification: AudienceSpecification, of: str | None = None
) -> dict[str, Any]:
    """Keep a specification as a new audience's, or as the current one of an audience.

    Datasets count as they are registered. Raises StudioError where the name is taken, is
    not that of the audience, or the specification cannot be built on the data as they are.
    """
    catalog = workshop.catalog
    with catalog.alone():  # of two with one name at once the later is refused
        if of is None:
            catalog.refuse_taken_name(specification.name, "audience")
        elif specification.name != (held := catalog.get_audience(of)).name:
            raise StudioError(
                "wrong_audience",
                f"specification {shown(specification.name)}",
                f"is not that of {shown(held.name)}",
                "give it that name, or make a new audience of it",
            )
        audience, version = keep_specification(workshop, specification, None)
    return {
        "name": audience.name,
        "audience": audience.slug,
        "specification": version.number,
        "specification_hash": version.hash,
        "is_archived": audience.is_archived,
    }


def keep_copy(workshop: "Workshop", name: str, new_name: str) -> dict[str, Any]:
    """Keep the current specification of an audience under another name."""
    audience = workshop.catalog.get_audience(name)
    kept = workshop.catalog.newest_specification(audience.id).specification
    checked = display_name(new_name, "audience")
    return keep(workshop, kept.model_copy(update={"name": checked}))


def outcome_as_json(outcome: "Outcome") -> dict[str, Any]:
    """What `audience build --json` prints."""
    version, figures = outcome.version, dict(outcome.version.figures)
    folder = Path(version.path)
    return {
        "audience": outcome.audience.slug,
        "audience_id": outcome.audience.id,
        "name": outcome.audience.name,
        "version": version.number,
        "specification": outcome.specification.number,
        "build": version.build_id,
        "run": outcome.run_id,
        "unchanged": outcome.is_unchanged,
        "served": outcome.audience.served_version,
        "schedule": outcome.specification.specification.refresh.schedule,
        "people": figures.get("delivered_people"),
        "cut_score": figures.get("cut_score"),
        "seed_overlap": {
            "seed_people": figures.get("seed_people"),
            "matched_people": figures.get("matched_people"),
            "matched_share": figures.get("matched_share"),
        },
        "members": str(folder / MEMBERS),
        "manifest": str(folder / MANIFEST),
        "report_page": str(folder / REPORT),
        "figures": figures,
        "seconds": outcome.seconds,
        "warnings": list(outcome.warnings),
    }


def overview(workshop: "Workshop", query: AudienceQuery) -> list[dict[str, Any]]:
    """The audiences that fit in a line each, as programs are told them."""
    return [line_as_json(each) for each in find_audiences(workshop, query).lines]


def line_as_json(line: AudienceLine) -> dict[str, Any]:
    """One audience by the names that the JSON of every answer has."""
    return {
        "name": line.name,
        "audience": line.slug,
        "description": line.description,
        "state": line.state.value,
        "version": line.version,
        "people": line.people,
        "auc": line.auc,
        "quality": line.quality,
        "published_at": line.refreshed_at,
        "next_refresh_at": line.next_refresh_at,
        "tags": list(line.all_tags),
        "owner": line.owner,
        "is_archived": line.state is State.archived,
        "error": line.error,
    }


def archive(workshop: "Workshop", name: str, *, undo: bool = False) -> dict[str, Any]:
    """Take an audience out of the lists, or put it back; nothing is deleted."""
    audience = workshop.catalog.archive_audience(name, is_archived=not undo)
    verb = Verb.unarchived if undo else Verb.archived
    record(workshop.home, verb, f"audience/{audience.id}")
    return {
        "name": audience.name,
        "audience": audience.slug,
        "is_archived": audience.is_archived,
    }


def show(workshop: "Workshop", name: str) -> dict[str, Any]:
    """One audience: what is served, its figures, its specification."""
    import json

    audience = workshop.catalog.get_audience(name)
    version = workshop.catalog.served_version(audience.id)
    kept = workshop.catalog.newest_specification(audience.id)
    builds = standing.history(workshop, audience.id)
    newest = builds[0].build if builds else None
    shown: dict[str, Any] = {
        "name": audience.name,
        "audience": audience.slug,
        "description": audience.description,
        "tags": list(audience.tags),
        "owner": kept.specification.owner,
        "state": state_of(audience, version, newest).value,
        "schedule": kept.specification.refresh.schedule,
        "on_change": kept.specification.refresh.on_change,
        "error": dict(newest.error) if newest and newest.error else None,
        "specification": kept.number,
        "specification_yaml": kept.yaml,
        "is_archived": audience.is_archived,
        "version": None,
    }
    if version is not None:
        path = version_file(audience, version, "figures.json")
        report = json.loads(path.read_text(encoding="utf-8"))
        shown |= {
            "version": version.number,
            "published_at": version.published_at,
            "members": str(Path(version.path) / MEMBERS),
            "manifest": str(Path(version.path) / MANIFEST),
            "report_page": str(Path(version.path) / REPORT),
            "report": report,
        }
    return shown


def report_page(workshop: "Workshop", name: str, number: int | None = None) -> Path:
    """The report of a version, or of the one that is served."""
    audience = workshop.catalog.get_audience(name)
    version = version_asked(workshop, audience, number)
    return version_file(audience, version, REPORT)


def history(workshop: "Workshop", name: str) -> list[dict[str, Any]]:
    """Every build of an audience, newest first, with the version it became."""
    audience = workshop.catalog.get_audience(name)
    return [
        {
            "build": entry.build.build_id,
            "state": entry.build.state.value,
            "specification": entry.build.specification_number,
            "started_at": entry.build.started_at,
            "version": entry.version.number if entry.version else None,
            "served": bool(entry.version and entry.version.state == "served"),
            "people": (
                entry.version.figures.get("delivered_people") if entry.version else None
            ),
            "error": dict(entry.build.error) if entry.build.error else None,
        }
        for entry in standing.history(workshop, audience.id)
    ]


def explain(workshop: "Workshop", name: str, identifier: str) -> dict[str, Any]:
    """Why one person is in the served version: each attribute's part of the log odds."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    audience = workshop.catalog.get_audience(name)
    version = served(workshop, audience)
    refuse_gone(audience, version, MEMBERS)
    path = whole_folder(audience, version) / MEMBERS
    keys = [
        each
        for each in pq.read_schema(path).names
        if each not in MEMBER_COLUMNS and not each.startswith("contribution_")
    ]
    spellings = {normalised(identifier, form) for form in FORMS}
    wanted = sorted(each for each in spellings if each)
    expression = pc.field("person_key").isin(
        [*wanted, *people_with(path.with_name(IDENTITIES), wanted)]
    )
    for key in keys:
        expression = expression | pc.field(key).isin(wanted)
    found = pq.read_table(path, filters=expression).to_pylist()
    if not found:
        raise StudioError(
            "not_a_member",
            f"audience '{audience.name}'",
            f"has nobody with the identifier given in version {version.number}",
            "check the identifier; only people of the audience can be explained",
        )
    person = found[0]
    parts = [
        {
            "attribute": key.removeprefix("contribution_"),
            "contribution": value,
        }
        for key, value in person.items()
        if key.startswith("contribution_") and value is not None
    ]
    return {
        "audience": audience.slug,
        "version": version.number,
        **{key: person[key] for key in ("person_key", "score", "log_odds", "rank")},
        "percentile": person["percentile"],
        "is_seed": person["is_seed"],
        "contributions": sorted(
            parts, key=lambda part: (-abs(part["contribution"]), part["attribute"])
        ),
    }


def people_with(path: Path, identifiers: list[str]) -> list[str]:
    """Keys of the people who have one of these, from the version's list of identifiers.

    There is none where the members' own columns hold every identifier.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if not path.exists():
        return []
    wanted = pc.field("identifier").isin(identifiers)
    keys: list[str] = pq.read_table(path, filters=wanted)["person_key"].to_pylist()
    return keys
