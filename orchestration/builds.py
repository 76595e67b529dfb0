"""One build on disk: its folder, what it was asked to do, which steps are finished.

The folder is named by the build id, so a retry finds it and a changed specification
never does. `build.json` holds what later steps need; `done/<step>.json` marks a
finished step with its figures.
"""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.home import Home
from catalog.specification_settings import Economics
from engines.base import Hashing
from engines.marks import IS_KEPT, QUOTA_GROUP
from engines.sealed import read_sealed, write_sealed
from python_scoring.proxies import Proxy

RECORD = "build.json"
DONE = "done"


class Build(Frozen):
    """What one build is, as its later steps read it. Slugs were checked by the catalog.

    `input_signs` are by dataset id (see `steady`), `left_out` is why each
    attribute that was not scored was left out, and what would help. `identifier_shapes`
    say in words what the identifiers look like on each side, and which of them lost
    leading zeros, where the seed must be found to be learnt from. `protected_columns` are the names of the protected
    attributes' columns, by slug, and `proxies` those that the plan has measured.
    """

    build_id: str
    folder: Path
    audience_id: str
    audience_slug: str
    audience_name: str
    specification_number: int
    specification_hash: str
    code_version: str
    model: str
    trials: int = 0
    learn_from: str
    minimum_seed: int
    advised_seed: int
    minimum_population: int = 1
    identifiers: tuple[str, ...]
    hashed_identifiers: tuple[str, ...]
    carried_identifiers: tuple[str, ...]
    raw_identifiers: dict[str, dict[str, Hashing]]
    categorical: tuple[str, ...]
    continuous: tuple[str, ...]
    discrete: tuple[str, ...]
    protected_categorical: tuple[str, ...] = ()
    protected_continuous: tuple[str, ...] = ()
    protected_columns: dict[str, str] = {}
    proxies: tuple[Proxy, ...] = ()
    fairness_mode: Literal["standard", "regulated"] = "standard"
    coded: tuple[str, ...] = ()
    keep_margin: float | None = None
    tiers: tuple[tuple[str, float], ...] = ()
    quotas: dict[str, Any] = {}
    allow_indistinct: bool = False
    economics: Economics = Economics()
    resolve_people: bool
    input_fingerprints: dict[str, str]
    input_signs: dict[str, str]
    seed: dict[str, Any] = {}
    population: dict[str, Any] = {}
    weighs_seed: bool = False
    unlike: dict[str, Any] | None = None
    minimum_unlike: int = 25
    identifier_shapes: dict[str, str] = {}
    maximum_differing_share: float = 0.05
    maximum_unknown_share: float = 0.05
    notes: tuple[str, ...] = ()
    left_out: tuple[dict[str, str], ...] = ()

    def dbt_variables(self) -> dict[str, Any]:
        """The vars of both dbt steps: an id, slugs, switches; never a user's text."""
        return {
            "build_id": self.build_id,
            "categorical": list(self.categorical),
            "continuous": list(self.continuous),
            "protected_categorical": list(self.protected_categorical),
            "protected_continuous": list(self.protected_continuous),
            "discrete": list(self.discrete),
            "identifiers": list(self.identifiers),
            "hashed_identifiers": list(self.hashed_identifiers),
            "carried_identifiers": list(self.carried_identifiers),
            "raw_identifiers": {
                side: {slug: list(made) for slug, made in found.items()}
                for side, found in self.raw_identifiers.items()
            },
            "resolve_people": self.resolve_people,
            "coded": list(self.coded),
            "marks": list(self.marks),
            "learn_from": self.learn_from,
            "weighs_seed": self.weighs_seed,
            "has_unlike": self.has_unlike,
            "is_searched": self.trials > 0,
            "model": self.model,
        }

    @property
    def has_unlike(self) -> bool:
        """True where there are people one does not want more of."""
        return self.unlike is not None

    @property
    def roles(self) -> dict[str, str]:
        """What is scored, each with its role."""
        return {
            **dict.fromkeys(self.categorical, "categorical"),
            **dict.fromkeys(self.continuous, "continuous"),
        }

    @property
    def protected_roles(self) -> dict[str, str]:
        """What is protected, each with the role in which it makes groups, in order."""
        return {
            slug: "continuous" if slug in self.protected_continuous else "categorical"
            for slug in self.protected_columns
        }

    @property
    def marks(self) -> tuple[str, ...]:
        """What the engine notes of each row beside its attributes."""
        found = {IS_KEPT: "where" in self.population, QUOTA_GROUP: self.has_quotas}
        return tuple(name for name, is_there in found.items() if is_there)

    @property
    def has_quotas(self) -> bool:
        """True where the audience is shared out among groups."""
        return bool(self.quotas)

    @property
    def has_many_identities(self) -> bool:
        """True where a person may have more identifiers than there are columns."""
        return self.resolve_people and len(self.identifiers) > 1

    def save(self) -> None:
        """Write the record; a later step of any process reads it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_sealed(self.folder / RECORD, self.model_dump(mode="json"))

    def done(self, step: str) -> dict[str, Any] | None:
        """The figures of a finished step; None where it is not finished."""
        return read_sealed(self.folder / DONE / f"{step}.json")

    def finish(self, step: str, figures: dict[str, Any]) -> None:
        """Mark a step as finished; what it wrote is complete and on disk."""
        (self.folder / DONE).mkdir(mode=0o700, exist_ok=True)
        write_sealed(self.folder / DONE / f"{step}.json", figures)


def load_build(home: Home, build_id: str) -> Build:
    """The build of that id; raises StudioError `build_gone` where its folder is gone."""
    record = read_sealed(home.build(build_id) / RECORD)
    try:
        return Build.model_validate(record)
    except ValueError:
        raise StudioError(
            "build_gone",
            f"build '{build_id}'",
            "is no longer on disk",
            "run the whole job again; it begins with `build_inputs`",
        ) from None


def sweep_builds(home: Home, build_ids: list[str]) -> int:
    """Remove the folders of these builds; how many were there."""
    folders = [home.build(build_id) for build_id in build_ids]
    there = [folder for folder in folders if folder.exists()]
    for folder in there:
        remove_work(folder)
    return len(there)


def remove_work(folder: Path, kept: Collection[str] = ()) -> None:
    """Remove what stands in a build's folder, and the folder where nothing is `kept`.

    What says that steps are done goes first: where this is cut short the build begins
    anew, and does not look for what is gone.
    """
    shutil.rmtree(folder / DONE, ignore_errors=True)
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in kept:
            path.unlink(missing_ok=True)
