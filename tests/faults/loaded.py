"""Imported last by the process that commands are forked from.

What is frozen no fork looks through for garbage, and so they all share its memory.
"""

import atexit
import gc

from tests.cheap_builds import compile_macros, make_builds_cheap

make_builds_cheap()
compile_macros()
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)
