"""One partition for each audience, so that each has its own history and schedule."""

from collections.abc import Iterable

import dagster as dg

audiences = dg.DynamicPartitionsDefinition(name="audiences")


def sync_partitions(instance: dg.DagsterInstance, slugs: Iterable[str]) -> None:
    """Give each audience of the catalog its partition; those no longer there go."""
    known = set(instance.get_dynamic_partitions("audiences"))
    wanted = set(slugs)
    if wanted - known:
        instance.add_dynamic_partitions("audiences", sorted(wanted - known))
    for slug in sorted(known - wanted):
        instance.delete_dynamic_partition("audiences", slug)
