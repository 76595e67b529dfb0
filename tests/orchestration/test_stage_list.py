"""The committed list of stages is what the project has."""

from catalog.workflow import STAGES, stage_list
from orchestration.launch import main_job
from orchestration.stage_list import stages_text


def test_the_committed_stages_are_those_of_the_project():
    """Written anew by `python -m orchestration.stage_list`."""
    assert STAGES.read_text(encoding="utf-8") == stages_text()


def test_the_stages_are_the_assets_of_the_job():
    keys = {
        key.to_user_string() for key in main_job().asset_layer.executable_asset_keys
    }

    assert {stage.name for stage in stage_list()} == keys
