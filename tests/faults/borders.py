"""The borders of a build at which it is killed: just before or just after one call.

Forked with the command, so a border is planted by its name before the command begins.
"""

import os
import signal
from dataclasses import dataclass
from importlib import import_module
from typing import Any

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Border:
    """A call of the build: `owner` is a module or `module:Class`, `call` its function.

    With `argument`, only a call that has it among its arguments counts.
    """

    name: str
    owner: str
    call: str
    when: str
    argument: str | None = None

    def holder(self) -> Any:
        """What holds the function."""
        module, _, owner = self.owner.partition(":")
        found = import_module(module)
        return getattr(found, owner) if owner else found


# Only where nothing is registered yet.
REGISTRATION = (
    Border(
        "a dataset is registered, its mappings are not",
        "catalog.store:Catalog",
        "set_mappings",
        BEFORE,
    ),
    Border(
        "a dataset is registered, its profile is not",
        "catalog.store:Catalog",
        "save_profile",
        BEFORE,
    ),
)
# The last step is done once its version stands in the catalog.
STEPS = ("inputs", "learn", "scores", "deliver")
STAGES = tuple(
    Border(
        f"{when} {step} is marked as done",
        "orchestration.builds:Build",
        "finish",
        when,
        step,
    )
    for step in STEPS
    for when in (BEFORE, AFTER)
)
PUBLICATION = (
    Border(
        "the draft is written, not checked",
        "orchestration.publishing",
        "check_version",
        BEFORE,
    ),
    Border("before the rename", "orchestration.publishing", "_move", BEFORE),
    Border(
        "after the rename, before the transaction ends",
        "orchestration.publishing",
        "_move",
        AFTER,
    ),
    Border("after the transaction", "catalog.store:Catalog", "publish_version", AFTER),
)
LEASE = tuple(
    Border(
        f"{when} the lease is given back",
        "orchestration.assets.audience",
        "give_back",
        when,
    )
    for when in (BEFORE, AFTER)
)
# In the order in which a build meets them.
BORDERS = (*STAGES, *PUBLICATION, *LEASE)


def plant(border: Border, number: int = signal.SIGKILL) -> None:
    """Have this process send itself a signal at the border."""
    holder = border.holder()
    original = getattr(holder, border.call)

    def deadly(*arguments: Any, **options: Any) -> Any:
        is_here = border.argument is None or border.argument in arguments
        if is_here and border.when == BEFORE:
            os.kill(os.getpid(), number)
        result = original(*arguments, **options)
        if is_here and border.when == AFTER:
            os.kill(os.getpid(), number)
        return result

    setattr(holder, border.call, deadly)
