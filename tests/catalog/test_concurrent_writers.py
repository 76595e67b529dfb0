"""A catalog that is opened twice in a process keeps SQLite's locks on its file."""

import sqlite3
import subprocess
import sys

from catalog.store import Catalog

WRITE_AND_CLOSE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("update schema_versions set version = version")
connection.commit()
connection.close()
"""


def test_opening_it_again_does_not_drop_the_lock_of_an_open_connection(tmp_path):
    path = tmp_path / "catalog.db"
    Catalog(f"sqlite:///{path}").close()
    held = sqlite3.connect(path)
    held.execute("select * from schema_versions").fetchall()

    Catalog(f"sqlite:///{path}").close()
    subprocess.run([sys.executable, "-c", WRITE_AND_CLOSE, path], check=True)

    # Who believes to be the last one removes the write-ahead log under our feet.
    assert path.with_name("catalog.db-wal").exists()
    held.close()
