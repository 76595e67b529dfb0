"""What a forked command finds loaded: the last that the process of the forks imports."""

import atexit
import gc

import alembic.command
import dagster._core.storage.base_storage
import dbt.task.build
import vl_convert  # noqa: F401

from tests.cheap_builds import compile_macros, make_builds_cheap

make_builds_cheap()
compile_macros()
# What is frozen no fork looks through, and so it stays memory that all of them share.
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)
