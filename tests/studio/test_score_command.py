"""`lookalike score`: two files in, one file of scores out, or one line and no change."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.studio.conftest import ask, assert_refused, write_people

COLUMNS = ("--categorical", "country,plan", "--continuous", "age,income,visits")
READERS = {
    "scores.parquet": pd.read_parquet,
    "scores.csv": pd.read_csv,
    "scores.csv.gz": pd.read_csv,
    "scores.jsonl": lambda path: pd.read_json(path, lines=True),
}


def score(*options: object, seed="seed.csv", population="population.csv", out="s.csv"):
    files = ("--seed", seed, "--population", population, "--id", "user_id")
    return ask("score", *files, "--out", out, *(options or COLUMNS))


def left_behind(here: Path) -> list[Path]:
    """What a command left in the temporary folder, or beside its output."""
    found = [*(here / "temporary").iterdir(), *here.glob("*.tmp"), *here.glob(".*")]
    return [path for path in found if path.name != "home"]


def test_every_kind_of_file_holds_the_same_rows(two_files, monkeypatch):
    """One build: the others read its members from memory of the first."""
    monkeypatch.setattr(
        "orchestration.launch.build_directly", remembering("orchestration.launch")
    )
    frames = {}
    for name, read in READERS.items():
        answer = score(*COLUMNS, "--json", out=name)
        assert answer.code == 0, answer.err
        frames[name] = read(two_files / name)

    first = frames["scores.parquet"]
    everybody = pd.read_csv("population.csv")["user_id"]
    seed = pd.read_csv("seed.csv")["user_id"]
    assert list(first) == ["user_id", "score", "log_odds", "percentile", "rank"]
    assert set(first["user_id"]) == set(everybody) - set(seed)
    assert first["rank"].tolist() == list(range(1, len(first) + 1))
    assert first["log_odds"].is_monotonic_decreasing
    assert first["score"].between(0, 1).all()
    for frame in frames.values():
        pd.testing.assert_frame_equal(frame, first, check_dtype=False, rtol=1e-12)
    assert left_behind(two_files) == []


@pytest.mark.parametrize(
    "lists",
    [
        ("--categorical", "--continuous", "age,income"),
        ("--continuous", "age,income", "--categorical"),
    ],
)
def test_a_list_that_a_script_leaves_empty_names_no_column(two_files, lists):
    answer = score(*lists, "--json")

    assert answer.code == 0, answer.err
    names = [each["attribute"] for each in json.loads(answer.out)["attributes"]]
    assert sorted(names) == ["age", "income"]


def remembering(module: str):
    """Build once; later calls copy what the first one published."""
    import importlib
    import shutil

    real = importlib.import_module(module).build_directly
    kept = {}

    def build_directly(workshop, audience, **options):
        if "outcome" not in kept:
            kept["outcome"] = real(workshop, audience, **options)
            kept["folder"] = Path("kept_version").absolute()
            shutil.copytree(kept["outcome"].version.path, kept["folder"])
        version = kept["outcome"].version.model_copy(
            update={"path": str(kept["folder"])}
        )
        from dataclasses import replace

        return replace(kept["outcome"], version=version)

    return build_directly


def test_the_json_tells_what_was_done(two_files):
    found = score(*COLUMNS, "--include-seed", "--json", out="s.parquet").json

    scores = pd.read_parquet("s.parquet")
    assert found["rows"] == len(scores) == 1_000
    assert (found["population_people"], found["seed_people"]) == (1_000, 120)
    assert found["matched_seed"] == 120
    assert scores["is_seed"].sum() == 120
    assert scores.loc[scores["is_seed"], "score"].eq(1.0).all()
    used = {each["attribute"] for each in [*found["attributes"], *found["dropped"]]}
    assert used == {"country", "plan", "age", "income", "visits"}
    assert any("120" in note for note in found["notes"])


def test_odd_values_are_missing_values_or_no_evidence(here):
    """I03, I04, I05, I09: each attribute that says nothing is named with its reason."""
    seed, everybody = write_people(here)
    rng = np.random.default_rng(3)
    for frame, is_seed in ((seed, True), (everybody, False)):
        frame["constant"] = "Earth"
        frame["seed_unknown"] = None if is_seed else rng.choice(["x", "y"], len(frame))
        frame["constant_number"] = 7.0
        frame["city"] = rng.choice(
            ["only seed", "Rome"] if is_seed else ["Rome", "Oslo", "Bonn"], len(frame)
        )
        frame["ratio"] = rng.normal(size=len(frame)).astype(str)
        frame.loc[frame.index[:4], "ratio"] = ["1e400", "-inf", "NaN", "inf"]
    seed.to_csv("seed.csv", index=False)
    everybody.to_csv("population.csv", index=False)

    answer = score(
        *("--categorical", "country,constant,seed_unknown,city"),
        *("--continuous", "age,constant_number,ratio", "--json"),
    )

    assert answer.code == 0, answer.err
    scores = pd.read_csv("s.csv")
    assert len(scores) == 880
    assert np.isfinite(scores[["score", "log_odds", "percentile"]]).all(axis=None)
    dropped = {each["attribute"]: each["reason"] for each in answer.json["dropped"]}
    assert {"constant", "seed_unknown", "constant_number"} <= set(dropped)
    assert all(dropped.values())
    assert "city" in {each["attribute"] for each in answer.json["attributes"]}


def test_a_seed_of_everybody_leaves_nobody_to_find(two_files):
    """I18."""
    Path("s.csv").write_text("mine")

    answer = score(*COLUMNS, seed="population.csv")

    assert answer.code == 3
    assert Path("s.csv").read_text() == "mine"


def test_twenty_five_people_are_enough_and_twenty_four_are_not(two_files):
    """I02."""
    seed = pd.read_csv("seed.csv")
    seed.head(24).to_csv("few.csv", index=False)
    seed.head(25).to_csv("enough.csv", index=False)

    assert_refused(score(seed="few.csv"), "seed", "24", "25")
    enough = score(*COLUMNS, "--json", seed="enough.csv")

    assert enough.code == 0
    assert any("25" in note for note in enough.json["notes"])


def no_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.head(0)


def text_in(column: str):
    return lambda frame: frame.astype({column: object}).assign(
        **{column: lambda each: ["many", *each[column].iloc[1:]]}
    )


BAD_FILES = {
    "seed without rows": ("seed", no_rows, ("'seed", "0 rows")),
    "population without rows": ("population", no_rows, ("'population", "0 rows")),
    "population without the column": (
        "population",
        lambda frame: frame.drop(columns="age"),
        ("'age'", "population"),
    ),
    "seed without the identifier": (
        "seed",
        lambda frame: frame.rename(columns={"user_id": "uid"}),
        ("'user_id'", "seed"),
    ),
    "identifiers all missing": (
        "seed",
        lambda frame: frame.assign(user_id=None),
        ("seed",),
    ),
    "text for a number": ("population", text_in("age"), ("'age'",)),
    "an id for a category": (
        "population",
        lambda frame: frame.assign(country=frame["user_id"] + " of its own"),
        ("'country'",),
    ),
}


@pytest.mark.parametrize(
    ("side", "change", "told"), BAD_FILES.values(), ids=BAD_FILES.keys()
)
def test_a_bad_file_is_refused_and_the_output_left_alone(two_files, side, change, told):
    """I01, I07, I24: the message names the side or the column."""
    change(pd.read_csv(f"{side}.csv")).to_csv(f"{side}.csv", index=False)
    Path("s.csv").write_text("mine")

    answer = score()

    assert_refused(answer, *told)
    assert Path("s.csv").read_text() == "mine"
    assert left_behind(two_files) == []


BAD_REQUESTS = {
    "no column": (("--threads", "1"), "no column"),
    "a column in two parts": (("--categorical", "age", "--continuous", "age"), "'age'"),
    "the identifier scored": (("--categorical", "user_id"), "'user_id'"),
    "an unknown column": (("--continuous", "agee"), "'agee'"),
    "an empty name": (("--continuous", "age,,visits"), "--continuous"),
    "a column of text as a number": (("--continuous", "country"), "country"),
    "a name with another case": (("--continuous", "Age"), "'Age'"),
    "an unknown model": (("--continuous", "age", "--model", "oracle"), "model"),
}


@pytest.mark.parametrize(
    ("options", "told"), BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys()
)
def test_a_bad_request_is_refused_and_the_output_left_alone(two_files, options, told):
    Path("s.csv").write_text("mine")

    answer = score(*options)

    assert_refused(answer, told)
    assert Path("s.csv").read_text() == "mine"
    assert left_behind(two_files) == []


@pytest.mark.parametrize("out", ["scores.xlsx", "no folder/scores.csv", "scores"])
def test_an_output_that_cannot_be_written_is_refused_at_once(two_files, out):
    began = time.monotonic()

    assert_refused(score(out=out), Path(out).name)

    assert time.monotonic() - began < 2


def test_a_seed_that_matches_nobody_is_told(two_files):
    """I18, I23: `01` is not `1`; nothing is matched in silence."""
    seed = pd.read_csv("seed.csv")
    seed.assign(user_id=[f"0{n}" for n in range(len(seed))]).to_csv(
        "seed.csv", index=False
    )

    answer = score(*COLUMNS, "--json")

    assert answer.code == 0, answer.err
    assert answer.json["matched_seed"] == 0
    assert any("0 of" in note or "no " in note.lower() for note in answer.json["notes"])


def test_a_bare_list_of_ids_that_matches_nobody_is_refused(two_files):
    """I18."""
    pd.DataFrame({"user_id": [f"other {n}" for n in range(60)]}).to_csv(
        "seed.csv", index=False
    )

    assert_refused(score())


def test_an_error_in_json_has_its_parts(two_files):
    answer = score("--continuous", "agee", "--json")

    assert json.loads(answer.out)["error"].keys() == {
        "code",
        "object",
        "cause",
        "remedy",
    }


def test_the_script_answers_for_help_within_a_second():
    """Seconds of the processor: how long they last says how busy the machine is."""
    command = [sys.executable, "-c", "from studio.cli import main; main()", "--help"]
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = zip(after[:2], before[:2], strict=True)
        seconds.append(sum(late - early for late, early in spent))

    assert "audience" in done.stdout
    assert min(seconds) < 1.0


def test_the_script_tells_an_error_in_one_line_and_by_its_exit_code(two_files):
    done = subprocess.run(
        [sys.executable, "-c", "from studio.cli import main; main()"]
        + ["score", "--seed", "gone.csv", "--population", "population.csv"]
        + ["--id", "user_id", "--continuous", "age", "--out", "s.csv"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "gone.csv" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_another_model_scores_the_same_people(two_files):
    assert score(*COLUMNS).code == 0
    ours = pd.read_csv("s.csv").set_index("user_id")

    for model in ("documented", "published_sql"):
        answer = score(*COLUMNS, "--model", model, out=f"{model}.csv")

        assert answer.code == 0, answer.err
        theirs = pd.read_csv(f"{model}.csv").set_index("user_id")
        assert set(theirs.index) == set(ours.index)
        assert theirs["score"].between(0, 1).all()
        assert not np.allclose(theirs["log_odds"], ours["log_odds"].loc[theirs.index])


def test_an_unknown_model_is_refused_with_the_choices(two_files):
    answer = score(*COLUMNS, "--model", "unknown")

    assert_refused(answer)
    assert "choose one of naive_bayes, weighted_bayes, boosted, auto" in answer.err
