"""Which bytes of a CSV file stand within quotes, as an engine reads them.

A quote opens at the start of a field alone, with spaces before it perhaps; another, such
as an inch mark, is a sign like any other.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# What may separate fields where nobody has told it yet.
DELIMITERS = ",;\t|"
SPACE, LINE_FEED = 32, 10
# A field starts after these as well; the backslash, as it hides a quote in some files.
STARTS = b"\r\n\\"


class Quotes:
    """Asked for a file's bytes chunk after chunk."""

    def __init__(self, quote: str, delimiters: str) -> None:
        import numpy as np

        sign = quote.encode()
        self._quote = sign[0] if len(sign) == 1 else None
        self._opens = np.zeros(256, dtype=bool)
        self._opens[[*STARTS, *delimiters.encode()]] = True
        self._is_inside = self._is_literal = False
        self._last = self._last_solid = LINE_FEED

    def within(self, data: "np.ndarray") -> "np.ndarray":
        """True for bytes between an opening and a closing quote; data is not empty."""
        import numpy as np

        at = np.flatnonzero(data == self._quote) if self._quote is not None else ()
        inside = np.full(len(data), self._is_inside)
        if len(at):
            # A run of quotes opens or closes by its parity, whatever stands around it.
            begins = np.flatnonzero(np.diff(at, prepend=-2) > 1)
            runs = at[begins]
            is_odd = np.diff(begins, append=len(at)) % 2 == 1
            can_open = self._opens[self._before(data, runs)]
            if runs[0] == 0 and self._last == self._quote:
                can_open[0] = not self._is_literal
            states = np.concatenate([[self._is_inside], self._states(is_odd, can_open)])
            inside = np.repeat(states, np.diff(runs, prepend=0, append=len(data)))
            self._is_inside = bool(states[-1])
            self._is_literal = not states[-2] and not can_open[-1]
        self._last = int(data[-1])
        if self._last != SPACE:
            self._last_solid = self._last
        elif (data != SPACE).any():
            self._last_solid = int(data[data != SPACE][-1])
        return inside

    def _before(self, data: "np.ndarray", runs: "np.ndarray") -> "np.ndarray":
        """The byte before each run of quotes, spaces left out."""
        import numpy as np

        found = np.where(runs > 0, data[runs - 1], self._last)
        spaced = np.flatnonzero((found == SPACE) & ~self._opens[SPACE])
        if len(spaced):
            solid = np.flatnonzero(data != SPACE)
            nearest = np.searchsorted(solid, runs[spaced]) - 1
            found[spaced] = np.where(
                nearest >= 0, data[solid[nearest]], self._last_solid
            )
        return found

    def _states(self, is_odd: "np.ndarray", can_open: "np.ndarray") -> "np.ndarray":
        """Within quotes or not after each run: one that cannot open can close alone."""
        import numpy as np

        turns = np.cumsum(is_odd & can_open)
        closed = np.maximum.accumulate(
            np.where(is_odd & ~can_open, np.arange(len(turns)), -1)
        )
        since = np.where(closed >= 0, turns - turns[closed], turns + self._is_inside)
        return since % 2 == 1
