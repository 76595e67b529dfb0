"""From a build to its report page, and to the pictures that Dagster shows beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from catalog.records import SpecificationVersion
from engines.base import Engine
from engines.sealed import read_sealed, write_sealed
from orchestration.builds import Build
from orchestration.comparisons import comparison_of
from orchestration.fairness import Fairness, fairness_of
from orchestration.figures import charts_of, chosen_people, read_report
from orchestration.portrait import Portrait
from orchestration.quality import Quality, quality_of
from report.drawing import Picture, draw
from report.figures import AudienceFigures
from report.page import Headline, Page, Source
from report.sections import report_sections
from report.words import number_text

REPORT = "report.html"
PICTURES = "pictures.json"
SHORT = 12


def pictures_of(
    engine: Engine,
    build: Build,
    tables: Mapping[str, pa.Table] | None = None,
    fairness: Fairness | None = None,
    quality: Quality | None = None,
) -> list[Picture]:
    """The build's charts as drawn: once a build, kept in its folder."""
    kept = kept_pictures(build)
    if kept:
        return kept
    tables = tables or read_report(engine, build)
    charts = charts_of(
        tables,
        quality or quality_of(build, tables, chosen_people(tables)),
        comparison_of(build),
        fairness or fairness_of(engine, build, tables),
    )
    pictures = [draw(chart) for chart in charts]
    values = [
        {"name": each.name, "words": each.words, "svg": each.svg} for each in pictures
    ]
    write_sealed(build.folder / PICTURES, {"pictures": values})
    return pictures


def kept_pictures(build: Build) -> list[Picture]:
    """The build's charts as they were drawn; none where they were not yet."""
    kept = read_sealed(build.folder / PICTURES) or {"pictures": []}
    return [Picture(**each) for each in kept["pictures"]]


def page_of(
    build: Build,
    specification: SpecificationVersion,
    *,
    version: int,
    tables: Mapping[str, pa.Table],
    figures: AudienceFigures,
    pictures: list[Picture],
    manifest: Mapping[str, Any],
    quality: Quality | None = None,
    fairness: Fairness | None = None,
    portrait: Portrait | None = None,
    tiers: Sequence[Mapping[str, Any]] = (),
    quotas: Mapping[str, Any] | None = None,
) -> Page:
    """The report of a build that is about to be published under this number.

    `manifest` is that of the version, without the files that are still to be written;
    `quality`, `tiers` and `quotas` are as its files have them.
    """
    frames = {name: table.to_pandas() for name, table in tables.items()}
    return Page(
        headline=Headline(
            name=build.audience_name,
            description=specification.specification.description,
            tags=specification.specification.tags,
            version=version,
            built_at=manifest["written_at"].replace("T", " ").replace("+00:00", " UTC"),
            sources=sources_of(build, specification, tables),
        ),
        sections=report_sections(
            figures,
            frames,
            pictures,
            build.left_out,
            build.notes,
            quality,
            comparison_of(build),
            fairness,
            portrait,
            tiers,
            quotas,
        ),
        provenance=provenance(manifest),
    )


def sources_of(
    build: Build,
    specification: SpecificationVersion,
    tables: Mapping[str, pa.Table],
) -> tuple[Source, ...]:
    """The datasets by the names that the specification gives them."""
    population = {
        "dataset": specification.specification.population.dataset,
        **build.population,
    }
    fingerprints = build.input_fingerprints
    overlap = tables["report_overlap"].to_pylist()[0]
    population_rows = sum(
        overlap[name]
        for name in (
            "population_people",
            "duplicate_population_rows",
            "population_rows_without_identifier",
        )
    )
    return (
        Source("Seed", name_of(build.seed), overlap["seed_rows"], fingerprints["seed"]),
        Source(
            "Population",
            name_of(population),
            population_rows,
            fingerprints["population"],
        ),
    )


def name_of(side: Mapping[str, Any]) -> str:
    """A side as its plan told of it: a dataset, rows of one, an audience's version.

    >>> name_of({"audience": "Buyers", "version": 2, "rows": 10})
    'Buyers, version 2'
    """
    if "audience" in side:
        return f"{side['audience']}, version {side['version']}"
    where = " and ".join(side.get("where", ()))
    return f"{side['dataset']} where {where}" if where else str(side["dataset"])


def provenance(manifest: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What names the build and its parts, long hashes cut short."""
    specification = manifest["specification"]
    return (
        ("Audience", manifest["audience"]),
        ("Build", manifest["build"]),
        (
            "Specification",
            f"number {specification['number']}, {specification['hash'][:SHORT]}",
        ),
        *(
            (f"Fingerprint of the {side}", fingerprint[:SHORT])
            for side, fingerprint in manifest["inputs"].items()
        ),
        ("Code", manifest["code"]),
        ("Members", f"{number_text(manifest['people'])} rows"),
        ("Content hash", manifest["content_hash"][:SHORT]),
        *((name, version) for name, version in manifest["libraries"].items()),
    )
