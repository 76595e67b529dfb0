"""When Python looks for garbage: rarely in a command, which ends, often in a server.

Looking costs by what is looked through, so what was loaded for good is left out.
"""

import gc
from functools import cache

OF_A_COMMAND = (100_000, 50, 50)
# A page is thousands of objects that refer to each other.
OF_A_SERVER = (5_000, 10, 10)


def collect_rarely() -> None:
    """Look for garbage less often than Python does by itself.

    Loading makes millions of objects that stay; looking for garbage among them costs a
    sixth of a build.
    """
    gc.set_threshold(*OF_A_COMMAND)


def collect_pages() -> None:
    """Look for pages that were left soon after; what is loaded by now stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*OF_A_SERVER)


@cache
def keep_libraries() -> None:
    """Leave out what is loaded by now: the libraries of an estimate. Done once."""
    gc.collect()
    gc.freeze()
