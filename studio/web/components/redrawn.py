"""A part of a page that is drawn anew, by what has to be read first."""

import asyncio
from collections.abc import Awaitable, Callable

from studio.web.components.elements import block


class Redrawn:
    """A box whose content is made of what is so when its turn comes.

    One drawing after the other; of those that are asked for meanwhile the last counts.
    """

    def __init__(self, classes: str = "") -> None:
        self.box = block(classes)
        self._asked = 0
        self._turn = asyncio.Lock()

    async def show(self, draw: Callable[[], Awaitable[None]]) -> None:
        """Put what `draw` draws in the place of what was there."""
        self._asked += 1
        mine = self._asked
        async with self._turn:
            if mine == self._asked:
                self.box.clear()
                with self.box:
                    await draw()
