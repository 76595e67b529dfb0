"""The catalog: one class over one database, whose operations stand in a file each.

Tables: tables.py. Opening and locking: database.py. Operations: dataset_store.py,
audience_store.py, lease_store.py, build_store.py, version_store.py, each on top of the one before.
"""

from catalog.build_identity import build_id_of
from catalog.mapped_dataset import MappedDataset
from catalog.version_store import VersionStore

__all__ = ["Catalog", "MappedDataset", "build_id_of"]


class Catalog(VersionStore):
    """Everything the studio knows: datasets, audiences, builds, versions, names.

    Values go in and come out; several threads and processes may use one file.
    """
