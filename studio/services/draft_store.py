"""Drafts as files: one in `<home>/drafts` for each, whole after every change.

A draft is what a person chose so far on the way to an audience. Its id is made here; a
name that somebody typed is never part of a path.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.file_failures import of_system
from catalog.names import shown
from catalog.specification_fields import ColumnName, FreeText, JoinKey, Name
from catalog.specification_output import Output
from catalog.specification_people import (
    AttributeChoice,
    DatasetSource,
    PopulationChoice,
    SeedChoice,
)
from catalog.specification_settings import (
    Economics,
    Fairness,
    Limits,
    Refresh,
    Scoring,
)
from engines.atomic import write_text_whole
from engines.sources import state_of

if TYPE_CHECKING:
    from catalog.home import Home

FOLDER = "drafts"
ID_PATTERN = r"[0-9a-f]{16}"
LOCK_SECONDS = 10
REMEMBERED = 5_000


class Step(StrEnum):
    """The steps of the builder, in order."""

    seed = "seed"
    population = "population"
    attributes = "attributes"
    output = "output"
    finalise = "finalise"


class DraftState(StrEnum):
    """`open` is worked on; `created` became an audience; `put_away` was started over."""

    open = "open"
    created = "created"
    put_away = "put_away"


class DraftChoices(Frozen):
    """A specification as far as it is chosen; a field has the meaning it has there.

    `output` is None until a size was chosen. A name may be empty or taken: it is checked
    while it is typed, and held to when the audience is created.
    """

    name: FreeText = ""
    description: FreeText = ""
    tags: tuple[FreeText, ...] = ()
    datasets: dict[Name, DatasetSource] = Field(default_factory=dict)
    seed: SeedChoice | None = None
    population: PopulationChoice | None = None
    join_key: JoinKey | None = None
    attributes: tuple[AttributeChoice, ...] | None = None
    exclude: tuple[ColumnName, ...] = ()
    fairness: Fairness = Field(default_factory=Fairness)
    output: Output | None = None
    scoring: Scoring = Field(default_factory=Scoring)
    limits: Limits = Field(default_factory=Limits)
    economics: Economics = Field(default_factory=Economics)
    refresh: Refresh = Field(default_factory=Refresh)


class SeenDataset(Frozen):
    """A dataset as it was when it was chosen, to say later what changed."""

    name: str
    dataset_id: str
    profile_id: str | None
    rows: int | None
    columns: tuple[str, ...]


class Draft(Frozen):
    """One draft. `version` counts its changes; `audience` is the id of the one it edits.

    `based_on` is the number of the specification that it began from, of that audience.
    `created` is the slug of the audience that it became, `run` the first run of its build;
    `begun_by` is the id that logs have of the person.
    """

    id: str = Field(pattern=f"^{ID_PATTERN}$")
    owner: FreeText = ""
    begun_by: str = ""
    state: DraftState = DraftState.open
    step: Step = Step.seed
    version: int = 1
    created_at: datetime
    updated_at: datetime
    audience: str | None = None
    based_on: int | None = None
    created: str | None = None
    run: str | None = None
    choices: DraftChoices = Field(default_factory=DraftChoices)
    seen: tuple[SeenDataset, ...] = ()


def now() -> datetime:
    """The time that a change is given."""
    return datetime.now(UTC)


def write(home: "Home", draft: Draft) -> Draft:
    """Keep a draft, over what was kept of it; StudioError where the disk is full."""
    try:
        write_text_whole(_path(home, draft.id), draft.model_dump_json(by_alias=True))
    except OSError as error:
        raise _unwritten(home, error) from error
    return draft


def read(home: "Home", draft_id: str) -> Draft:
    """One draft; StudioError `unknown_draft` where there is none of that id."""
    path = _path(home, draft_id)
    try:
        return Draft.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise _unknown(draft_id) from error
    except (OSError, ValidationError) as error:
        raise StudioError(
            "draft_unreadable",
            f"draft {draft_id}",
            "cannot be read: its file is damaged, or was written by another version",
            "start a new one; the file stays where it is",
        ) from error


def overview(home: "Home") -> list[Draft]:
    """Every draft that can be read, the newest change first."""
    drafts = []
    for path in (home.root / FOLDER).glob("*.json"):
        with suppress(StudioError, FileNotFoundError):
            drafts.append(_listed(home, path.stem, state_of(path)))
    return sorted(drafts, key=lambda each: (each.updated_at, each.id), reverse=True)


@lru_cache(REMEMBERED)
def _listed(home: "Home", draft_id: str, state: tuple[int, ...]) -> Draft:
    """A draft for the list, read again where its file changed."""
    return read(home, draft_id)


def remove(home: "Home", draft_id: str) -> None:
    """Remove a draft; StudioError `unknown_draft` where there is none."""
    with alone(home, draft_id):
        read(home, draft_id)
        _path(home, draft_id).unlink()
    _path(home, draft_id).with_suffix(".lock").unlink(missing_ok=True)


def changed(home: "Home", draft_id: str, version: int | None, **values: Any) -> Draft:
    """Keep a change of a draft, made on that version of it.

    Raises StudioError `draft_changed`, and changes nothing, where another browser was
    there before.
    """
    with alone(home, draft_id):
        draft = read(home, draft_id)
        if version is not None and draft.version != version:
            raise StudioError(
                "draft_changed",
                f"the draft {shown(draft.choices.name) if draft.choices.name else ''}".strip(),
                "was changed meanwhile in another window",
                "load the page anew to go on with what is there now",
            )
        update = {**values, "version": draft.version + 1, "updated_at": now()}
        return write(home, draft.model_copy(update=update))


def moved(home: "Home", draft_id: str, step: Step) -> Draft:
    """Keep the step that somebody is at, which is no change of the choices."""
    with alone(home, draft_id):
        return write(home, read(home, draft_id).model_copy(update={"step": step}))


@contextmanager
def alone(home: "Home", draft_id: str) -> Iterator[None]:
    """What reads a draft and writes it is done by one at a time."""
    from filelock import FileLock, Timeout

    path = _path(home, draft_id)
    lock = FileLock(path.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=0o600)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock:
            yield
    except Timeout as error:
        raise StudioError(
            "draft_in_use",
            f"draft {draft_id}",
            f"has been changed by another process for {LOCK_SECONDS} s",
            "try again",
        ) from error
    except OSError as error:
        raise _unwritten(home, error) from error


def _unwritten(home: "Home", error: OSError) -> StudioError:
    return of_system(error, "the draft", home.root)


def _path(home: "Home", draft_id: str) -> Path:
    if re.fullmatch(ID_PATTERN, draft_id) is None:
        raise _unknown(draft_id)
    return home.root / FOLDER / f"{draft_id}.json"


def _unknown(draft_id: str) -> StudioError:
    return StudioError(
        "unknown_draft",
        f"draft {shown(draft_id)}",
        "is not there",
        "start a new one with New audience",
    )
