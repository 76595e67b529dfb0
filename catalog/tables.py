"""The catalog's tables. The first comment of each says what one row is."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

SCHEMA_VERSION = 1

metadata = MetaData()


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC, aware on the way in and out, also where SQLite drops the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Turn any aware time into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Say that it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _audience() -> Column[str]:
    return Column("audience_id", String(32), ForeignKey("audiences.id"), nullable=False)


# One row: the version of this very schema.
schema_versions = Table(
    "schema_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
)

# One row per name in use, in whatever room: names are unique across kinds (B19).
names = Table(
    "names",
    metadata,
    Column("folded", Text, primary_key=True),
    Column("slug", String(63), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("object_id", String(32), nullable=False),
)

# One row per registered dataset.
datasets = Table(
    "datasets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# One row per mapped column.
mappings = Table(
    "mappings",
    metadata,
    Column(
        "dataset_id",
        String(32),
        ForeignKey("datasets.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("attribute", String(63), nullable=False),
    Column("document", JSON, nullable=False),
    UniqueConstraint("dataset_id", "attribute"),
)

# One row per dataset and fingerprint. `sequence` orders them by when they were saved.
profiles = Table(
    "profiles",
    metadata,
    Column(
        "dataset_id",
        String(32),
        ForeignKey("datasets.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("fingerprint", String(128), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("document", JSON, nullable=False),
)

# One row per audience.
audiences = Table(
    "audiences",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("slug", String(63), nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("current_specification", Integer, nullable=False),
    Column("served_version", Integer),
    Column("is_archived", Boolean, nullable=False),
)

# One row per different specification of an audience.
specification_versions = Table(
    "specification_versions",
    metadata,
    Column("audience_id", ForeignKey("audiences.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("yaml", Text, nullable=False),
    Column("document", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("audience_id", "hash"),
)

# One row per build.
builds = Table(
    "builds",
    metadata,
    Column("build_id", String(32), primary_key=True),
    _audience(),
    Column("specification_number", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("root_run_id", String(64)),
    Column("input_fingerprints", JSON, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("error", JSON(none_as_null=True)),
    ForeignKeyConstraint(
        ["audience_id", "specification_number"],
        ["specification_versions.audience_id", "specification_versions.number"],
    ),
)

# One row per root run: the build it works on.
runs = Table(
    "runs",
    metadata,
    Column("root_run_id", String(64), primary_key=True),
    Column("build_id", String(32), ForeignKey("builds.build_id"), nullable=False),
)

# One row per audience that was ever built; the owner is null while nobody builds.
leases = Table(
    "leases",
    metadata,
    Column("audience_id", ForeignKey("audiences.id"), primary_key=True),
    Column("owner", String(128)),
    Column("token", Integer, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

# One row per published version.
audience_versions = Table(
    "audience_versions",
    metadata,
    Column("audience_id", ForeignKey("audiences.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column(
        "build_id",
        String(32),
        ForeignKey("builds.build_id"),
        nullable=False,
        unique=True,
    ),
    Column("specification_number", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tags", JSON, nullable=False),
    Column("published_at", UtcTime, nullable=False),
)
