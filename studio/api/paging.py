"""Lists a page at a time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

T = TypeVar("T")
MOST = 500
AT_MOST, AFTER = "At most so many.", "After so many others."


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is asked for."""

    limit: int
    offset: int


def paging(
    limit: Annotated[int, Query(ge=1, le=MOST, description=AT_MOST)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9, description=AFTER)] = 0,
) -> Paging:
    """The part that the address names."""
    return Paging(limit, offset)


class Page(BaseModel, Generic[T]):
    """A part of a list; `total` counts the whole."""

    items: list[T]
    total: int
    limit: int
    offset: int


Paged = Annotated[Paging, Depends(paging)]


def page_of(items: Sequence[object], paging: Paging) -> dict[str, object]:
    """The part that is asked for, in the fields of `Page`."""
    end = paging.offset + paging.limit
    return {
        "items": list(items[paging.offset : end]),
        "total": len(items),
        **asdict(paging),
    }
