"""The workflow document: the same specification, with its stages beside it (B23)."""

import pytest

from catalog.specification import (
    parse_specification,
    parse_workflow,
    specification_errors,
    specification_hash,
    to_yaml,
    workflow_to_yaml,
)
from catalog.workflow import stage_list

PLAIN = """
name: Likely buyers
seed: {dataset: buyers}
population: {dataset: customers}
attributes: [age, {attribute: day, role: categorical}]
output: {best_percent: 5, include_seed: true}
refresh: {schedule: "@daily"}
"""


@pytest.fixture
def plain():
    return parse_specification(PLAIN, "plain")


@pytest.mark.parametrize("trigger", [True, False])
def test_a_workflow_document_is_the_same_specification(plain, trigger):
    text = workflow_to_yaml(plain, trigger_immediately=trigger)

    found = parse_workflow(text, "flow")

    assert found.trigger_immediately is trigger
    assert found.specification == plain
    assert specification_hash(found.specification) == specification_hash(plain)
    assert to_yaml(found.specification) == to_yaml(plain)
    assert parse_specification(text, "flow") == plain


def test_a_plain_specification_is_a_document_that_is_not_triggered(plain):
    found = parse_workflow(PLAIN, "plain")

    assert (found.trigger_immediately, found.stages) == (False, None)
    assert found.specification == plain


def test_the_stages_are_all_there_each_after_those_it_reads():
    names = [stage.name for stage in stage_list()]

    assert names[0] == "build_inputs"
    assert names[-1] == "audience"
    assert (
        names.index("weight_values")
        < names.index("scores")
        < names.index("audience_members")
    )
    for position, stage in enumerate(stage_list()):
        assert set(stage.reads) <= set(names[:position]), stage.name
        assert stage.row


def test_steps_follow_one_another_as_a_run_takes_them():
    steps = list(dict.fromkeys(stage.step for stage in stage_list()))

    assert steps == ["inputs", "learn", "scores", "deliver", "audience"]


def without(text: str, name: str) -> str:
    """The document without one stage."""
    start = text.index(f"  - name: {name}\n")
    end = text.index("  - name: ", start + 1)
    return text[:start] + text[end:]


EDITS = {
    "renamed": (
        lambda text: text.replace("- name: weight_values", "- name: my_values"),
        "has the stage 'my_values' where 'weight_values' belongs",
    ),
    "taken out": (
        lambda text: without(text, "stg_seed"),
        "has the stage 'stg_unlike' where 'stg_seed' belongs",
    ),
    "moved to another step": (
        lambda text: text.replace("step: scores", "step: learn"),
        "has another step for the stage 'scores'",
    ),
    "told otherwise": (
        lambda text: text.replace("One row per sampled row.", "One row."),
        "has another row for the stage 'stg_sample'",
    ),
    "added": (
        lambda text: f"{text}  - {{name: extra, row: x, step: audience}}\n",
        "has the stage 'extra', which no build has",
    ),
    "cut off": (
        lambda text: text[: text.index("  - name: audience\n")],
        "lacks the stage 'audience'",
    ),
    "emptied": (
        lambda text: text[: text.index("stages:")] + "stages: []\n",
        "lacks the stage 'build_inputs'",
    ),
}


@pytest.mark.parametrize(("change", "told"), EDITS.values(), ids=EDITS.keys())
def test_an_edited_stage_list_is_refused_at_its_first_difference(plain, change, told):
    text = workflow_to_yaml(plain)
    edited = change(text)
    assert edited != text

    (error,) = specification_errors(edited, "flow.yml")

    assert error.code == "stages_edited"
    assert error.cause == told
    assert error.object.startswith("flow.yml line ")
    assert "leave stages out" in error.remedy


def test_the_line_of_an_edited_stage_is_told(plain):
    text = workflow_to_yaml(plain).replace("- name: scores", "- name: marks")
    line = text[: text.index("- name: marks")].count("\n") + 1

    (error,) = specification_errors(text, "flow.yml")

    assert error.object == f"flow.yml line {line} column 5"


def test_a_step_that_is_none_is_a_mistake_of_its_own(plain):
    text = workflow_to_yaml(plain).replace("step: inputs", "step: cooking", 1)

    (error,) = specification_errors(text, "flow.yml")

    assert error.code == "specification_invalid"
    assert "stages[0].step" in str(error)


def test_a_trigger_that_is_no_switch_is_refused():
    (error,) = specification_errors(f"{PLAIN}trigger_immediately: maybe\n", "flow.yml")

    assert "trigger_immediately is 'maybe': give true or false" in str(error)
