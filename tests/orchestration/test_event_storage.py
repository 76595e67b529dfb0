"""Dagster's event log as the studio keeps it: the same files, with less ado."""

import errno
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.event_storage import KEPT_SHARDS, KeptSqliteEventLogStorage
from orchestration.faults import HistoryError
from orchestration.instance import SETTINGS


@dg.asset
def rows():
    return dg.MaterializeResult(metadata={"rows": 3})


@dg.asset(deps=[rows])
def columns():
    return dg.MaterializeResult(metadata={"columns": 2})


@pytest.fixture
def instance(tmp_path):
    """An instance whose event log is the studio's."""
    settings = SETTINGS.format(history=f'"{tmp_path / "runs"}"')
    (tmp_path / "dagster.yaml").write_text(settings)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def statements_of(work):
    """The SQL that is sent to any database while `work` is done."""
    sent = []

    def note(connection, cursor, statement, *rest):
        sent.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)
    return sent


def test_dagster_s_own_storage_reads_what_was_written(instance, tmp_path):
    result = dg.materialize([rows], instance=instance)

    plain = SqliteEventLogStorage(str(tmp_path / "runs"))

    assert len(plain.get_logs_for_run(result.run_id)) == len(
        instance.all_logs(result.run_id)
    )
    assert plain.get_all_run_ids() == [result.run_id]


def test_a_run_s_file_is_what_dagster_would_have_made(instance, tmp_path):
    result = dg.materialize([rows], instance=instance)
    plain = SqliteEventLogStorage(str(tmp_path / "plain"))
    with plain.run_connection("run") as connection:
        expected = schema_of(connection)

    with instance.event_log_storage.run_connection(result.run_id) as connection:
        found = schema_of(connection)
        mode = connection.exec_driver_sql("pragma journal_mode").scalar()

    assert found == expected
    assert mode == "wal"


def schema_of(connection):
    found = connection.exec_driver_sql("select type, name, sql from sqlite_master")
    versions = connection.exec_driver_sql("select version_num from alembic_version")
    return sorted(map(tuple, found)), versions.all()


def test_a_run_s_file_that_is_there_is_never_replaced(tmp_path):
    storage = KeptSqliteEventLogStorage(str(tmp_path))
    with storage.run_connection("run") as connection:
        connection.exec_driver_sql("create table kept (value)")
    storage.dispose()

    again = KeptSqliteEventLogStorage(str(tmp_path))
    with again.run_connection("run") as connection:
        kept = connection.exec_driver_sql("select count(*) from kept").scalar()

    assert kept == 0
    assert not list(tmp_path.glob(".*"))


def test_a_disk_without_links_still_gets_its_run_s_file(tmp_path, monkeypatch):
    def refuse(*paths):
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", refuse)
    storage = KeptSqliteEventLogStorage(str(tmp_path))

    with storage.run_connection("run") as connection:
        tables = sqlalchemy.inspect(connection).get_table_names()

    assert "event_logs" in tables
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "call", ["shutil.copyfile", "orchestration.event_storage._sync"]
)
def test_a_disk_that_is_full_leaves_no_draft_of_a_run_s_file(
    tmp_path, monkeypatch, call
):
    def refuse(*paths):
        Path(paths[-1]).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    storage = KeptSqliteEventLogStorage(str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(call, refuse)
        told = pytest.raises(OSError, match="No space")
        with told, storage.run_connection("run"):
            pass

    assert not list(tmp_path.glob(".*"))
    with storage.run_connection("run") as connection:
        assert "event_logs" in sqlalchemy.inspect(connection).get_table_names()


def test_a_run_asks_for_the_log_s_own_tables_once(instance):
    dg.materialize([rows, columns], instance=instance)

    sent = statements_of(lambda: dg.materialize([rows, columns], instance=instance))

    looks = [each for each in sent if "table_" in each.lower() and "asset_keys" in each]
    migrations = [each for each in sent if "FROM secondary_indexes" in each]
    assert looks == []
    assert migrations == []


def test_a_partition_is_asked_for_once_in_a_while_until_it_is_gone(
    instance, monkeypatch
):
    def is_there():
        return instance.has_dynamic_partition("audiences", "a")

    before = is_there()
    instance.add_dynamic_partitions("audiences", ["a"])
    sent = [statements_of(is_there) for _ in range(2)]
    instance.delete_dynamic_partition("audiences", "a")

    assert (before, is_there()) == (False, False)
    assert [bool(each) for each in sent] == [True, False]

    other = SqliteEventLogStorage(instance.event_log_storage._base_dir)
    instance.add_dynamic_partitions("audiences", ["a"])
    assert is_there()
    other.delete_dynamic_partition("audiences", "a")
    monkeypatch.setattr("orchestration.event_storage.PARTITION_SECONDS", -1.0)
    assert not is_there()


def test_tags_that_were_stored_here_are_not_asked_for(instance, monkeypatch):
    audiences = dg.StaticPartitionsDefinition(["a", "b"])

    @dg.asset(partitions_def=audiences)
    def people():
        return dg.MaterializeResult(data_version=dg.DataVersion("one"))

    def tags(storage):
        return storage.get_latest_tags_by_partition(
            people.key,
            dg.DagsterEventType.ASSET_MATERIALIZATION,
            [DATA_VERSION_TAG],
            asset_partitions=["a"],
        )

    storage = instance.event_log_storage
    dg.materialize([people], instance=instance, partition_key="b")
    assert tags(storage) == {}
    dg.materialize([people], instance=instance, partition_key="a")

    kept = []
    sent = statements_of(lambda: kept.append(tags(storage)))
    monkeypatch.setattr("orchestration.event_storage.STORED_SECONDS", -1.0)
    read = []
    sent_later = statements_of(lambda: read.append(tags(storage)))

    assert (kept, bool(sent)) == ([{"a": {DATA_VERSION_TAG: "one"}}], False)
    assert (read, bool(sent_later)) == (kept, True)


def test_few_runs_are_kept_open(tmp_path):
    storage = KeptSqliteEventLogStorage(str(tmp_path))

    for number in range(2 * KEPT_SHARDS):
        with storage.run_connection(f"run{number}"):
            pass

    assert len(storage._connections) == KEPT_SHARDS
    storage.dispose()
    assert storage._connections == {}


def test_the_row_of_an_asset_is_changed_and_not_refused_first(instance):
    dg.materialize([rows], instance=instance)

    sent = statements_of(lambda: dg.materialize([rows], instance=instance))

    assert not [each for each in sent if each.startswith("INSERT INTO asset_keys")]
    assert [each for each in sent if each.startswith("UPDATE asset_keys")]
    newest = instance.get_latest_materialization_event(rows.key)
    assert newest.run_id == instance.get_runs(limit=1)[0].run_id


def test_an_asset_that_was_taken_away_elsewhere_gets_its_row_again(instance):
    dg.materialize([rows], instance=instance)
    with instance.event_log_storage.index_connection() as connection:
        connection.exec_driver_sql("delete from asset_keys")

    dg.materialize([rows], instance=instance)

    assert instance.all_asset_keys() == [rows.key]


def test_a_commit_does_not_wait_for_the_disk(instance):
    with instance.event_log_storage.index_connection() as connection:
        level = connection.exec_driver_sql("pragma synchronous").scalar()

    assert level == 1  # normal: the log is synced when it is written back


def test_an_event_that_cannot_be_stored_is_told_without_its_statement(
    instance, monkeypatch
):
    def full(*_, **__):
        raise sqlalchemy.exc.OperationalError("update", {}, Exception("disk is full"))

    monkeypatch.setattr(SqliteEventLogStorage, "store_event", full)

    with pytest.raises(HistoryError) as told:
        dg.materialize([rows], instance=instance)

    assert "update" not in str(told.value)
