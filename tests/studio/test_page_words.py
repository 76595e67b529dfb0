"""What helps is told on pages by what is on them, whatever the sources write of it."""

import ast
import re
from pathlib import Path

import pytest

from studio.web.components.page_words import on_a_page

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("catalog", "engines", "orchestration", "report")
COMMAND = re.compile(r"`(lookalike|datasets|audience) |(?<![\w-])--[a-z]|pip install")
FIELD = re.compile(
    r"(?<![\w.'])((limits|scoring|economics)\.[a-z_]+(?!.* in the document)"
    r"|(seed|population|output|refresh|fairness)\.[a-z_]+|join_key)"
)
# What is told of a home, of a document that is read, and of a name that is taken, which
# the page that adds a dataset says in words of its own.
AT_THE_COMMAND_LINE = (
    "`lookalike init`",
    "`lookalike audience new`",
    "`lookalike audience workflow`",
    "`lookalike audience submit`",
    "lookalike datasets map",
    "--name gives another name",
)


def sentences(path):
    """The texts of a module that hold a space, its docstrings left out; X for a value."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for each in ast.walk(node)
        if each is not node
    }
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in parts | alone:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                each.value if isinstance(each, ast.Constant) else "X"
                for each in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if " " in text:
            yield text


TEXTS = sorted(
    {
        text
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for text in sentences(path)
        if COMMAND.search(text) or FIELD.search(text)
        if not any(sign in text for sign in AT_THE_COMMAND_LINE)
    }
)


def test_there_are_sentences_that_name_commands_and_fields():
    assert len([text for text in TEXTS if COMMAND.search(text)]) > 10
    assert len([text for text in TEXTS if FIELD.search(text)]) > 25


@pytest.mark.parametrize("text", TEXTS)
def test_no_command_and_no_field_is_left_on_a_page(text):
    told = on_a_page(text)

    assert not COMMAND.search(told) and not FIELD.search(told), told
    assert "  " not in told and " ," not in told


@pytest.mark.parametrize(
    "name", ["'seed.where'", "“limits.minimum_seed”", "my.seed.where.x", "'join_key'"]
)
def test_a_name_that_is_a_fields_stays_as_it_is_written(name):
    assert on_a_page(f"column {name} is gone") == f"column {name} is gone"
