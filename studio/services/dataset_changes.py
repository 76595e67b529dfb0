"""Whether the source of a dataset still is what was read of it."""

from typing import TYPE_CHECKING

from catalog.datasets import DatasetKind
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

CHANGED = "dataset_changed"


def change_of(workshop: "Workshop", found: MappedDataset) -> StudioError | None:
    """What became of the source since it was read; None where it is as it was.

    Names, sizes and times are looked at; only bytes that were written since are read.
    """
    from engines.registration import refuse_changed_columns

    dataset, profile = found.dataset, found.profile
    try:
        fingerprint = workshop.engine.fingerprint(dataset)
        if profile is None or profile.fingerprint == fingerprint:
            return None
        # To look for the columns of JSON Lines all lines would be read, at each visit.
        if dataset.kind is not DatasetKind.json_lines:
            refuse_changed_columns(
                workshop.engine, dataset, fingerprint, found.mappings
            )
    except StudioError as error:
        return error
    return StudioError(
        CHANGED,
        f"dataset '{dataset.name}'",
        "has changed since it was read",
        "read it anew, which counts it as it is now or tells what is wrong with it",
    )
