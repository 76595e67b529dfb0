"""What a build of an audience runs: the models of its half and the guards, nothing else."""

import re
from pathlib import Path

import pytest

from tests.dbt_project.conftest import in_process

ROOT = Path(__file__).parents[2]
LAYERS = {
    "learn": {"staging", "canonical", "distributions", "weights"},
    "deliver": {"audience", "report"},
}
GUARDS = {
    "learn": {
        "input_spec_has_one_row",
        "canonical_seed_is_sound",
        "people_are_joined_whole",
        "distribution_bins_is_sound",
        "weight_values_is_sound",
        "weight_gaussians_is_sound",
        "weight_attributes_is_sound",
        "weight_documented_attributes_is_sound",
        "weight_documented_gaussians_is_sound",
        "weight_documented_values_is_sound",
        "weight_published_attributes_is_sound",
        "weight_published_kernels_is_sound",
        "weight_published_values_is_sound",
    },
    "deliver": {
        "input_scores_and_steps_are_everyone",
        "input_seed_scores_holds_everyone",
        "audience_cut_is_sound",
        "audience_members_is_unique",
        "audience_members_is_sound",
        "report_overlap_is_sound",
    },
}


def listed(folder: Path, *arguments: str) -> set[str]:
    """Names that `dbt ls` prints for a selection."""
    return set(in_process(folder, "ls", "--output", "name", *arguments))


@pytest.mark.parametrize("half", ["learn", "deliver"])
def test_a_selector_takes_the_models_of_its_layers_and_its_guards(
    half: str, tmp_path: Path
) -> None:
    folders = (ROOT / "dbt_project" / "models" / layer for layer in LAYERS[half])
    models = {file.stem for folder in folders for file in folder.rglob("*.sql")}

    assert listed(tmp_path, "--selector", half) == models | GUARDS[half]


@pytest.mark.parametrize(
    ("model", "unneeded"),
    [
        ("naive_bayes", r"documented|published|distribution_(moments|tenths)|unlike|contrast"),
        ("documented", r"published|unlike|contrast"),
        ("published_sql", r"documented|distribution_tenths|unlike|contrast"),
        ("unlike", r"documented|published|distribution_(moments|tenths)"),
    ],
)
def test_a_build_pays_for_no_other_scorer_s_relations(
    model: str, unneeded: str, tmp_path: Path
) -> None:
    whole = listed(tmp_path, "--selector", "learn")
    others = {name for name in whole if re.search(unneeded, name)}

    assert others
    assert listed(tmp_path, "--selector", f"learn_{model}") == whole - others


def test_every_guard_belongs_to_one_half(tmp_path: Path) -> None:
    guards = listed(tmp_path, "--select", "tag:guard", "--resource-type", "test")

    assert guards == GUARDS["learn"] | GUARDS["deliver"]
