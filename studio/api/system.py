"""The studio itself in REST: who asks, whether it is well, what was done in it."""

from fastapi import APIRouter
from pydantic import BaseModel

from studio.api.dependencies import ADMIN, BUILDER, Asking, Opened, Settings
from studio.api.paging import Page, Paged, page_of
from studio.services import audit, dataset_sources, doctor, scorers, uploads
from studio.services.access import User
from studio.services.audit import AuditRecord
from studio.services.health import Health
from studio.services.scorers import ScorerChoice

router = APIRouter(tags=["studio"])


class Finding(BaseModel):
    """One thing that was looked at."""

    what: str
    is_well: bool
    found: str
    remedy: str


class Examined(BaseModel):
    """Whether everything that a build needs is well."""

    is_well: bool
    findings: list[Finding]


class Sources(BaseModel):
    """Folders of which files may be named, the endings of uploads, and their largest size."""

    folders: list[str]
    uploadable: tuple[str, ...]
    upload_bytes: int


@router.get("/me")
def get_me(asking: Asking) -> User:
    """Who asks, and the role they have."""
    return asking


@router.get("/health")
def get_health(opened: Opened) -> Health:
    """Whether the studio and Dagster's servers are up."""
    return opened.runs.health()


@router.get("/sources", dependencies=BUILDER)
def list_sources(opened: Opened, access: Settings) -> Sources:
    """Where datasets may come from, and what is taken as an upload."""
    folders = dataset_sources.allowed_folders(opened.workshop.home, access)
    return Sources(
        folders=[str(each) for each in folders],
        uploadable=uploads.UPLOADABLE,
        upload_bytes=access.upload_bytes,
    )


@router.get("/scorers")
def list_scorers() -> tuple[ScorerChoice, ...]:
    """Every scorer, the usual one first; one that is not installed with its remedy."""
    return scorers.scorer_choices()


@router.get("/doctor", dependencies=ADMIN)
def examine() -> Examined:
    """Whether this machine, home and libraries are fit to work with."""
    findings = [each.as_dict() for each in doctor.examine()]
    is_well = all(each["is_well"] for each in findings)
    return Examined.model_validate({"is_well": is_well, "findings": findings})


@router.get("/audit", dependencies=ADMIN)
def read_audit(opened: Opened, paging: Paged) -> Page[AuditRecord]:
    """Who did what, newest first; refused where the log is not as it was written."""
    records = audit.read(opened.workshop.home)[::-1]
    return Page[AuditRecord].model_validate(page_of(records, paging))
