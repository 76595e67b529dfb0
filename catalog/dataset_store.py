"""Datasets in the catalog: registered, mapped, profiled, removed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from catalog import tables
from catalog.database import Database
from catalog.dataset_checks import check_columns, check_mappings, check_texts
from catalog.datasets import (
    Column,
    CsvSchema,
    Dataset,
    DatasetKind,
    DatasetProfile,
)
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.name_store import choose, free_names, new_id, take_name
from catalog.names import closest, display_name, folded, shown
from catalog.roles import Mapping
from catalog.specification_model import AudienceSpecification


class DatasetStore(Database):
    """The catalog's operations on datasets."""

    def unfinished_dataset(self, name: str) -> Dataset | None:
        """The dataset of this exact name, if its registration never ended.

        Its profile is kept last of all. While `alone`, whoever began it has died.
        """
        with self.reading() as connection:
            for dataset in _datasets(connection):
                if dataset.name == name:
                    is_whole = _newest_profile(connection, dataset.id) is not None
                    return None if is_whole else dataset
        return None

    def add_dataset(
        self,
        name: str,
        kind: DatasetKind,
        path: str,
        columns: Sequence[Column],
        *,
        table: str | None = None,
        csv_schema: CsvSchema | None = None,
        description: str = "",
        tags: Sequence[str] = (),
    ) -> Dataset:
        """Register a source under a name of its own.

        Raises StudioError for a name that is taken or invalid, no or repeated columns.
        """
        checked = display_name(name, "dataset")
        check_columns(checked, columns)
        check_texts(checked, description, tags)
        dataset_id = new_id()
        with self.writing() as connection:
            dataset = Dataset(
                id=dataset_id,
                name=checked,
                slug=take_name(connection, checked, "dataset", dataset_id),
                kind=kind,
                path=path,
                table=table,
                csv_schema=csv_schema,
                columns=tuple(columns),
                description=description,
                tags=tuple(tags),
            )
            row = {
                "id": dataset_id,
                "document": dataset.model_dump(mode="json"),
                "created_at": self.clock(),
            }
            connection.execute(insert(tables.datasets), row)
        return dataset

    def update_dataset(
        self,
        dataset: Dataset,
        change: Callable[[Sequence[Mapping]], Sequence[Mapping]],
        profile: DatasetProfile,
    ) -> None:
        """Keep what was found anew of a source: all of it, or nothing.

        Name and slug stay as registered; `change` makes the mappings of those there are.
        """
        check_columns(dataset.name, dataset.columns)
        with self.writing() as connection:
            held = _dataset(connection, dataset.id)
            kept = dataset.model_copy(update={"name": held.name, "slug": held.slug})
            connection.execute(
                update(tables.datasets)
                .where(tables.datasets.c.id == held.id)
                .values(document=kept.model_dump(mode="json"))
            )
            mappings = change(_mappings(connection, held.id))
            check_mappings(kept, mappings)
            _write_mappings(connection, held.id, mappings)
            _write_profile(connection, profile)

    def get_dataset(self, name: str) -> Dataset:
        """The dataset of this name, slug or id.

        Raises StudioError `unknown_dataset`, with up to four that may have been meant.
        """
        with self.reading() as connection:
            return _dataset(connection, name)

    def holder_of(self, name: str) -> tuple[Dataset, datetime] | None:
        """The dataset that has a name, whatever its case, and since when."""
        datasets, names = tables.datasets.c, tables.names.c
        with self.reading() as connection:
            row = connection.execute(
                select(datasets.document, datasets.created_at)
                .join(tables.names, names.object_id == datasets.id)
                .where(names.folded == folded(name))
            ).one_or_none()
        if row is None:
            return None
        return Dataset.model_validate(row.document), row.created_at

    def list_datasets(self) -> tuple[Dataset, ...]:
        """Every dataset, by name."""
        with self.reading() as connection:
            return _datasets(connection)

    def unused_dataset(self, name: str) -> Dataset:
        """The dataset of this name, slug or id; refused while an audience uses it."""
        with self.reading() as connection:
            return _unused(connection, name)

    def remove_dataset(self, name: str) -> Dataset:
        """Forget a dataset; its source stays. Refused while an audience uses it."""
        with self.writing() as connection:
            dataset = _unused(connection, name)
            free_names(connection, dataset.id)
            for table in (tables.mappings, tables.profiles):
                connection.execute(
                    delete(table).where(table.c.dataset_id == dataset.id)
                )
            connection.execute(
                delete(tables.datasets).where(tables.datasets.c.id == dataset.id)
            )
        return dataset

    def audiences_using(self, name: str) -> tuple[tuple[str, str], ...]:
        """Name and slug of each audience, archived ones left out, that is made from it."""
        with self.reading() as connection:
            return tuple(_audiences_using(connection, _dataset(connection, name)))

    def set_mappings(self, name: str, mappings: Sequence[Mapping]) -> None:
        """Keep what each column is for, in place of what was kept before."""
        self.change_mappings(name, lambda _: mappings)

    def change_mappings(
        self, name: str, change: Callable[[Sequence[Mapping]], Sequence[Mapping]]
    ) -> Dataset:
        """Keep what a change makes of the mappings as they are; nobody changes them between."""
        with self.writing() as connection:
            dataset = _dataset(connection, name)
            mappings = change(_mappings(connection, dataset.id))
            check_mappings(dataset, mappings)
            _write_mappings(connection, dataset.id, mappings)
        return dataset

    def mappings(self, name: str) -> tuple[Mapping, ...]:
        """The dataset's mappings in the order of its columns; empty where none are."""
        with self.reading() as connection:
            return _mappings(connection, _dataset(connection, name).id)

    def save_profile(self, profile: DatasetProfile) -> None:
        """Keep a profile, in place of one of the same fingerprint; it is now newest."""
        with self.writing() as connection:
            _write_profile(connection, profile)

    def profile_of(self, name: str, fingerprint: str) -> DatasetProfile | None:
        """The dataset's profile at one fingerprint; null where there is none yet."""
        table = tables.profiles
        with self.reading() as connection:
            document = connection.execute(
                select(table.c.document)
                .where(table.c.dataset_id == _dataset(connection, name).id)
                .where(table.c.fingerprint == fingerprint)
            ).scalar_one_or_none()
        return None if document is None else DatasetProfile.model_validate(document)

    def own_profiles(self, name: str) -> tuple[str, ...]:
        """Ids of the profiles that the dataset has had, without those that others have."""
        owner = tables.profiles.c.dataset_id
        profile = select(tables.profiles.c.document["id"].as_string())
        with self.reading() as connection:
            dataset = _dataset(connection, name)
            own = profile.where(owner == dataset.id)
            others = profile.where(owner != dataset.id)
            return tuple(connection.execute(own.except_(others)).scalars())

    def newest_profile(self, name: str) -> DatasetProfile | None:
        """The dataset's profile that was saved last; null where there is none yet."""
        with self.reading() as connection:
            return _newest_profile(connection, _dataset(connection, name).id)

    def mapped_dataset(self, name: str) -> MappedDataset:
        """A dataset with its mappings and newest profile."""
        with self.reading() as connection:
            return _mapped(connection, _dataset(connection, name))

    def mapped_datasets(self) -> tuple[MappedDataset, ...]:
        """Every dataset with its mappings and newest profile, by name."""
        with self.reading() as connection:
            return tuple(_mapped(connection, d) for d in _datasets(connection))


def _mapped(connection: Connection, dataset: Dataset) -> MappedDataset:
    return MappedDataset(
        dataset=dataset,
        mappings=_mappings(connection, dataset.id),
        profile=_newest_profile(connection, dataset.id),
    )


def _datasets(connection: Connection) -> tuple[Dataset, ...]:
    query = select(tables.datasets.c.document)
    documents: Iterable[object] = connection.execute(query).scalars()
    found = (Dataset.model_validate(document) for document in documents)
    return tuple(sorted(found, key=lambda dataset: (dataset.slug, dataset.id)))


def _dataset(connection: Connection, name: str) -> Dataset:
    found = _datasets(connection)
    position = choose(name, [(d.name, d.slug, d.id) for d in found])
    if position is not None:
        return found[position]
    by_name = {dataset.name: dataset for dataset in found}
    near = [_told(connection, by_name[n]) for n in closest(name, by_name)]
    raise StudioError(
        "unknown_dataset",
        f"dataset {shown(name)}",
        "is not registered",
        f"did you mean {' or '.join(near)}?"
        if near
        else "see `lookalike datasets list`, or register it with"
        " `lookalike datasets add`",
    )


def _unused(connection: Connection, name: str) -> Dataset:
    dataset = _dataset(connection, name)
    users = _audiences_using(connection, dataset)
    if users:
        raise StudioError(
            "dataset_in_use",
            f"dataset {shown(dataset.name)}",
            f"is used by {', '.join(shown(user) for user, _ in users[:4])}",
            "change or archive those audiences first",
        )
    return dataset


def _told(connection: Connection, dataset: Dataset) -> str:
    """A candidate as errors show it: name, rows, description (B7)."""
    profile = _newest_profile(connection, dataset.id)
    rows = f"{profile.rows:,} rows" if profile else "not profiled"
    about = f", {shown(dataset.description)}" if dataset.description else ""
    return f"{shown(dataset.name)} ({rows}{about})"


def _newest_profile(connection: Connection, dataset_id: str) -> DatasetProfile | None:
    table = tables.profiles
    document = connection.execute(
        select(table.c.document)
        .where(table.c.dataset_id == dataset_id)
        .order_by(table.c.sequence.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if document is None else DatasetProfile.model_validate(document)


def _mappings(connection: Connection, dataset_id: str) -> tuple[Mapping, ...]:
    table = tables.mappings
    documents: Iterable[object] = connection.execute(
        select(table.c.document)
        .where(table.c.dataset_id == dataset_id)
        .order_by(table.c.position)
    ).scalars()
    return tuple(Mapping.model_validate(document) for document in documents)


def _write_mappings(
    connection: Connection, dataset_id: str, mappings: Sequence[Mapping]
) -> None:
    table = tables.mappings
    connection.execute(delete(table).where(table.c.dataset_id == dataset_id))
    rows = [
        {
            "dataset_id": dataset_id,
            "position": position,
            "attribute": mapping.attribute,
            "document": mapping.model_dump(mode="json"),
        }
        for position, mapping in enumerate(mappings)
    ]
    if rows:
        connection.execute(insert(table), rows)


def _write_profile(connection: Connection, profile: DatasetProfile) -> None:
    table = tables.profiles
    dataset = _dataset(connection, profile.dataset_id)
    newest = connection.execute(select(func.max(table.c.sequence))).scalar()
    connection.execute(
        delete(table)
        .where(table.c.dataset_id == dataset.id)
        .where(table.c.fingerprint == profile.fingerprint)
    )
    row = {
        "dataset_id": dataset.id,
        "fingerprint": profile.fingerprint,
        "sequence": (newest or 0) + 1,
        "document": profile.model_dump(mode="json"),
    }
    connection.execute(insert(table), row)


def _audiences_using(connection: Connection, dataset: Dataset) -> list[tuple[str, str]]:
    audiences, versions = tables.audiences.c, tables.specification_versions.c
    rows = connection.execute(
        select(audiences.name, audiences.slug, versions.document)
        .join_from(
            tables.audiences,
            tables.specification_versions,
            (versions.audience_id == audiences.id)
            & (versions.number == audiences.current_specification),
        )
        .where(audiences.is_archived.is_(False))
        .order_by(audiences.slug)
    ).all()
    users = []
    names = [(dataset.name, dataset.slug, dataset.id)]
    for row in rows:
        specification = AudienceSpecification.model_validate(row.document)
        seed = specification.seed
        sides = (
            seed.dataset,
            seed.unlike and seed.unlike.dataset,
            specification.population.dataset,
        )
        if any(side and choose(side, names) is not None for side in sides):
            users.append((row.name, row.slug))
    return users
