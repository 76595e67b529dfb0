"""What-if: answers of the service and the command, beside a build of the same choice."""

import json
import threading
from concurrent.futures import CancelledError

import numpy as np
import pytest

from catalog.errors import StudioError
from catalog.specification import read_specification
from catalog.specification_output import Output
from orchestration.expectation import rank
from orchestration.outlook import open_outlook
from python_scoring.attribute_weights import attribute_weights
from python_scoring.chosen_attributes import of_attributes
from studio.services import draft_estimates, drafts
from studio.services.opening import open_studio
from studio.services.what_if import WhatIf
from tests.pipeline import people
from tests.pipeline.building import build_specification
from tests.studio.conftest import (
    ask,
    assert_refused,
    write_people,
    write_specification,
)

CHOSEN = ("country", "income", "visits")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home with a built audience of three attributes, and what the build said."""
    folder = tmp_path_factory.mktemp("what_if")
    write_people(folder, population=2_000, seed=200)
    write_specification(
        folder / "audience.yml",
        attributes=list(CHOSEN),
        economics={"least_marginal_lift": 1.2},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        patch.chdir(folder)
        specification = read_specification(folder / "audience.yml")
        built = build_specification(folder, specification)
        service = WhatIf(open_studio(), specification, folder)
        yield folder, built, service
        service.close()


@pytest.fixture
def home(made, monkeypatch):
    folder = made[0]
    monkeypatch.setenv("LOOKALIKE_HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def service(made, home):
    return made[2]


def quality_of(built):
    return json.loads((built.folder / "quality.json").read_text())


def test_the_answer_for_what_was_built_is_what_the_build_tells(made, service):
    built = made[1]
    quality = quality_of(built)

    found = service.answer()

    # everybody is in the sample, so that nothing is left to chance
    assert found.auc.value == pytest.approx(built.measured["auc"]["value"], abs=1e-9)
    assert quality["auc"]["value"] == float(f"{found.auc.value:.4g}")
    assert found.chosen.people.value == 100
    cut_score = built.outcome.version.figures["cut_score"]
    assert found.chosen.score.value == pytest.approx(cut_score, abs=1e-6)
    assert found.chosen.recall.value == pytest.approx(
        quality["chosen"]["recall"], abs=0.011
    )
    recalls = {row["people_count"]: row["recall"] for row in quality["curve"]}
    same = [each for each in found.curve if each.people in recalls]
    assert len(same) > 90
    # a build counts people by steps of 1/1,024 of log odds
    np.testing.assert_allclose(
        [each.recall.value for each in same],
        [recalls[each.people] for each in same],
        atol=0.011,
    )
    assert found.overlap is None
    built_size = quality["recommendation"]["people"]
    # intervals of a sample are wider, so that less is sure
    assert 0.8 * built_size <= found.recommended.people <= built_size
    assert found.recommended.text.startswith(f"Up to {found.recommended.people} people")


def test_other_attributes_are_weighed_as_their_build_weighs_them(made, service, home):
    path = write_specification(home / "two.yml", name="two", attributes=["age", "plan"])
    built = build_specification(home, read_specification(path))

    found = service.answer(["age", "plan"])

    assert found.auc.value == pytest.approx(built.measured["auc"]["value"], abs=1e-9)
    assert_weighed_alike(made, ["age", "plan"], built)
    first, later = (set(each.members["person_key"]) for each in (made[1], built))
    stayed = len(first & later) / len(first)
    assert "version 1" in found.overlap.former
    assert found.overlap.stays.value == pytest.approx(stayed, abs=0.02)
    assert found.overlap.stays.low < stayed < found.overlap.stays.high


def test_whoever_edits_an_audience_sees_how_many_of_its_people_stay(made, home):
    workshop = open_studio()
    draft = drafts.of_audience(workshop, made[1].outcome.audience.name)

    as_it_is = draft_estimates.estimate(workshop, draft)
    larger = draft_estimates.estimate(workshop, draft, Output(top=200))
    smaller = draft_estimates.estimate(workshop, draft, Output(top=50))

    assert as_it_is.stays_text == ""
    assert larger.stays_text == "About 100 % of the people of version 1 stay."
    assert smaller.stays_text.startswith("About 5")
    fresh = drafts.duplicate(workshop, draft.id)
    assert draft_estimates.estimate(workshop, fresh, Output(top=50)).stays_text == ""
    draft_estimates.OPEN.close()


def assert_weighed_alike(made, attributes, built):
    """Python weighs a choice of attributes as dbt weighed them in their build."""
    folder = made[0]
    specification = read_specification(folder / "audience.yml")
    tables = open_outlook(open_studio(), specification, folder).tables
    weights = attribute_weights(tables, specification.scoring.attribute_weights)
    chosen = of_attributes("naive_bayes", tables, weights, attributes)
    keys = ["left_out_fold", "attribute"]
    got, expected = (
        frame.sort_values(keys, ignore_index=True)
        for frame in (
            chosen["weight_attributes"].to_pandas(),
            built.relation("main.weight_attributes"),
        )
    )
    assert list(got["position"]) == list(expected["position"])
    for name in ("attribute_weight", "decorrelation", "signal_share", "divergence"):
        np.testing.assert_allclose(got[name], expected[name], rtol=1e-10)


def test_a_size_a_percent_and_a_score_are_one_another(service):
    of_size = service.answer(output=Output(top=180))
    by_percent = service.answer(output=Output(best_percent=10))
    by_score = service.answer(output=Output(min_score=of_size.chosen.score.value))

    assert of_size.chosen.percent.value == pytest.approx(10)
    assert by_percent.chosen.people.value == 180
    assert by_score.chosen.people.value == pytest.approx(180, abs=3)
    assert by_score.chosen.people.low < 180 < by_score.chosen.people.high


def test_more_people_than_there_are_is_said(service):
    whole = service.answer(output=Output(top=1_800))
    beyond = service.answer(output=Output(top=5_000))

    assert "5,000 people are asked for and 1,800 can be chosen" in beyond.notes[0]
    assert not any("asked for" in note for note in whole.notes)


def test_a_size_too_small_for_the_sample_is_not_told(service):
    found = service.answer(output=Output(top=5))

    assert (found.chosen.score, found.chosen.recall) == (None, None)
    assert min(size.people for size in found.curve) >= 25


def test_a_scorer_that_does_not_add_up_is_answered_later(service):
    asked = service.ask(model="centroid")

    found = asked.result(timeout=120)

    assert (found.model, asked.progress) == ("centroid", 1.0)
    assert 0.5 < found.auc.value < 1


def test_a_scorer_that_joins_others_tells_its_progress_fit_by_fit(service):
    opened, told = service._open("auto"), []

    rank(opened.tables, opened.weights, CHOSEN, "auto", 1_800, told.append)

    assert told == [pytest.approx(1 / 6)] * 6


def test_a_question_that_was_not_begun_can_be_dropped(service):
    is_let_go = threading.Event()
    service._worker.submit(is_let_go.wait)
    asked = service.ask(["age", "income"], model="centroid")

    assert asked.cancel()
    is_let_go.set()

    with pytest.raises(CancelledError):
        asked.result(timeout=10)


def test_a_scorer_that_adds_up_is_there_at_once(service):
    assert service.ask(["age", "income"]).is_done


def test_what_is_no_attribute_comes_with_those_that_may_be_meant(service):
    with pytest.raises(StudioError, match="'incme'.*did you mean 'income'"):
        service.ask(["incme"])
    with pytest.raises(StudioError, match="user_id"):
        service.ask(["user_id"])
    with pytest.raises(StudioError, match="names no attribute"):
        service.ask([])
    with pytest.raises(StudioError, match="did you mean 'naive_bayes'"):
        service.ask(model="naive_bays")


def test_attributes_that_tell_nobody_are_an_error_of_the_answer(service):
    with pytest.raises(StudioError) as refused:
        service.answer(["visits"])

    assert refused.value.code == "no_difference"


def test_the_command_prints_the_answer(home):
    answer = ask(
        *("audience", "what-if", "audience.yml", "--attributes", "country,age"),
        *("--best-percent", "5"),
    )

    assert answer.code == 0, answer.err
    assert "held-out AUC" in answer.out
    assert "of version 1" in answer.out
    as_json = ask("audience", "what-if", "people", "--top", "50", "--json").json
    assert as_json["chosen"]["people"]["value"] == 50
    told = [as_json["auc"], as_json["chosen"]["recall"]]
    told += [each["marginal_lift"] for each in as_json["curve"]]
    figures = [value for each in told for value in each.values()]
    assert figures == [float(f"{value:.4g}") for value in figures]
    assert as_json["attributes"] == list(CHOSEN)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--top", "0"), ("output.top", "0")),
        (("--top", "9", "--min-score", "0.5"), ("exactly one",)),
        (("--attributes", "agee"), ("agee", "age")),
    ],
)
def test_what_cannot_be_asked_is_refused(home, options, named):
    assert_refused(ask("audience", "what-if", "audience.yml", *options), *named)


def test_data_that_changed_are_opened_anew_and_told(here):
    everybody, chosen = people.population(900), people.seed_of(people.population(900))
    everybody.to_parquet(here / "population.parquet")
    chosen.to_parquet(here / "seed.parquet")
    path = write_specification(
        here / "audience.yml",
        datasets={name: {"path": f"{name}.parquet"} for name in ("seed", "population")},
    )
    with WhatIf(open_studio(), read_specification(path), here) as service:
        before = service.answer()
        everybody.iloc[:800].to_parquet(here / "population.parquet")
        after = service.answer()
        again = service.answer()

    assert before.curve[-1].people - after.curve[-1].people > 50
    assert "opened anew" in after.notes[0]
    assert not any("opened anew" in note for note in again.notes)
