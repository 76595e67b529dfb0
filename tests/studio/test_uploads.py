"""What is sent as a file: bounded, whole or not at all, and nowhere but in the home."""

import errno
import gzip
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.errors import StudioError
from catalog.home import Home, create_home
from engines import csv_text
from studio.services import audit, dataset_sources, datasets, uploads
from studio.services.leftovers import clear_leftovers
from studio.services.opening import open_studio
from tests.studio.test_dataset_sources import upload

WRITE = os.write


@pytest.fixture
def workshop(tmp_path):
    return open_studio(create_home(tmp_path / ".lookalike"))


def kept(workshop) -> list[Path]:
    return list((workshop.home.root / uploads.UPLOADS).glob("*"))


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_a_disk_that_is_full_is_told_and_nothing_stays(workshop, monkeypatch, size):
    """At the first part that does not fit, or as the last one is written out."""
    opened = Path.open

    def open_full(path, mode="r", **named):
        opened(path, mode, **named).close()
        return opened(Path("/dev/full"), "wb")

    with monkeypatch.context() as patch:
        patch.setattr(uploads.Path, "open", open_full)
        with pytest.raises(StudioError) as refused:
            upload(workshop, "people.csv", b"x" * size, most=2 << 20)

    assert refused.value.code == "disk_full"
    assert "bytes are free" in str(refused.value)
    assert kept(workshop) == []


@pytest.mark.parametrize(
    ("name", "line"), [("a.csv.gz", b"a,b\n"), ("a.jsonl.gz", b'{"a": 1}\n')]
)
def test_a_small_file_that_unpacks_without_end_is_refused(
    workshop, monkeypatch, name, line
):
    monkeypatch.setattr(csv_text, "EXPANDED_FREELY", 1 << 20)
    bomb = gzip.compress(line * (1 << 20))
    path = upload(workshop, name, bomb)

    with pytest.raises(StudioError) as refused:
        dataset_sources.look(workshop, path)

    assert len(bomb) < 1 << 16
    assert refused.value.code == "expands_too_far"
    assert "unpacks to more than" in str(refused.value)


def test_a_parquet_file_that_claims_more_rows_than_it_has_is_no_dataset(
    workshop, tmp_path
):
    count, claimed = 123_457, 10**15
    ids = pa.array([f"u{number}" for number in range(count)])
    pq.write_table(pa.table({"user_id": ids, "age": ids}), tmp_path / "true.parquet")
    data = (tmp_path / "true.parquet").read_bytes()
    size = int.from_bytes(data[-8:-4], "little")
    told = data[-8 - size : -8].replace(varint(count), varint(claimed))
    forged = data[: -8 - size] + told + len(told).to_bytes(4, "little") + b"PAR1"
    path = upload(workshop, "a.parquet", forged, most=len(forged))

    with pytest.raises(StudioError) as refused:
        dataset_sources.add(workshop, path, "Forged")

    assert pq.read_metadata(path).num_rows == claimed
    assert "is not a whole Parquet file" in str(refused.value)
    assert workshop.catalog.list_datasets() == ()


def varint(number: int) -> bytes:
    """A number as Parquet's footer has it."""
    number, found = 2 * number, []
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def test_what_a_killed_process_left_goes_and_what_became_a_dataset_stays(workshop):
    rows = b"user_id,age\n" + b"".join(b"u%d,%d\n" % (n, n % 50) for n in range(99))
    path = upload(workshop, "people.csv", rows)
    dataset_sources.add(workshop, path, "People")
    upload(workshop, "left.csv", rows)
    export = workshop.home.root / "exports" / "left"
    export.mkdir(parents=True)
    shutil.copy(path, export / "members.csv")

    clear_leftovers(workshop)

    assert kept(workshop) == [path.parent]
    assert path.read_bytes() == rows
    assert not export.parent.exists()


def test_an_upload_stays_where_the_home_is_named_in_another_way(workshop, tmp_path):
    rows = b"user_id,age\n" + b"".join(b"u%d,%d\n" % (n, n % 50) for n in range(99))
    path = upload(workshop, "people.csv", rows)
    dataset_sources.add(workshop, path, "People")
    link = tmp_path / "link"
    link.symlink_to(workshop.home.root, target_is_directory=True)
    by_link = open_studio(Home(link))

    clear_leftovers(by_link)
    was_kept = path.exists()
    datasets.remove(by_link, "People")

    assert was_kept
    assert not path.exists()


def fills_up(descriptor: int, line: bytes) -> int:
    """A disk that takes a part of a line, and then nothing."""
    if len(line) < 60:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return WRITE(descriptor, line[:-50])


def test_a_disk_that_fills_up_leaves_a_whole_audit_log_and_the_new_dataset(
    workshop, monkeypatch
):
    rows = b"user_id,age\n" + b"".join(b"u%d,%d\n" % (n, n % 50) for n in range(99))
    audit.record(workshop.home, audit.Verb.signed_in, "user/ada")
    with monkeypatch.context() as patch:
        patch.setattr(audit.os, "write", fills_up)
        with (
            pytest.raises(StudioError) as refused,
            uploads.received(workshop, "people.csv") as file,
        ):
            file.write(rows)
            file.file.close()
            dataset_sources.add(workshop, file.path, "People")

    assert refused.value.code == "disk_full"
    assert [each.number for each in audit.read(workshop.home)] == [1]
    assert audit.record(workshop.home, audit.Verb.signed_in, "user/bob").number == 2
    assert file.path.read_bytes() == rows
    (dataset,) = workshop.catalog.list_datasets()
    assert dataset.path == str(file.path)
