"""Settings of the machine: taken from an option or the environment, refused by name."""

import pytest

from catalog.errors import StudioError
from catalog.home import create_home
from orchestration.workshop import open_workshop


@pytest.mark.parametrize("amount", ["512MiB", "2GB", "1.5 gib", "2G", "80%"])
def test_an_option_goes_before_the_variable(tmp_path, monkeypatch, amount):
    monkeypatch.setenv("LOOKALIKE_MEMORY_LIMIT", "3GB")
    monkeypatch.setenv("LOOKALIKE_THREADS", "3")
    home = create_home(tmp_path)

    by_variable = open_workshop(home).engine.settings
    by_option = open_workshop(home, threads=2, memory_limit=amount).engine.settings

    assert (by_variable.memory, by_variable.thread_count) == ("3GB", 3)
    assert (by_option.memory, by_option.thread_count) == (amount, 2)


@pytest.mark.parametrize("amount", ["2", "much", "-1GB", "0GB", "2GB; drop table x"])
def test_a_memory_limit_that_is_none_is_refused_by_name(tmp_path, monkeypatch, amount):
    home = create_home(tmp_path)

    with pytest.raises(
        StudioError, match="the memory limit is '.*': set it to a number"
    ):
        open_workshop(home, memory_limit=amount)
    monkeypatch.setenv("LOOKALIKE_MEMORY_LIMIT", amount)
    with pytest.raises(StudioError, match="LOOKALIKE_MEMORY_LIMIT is '.*': set it to"):
        open_workshop(home)


@pytest.mark.parametrize("variable", ["LOOKALIKE_THREADS", "LOOKALIKE_KEEP_BUILDS"])
@pytest.mark.parametrize("text", ["0", "-1", "two"])
def test_a_number_that_is_none_is_refused_by_name(
    tmp_path, monkeypatch, variable, text
):
    monkeypatch.setenv(variable, text)

    with pytest.raises(StudioError, match=f"{variable} is '{text}': set it to a whole"):
        open_workshop(create_home(tmp_path))
