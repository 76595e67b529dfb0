"""One partition for each audience, so that each has its own history and schedule."""

from collections.abc import Iterable

import dagster as dg

audiences = dg.DynamicPartitionsDefinition(name="audiences")


def add_partitions(instance: dg.DagsterInstance, slugs: Iterable[str]) -> None:
    """Give audiences their partitions, where they have none yet.

    None is ever taken away: a run of an audience that is put into the archive meanwhile
    could not store what it has made.
    """
    missing = set(slugs) - set(instance.get_dynamic_partitions("audiences"))
    if missing:
        instance.add_dynamic_partitions("audiences", sorted(missing))
