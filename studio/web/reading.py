"""How many pages read data at once: each such reading may take much of the memory."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

READERS = 4
_readers = asyncio.Semaphore(READERS)
Given = ParamSpec("Given")
Found = TypeVar("Found")


async def read_data(
    work: Callable[Given, Found], *args: Given.args, **kwargs: Given.kwargs
) -> Found:
    """Do what looks at the rows of a dataset in a thread, once it is this one's turn."""
    async with _readers:
        return await asyncio.to_thread(work, *args, **kwargs)
