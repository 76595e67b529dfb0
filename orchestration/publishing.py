"""From a finished cut to an immutable version: files, hashes, one rename, one transaction.

A version is written to a folder that nobody reads, synced, and renamed; the catalog
then makes it visible, if the lease still holds. A reader sees the old version or the
new one, never a part.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.errors import StudioError
from catalog.records import AudienceVersion, Lease
from engines.base import Engine, MembersFile
from orchestration.builds import Build, sweep_builds
from orchestration.checks import CONTRIBUTION, Finding, check_version, file_hash
from orchestration.figures import chosen_people, figures_of, read_report
from orchestration.reporting import REPORT, page_of, pictures_of
from orchestration.workshop import Workshop
from python_scoring.model import Model
from python_scoring.scorers.base import Scorer
from report.figures import AudienceFigures
from report.page import render_page

MEMBER_RELATIONS = ("audience_attributes", "audience_identities", "audience_members")
IDENTITIES = "identities.parquet"
LIBRARIES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "numpy", "pyarrow", "scipy")


@dataclass(frozen=True, slots=True)
class Published:
    """A version, whether it was there before, and the checks it passed."""

    version: AudienceVersion
    is_unchanged: bool
    findings: tuple[Finding, ...]


def publish(
    workshop: Workshop, build: Build, lease: Lease, *, with_report: bool = True
) -> Published:
    """Publish the build's audience as the next version, with its report page.

    A build that was published already gives that version again. Raises StudioError
    `check_failed` where a check fails and `fenced` where a newer worker holds the
    lease; the version in use stays in either case.
    """
    catalog, home = workshop.catalog, workshop.home
    existing = catalog.version_of_build(build.build_id)
    if existing is not None and Path(existing.path).exists():
        return Published(existing, True, tuple(check_version(Path(existing.path))))
    refuse_changed_inputs(workshop, build)
    folder = home.audience(build.audience_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".draft_{build.build_id}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        number = existing.number if existing else next_number(workshop, build)
        figures = write_version(
            workshop, build, draft, report_number=number if with_report else None
        )
        findings = tuple(check_version(draft))
        refuse_failed(build, findings)
        sync_folder(draft)
        version = catalog.publish_version(
            lease,
            build.build_id,
            figures.values(),
            place=lambda given: _place(
                draft, home.version(build.audience_id, given), given == number
            ),
        )
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sweep_builds(home, superseded(workshop, build))
    return Published(version, False, findings)


def superseded(workshop: Workshop, build: Build) -> list[str]:
    """Ids of the audience's builds whose folders nobody needs any more."""
    builds = [entry.build for entry in workshop.catalog.history(build.audience_id)]
    kept = {build.build_id, *(each.build_id for each in builds[: workshop.kept_builds])}
    return [each.build_id for each in builds if each.build_id not in kept]


def next_number(workshop: Workshop, build: Build) -> int:
    """The number that the version will have, if nobody else publishes before it."""
    versions = workshop.catalog.versions(build.audience_id)
    return max((version.number for version in versions), default=0) + 1


def write_version(
    workshop: Workshop, build: Build, folder: Path, *, report_number: int | None
) -> AudienceFigures:
    """Write members, figures, parameters, the report and the manifest over them.

    The report says the version's number; with None there is no report.
    """
    engine = workshop.engine
    tables = read_report(engine, build)
    refuse_nobody(build, tables)
    parameters = engine.read_table(build.folder, "scoring.parameters")
    document = parameters.column("parameters")[0].as_py()
    scorer = Model.from_json(document).scorer
    members = engine.export_members(
        build.folder,
        folder / "members.parquet",
        (*build.identifiers, *build.carried_identifiers),
        contributions(engine, build, scorer),
        {"audience": build.audience_slug, "build": build.build_id},
    )
    if build.has_many_identities:
        engine.export_identities(build.folder, folder / IDENTITIES)
    figures = figures_of(build, tables, members.rows, engine)
    manifest = manifest_of(build, members)
    texts = {
        "figures.json": json.dumps(figures.as_json(), indent=1, ensure_ascii=False),
        "parameters.json": document,
    }
    if report_number is not None:
        page = page_of(
            build,
            workshop.catalog.specification(
                build.audience_id, build.specification_number
            ),
            version=report_number,
            tables=tables,
            figures=figures,
            pictures=pictures_of(engine, build, tables),
            manifest=manifest,
        )
        texts[REPORT] = render_page(page)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    manifest["files"] = {
        path.name: {"sha256": file_hash(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return figures


def manifest_of(build: Build, members: MembersFile) -> dict[str, Any]:
    """What a version was made from, and what it holds; its files are still to come."""
    return {
        "audience": build.audience_slug,
        "build": build.build_id,
        "specification": {
            "number": build.specification_number,
            "hash": build.specification_hash,
        },
        "seed": build.seed,
        "inputs": build.input_fingerprints,
        "code": build.code_version,
        "libraries": {name: installed(name) for name in LIBRARIES},
        "people": members.rows,
        "content_hash": members.content_hash,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def contributions(
    engine: Engine, build: Build, scorer: Scorer
) -> Iterator[pa.RecordBatch]:
    """What each attribute adds to each member's log odds, by row id."""
    batches = engine.stream(
        build.folder, "main.audience_attributes", ("row_id", *scorer.columns)
    )
    names = [f"{CONTRIBUTION}{attribute}" for attribute in scorer.attributes]
    for batch in batches:
        parts = scorer.contributions(batch)
        arrays = [batch.column("row_id"), *(pa.array(column) for column in parts.T)]
        yield pa.RecordBatch.from_arrays(arrays, names=["row_id", *names])


def refuse_changed_inputs(workshop: Workshop, build: Build) -> None:
    """Files that changed while they were read make an audience of two states.

    What was loaded at registration (CSV, JSON Lines, tables) is a copy and may change.
    """
    for dataset_id, stamp in build.input_stamps.items():
        dataset = workshop.catalog.get_dataset(dataset_id)
        if dataset.kind.is_read_in_place and workshop.engine.stamp(dataset) != stamp:
            raise StudioError(
                "input_changed",
                f"dataset '{dataset.name}'",
                "changed while the audience was built",
                "build it again once the files are at rest",
            )


def refuse_nobody(build: Build, tables: Mapping[str, pa.Table]) -> None:
    """An audience of nobody is a mistake in the request, not a version."""
    if chosen_people(tables) == 0:
        cut = tables["audience_cut"].to_pylist()[0]
        raise StudioError(
            "no_candidates",
            f"audience '{build.audience_name}'",
            f"would hold 0 new people of {cut['candidate_count']:,} candidates"
            f" ({cut['matched_seed_count']:,} of {cut['population_count']:,} people in"
            " the population are seed people)",
            "widen the limit under output, or name a population with other people",
        )


def refuse_failed(build: Build, findings: tuple[Finding, ...]) -> None:
    """Nothing that fails a check is published."""
    for finding in findings:
        if not finding.passed:
            raise StudioError(
                "check_failed",
                f"audience '{build.audience_name}'",
                f"failed the check {finding.name} ({finding.figures})",
                "build it again with --force; the version in use stays",
            )


def sync_folder(folder: Path) -> None:
    """Have everything of the folder on disk before it is given its name."""
    for path in (*folder.iterdir(), folder):
        if path.is_file():
            path.chmod(0o600)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _place(draft: Path, target: Path, is_as_told: bool) -> str:
    """Give the folder its number; what a killed publication left there goes."""
    if not is_as_told:
        raise StudioError(
            "fenced",
            f"version {target.name}",
            "was to have the number that another build has taken meanwhile",
            "build it again",
        )
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return str(target)
