"""Imported last by the process that commands are forked from.

What is frozen no fork looks through for garbage, and so they all share its memory.
"""

import atexit
import gc
import shutil
import tempfile
from pathlib import Path

from orchestration.dbt_economy import compile_macros
from tests.cheap_builds import make_builds_cheap, share_pictures

make_builds_cheap()
pictures = tempfile.mkdtemp(prefix="pictures-")
atexit.register(shutil.rmtree, pictures, ignore_errors=True)
share_pictures(Path(pictures))
compile_macros()
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)
