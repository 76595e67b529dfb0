"""One audience as its page shows it: the report's words, hashes alone, whole files."""

from pathlib import Path

import pandas as pd
import pytest

from catalog.errors import StudioError
from studio.services import audience_page
from studio.services.audience_list import State
from studio.services.audience_sections import scorers_block
from studio.services.opening import open_studio
from tests.report.test_comparison_words import AUTO, against, comparison_of
from tests.studio.conftest import AUDIENCE


@pytest.fixture
def workshop(built):
    return open_studio()


def test_the_summary_has_versions_and_documents(workshop, built):
    found = audience_page.summary(workshop, AUDIENCE)

    assert found.slug == built.json["audience"]
    assert found.state is State.served
    assert found.tags == ("spring",)
    assert [(each.number, each.people) for each in found.versions] == [
        (1, built.json["people"])
    ]
    assert "stages:" in found.workflow_yaml
    assert "stages:" not in found.specification_yaml


def test_a_version_is_shown_with_the_words_and_pictures_of_its_report(workshop, built):
    shown = audience_page.show_version(workshop, AUDIENCE)

    assert shown is not None
    figures = built.json["figures"]
    assert shown.tiles[0].figure == str(figures["delivered_people"])
    anchors = [each.anchor for each in shown.blocks]
    assert {"reach", "attributes", "deciles", "scores", "reliability"} <= set(anchors)
    report = Path(built.json["report_page"]).read_text(encoding="utf-8")
    for block in shown.blocks:
        for table in block.tables:
            assert all(len(row) == len(table.head) for row in table.rows)
        if block.picture is not None:
            drawn = audience_page.picture(workshop, AUDIENCE, block.anchor)
            assert drawn.startswith("<svg")
            assert f'id="{block.anchor}"' in report


def test_scorers_on_a_weighed_seed_are_told_by_value_as_well():
    by_value = {"auc_by_value": {"value": 0.71, "low": 0.69, "high": 0.73}}
    found = comparison_of(AUTO | by_value) | {"is_weighed": True}

    (weighed,) = scorers_block(found, {}).tables
    (plain,) = scorers_block(comparison_of(AUTO), {}).tables

    assert weighed.head[1:4] == ("Held-out AUC", "AUC by value", "Beside the best")
    assert weighed.rows[0][2] == "0.710 (0.690 to 0.730)"
    assert len(weighed.rows[0]) == len(weighed.head) == len(plain.head) + 1
    assert "AUC by value" not in plain.head


def test_scorers_beside_a_negative_seed_are_told_against_it_as_well():
    found = comparison_of(AUTO | against(0.86)) | {"has_unlike": True}

    block = scorers_block(found, {})

    (table,) = block.tables
    assert table.head[2] == "AUC against the negative seed"
    assert table.rows[0][2] == "0.860 (0.850 to 0.870)"
    assert len(table.rows[0]) == len(table.head)
    assert block.words[-1].startswith("With auto: Against the negative seed")


def test_people_are_shown_by_hashes_alone(workshop, built):
    shown = audience_page.show_version(workshop, AUDIENCE)

    members = pd.read_parquet(built.json["members"])
    assert shown is not None
    assert len(shown.members) == audience_page.MOST_MEMBERS
    told = str(shown.members)
    assert not any(f"'{user}'" in told for user in members["user_id"])
    assert [each.key for each in shown.members] == [
        key[:12] for key in members["person_key"][:10]
    ]


def test_the_steps_of_a_person_add_up(workshop, built):
    members = pd.read_parquet(built.json["members"])
    person = members[~members["is_seed"]].iloc[0]

    found = audience_page.explanation(workshop, AUDIENCE, person["user_id"])

    total = sum(float(step.amount) for step in found.steps)
    assert total == pytest.approx(
        person["log_odds"], abs=0.005 * len(found.steps) + 1e-9
    )
    assert found.log_odds == f"{person['log_odds']:+.2f}"
    assert all(0 <= step.left <= 100 for step in found.steps)
    assert all(step.left + step.width <= 100.5 for step in found.steps)
    assert person["user_id"] not in str(found)


def test_somebody_of_the_seed_is_said_to_have_no_steps(workshop, built):
    members = pd.read_parquet(built.json["members"])
    person = members[members["is_seed"]].iloc[0]

    with pytest.raises(StudioError, match="as one of the seed") as refused:
        audience_page.explanation(workshop, AUDIENCE, person["user_id"])

    assert refused.value.code == "not_scored"
    assert person["user_id"] not in str(refused.value)


def test_a_persons_whole_key_explains_and_is_not_in_what_is_told(workshop, built):
    shown = audience_page.show_version(workshop, AUDIENCE)
    assert shown is not None
    first = shown.members[0]

    found = audience_page.explanation(workshop, AUDIENCE, first.person_key)

    assert (found.key, found.rank) == (first.key, "1")
    assert first.person_key not in str(shown) + str(found)


@pytest.mark.parametrize(
    "name", ["../../catalog.db", "work.duckdb", "", "MEMBERS.PARQUET"]
)
def test_only_files_of_the_manifest_are_given(workshop, name):
    with pytest.raises(StudioError) as refused:
        audience_page.take_file(workshop, AUDIENCE, name, 1)

    assert refused.value.code == "unknown_file"
