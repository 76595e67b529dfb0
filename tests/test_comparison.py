"""The comparison page: its figures are the bench's, its statements have sources.

Whether a source still says what the page says, only a person can see.
"""

import json
import re
from statistics import mean

import pytest

from tests.test_docs import ROOT, page, section

MARK = r"[A-Z]\d"
ROWS = {
    "published SQL": "incumbent",
    "page to the letter": "page_literal",
    "`naive_bayes`": "naive_bayes_default",
}
COLUMNS = [
    (name, seed) for name in ("bank", "adult", "hillstrom") for seed in ("0.3", "100")
]
REFERENCE = json.loads((ROOT / "bench/quality/reference.json").read_text("utf-8"))


def text_and_sources() -> tuple[str, str]:
    """The page up to its sources, and the sources."""
    text = page("comparison.md")
    sources = section(text, "Sources")
    return text.replace(sources, ""), sources


def cited(text: str) -> set[str]:
    """The marks in square brackets, several to a pair or one."""
    groups = re.findall(rf"\[({MARK}(?:, {MARK})*)\]", text)
    return {mark for group in groups for mark in group.split(", ")}


def test_several_marks_in_one_pair_of_brackets_are_found():
    assert cited("Text [N1, A2] and [D3], not [a link](N4) or [N1x].") == {
        "N1",
        "A2",
        "D3",
    }


def test_every_mark_has_its_source_and_every_source_its_mark():
    text, sources = text_and_sources()
    listed = re.findall(rf"^\| ({MARK}) \|", sources, re.MULTILINE)

    assert len(listed) == len(set(listed))
    assert cited(text) == set(listed)


def test_every_source_has_an_address():
    _, sources = text_and_sources()
    rows = re.findall(rf"^\| {MARK} \|.*$", sources, re.MULTILINE)

    assert rows
    assert [row for row in rows if not re.search(r"\| https://\S+ .*\|$", row)] == []


@pytest.mark.parametrize("model", ROWS)
def test_the_figures_of_single_data_sets_are_those_of_the_bench(model):
    text = section(page("comparison.md"), "How much it matters")
    told = [
        re.findall(r"0\.\d{3}\b", row)
        for row in re.findall(rf"^\| {re.escape(model)} \|.*$", text, re.MULTILINE)
    ]

    expected = [
        f"{mean(REFERENCE[name][seed][ROWS[model]]['auc']):.3f}"
        for name, seed in COLUMNS
    ]
    assert expected in told


def test_the_columns_of_the_figures_stand_in_this_order():
    text = section(page("comparison.md"), "How much it matters")
    heads = " | ".join(
        f"{name}, {'30 %' if seed == '0.3' else '100 people'}" for name, seed in COLUMNS
    )

    assert f"| | {heads} |" in text
