"""Lists a page at a time."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

T = TypeVar("T")
MOST = 500


class Paging(BaseModel):
    """Which part of a list is asked for."""

    limit: Annotated[int, Query(ge=1, le=MOST, description="At most so many.")] = 100
    offset: Annotated[
        int, Query(ge=0, le=10**9, description="After so many others.")
    ] = 0


class Page(BaseModel, Generic[T]):
    """A part of a list; `total` counts the whole."""

    items: list[T]
    total: int
    limit: int
    offset: int


Paged = Annotated[Paging, Depends()]


def page_of(items: Sequence[object], paging: Paging) -> dict[str, object]:
    """The part that is asked for, in the fields of `Page`."""
    end = paging.offset + paging.limit
    return {
        "items": list(items[paging.offset : end]),
        "total": len(items),
        **paging.model_dump(),
    }
