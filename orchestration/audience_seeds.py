"""Audiences as seeds: the people of a published version, as a bare list of identifiers."""

from pathlib import Path

from catalog.attributes import Mapping, Role
from catalog.datasets import Column, Dataset, DatasetKind
from catalog.errors import StudioError
from catalog.names import folded, shown
from catalog.records import Audience, AudienceVersion, VersionState
from catalog.specification import AudienceSpecification
from catalog.specification_people import PeopleSource
from engines.base import Source
from engines.registration import keys_of
from orchestration.version_files import MANIFEST, changed_files
from orchestration.workshop import Workshop

MEMBERS = "members.parquet"
NOT_IDENTIFIERS = frozenset(
    (
        "person_key",
        "score",
        "log_odds",
        "rank",
        "percentile",
        "is_seed",
        "tier",
        "quota_group",
    )
)
CONTRIBUTION = "contribution_"


def audience_source(
    workshop: Workshop, specification: AudienceSpecification, choice: PeopleSource
) -> tuple[Source, AudienceVersion]:
    """The people of the audience that is chosen, and the version they are from.

    The version's content hash is the fingerprint. Raises StudioError where the version
    is not there, withdrawn, gone from the disk or changed there, and where the audience
    would feed on itself.
    """
    audience, version = served_or_named(workshop, choice)
    _refuse_loop(workshop, specification, choice, audience)
    _refuse_changed(audience, version)
    dataset = audience_dataset(audience, version)
    mappings = audience_mappings(dataset)
    fingerprint = str(version.figures["content_hash"])
    profile = workshop.engine.profile(dataset, fingerprint, keys_of(mappings))
    return Source(dataset, fingerprint, profile, mappings), version


def served_or_named(
    workshop: Workshop, choice: PeopleSource
) -> tuple[Audience, AudienceVersion]:
    """The audience and its version that a seed names; without a number the one in use."""
    catalog = workshop.catalog
    audience = catalog.get_audience(str(choice.audience))
    versions = {each.number: each for each in catalog.versions(audience.id)}
    if not versions:
        raise StudioError(
            "no_version",
            f"seed audience {shown(audience.name)}",
            "has no version yet",
            f"build it first: `lookalike audience build {audience.slug}`",
        )
    number = choice.version or audience.served_version
    if number is None or number not in versions:
        raise StudioError(
            "unknown_version",
            f"version {number} of the seed audience {shown(audience.name)}",
            "is not there",
            f"name one of the versions {', '.join(map(str, sorted(versions)))}",
        )
    if versions[number].state is VersionState.withdrawn:
        raise StudioError(
            "version_withdrawn",
            f"version {number} of the seed audience {shown(audience.name)}",
            "is withdrawn",
            "name another version, or none for the one in use",
        )
    return audience, versions[number]


def audience_dataset(audience: Audience, version: AudienceVersion) -> Dataset:
    """A version's members as a dataset of identifiers; it is never registered."""
    import pyarrow.parquet as pq

    path = Path(version.path) / MEMBERS
    names = [
        name
        for name in pq.read_schema(path).names
        if name not in NOT_IDENTIFIERS and not name.startswith(CONTRIBUTION)
    ]
    return Dataset(
        id=audience.id,
        name=audience.name,
        slug=audience.slug,
        kind=DatasetKind.audience,
        path=str(path),
        columns=tuple(Column(name=name, type="VARCHAR") for name in names),
        description=audience.description,
        tags=audience.tags,
    )


def audience_mappings(dataset: Dataset) -> tuple[Mapping, ...]:
    """Each column is the identifier that it is named after."""
    return tuple(
        Mapping(
            column=column.name,
            attribute=column.name,
            role=Role.identity,
            identifier_type=column.name,
            confidence=1,
            reason="an identifier of the audience's people",
        )
        for column in dataset.columns
    )


def _refuse_changed(audience: Audience, version: AudienceVersion) -> None:
    """The members on disk must be those that were published."""
    subject = f"version {version.number} of the seed audience {shown(audience.name)}"
    remedy = "name another version, or build that audience again"
    for name in (MANIFEST, MEMBERS):
        if not (Path(version.path) / name).exists():
            raise StudioError(
                "version_gone", subject, f"has lost its {name} on disk", remedy
            )
    if changed_files(version, [MEMBERS]):
        raise StudioError(
            "version_damaged",
            subject,
            "has files that differ from its manifest",
            remedy,
        )


def _refuse_loop(
    workshop: Workshop,
    specification: AudienceSpecification,
    choice: PeopleSource,
    audience: Audience,
) -> None:
    """An audience may not feed on itself, over others neither, unless a version is named.

    A named version ends the loop: it never changes. Its own versions are refused all
    the same, because an audience would then grow out of its own choice.
    """
    told, seen = [specification.name], set[str]()
    follow = audience
    while follow.id not in seen:
        told.append(follow.name)
        seen.add(follow.id)
        if folded(follow.name) == folded(specification.name):
            raise StudioError(
                "seed_loop",
                f"seed audience {shown(audience.name)}",
                f"leads back to its own audience ({' from '.join(map(shown, told))})",
                "name a version of one of them"
                if len(told) > 2
                else "choose another seed",
            )
        if choice.version is not None:
            return
        choice = workshop.catalog.newest_specification(follow.id).specification.seed
        if choice.audience is None or choice.version is not None:
            return
        follow = workshop.catalog.get_audience(choice.audience)
