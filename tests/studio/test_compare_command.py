"""`audience compare`: the same people for all, nothing published, and a build that knows."""

import json
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from catalog.specification import read_specification
from orchestration import comparing
from tests.pipeline import people
from tests.pipeline.building import Built, build_specification
from tests.report.pages import Html
from tests.studio.conftest import (
    Answer,
    ask,
    assert_refused,
    write_people,
    write_specification,
)

MODELS = "naive_bayes,weighted_bayes,published_sql,boosted,auto"


class Compared(NamedTuple):
    """A home in which scorers were compared: what was said, what it left, a build after."""

    folder: Path
    path: Path
    answer: Answer
    kept: list[object]
    built: Built


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Compared once, then built."""
    folder = tmp_path_factory.mktemp("compare")
    write_people(folder)
    path = write_specification(
        folder / "audience.yml",
        output={"top": 100},
        scoring={"model": "weighted_bayes", "learn_from": "seed"},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        answer = ask("audience", "compare", path, "--models", MODELS, "--json")
        audiences = ask("audience", "list", "--all", "--json").json
    home = folder / "home"
    kept = [*(home / "builds").iterdir(), *(home / "audiences").iterdir(), *audiences]
    # a build of another name, and another way to the scorer, and nothing else changed
    document = read_specification(path)
    scoring = document.scoring.model_copy(update={"model": "best"})
    asked = document.model_copy(update={"name": "others", "scoring": scoring})
    built = build_specification(folder, asked, with_report=True)
    return Compared(folder, path, answer, kept, built)


@pytest.fixture
def home(compared, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_HOME", str(compared.folder / "home"))
    return compared.folder / "home"


@pytest.fixture
def lines(compared):
    return {each["model"]: each for each in compared.answer.json["scorers"]}


def test_each_scorer_has_a_line_in_the_order_asked_for(compared, lines):
    found = compared.answer.json

    assert compared.answer.code == 0
    assert list(lines) == MODELS.split(",")
    assert found["seed_people"] == 120
    for model in ("naive_bayes", "weighted_bayes", "published_sql", "auto"):
        line = lines[model]
        assert line["reason"] == ""
        assert 0 < line["auc"]["low"] < line["auc"]["value"] < line["auc"]["high"] < 1
        assert line["cpu_seconds"] > 0
        shares = [each["audience_share"] for each in line["lifts"]]
        # 100 of the 880 who are not of the seed
        assert shares == [0.01, 0.05, 0.1, pytest.approx(100 / 880)]
        assert line["lifts"][0]["lift"] is None
        assert line["lifts"][1]["lift_low"] <= line["lifts"][1]["lift"]
    assert lines["naive_bayes"]["is_additive"]
    assert not lines["published_sql"]["is_additive"]


def test_what_stands_in_one_scorer_s_way_is_its_line_alone(lines):
    assert "at least 1,000" in lines["boosted"]["reason"]
    assert "auc" not in lines["boosted"]


def test_the_best_is_marked_and_ties_are_told(compared, lines):
    found = compared.answer.json
    measured = [each for each in lines.values() if not each["reason"]]
    best = max(measured, key=lambda each: each["auc"]["value"])

    assert found["best"] == best["model"]
    assert [each["model"] for each in measured if each["is_best"]] == [best["model"]]
    for each in measured:
        reach = 1.959964 * each["beyond_best_error"]
        tied = abs(each["beyond_best"]) <= reach and not each["is_best"]
        assert each["is_tied"] is tied
        # told with four digits
        assert each["beyond_best"] == pytest.approx(
            each["auc"]["value"] - best["auc"]["value"], abs=2e-4
        )


def test_nothing_is_published_or_kept_in_the_catalog(compared):
    assert compared.kept == []


def test_what_is_there_is_not_made_again(compared, home, monkeypatch):
    monkeypatch.setattr(comparing, "build_relations", None)  # dbt would fail
    path, first = compared.path, compared.answer

    again = ask("audience", "compare", path, "--models", "published_sql,naive_bayes")

    assert again.code == 0, again.err
    assert "Best: naive_bayes" in again.out
    assert "comparison.svg" in again.out
    kept = json.loads(Path(first.json["folder"], "comparison.json").read_text())
    fresh = {each["model"]: each["auc"] for each in kept["scorers"]}
    before = {each["model"]: each.get("auc") for each in first.json["scorers"]}
    assert fresh == {model: before[model] for model in fresh}


def test_a_build_of_the_same_choices_reports_it(compared):
    built = compared.built

    text = Html((built.folder / "report.html").read_text()).text
    assert "Scorers compared" in text
    assert "Each scorer on the same held-out people" in text
    assert "comparison.json" in built.manifest["files"]
    kept = json.loads((built.folder / "comparison.json").read_text())
    lines = {each["model"]: each for each in kept["scorers"]}
    quality = json.loads((built.folder / "quality.json").read_text())
    choice = quality["choice"]
    assert built.manifest["scorer"] == {"asked": "best", **choice}
    stored = json.loads((built.folder / "parameters.json").read_text())
    assert stored["scorer"] == choice["model"]
    # both have judged the same people by the same losses
    for each in choice["candidates"]:
        assert each["log_loss"] == pytest.approx(
            lines[each["model"]]["log_loss"], abs=0.002
        )
    assert quality["auc"]["value"] == pytest.approx(
        lines[choice["model"]]["auc"]["value"], abs=0.02
    )
    assert f"Of the scorers tried, {choice['model']} was chosen" in text


def test_a_comparison_that_was_stopped_leaves_no_half(compared, home, monkeypatch):
    path, first = compared.path, compared.answer
    kept = Path(first.json["folder"], "comparison.json").read_bytes()
    fits = comparing.cross_fitted

    def stopped(model, tables):
        if model == "weighted_bayes":
            raise KeyboardInterrupt
        return fits(model, tables)

    monkeypatch.setattr(comparing, "cross_fitted", stopped)
    models = "naive_bayes,weighted_bayes"
    answer = ask("audience", "compare", path, "--models", models)

    assert answer.code == 130
    assert "Traceback" not in answer.err + answer.out
    assert Path(first.json["folder"], "comparison.json").read_bytes() == kept
    monkeypatch.undo()
    monkeypatch.setenv("LOOKALIKE_HOME", str(home))
    assert ask("audience", "compare", path, "--models", "naive_bayes").code == 0


def test_two_processes_do_not_compare_the_same(compared, home):
    path, first = compared.path, compared.answer

    with FileLock(Path(first.json["folder"]) / "lock"):
        answer = ask("audience", "compare", path, "--models", "naive_bayes")

    assert_refused(answer, "people", "another process", code=5)


def test_a_scorer_that_fails_takes_one_line(compared, home, monkeypatch):
    fits = comparing.cross_fitted

    def broken(model, tables):
        if model == "naive_bayes":
            raise ZeroDivisionError("anna@example.org")
        return fits(model, tables)

    monkeypatch.setattr(comparing, "cross_fitted", broken)
    models = "naive_bayes,published_sql"
    answer = ask("audience", "compare", compared.path, "--models", models)

    assert answer.code == 0
    assert "naive_bayes was not compared" in answer.err
    assert "ZeroDivisionError" in answer.err
    assert "anna" not in answer.err + answer.out


@pytest.mark.parametrize(
    ("models", "named"),
    [
        ("nave_bayes", ("'nave_bayes'", "'naive_bayes'", "did you mean")),
        ("naive_bayes,zzz", ("'zzz'", "such as", "weighted_bayes")),
        ("auto,naive_bayes,auto", ("'auto'", "more than once")),
        ("naive_bayes,,auto", ("''", "is not a scorer")),
    ],
)
def test_what_is_no_list_of_scorers_is_refused(compared, home, models, named):
    assert_refused(
        ask("audience", "compare", compared.path, "--models", models), *named
    )


def uninstall(monkeypatch, package):
    """Have Python find no package of that name, as where its extra is not installed."""

    class Without(PathFinder):
        @classmethod
        def find_spec(cls, name, path=None, target=None):
            is_gone = name.partition(".")[0] == package
            return None if is_gone else PathFinder.find_spec(name, path, target)

    finders = [Without if each is PathFinder else each for each in sys.meta_path]
    monkeypatch.setattr(sys, "meta_path", finders)
    for name in [each for each in sys.modules if each.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)


def test_without_models_those_are_compared_whose_extras_are_there(monkeypatch):
    uninstall(monkeypatch, "usearch")

    models = comparing.installed_models()

    assert "neighbours" not in models
    assert {"documented", "published_sql", "naive_bayes", "boosted"} <= {*models}
    assert "best" not in models


@pytest.mark.parametrize(
    ("model", "package"), [("neighbours", "usearch"), ("boosted", "xgboost")]
)
def test_a_missing_extra_is_told_before_anything_is_counted(
    two_files, monkeypatch, model, package
):
    uninstall(monkeypatch, package)
    path = write_specification(two_files / "audience.yml", scoring={"model": model})

    answer = ask("audience", "build", path)

    assert_refused(answer, f"'{model}' needs the extra", f"lookalike-studio[{model}]")


def test_a_seed_that_is_the_population_leaves_nobody_to_compare_with(here):
    everybody = people.population(700)
    for name in ("seed", "population"):
        everybody.to_csv(here / f"{name}.csv", index=False)
    path = write_specification(here / "audience.yml")

    answer = ask("audience", "compare", path, "--models", "naive_bayes")

    assert_refused(answer, "'people'", "all 700 people", "name a population")
