"""What is told of two seeds that differ by one person."""

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from orchestration.plan import with_found_rows
from orchestration.plan_document import plan_as_json
from orchestration.told_figures import EXACT
from tests.pipeline import people
from tests.pipeline.test_seeds import ATTRIBUTES, Studio

FILES = ("figures.json", "quality.json", "portrait.json")
COUNTS = ("people", "people_count", "candidates", "chosen", "judges")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Builds and plans of two seeds: of one person more the population has nothing."""
    studio = Studio(tmp_path_factory.mktemp("one_person"))
    everybody = people.population(3_000)
    found = people.seed_of(everybody, 400)
    strangers = found.tail(4).assign(user_id=[f"nobody{at}" for at in range(4)])
    studio.write("population", everybody)
    plans, builds = [], []
    for name, unknown in (("with", 3), ("without", 4)):
        studio.write(name, pd.concat([found.head(400 - unknown), strangers[:unknown]]))
        asked = {
            "attributes": ATTRIBUTES,
            "scoring": {"learn_from": "population"},
            "output": {"top": 200},
        }
        seed = {"dataset": name}
        builds.append(studio.build(seed, name=f"of {name}", with_report=True, **asked))
        plan = with_found_rows(studio.workshop, studio.plan(seed, **asked))
        plans.append(plan_as_json(plan))
    return builds, plans


def document(built, name: str) -> dict[str, Any]:
    return json.loads((built.folder / name).read_text(encoding="utf-8"))


def leaves(found: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with the key that it stands under."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from leaves(value, key)
    elif isinstance(found, list):
        for value in found:
            yield from leaves(value, name)
    else:
        yield name, found


def test_whether_the_population_has_one_more_is_not_told(pair):
    builds, plans = pair
    overlaps = [built.relation("main.report_overlap").iloc[0] for built in builds]
    assert [each["matched_people"] for each in overlaps] == [397, 396]

    figures = [document(built, "figures.json") for built in builds]
    for name in ("matched_people", "matched_share", "learning_seed_people"):
        first, second = (
            next(fact for fact in each["facts"] if fact["name"] == name)
            for each in figures
        )
        assert first == second
        assert first["value"] is None
    assert figures[0]["sentences"][1:3] == figures[1]["sentences"][1:3]
    assert figures[0]["sentences"][1] == (
        "All but fewer than 25 of 400 seed people are in the population."
    )
    verdicts = [document(built, "quality.json")["verdict"] for built in builds]
    assert [each["seed_people"] for each in verdicts] == [400, 400]
    assert plans[0]["found_rows"] is plans[1]["found_rows"] is None
    assert plans[0]["summary"]["found"] == plans[1]["summary"]["found"]
    for built in builds:
        page = (built.folder / "report.html").read_text(encoding="utf-8")
        assert "all but fewer than 25 of 400" in page
        assert "397 " not in page
        assert "396 " not in page


def test_no_count_of_people_is_between_nobody_and_25(pair):
    for built in pair[0]:
        for file in FILES:
            counts = [
                (name, value)
                for name, value in leaves(document(built, file))
                if name.endswith(COUNTS) and type(value) is int
            ]
            assert not [each for each in counts if 0 < each[1] < 25], file


def test_no_fact_is_of_between_nobody_and_25_people(pair):
    for built in pair[0]:
        facts = document(built, "figures.json")["facts"]
        people = [each for each in facts if each["unit"] == "people"]
        assert len(people) > 5
        assert not [each for each in people if each["value"] in range(1, 25)]


def test_held_out_figures_have_four_digits_and_scores_have_all(pair):
    for built in pair[0]:
        quality = document(built, "quality.json")
        told = [
            value
            for name, value in leaves(quality)
            if isinstance(value, float) and name not in EXACT
        ]
        assert len(told) > 100
        assert all(value == float(f"{value:.4g}") for value in told)
        figures = built.outcome.version.figures
        assert figures["held_out_auc"] == quality["auc"]["value"]
        for name in ("recall", "lift", "top_decile_lift"):
            assert figures[name] == float(f"{figures[name]:.4g}")
        new = built.members.query("not is_seed")
        assert figures["cut_score"] == new["score"].min()
        assert figures["cut_score"] != float(f"{figures['cut_score']:.4g}")


def test_what_is_told_is_what_was_measured(pair):
    for built in pair[0]:
        exact, told = built.measured["auc"], document(built, "quality.json")["auc"]

        assert exact != told
        assert exact == pytest.approx(told, rel=5e-4)
