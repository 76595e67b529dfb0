"""Several processes that open and write one catalog leave it whole."""

import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITER = """
import sys, threading, time
from catalog.specification import specification_of
from catalog.store import Catalog

url, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
values = {"name": "A", "seed": {"dataset": "s"}, "population": {"dataset": "p"}}
specification = specification_of({**values, "output": {"top": 1}})
failures = []

def write(thread):
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        count += 1
        try:
            catalog = Catalog(url)
            audience, _ = catalog.save_specification(specification)
            catalog.start_build(
                audience.id, 1, input_fingerprints={"x": f"{name}{thread}{count}"},
                code_version="1",
            )
            catalog.close()
        except Exception as error:
            failures.append(repr(error))

threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit(failures[0] if failures else 0)
"""


def test_opening_a_catalog_again_and_again_breaks_no_other_writers_lock(tmp_path):
    path = tmp_path / "catalog.db"
    command = [sys.executable, "-c", WRITER, f"sqlite:///{path}"]

    writers = [
        subprocess.Popen([*command, name, "4"], cwd=ROOT, stderr=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    failures = [writer.communicate()[1].decode() for writer in writers]

    assert failures == ["", "", ""]
    with sqlite3.connect(path) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("select count(*) from builds").fetchone()[0] > 3
