"""The one folder that holds a studio's state, and where each thing stands in it.

Paths are made from ids that the catalog gave, never from names that people typed.
"""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import StudioError
from catalog.file_failures import disk_full, is_want_of_space

FOLDER = ".lookalike"
ROOMS = ("datasets", "profiles", "builds", "audiences", "comparisons")


@dataclass(frozen=True, slots=True)
class Home:
    """The home folder. `root` is absolute and has mode 0700."""

    root: Path

    @property
    def catalog_url(self) -> str:
        """Address of the catalog for SQLAlchemy."""
        return f"sqlite:///{self.root / 'catalog.db'}"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    def dataset(self, dataset_id: str) -> Path:
        """Folder of a dataset's loaded copies (CSV and JSON Lines become Parquet here)."""
        return self.root / "datasets" / dataset_id

    def profile(self, profile_id: str) -> Path:
        """Folder of one fingerprint's statistics and samples."""
        return self.root / "profiles" / profile_id

    def build(self, build_id: str) -> Path:
        """Folder of one build: work database, spill, dbt target and logs."""
        return self.root / "builds" / build_id

    def comparison(self, comparison_id: str) -> Path:
        """Folder of one comparison of scorers: its figures, and what they were made from."""
        return self.root / "comparisons" / comparison_id

    def outlook(self, outlook_id: str) -> Path:
        """Folder of one outlook: what was learnt to advise before a build."""
        return self.root / "outlooks" / outlook_id

    def audience(self, audience_id: str) -> Path:
        """Folder of one audience's versions."""
        return self.root / "audiences" / audience_id

    def version(self, audience_id: str, number: int) -> Path:
        """Folder of one immutable version."""
        return self.audience(audience_id) / str(number)


def keep_private() -> None:
    """From here on this process makes files and folders for their owner alone.

    So that what SQLite, Dagster and dbt write by themselves is as private as the rest,
    whatever the mask that the process was started with.
    """
    os.umask(0o077)


def create_home(root: Path) -> Home:
    """Make the home folder where it is absent; readable by its owner alone."""
    keep_private()
    home = Home(root.absolute())
    folder = home.root
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        for folder in (home.root, *(home.root / name for name in ROOMS)):
            folder.mkdir(mode=0o700, exist_ok=True)
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _not_writable(folder, error) from error
    return home


def _not_writable(folder: Path, error: OSError) -> StudioError:
    """The error for a folder of the home in which nothing can be made."""
    if is_want_of_space(error):
        return disk_full(f"home folder '{folder}'", folder)
    return StudioError(
        "home_not_writable",
        f"home folder '{folder}'",
        f"cannot be written ({error.strerror})",
        "choose another with LOOKALIKE_HOME or mend its owner and mode",
    )


def named_home() -> Path | None:
    """The folder that LOOKALIKE_HOME names, whether or not it is there."""
    named = os.environ.get("LOOKALIKE_HOME")
    return Path(named) if named else None


def find_home(start: Path | None = None, *, is_made: bool = False) -> Home:
    """The home in use: LOOKALIKE_HOME, else the nearest ancestor with `.lookalike/`.

    With `is_made` the one that LOOKALIKE_HOME names is made where it is absent: what
    only reads would make an empty one of a mistyped path. Raises StudioError `no_home`
    where there is none.
    """
    named = named_home()
    if named is not None:
        if not is_made and not named.is_dir():
            raise StudioError(
                "no_home",
                f"folder '{named}'",
                "is named by LOOKALIKE_HOME and is not there",
                "mend LOOKALIKE_HOME, or run `lookalike init` to make it",
            )
        return create_home(named)
    folder = (start or Path.cwd()).absolute()
    for candidate in (folder, *folder.parents):
        if (candidate / FOLDER).is_dir():
            return create_home(candidate / FOLDER)
    raise StudioError(
        "no_home",
        f"folder '{folder}'",
        f"has no {FOLDER} folder, nor has any folder above it",
        "run `lookalike init` here or set LOOKALIKE_HOME",
    )
