"""Opening the studio for a command, and reading the small files that commands take."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from catalog.datasets import CsvSchema
from catalog.errors import StudioError
from catalog.file_failures import refuse_special

if TYPE_CHECKING:
    from catalog.home import Home
    from orchestration.workshop import Workshop


def open_studio(
    home: "Home | None" = None,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    tracking: str | None = None,
    makes_home: bool = False,
) -> "Workshop":
    """The studio at the home in use, or at `home`.

    What registers or builds makes the home that LOOKALIKE_HOME names.
    """
    from orchestration.workshop import open_workshop

    return open_workshop(
        home,
        threads=threads,
        memory_limit=memory_limit,
        tracking=tracking,
        makes_home=makes_home,
    )


def read_csv_schema(path: Path | None) -> CsvSchema | None:
    """A CSV schema from a JSON file; None without one."""
    if path is None:
        return None
    try:
        refuse_special(path, f"CSV schema '{path.name}'")
        text = path.read_bytes()
    except OSError as error:
        raise StudioError(
            "schema_not_readable",
            f"CSV schema '{path.name}'",
            f"cannot be read ({error.strerror})",
            "check its path",
        ) from error
    return csv_schema_of(text, f"CSV schema '{path.name}'")


def csv_schema_of(text: bytes | str, subject: str) -> CsvSchema:
    """A CSV schema from JSON; StudioError `schema_invalid` about that subject."""
    try:
        return CsvSchema.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise StudioError(
            "schema_invalid",
            subject,
            f"is wrong at {where} ({first['msg'].removeprefix('Value error, ')})",
            "mend it; `lookalike datasets show NAME --json` prints a valid one",
        ) from error


def refuse_existing(path: Path) -> None:
    """Refuse a file that `write_new` could not write, before the work for it begins."""
    if path.exists():
        raise _there_already(path)


def _there_already(path: Path) -> StudioError:
    return StudioError(
        "file_exists",
        f"file '{path}'",
        "is there already",
        "name another, or remove it first",
    )


def write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise _there_already(path) from error
    except OSError as error:
        raise StudioError(
            "file_not_writable",
            f"file '{path}'",
            f"cannot be written ({error.strerror})",
            "check the folder and its mode",
        ) from error
