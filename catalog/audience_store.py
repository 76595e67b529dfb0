"""Audiences in the catalog: named, specified, archived."""

from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from catalog import tables
from catalog.dataset_store import DatasetStore
from catalog.errors import StudioError
from catalog.name_store import choose, new_id, refuse_taken, take_name
from catalog.names import closest, display_name, shown, shown_path
from catalog.records import Audience, SpecificationVersion
from catalog.specification import specification_hash, to_yaml
from catalog.specification_fields import STUDIO_TAG
from catalog.specification_model import AudienceSpecification


class AudienceStore(DatasetStore):
    """The catalog's operations on audiences and their specifications."""

    def save_specification(
        self, specification: AudienceSpecification
    ) -> tuple[Audience, SpecificationVersion]:
        """Keep a specification as the audience's current one.

        The audience is the one of the specification's name, made where there is none;
        an archived one comes back. A specification that it had before keeps its number.
        """
        with self.writing() as connection:
            audience = find_audience(connection, specification.name)
            audience_id = audience.id if audience else new_id()
            if audience is None:
                self._add_audience(connection, audience_id, specification)
            number = self._add_version(connection, audience_id, specification)
            held = audience.tags if audience else ()
            studio_tags = [tag for tag in held if tag.startswith(STUDIO_TAG)]
            connection.execute(
                update(tables.audiences)
                .where(tables.audiences.c.id == audience_id)
                .values(
                    description=specification.description,
                    tags=[*specification.tags, *studio_tags],
                    current_specification=number,
                    is_archived=False,
                )
            )
            return (
                read_audience(connection, audience_id),
                read_specification_version(connection, audience_id, number),
            )

    def get_audience(self, name: str) -> Audience:
        """The audience of this name, slug or id.

        Raises StudioError `unknown_audience`, with up to four that may have been meant.
        """
        with self.reading() as connection:
            return read_audience(connection, name)

    def list_audiences(self, include_archived: bool = False) -> tuple[Audience, ...]:
        """Every audience, by slug."""
        with self.reading() as connection:
            return tuple(
                audience
                for audience in read_audiences(connection)
                if include_archived or not audience.is_archived
            )

    def refuse_taken_name(self, name: str, kind: str) -> None:
        """Raise StudioError `name_taken` where a dataset or an audience has the name."""
        with self.reading() as connection:
            refuse_taken(connection, name, kind)

    def refuse_dataset_name(self, name: str) -> None:
        """Raise StudioError `name_taken` where a dataset has an audience's name."""
        found = self.holder_of(display_name(name, "audience"))
        if found is not None:
            dataset, _ = found
            raise StudioError(
                "name_taken",
                f"audience {shown(name)}",
                f"has the name of the dataset {shown(dataset.name)}, which is registered"
                f" from {shown_path(dataset.path)}",
                "choose another name",
            )

    def archive_audience(self, name: str, is_archived: bool = True) -> Audience:
        """Take an audience out of the lists, or put it back; nothing is deleted."""
        with self.writing() as connection:
            audience = read_audience(connection, name)
            connection.execute(
                update(tables.audiences)
                .where(tables.audiences.c.id == audience.id)
                .values(is_archived=is_archived)
            )
            return read_audience(connection, audience.id)

    def specification(self, audience: str, number: int) -> SpecificationVersion:
        """One specification version; StudioError where the audience has no such number."""
        with self.reading() as connection:
            found = read_audience(connection, audience)
            return read_specification_version(connection, found.id, number)

    def newest_specification(self, audience: str) -> SpecificationVersion:
        """The audience's current specification: the one that was saved last."""
        with self.reading() as connection:
            found = read_audience(connection, audience)
            return read_specification_version(
                connection, found.id, found.current_specification
            )

    def _add_audience(
        self, connection: Connection, audience_id: str, spec: AudienceSpecification
    ) -> None:
        slug = take_name(connection, spec.name, "audience", audience_id)
        row = {
            "id": audience_id,
            "name": spec.name,
            "slug": slug,
            "description": spec.description,
            "tags": list(spec.tags),
            "created_at": self.clock(),
            "current_specification": 1,
            "served_version": None,
            "is_archived": False,
        }
        connection.execute(insert(tables.audiences), row)

    def _add_version(
        self, connection: Connection, audience_id: str, spec: AudienceSpecification
    ) -> int:
        versions = tables.specification_versions
        own = versions.c.audience_id == audience_id
        digest = specification_hash(spec)
        held = connection.execute(
            select(versions.c.number).where(own).where(versions.c.hash == digest)
        ).scalar_one_or_none()
        if held is not None:
            return int(held)
        newest = connection.execute(
            select(func.max(versions.c.number)).where(own)
        ).scalar()
        number = (newest or 0) + 1
        row = {
            "audience_id": audience_id,
            "number": number,
            "hash": digest,
            "yaml": to_yaml(spec),
            "document": spec.model_dump(mode="json"),
            "created_at": self.clock(),
        }
        connection.execute(insert(versions), row)
        return number


def read_audiences(connection: Connection) -> tuple[Audience, ...]:
    """Every audience, archived ones too, by slug."""
    rows = connection.execute(
        select(tables.audiences).order_by(tables.audiences.c.slug)
    ).mappings()
    return tuple(Audience.model_validate(dict(row)) for row in rows)


def find_audience(connection: Connection, name: str) -> Audience | None:
    """The audience of exactly this name but for its case; null where there is none."""
    found = read_audiences(connection)
    position = choose(name, [(audience.name, "", "") for audience in found])
    return None if position is None else found[position]


def read_audience(connection: Connection, name: str) -> Audience:
    """The audience of this name, slug or id, or StudioError `unknown_audience`."""
    found = read_audiences(connection)
    position = choose(name, [(a.name, a.slug, a.id) for a in found])
    if position is not None:
        return found[position]
    by_name = {audience.name: audience for audience in found}
    near = [_told(by_name[candidate]) for candidate in closest(name, by_name)]
    raise StudioError(
        "unknown_audience",
        f"audience {shown(name)}",
        "is not there",
        f"did you mean {' or '.join(near)}?"
        if near
        else "see `lookalike audience list`, or My Audiences in the studio",
    )


def read_specification_version(
    connection: Connection, audience_id: str, number: int
) -> SpecificationVersion:
    """One specification version, or StudioError `unknown_specification`."""
    versions = tables.specification_versions
    row = (
        connection.execute(
            select(versions)
            .where(versions.c.audience_id == audience_id)
            .where(versions.c.number == number)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise StudioError(
            "unknown_specification",
            f"specification version {number}",
            "is not there",
            "name one that `lookalike audience history` shows",
        )
    return _specification_version(row)


def _specification_version(row: RowMapping) -> SpecificationVersion:
    values: dict[str, Any] = dict(row)
    document = values.pop("document")
    return SpecificationVersion(
        **values, specification=AudienceSpecification.model_validate(document)
    )


def _told(audience: Audience) -> str:
    about = f" ({shown(audience.description)})" if audience.description else ""
    return f"{shown(audience.name)}{about}"
