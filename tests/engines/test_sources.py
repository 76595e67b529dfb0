"""Paths, folders, databases and JSON Lines as sources."""

import errno
import os
import socket
import subprocess
import sys
import time
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.errors import StudioError
from engines.base import Settings


def parquet(path, values, name="v"):
    pq.write_table(pa.table({name: values}), path)
    return path


def rewritten(path, values):
    """Written once more, at a time that is told from the last one's."""
    before = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before:
        parquet(path, values)


def socket_at(path):
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(path)


@pytest.mark.parametrize(
    "stem", ["[ab]", "*", "?", "b ' \" c", "{a,b}", "x\\y", "a%20b"]
)
def test_a_path_names_exactly_one_file(engine, source, tmp_path, stem):
    for other in ("a", "b", "ab"):
        parquet(tmp_path / f"{other}.parquet", [0, 0])
    target = parquet(tmp_path / f"{stem}.parquet", [7, 8, 9])
    text = tmp_path / f"{stem}.csv"
    text.write_text("v\n7\n8\n9\n")
    (tmp_path / "a.csv").write_text("v\n0\n")

    assert source(target, ["v"]).profile.rows == 3
    assert source(text, ["v"]).profile.rows == 3


def test_a_folder_is_read_in_order_without_hidden_files(engine, source, tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    parquet(folder / "b.parquet", [3])
    parquet(folder / "a.parquet", [1, 2])
    others = ("e.crc", "e.parquet.tmp", "readme.txt")
    for skipped in (".c.parquet", "_SUCCESS", "_d.parquet", *others):
        (folder / skipped).write_text("not Parquet")

    found = source(folder, ["v"])

    (note,) = engine.inspect(folder).notes
    assert note.endswith(
        "left out of the folder: 'e.crc', 'e.parquet.tmp', 'readme.txt'."
    )

    sample = engine.read_sample(found, "v", ["v"])
    assert sorted(sample["v"].to_pylist()) == [1, 2, 3]


def test_capital_letters_in_an_ending_leave_no_rows_out(engine, tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    parquet(folder / "part-0.parquet", [1, 2])
    parquet(folder / "part-1.PARQUET", [3])

    assert engine.inspect(folder).rows == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("part-1.parq", "file 'part-1.parq' in folder 'people' holds rows"),
        ("part-1.parquet.1", "file 'part-1.parquet.1' in folder 'people' holds rows"),
        ("part-1", "file 'part-1' in folder 'people' holds rows"),
        ("more/part-1.PARQUET", "holds Parquet in the folder 'more' inside it"),
        ("more/deep/part-1", "holds Parquet in the folder 'more' inside it"),
    ],
)
def test_parquet_that_a_folder_would_leave_out_is_refused(
    engine, tmp_path, name, words
):
    folder = tmp_path / "people"
    (folder / name).parent.mkdir(parents=True)
    parquet(folder / "part-0.parquet", [1])
    parquet(folder / name, [2])

    with pytest.raises(StudioError, match=words):
        engine.inspect(folder)


def test_rows_of_another_kind_in_a_folder_are_refused(engine, tmp_path):
    parquet(tmp_path / "a.parquet", [1])
    (tmp_path / "x.CSV").write_text("v\n2\n")

    with pytest.raises(StudioError, match=r"file 'x\.CSV' in folder .* holds rows"):
        engine.inspect(tmp_path)


def test_a_folder_with_other_columns_is_refused(engine, tmp_path):
    parquet(tmp_path / "a.parquet", [1])
    parquet(tmp_path / "b.parquet", [1], name="w")

    with pytest.raises(StudioError, match="'b.parquet' has other columns"):
        engine.inspect(tmp_path)


def test_decimals_that_are_rounded_are_told(engine, tmp_path):
    number = Decimal(10**38 - 1)
    table = {
        f"of_{digits}": pa.array([number], pa.decimal256(digits, 0))
        for digits in (38, 60)
    }
    pq.write_table(pa.table(table), tmp_path / "data.parquet")

    found = engine.inspect(tmp_path / "data.parquet")

    assert [each.type for each in found.columns] == ["DECIMAL(38,0)", "DOUBLE"]
    assert [note.split(",")[0] for note in found.notes] == [
        "Column 'of_60' holds decimals of 60 digits"
    ]


def test_a_link_out_of_a_folder_is_refused(engine, tmp_path):
    outside = parquet(tmp_path / "outside.parquet", [1])
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "a.parquet").symlink_to(outside)

    with pytest.raises(StudioError, match="leads out of the folder"):
        engine.inspect(folder)


@pytest.mark.parametrize("make", [os.mkfifo, socket_at])
@pytest.mark.parametrize("name", ["people.csv", "people/part-1.parquet"])
def test_what_is_neither_file_nor_folder_is_refused_unread(
    engine, tmp_path, monkeypatch, make, name
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people").mkdir()
    make(name)

    with pytest.raises(StudioError, match="is a pipe, a socket or a device"):
        engine.inspect(name if name.endswith(".csv") else "people")


def test_a_link_to_a_device_is_refused(engine, tmp_path):
    (tmp_path / "people.csv").symlink_to(os.devnull)

    with pytest.raises(StudioError, match="is a pipe, a socket or a device"):
        engine.inspect(tmp_path / "people.csv")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.parquet", "was not found"),
        ("data.txt", "ending that is not known"),
        ("cut.parquet", "not a whole Parquet file"),
        ("text.parquet", "not a whole Parquet file"),
    ],
)
def test_what_cannot_be_read_is_said(engine, tmp_path, name, words):
    whole = parquet(tmp_path / "whole.parquet", list(range(1000))).read_bytes()
    (tmp_path / "data.txt").write_text("x")
    (tmp_path / "cut.parquet").write_bytes(whole[:-100])
    (tmp_path / "text.parquet").write_text("hello " * 10)

    with pytest.raises(StudioError, match=words):
        engine.inspect(tmp_path / name)


def test_an_address_is_refused(engine):
    with pytest.raises(StudioError, match="is an address"):
        engine.inspect("https://example.com/a.csv")


def test_only_allowed_folders_are_read(engine, tmp_path):
    from dataclasses import replace

    path = parquet(tmp_path / "a.parquet", [1])
    engine.settings = replace(engine.settings, allowed_folders=(tmp_path / "data",))

    with pytest.raises(StudioError, match="outside the folders"):
        engine.inspect(path)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table people as select i as id, i * 0.5 as v, "
            "uuid() as u, 'a'::enum('a', 'b') as e, i::hugeint as h from range(5) t(i)"
        )
        connection.execute("create view doubled as select id, v * 2 as v from people")
        connection.execute("create view spy as select * from read_text('/etc/passwd')")
    return path


def test_a_table_of_a_database_is_read_in_order(engine, loaded, database):
    table = loaded(database, table="people")

    assert table["id"].to_pylist() == [0, 1, 2, 3, 4]
    assert table["v"].to_pylist() == pytest.approx([0, 0.5, 1, 1.5, 2])


def test_whole_numbers_that_no_decimal_holds_are_named_by_column(
    engine, register, database
):
    with duckdb.connect(str(database)) as connection:
        beyond = "cast('1' || repeat('0', 38) as hugeint)"
        connection.execute(f"create table ids as select {beyond} as user_id")
    dataset = register(database, table="ids")

    with pytest.raises(StudioError, match="'ids', column 'user_id'.*VARCHAR") as told:
        engine.load(dataset, engine.fingerprint(dataset))
    assert "1000" not in str(told.value)


def test_a_view_is_read_unless_it_reads_files(engine, loaded, database):
    assert loaded(database, table="doubled").num_rows == 5

    with pytest.raises(StudioError, match="outside the folders"):
        engine.inspect(database, "spy")


def test_a_table_that_is_not_there_is_refused_with_those_that_are(engine, database):
    with pytest.raises(StudioError, match="doubled, people, spy"):
        engine.inspect(database, "persons")


@pytest.mark.parametrize("table", [None, "a.b"])
def test_two_tables_of_one_written_name_are_told_apart_or_refused(
    engine, tmp_path, table
):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema a; create table a.b as select 1 as id")
        connection.execute('create table "a.b" as select 2 as id')

    with pytest.raises(
        StudioError, match="two tables that are written|more or fewer than"
    ):
        engine.inspect(path, table)


def test_a_database_held_by_another_process_names_it(engine, database):
    code = (
        f"import duckdb, time; c = duckdb.connect({str(database)!r}); "
        "print('open', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        started = time.monotonic()
        with pytest.raises(StudioError, match=f"process {holder.pid}"):
            engine.inspect(database, "people")
        assert time.monotonic() - started < Settings().lock_wait_seconds
    finally:
        holder.kill()
        holder.wait()


def test_a_damaged_database_is_refused_without_waiting(engine, database, monkeypatch):
    content = bytearray(database.read_bytes())
    content[4_096 + 50] ^= 0xFF
    database.write_bytes(content)
    monkeypatch.setattr("engines.connection.time.sleep", lambda _: pytest.fail("waits"))

    with pytest.raises(StudioError, match="is damaged on the disk"):
        engine.inspect(database, "people")


def test_json_lines_are_read(loaded, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text(
        '{"id": "01", "v": 1, "d": "2024-01-02"}\n{"id": "02", "v": 2.5, "w": [1]}\n'
    )

    table = loaded(path)

    assert table["id"].to_pylist() == ["01", "02"]
    assert table["v"].to_pylist() == [1.0, 2.5]


@pytest.mark.parametrize(
    "line",
    ['{"a": 1', "[1, 2]", "not json", '{"a": 1}{"a": 2}', '{"a": 1, "a": 2}'],
    ids=str,
)
def test_a_bad_json_line_is_named(engine, tmp_path, line):
    path = tmp_path / "data.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n' + line + '\n{"a": 4}\n')

    with pytest.raises(StudioError, match="line 3"):
        engine.inspect(path)


def test_ambiguous_dates_in_json_stay_text(engine, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"d": "01/02/2024"}\n{"d": "03/04/2024"}\n')

    assert engine.inspect(path).columns[0].type == "VARCHAR"


def test_a_fingerprint_follows_content_not_time(engine, register, tmp_path):
    path = parquet(tmp_path / "a.parquet", [1, 2])
    dataset = register(path)
    first, stamp = engine.fingerprint(dataset), engine.stamp(dataset)

    rewritten(path, [1, 2])
    touched = engine.fingerprint(dataset)
    assert engine.stamp(dataset) != stamp
    rewritten(path, [1, 3])

    assert touched == first
    assert engine.fingerprint(dataset) != first


def test_a_settled_file_is_hashed_once(engine, register, tmp_path, monkeypatch):
    dataset = register(parquet(tmp_path / "a.parquet", [1, 2]))
    monkeypatch.setattr("engines.fingerprints.SETTLED_SECONDS", -1)
    first = engine.fingerprint(dataset)

    monkeypatch.setattr("engines.fingerprints.content_hash", "reading again fails")

    assert engine.fingerprint(dataset) == first


def test_a_full_disk_is_told_with_what_is_free(engine, register, tmp_path, monkeypatch):
    dataset = register(parquet(tmp_path / "a.parquet", [1, 2]))
    monkeypatch.setattr("engines.fingerprints.SETTLED_SECONDS", -1)

    def full(path, document):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr("engines.fingerprints.write_sealed", full)

    with pytest.raises(StudioError, match="bytes are free") as refused:
        engine.fingerprint(dataset)

    assert refused.value.code == "disk_full"


def test_a_file_written_with_its_old_time_has_another_fingerprint(
    engine, register, tmp_path, monkeypatch
):
    import os

    path = parquet(tmp_path / "a.parquet", [1, 2])
    dataset = register(path)
    monkeypatch.setattr("engines.fingerprints.SETTLED_SECONDS", -1)
    first, stamp = engine.fingerprint(dataset), engine.stamp(dataset)
    before = path.stat()

    rewritten(path, [1, 3])
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert engine.fingerprint(dataset) != first
    assert engine.stamp(dataset) != stamp


def test_columns_are_looked_at_once_for_each_content(
    engine, register, tmp_path, monkeypatch
):
    path = parquet(tmp_path / "a.parquet", [1, 2])
    dataset = register(path)
    first = engine.columns(dataset, engine.fingerprint(dataset))
    parquet(path, ["one", "two"])
    then = engine.columns(dataset, engine.fingerprint(dataset))

    monkeypatch.setattr(engine, "inspect", "looking again fails")

    assert engine.columns(dataset, engine.fingerprint(dataset)) == then
    assert [each.type for each in (*first, *then)] == ["BIGINT", "VARCHAR"]


def test_columns_of_a_file_that_changes_meanwhile_are_not_kept(
    engine, register, tmp_path, monkeypatch
):
    path = parquet(tmp_path / "a.parquet", [1, 2])
    dataset, genuine = register(path), engine.inspect
    fingerprint = engine.fingerprint(dataset)

    def changing(*arguments):
        content = path.read_bytes()
        parquet(path, ["one", "two"])
        found = genuine(*arguments)
        path.write_bytes(content)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(engine, "inspect", changing)
        with pytest.raises(StudioError) as refusal:
            engine.columns(dataset, fingerprint)

    assert refusal.value.code == "changed_while_read"
    assert engine.columns(dataset, fingerprint)[0].type == "BIGINT"


def test_what_is_made_of_a_file_that_changes_meanwhile_is_not_kept(
    engine, register, tmp_path, monkeypatch
):
    """Else the statistics of one content would stand under another's fingerprint."""
    from engines import duckdb as module

    path = parquet(tmp_path / "a.parquet", [1, 2])
    dataset = register(path)
    fingerprint = engine.fingerprint(dataset)
    genuine = module.profile_files

    def changing(*arguments, **options):
        content = path.read_bytes()
        parquet(path, [3, 4, 5])
        try:
            return genuine(*arguments, **options)
        finally:
            path.write_bytes(content)

    with monkeypatch.context() as patch:
        patch.setattr(module, "profile_files", changing)
        with pytest.raises(StudioError) as refusal:
            engine.profile(dataset, fingerprint, [])

    assert refusal.value.code == "changed_while_read"
    assert engine.profile(dataset, fingerprint, []).rows == 2


@pytest.mark.parametrize("damage", ["cut", "flip", "no hash"])
def test_a_damaged_copy_of_a_loaded_file_is_made_anew(
    engine, register, tmp_path, damage
):
    path = tmp_path / "a.csv"
    path.write_text("id,v\nu1,1\nu2,2\n")
    dataset = register(path)
    fingerprint = engine.fingerprint(dataset)
    engine.load(dataset, fingerprint)
    (copy,) = engine.home.dataset(dataset.id).glob("*.parquet")
    whole = copy.read_bytes()
    if damage == "no hash":
        copy.with_name(f"{copy.name}.crc32").unlink()
    else:
        middle = len(whole) // 2
        end = whole[middle + 1 :] if damage == "flip" else b""
        copy.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + end)

    engine.load(dataset, fingerprint)

    assert copy.read_bytes() == whole


def test_damaged_statistics_and_samples_are_made_anew(engine, source, tmp_path):
    path = parquet(tmp_path / "a.parquet", ["u1", "u2"])
    first = source(path, ["v"]).profile
    folder = engine.home.profile(first.id)
    (sample,) = folder.glob("sample_*.parquet")
    whole = sample.read_bytes()

    statistics = folder / "profile.json"
    statistics.write_text(statistics.read_text().replace('"rows": 2', '"rows": 3'))
    sample.write_bytes(whole[:-9])

    assert source(path, ["v"]).profile == first
    assert sample.read_bytes() == whole


def test_files_of_the_home_are_its_owners_alone(engine, source, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,v\nu1,1\nu2,2\n")

    source(path, ["id"])

    for file in engine.home.root.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file


@pytest.mark.parametrize(
    ("lines", "type_name"),
    [
        (["1", "null", "-3"], "BIGINT"),
        (["1", "2.5", "1e400"], "DOUBLE"),
        (["18446744073709551615"], "VARCHAR"),
        (["1", '"x"'], "VARCHAR"),
        (['"1"', '"2"'], "VARCHAR"),
        (["true", "false"], "BOOLEAN"),
        (["[1]", "null"], "JSON"),
        (["null"], "VARCHAR"),
    ],
)
def test_json_fields_keep_their_types(engine, source, tmp_path, lines, type_name):
    path = tmp_path / "data.ndjson"
    path.write_text("".join(f'{{"a/b~c": {value}}}\n' for value in lines))

    assert engine.inspect(path).columns[0].type == type_name
    assert source(path).profile.rows == len(lines)


@pytest.mark.parametrize(
    "written",
    [
        ["20000000000000000001", "20000000000000000002"],
        ["-20000000000000000001", "20000000000000000001"],
        ["1", "123456789012345678901234567890123456789012"],
        ["9007199254740993", "9007199254740992", "1.5"],
    ],
)
def test_whole_numbers_of_json_that_a_double_would_round_are_text(
    loaded, tmp_path, written
):
    path = tmp_path / "data.jsonl"
    path.write_text("".join(f'{{"user_id": {each}}}\n' for each in written))

    assert loaded(path)["user_id"].to_pylist() == written


def test_whole_numbers_of_json_that_a_double_holds_are_numbers(loaded, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"v": 9007199254740992}\n{"v": 1.5}\n{"v": 1e30}\n')

    assert loaded(path)["v"].to_pylist() == [2.0**53, 1.5, 1e30]


def test_a_json_value_of_another_type_after_registration_is_named_by_line(
    engine, register, tmp_path
):
    path = tmp_path / "data.jsonl"
    path.write_text('{"a": 1}\n')
    dataset = register(path)
    path.write_text('{"a": 1}\n\n{"a": "many"}\n')

    with pytest.raises(StudioError, match="line 3, field 'a'"):
        engine.load(dataset, engine.fingerprint(dataset))


def test_json_keys_that_differ_in_case_alone_are_refused(engine, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"a": 1, "A": 2}\n')

    with pytest.raises(StudioError, match="differ in case"):
        engine.inspect(path)
