"""From a finished cut to an immutable version: files, hashes, one rename, one transaction.

A version is written to a folder that nobody reads, synced, and renamed; the catalog
then makes it visible, if the lease still holds. A reader sees the old version or the
new one, never a part.
"""

import json
import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.errors import StudioError
from catalog.records import AudienceVersion, Lease
from engines.base import Engine, MembersFile
from engines.sealed import seal
from orchestration.builds import Build, sweep_builds
from orchestration.checks import (
    CONTRIBUTION,
    Finding,
    check_version,
)
from orchestration.comparisons import COMPARISON, comparison_of
from orchestration.distributions import FILE, read_distributions, to_json
from orchestration.fairness import fairness_of
from orchestration.figures import chosen_people, figures_of, read_report
from orchestration.portrait import portrait_of
from orchestration.quality import quality_of
from orchestration.quotas import quota_figures
from orchestration.refresh import (
    Refresh,
    compare,
    figures_of_refresh,
    version_before,
)
from orchestration.reporting import REPORT, page_of, pictures_of
from orchestration.steady import refuse_changed_inputs
from orchestration.tiers import tier_counts, tier_ends, tier_figures
from orchestration.told_figures import told, told_facts, told_quality
from orchestration.version_files import MANIFEST, file_hash, is_whole
from orchestration.workshop import Workshop
from python_scoring.model import Model
from python_scoring.scorers.base import Scorer
from report.page import render_page

MEMBER_RELATIONS = ("audience_attributes", "audience_identities", "audience_members")
IDENTITIES = "identities.parquet"
DRAFT = ".draft_"
LIBRARIES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "numpy", "pyarrow", "scipy")


@dataclass(frozen=True, slots=True)
class Published:
    """A version, whether it was there before, and the checks it passed."""

    version: AudienceVersion
    is_unchanged: bool
    findings: tuple[Finding, ...]
    is_restored: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A version's folder before it has its name, and what the catalog keeps of it."""

    folder: Path
    number: int
    content_hash: str
    figures: dict[str, int | float | str]


def publish(
    workshop: Workshop,
    build: Build,
    lease: Lease,
    *,
    with_report: bool = True,
    with_contributions: bool = True,
) -> Published:
    """Publish the build's audience as the next version, with its report page.

    Without contributions nobody's score is explained, and none is computed.

    A build that was published already gives that version again, and puts its files back
    where they were lost. Raises StudioError `check_failed` where a check fails and
    `fenced` where a newer worker holds the lease; the version in use stays in either
    case.
    """
    catalog = workshop.catalog
    existing = catalog.version_of_build(build.build_id)
    if existing is not None and is_whole(existing):
        return Published(existing, True, tuple(check_version(Path(existing.path))))
    number = (
        catalog.next_version_number(build.audience_id)
        if existing is None
        else existing.number
    )
    folder = workshop.home.audience(build.audience_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_drafts(folder, lease)
    target = folder / f"{DRAFT}{build.build_id}_{lease.token}"
    target.mkdir(mode=0o700)
    try:
        with workshop.engine.kept_open(build.folder):
            draft = write_version(
                workshop,
                build,
                target,
                number,
                with_report=with_report,
                with_contributions=with_contributions,
            )
        refuse_changed_inputs(workshop, build)
        findings = tuple(check_version(target))
        refuse_failed(build, findings)
        sync_folder(target)
        version = (
            make_visible(workshop, build, lease, draft)
            if existing is None
            else restore(workshop, lease, existing, draft)
        )
    except BaseException as error:
        shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, OSError):
            # A newer worker takes our draft away: that is no failure of the disk.
            catalog.check_lease(lease)
        raise
    # It is published. What nobody needs any more takes room, and goes the next time.
    with suppress(StudioError, OSError):
        sweep_builds(workshop.home, superseded(workshop, build))
    return Published(version, existing is not None, findings, existing is not None)


def remove_drafts(folder: Path, lease: Lease) -> None:
    """Remove the drafts of workers that were killed or overtaken.

    A draft is named by its lease's token, which only grows: an overtaken worker neither
    writes to the draft of the newer one nor takes it away.
    """
    for draft in folder.glob(f"{DRAFT}*"):
        token = draft.name.rpartition("_")[2]
        if not token.isdecimal() or int(token) < lease.token:
            shutil.rmtree(draft, ignore_errors=True)


def make_visible(
    workshop: Workshop, build: Build, lease: Lease, draft: Draft
) -> AudienceVersion:
    """Give the draft its place and number in one transaction of the catalog."""

    def place(number: int) -> str:
        if number != draft.number:
            raise StudioError(
                "fenced",
                f"version {draft.number} of audience '{build.audience_name}'",
                "was published by another run meanwhile",
                "nothing is lost: build it again",
            )
        return _move(draft.folder, workshop.home.version(build.audience_id, number))

    return workshop.catalog.publish_version(
        lease, build.build_id, draft.figures, place=place
    )


def restore(
    workshop: Workshop, lease: Lease, existing: AudienceVersion, draft: Draft
) -> AudienceVersion:
    """Put the files of a version back that lost them: the same people, or nothing.

    A version never changes, so what was built anew takes its place only where its rows
    have the content hash that was published.
    """
    published = existing.figures.get("content_hash")
    if published != draft.content_hash:
        raise StudioError(
            "version_not_restorable",
            f"version {existing.number}",
            "lost its files, and the same build gives other people now",
            "build the audience with --force, which makes a new version",
        )
    workshop.catalog.check_lease(lease)
    _move(draft.folder, Path(existing.path))
    return existing


def superseded(workshop: Workshop, build: Build) -> list[str]:
    """Ids of the audience's builds whose folders nobody needs any more."""
    history = [entry.build for entry in workshop.catalog.history(build.audience_id)]
    builds = [each for each in history if each.is_planned]
    kept = {build.build_id, *(each.build_id for each in builds[: workshop.kept_builds])}
    return [each.build_id for each in builds if each.build_id not in kept]


def write_version(
    workshop: Workshop,
    build: Build,
    folder: Path,
    number: int,
    *,
    with_report: bool,
    with_contributions: bool,
) -> Draft:
    """Write members, figures, parameters, distributions, report, and the manifest."""
    engine = workshop.engine
    tables = read_report(engine, build)
    refuse_nobody(build, tables)
    parameters = engine.read_table(build.folder, "scoring.parameters")
    document = parameters.column("parameters")[0].as_py()
    model = Model.from_json(document)
    members = engine.export_members(
        build.folder,
        folder / "members.parquet",
        (*build.identifiers, *build.carried_identifiers),
        contributions(engine, build, model.scorer) if with_contributions else (),
        {
            "audience": build.audience_slug,
            "version": str(number),
            "specification": str(build.specification_number),
            "build": build.build_id,
        },
        tier_ends(build, tables),
        has_quotas=build.has_quotas,
    )
    if build.has_many_identities:
        engine.export_identities(build.folder, folder / IDENTITIES)
    quality = told_quality(
        quality_of(build, tables, chosen_people(tables)),
        tables["report_overlap"].column("seed_people")[0].as_py(),
    )
    fairness = fairness_of(engine, build, tables)
    tiers = told(tier_figures(engine, build, folder / "members.parquet"))
    quotas = told(
        quota_figures(
            engine, build, tables, folder / "members.parquet", model.calibration
        )
    )
    figures = told_facts(
        figures_of(
            build,
            tables,
            members.rows,
            lowest_score(folder / "members.parquet"),
            engine,
            quality,
            fairness,
            quotas,
            tiers,
        )
    )
    distributions = read_distributions(engine, build.folder)
    (folder / FILE).write_text(to_json(distributions), encoding="utf-8")
    refresh = refreshed(workshop, build, folder, number)
    all_figures = figures.as_json() | {
        "refresh": refresh.as_json() if refresh else None
    }
    all_figures |= {"tiers": tiers} if tiers else {}
    all_figures |= {"quotas": quotas} if quotas else {}
    manifest = manifest_of(build, members, number)
    manifest["has_contributions"] = with_contributions
    manifest |= scorer_of(build)
    manifest |= {"tiers": tier_counts(tiers)} if tiers else {}
    manifest |= {"quotas": build.quotas} if build.has_quotas else {}
    texts = {
        "figures.json": json.dumps(all_figures, indent=1, ensure_ascii=False),
        "parameters.json": document,
    }
    if quality is not None:
        texts["quality.json"] = json.dumps(quality, indent=1, allow_nan=False)
    comparison = comparison_of(build)
    if comparison is not None:
        texts[COMPARISON] = json.dumps(comparison, indent=1, ensure_ascii=False)
    if fairness is not None:
        texts["fairness.json"] = json.dumps(
            fairness, indent=1, ensure_ascii=False, allow_nan=False
        )
    if with_report:
        portrait = portrait_of(engine, build, tables)
        texts["portrait.json"] = json.dumps(
            portrait, indent=1, ensure_ascii=False, allow_nan=False
        )
        page = page_of(
            build,
            workshop.catalog.specification(
                build.audience_id, build.specification_number
            ),
            version=number,
            tables=tables,
            figures=figures,
            pictures=pictures_of(engine, build, tables, fairness, quality),
            manifest=manifest,
            quality=quality,
            fairness=fairness,
            portrait=portrait,
            tiers=tiers,
            quotas=quotas,
        )
        texts[REPORT] = render_page(page)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    manifest["files"] = {
        path.name: {"sha256": file_hash(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
    }
    (folder / MANIFEST).write_text(seal(manifest), encoding="utf-8")
    followed = {
        **figures.values(),
        **figures_of_refresh(refresh),
        "content_hash": members.content_hash,
    }
    return Draft(folder, number, members.content_hash, followed)


def manifest_of(build: Build, members: MembersFile, number: int) -> dict[str, Any]:
    """What a version was made from, and what it holds; its files are still to come."""
    return {
        "audience": build.audience_slug,
        "version": number,
        "build": build.build_id,
        "specification": {
            "number": build.specification_number,
            "hash": build.specification_hash,
            "keep_margin": build.keep_margin,
        },
        "seed": build.seed,
        "population": build.population,
        **({"unlike": build.unlike} if build.has_unlike else {}),
        "inputs": build.input_fingerprints,
        "code": build.code_version,
        "libraries": {name: installed(name) for name in LIBRARIES},
        "people": members.rows,
        "content_hash": members.content_hash,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def scorer_of(build: Build) -> dict[str, Any]:
    """What was chosen where the specification leaves the choice, and by which figures."""
    choice = (build.done("scores") or {}).get("choice")
    return {} if choice is None else {"scorer": {"asked": build.model, **told(choice)}}


def lowest_score(members: Path) -> float | None:
    """The lowest score that was let in; None where there are only seed people."""
    table = pq.read_table(members, columns=["score", "is_seed"])
    new = table.filter(pc.invert(table.column("is_seed")))
    lowest: float | None = pc.min(new.column("score")).as_py()
    return lowest


def refreshed(
    workshop: Workshop, build: Build, folder: Path, number: int
) -> Refresh | None:
    """The draft beside the version it takes the place of; None for a first one."""
    before = version_before(workshop.catalog, build.audience_id, number)
    if before is None:
        return None
    return compare(Path(before.path), folder, before.number)


def contributions(
    engine: Engine, build: Build, scorer: Scorer
) -> Generator[pa.RecordBatch]:
    """What each attribute adds to each member's log odds, by row id."""
    batches = engine.stream_people(
        build.folder, "main.audience_attributes", scorer.columns
    )
    names = [f"{CONTRIBUTION}{attribute}" for attribute in scorer.attributes]
    with closing(batches):
        for batch in batches:
            parts = scorer.contributions(batch)
            arrays = [batch.column("row_id"), *(pa.array(column) for column in parts.T)]
            yield pa.RecordBatch.from_arrays(arrays, names=["row_id", *names])


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


def _move(draft: Path, target: Path) -> str:
    """Give the folder its number; what a killed publication left there goes."""
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return str(target)
