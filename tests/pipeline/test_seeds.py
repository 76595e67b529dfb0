"""Seeds as people have them: a filter, a bare list, either side's rows, an audience."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from catalog.errors import StudioError
from catalog.home import create_home
from catalog.specification_model import AudienceSpecification
from orchestration.launch import build_directly, keep_specification
from orchestration.plan import plan_build, with_found_rows
from orchestration.plan_document import plan_as_json
from orchestration.scoring import check_matched_seed
from orchestration.sensors import _stamp
from orchestration.workshop import open_workshop
from tests.pipeline import people
from tests.pipeline.building import Built

ATTRIBUTES = [*people.CATEGORICAL, *people.CONTINUOUS]


class Studio:
    """A home, files by dataset name, and audiences asked for in a few words."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[str, str] = {}
        self.open()

    def open(self) -> None:
        self.workshop = open_workshop(
            create_home(self.folder / "home"), threads=1, memory_limit="1GB"
        )

    def write(self, name: str, frame: pd.DataFrame, ending: str = "parquet") -> None:
        path = self.folder / f"{name}.{ending}"
        if ending == "csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path, index=False)
        self.paths[name] = str(path)

    def specification(self, seed: dict, **fields) -> AudienceSpecification:
        population = fields.get("population", {"dataset": "population"})
        named = {seed.get("dataset"), population["dataset"]} & self.paths.keys()
        return AudienceSpecification.model_validate(
            {
                "name": "people",
                "datasets": {name: {"path": self.paths[name]} for name in named},
                "seed": seed,
                "population": population,
                "output": {"top": 200},
                **fields,
            }
        )

    def plan(self, seed: dict, **fields):
        from orchestration.plan import register_declared

        specification = self.specification(seed, **fields)
        register_declared(self.workshop, specification, self.folder)
        return plan_build(self.workshop, specification)

    def build(self, seed: dict, *, with_report: bool = False, **fields) -> Built:
        specification = self.specification(seed, **fields)
        audience, _ = keep_specification(self.workshop, specification, self.folder)
        outcome = build_directly(self.workshop, audience, with_report=with_report)
        return Built(self.workshop, outcome)

    def remarks(self, built: Built, kind: str = "warnings") -> dict[str, str]:
        figures = json.loads((built.folder / "figures.json").read_text())
        return {each["code"]: each["message"] for each in figures[kind]}


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path)


@pytest.fixture(scope="module")
def everybody():
    """The population with the mark by which the seed was chosen, and other columns."""
    frame = people.population(3_000)
    chosen = set(people.seed_of(frame, 600)["user_id"])
    rng = np.random.default_rng(7)
    days = pd.to_datetime("2026-01-01") + pd.to_timedelta(
        rng.integers(0, 90, len(frame)), "D"
    )
    return frame.assign(
        converted=["yes" if one in chosen else "no" for one in frame["user_id"]],
        is_vip=[one in chosen for one in frame["user_id"]],
        tier=[3 if one in chosen else 1 for one in frame["user_id"]],
        since=days.date,
    )


@pytest.fixture(scope="module")
def seed(everybody):
    return everybody[everybody["converted"] == "yes"].reset_index(drop=True)


CONVERTED = {
    "dataset": "population",
    "where": [{"column": "converted", "is": "yes"}],
}


@pytest.fixture(scope="module")
def of_file(tmp_path_factory, everybody, seed) -> Built:
    """The audience of the seed as a file of its own."""
    studio = Studio(tmp_path_factory.mktemp("file"))
    studio.write("population", everybody)
    studio.write("seed", seed)
    return studio.build({"dataset": "seed"}, attributes=ATTRIBUTES)


# A filter on the population's own table


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_filter_gives_the_audience_that_a_file_of_those_rows_gives(
    studio, everybody, seed, of_file, ending
):
    studio.write("population", everybody, ending)

    filtered = studio.build(CONVERTED, attributes=ATTRIBUTES)

    assert len(filtered.members) == 200
    assert filtered.content_hash == of_file.content_hash
    assert not set(filtered.members["user_id"]) & set(seed["user_id"])
    assert filtered.manifest["seed"] == {
        "dataset": "population",
        "rows": 600,
        "of_rows": 3_000,
        "where": ["'converted' is 'yes'"],
    }


def test_the_columns_of_the_filter_are_left_out_with_the_reason(studio, everybody):
    studio.write("population", everybody)

    plan = studio.plan(CONVERTED)

    left_out = {each.subject: each.code for each in plan.left_out}
    assert left_out["converted"] == "seed_filter"
    assert "converted" not in [each.slug for each in plan.attributes]
    assert plan.seed_choice.text == (
        "600 of 3,000 rows of 'population' where 'converted' is 'yes'"
    )


def test_a_filter_of_several_columns_leaves_them_all_out(studio, everybody):
    studio.write("population", everybody)

    plan = studio.plan(
        {
            "dataset": "population",
            "where": [
                {"column": "converted", "is": "yes"},
                {"column": "country", "in": ["DE", "FR"]},
                {"column": "since", "at_least": "2026-01-10"},
            ],
        }
    )

    assert {"converted", "country"} <= {each.subject for each in plan.left_out}
    assert {each.slug for each in plan.attributes}.isdisjoint({"converted", "country"})


@pytest.mark.parametrize(
    "condition",
    [
        {"column": "is_vip", "is": True},
        {"column": "tier", "above": 2.5},
        {"column": "converted", "not_in": ["no"]},
    ],
)
def test_filters_of_every_type_choose_the_same_people(studio, everybody, condition):
    studio.write("population", everybody)

    plan = studio.plan({"dataset": "population", "where": [condition]})

    assert plan_as_json(plan)["seed"]["rows"] == 600


def test_a_scored_column_in_the_filter_is_refused_by_name(studio, everybody):
    studio.write("population", everybody)

    with pytest.raises(StudioError, match="attribute 'converted'") as error:
        studio.plan(CONVERTED, attributes=["age", "converted"])

    assert error.value.code == "seed_filter"


def test_a_filter_on_a_seed_of_its_own_file_is_not_scored_either(studio, everybody):
    studio.write("population", everybody)
    studio.write("customers", everybody.sample(1_000, random_state=1))

    plan = studio.plan(
        {"dataset": "customers", "where": [{"column": "country", "is": "DE"}]}
    )

    assert "country" in {each.subject for each in plan.left_out}


@pytest.mark.parametrize(
    ("where", "code", "told"),
    [
        ({"column": "converted", "is": "oui"}, "filter_selects_nobody", "0 of 3,000"),
        (
            {"column": "converted", "in": ["yes", "no"]},
            "filter_selects_everybody",
            "all 3,000 rows",
        ),
        ({"column": "convrted", "is": "yes"}, "unknown_column", "'converted'"),
        ({"column": "user_id", "is": "user 1"}, "seed_too_small", "1 rows"),
        ({"column": "age", "is": "old"}, "condition_unfit", "'old'"),
    ],
)
def test_a_filter_that_makes_no_seed_is_refused_by_name(
    studio, everybody, where, code, told
):
    studio.write("population", everybody)

    with pytest.raises(StudioError) as error:
        studio.plan({"dataset": "population", "where": [where]})

    assert error.value.code == code
    assert told in str(error.value)


def test_a_filter_that_keeps_few_people_is_warned_of(studio, everybody):
    studio.write("population", everybody)
    where = [*CONVERTED["where"], {"column": "age", "at_least": 60}]

    plan = studio.plan({"dataset": "population", "where": where})

    assert any("seed people are few" in note for note in plan.notes)


def test_addresses_are_not_written_into_a_specification(studio, everybody):
    frame = everybody.assign(email=[f"p{n}@example.com" for n in range(3_000)])
    studio.write("population", frame)

    with pytest.raises(StudioError) as error:
        studio.plan(
            {"dataset": "population", "where": [{"column": "email", "is": "p1@x.org"}]}
        )

    assert error.value.code == "condition_personal"
    assert "p1@x.org" not in str(error.value)


def test_duplicates_and_missing_ids_are_those_of_the_rows_that_the_filter_keeps(
    studio, everybody
):
    chosen = everybody["converted"] == "yes"
    twice = everybody[chosen].head(10)
    nameless = everybody[~chosen].head(20).assign(user_id=None)
    studio.write("population", pd.concat([everybody, twice, nameless]))

    notes = studio.plan(CONVERTED).notes

    assert "10 rows of the seed repeat an identifier" in " ".join(notes)
    assert not any("rows of the seed have no identifier" in each for each in notes)
    assert any("20 rows of the population have no identifier" in n for n in notes)


def test_another_filter_or_other_rows_are_another_build(studio, everybody):
    studio.write("population", everybody)
    plans = [studio.plan(CONVERTED)]
    narrower = [*CONVERTED["where"], {"column": "age", "at_least": 30}]
    plans.append(studio.plan({"dataset": "population", "where": narrower}))
    studio.write("population", everybody.head(2_900))
    plans.append(studio.plan(CONVERTED))

    assert len({plan.fingerprints()["seed"] for plan in plans}) == 3


HOSTILE = ['it\'s "q"; --', "{{ 7 * 7 }}", "{% raw %}", "line\nbreak", "😀", "select"]


def test_hostile_names_and_values_in_a_filter_change_nothing(
    studio, everybody, of_file
):
    """Each condition alone keeps 600 people, and all together keep the same."""
    marks = {name: everybody["converted"].replace("yes", name) for name in HOSTILE}
    studio.write("hostile", everybody.drop(columns="converted").assign(**marks))
    conditions = [{"column": name, "is": name} for name in HOSTILE]
    asked = {"population": {"dataset": "hostile"}, "attributes": ATTRIBUTES}

    alone = [
        studio.plan({"dataset": "hostile", "where": [each]}, **asked)
        for each in conditions
    ]
    built = studio.build({"dataset": "hostile", "where": conditions}, **asked)

    assert [plan_as_json(plan)["seed"]["rows"] for plan in alone] == [600] * 6
    assert built.content_hash == of_file.content_hash


# A bare list of ids


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_bare_list_learns_what_the_population_knows_of_its_people(
    studio, everybody, seed, of_file, ending
):
    studio.write("population", everybody)
    studio.write("ids", seed[["user_id"]], ending)

    bare = studio.build({"dataset": "ids"}, attributes=ATTRIBUTES)

    assert bare.content_hash == of_file.content_hash
    for built in (bare, of_file):
        overlap = built.relation("main.report_overlap").iloc[0]
        assert overlap["learn_from"] == "population"


def test_a_list_without_a_header_is_a_seed_once_its_column_is_mapped(
    studio, everybody, seed
):
    studio.write("population", everybody.assign(user_id=range(3_000)))
    ids = everybody.index[everybody["converted"] == "yes"]
    path = studio.folder / "ids.csv"
    path.write_text("\n".join(map(str, ids)) + "\n")
    from catalog.attributes import Role, with_role
    from engines.registration import register

    dataset, _ = register(studio.workshop.catalog, studio.workshop.engine, path, "ids")
    mappings = studio.workshop.catalog.mappings(dataset.id)
    studio.workshop.catalog.set_mappings(
        dataset.id, with_role(mappings, "column_1", Role.identity, "user_id")
    )

    built = studio.build({"dataset": "ids"}, attributes=ATTRIBUTES)

    assert built.relation("main.report_overlap").iloc[0]["matched_people"] == 600


@pytest.mark.parametrize(
    ("matched", "told", "code"),
    [(0, "0", "no_overlap"), (24, "fewer than 25", "too_few_matched")],
)
def test_a_bare_list_of_whom_too_few_are_found_is_refused_with_both_sides(
    studio, everybody, matched, told, code
):
    studio.write("population", everybody)
    found = list(everybody["user_id"].head(matched))
    strangers = [f"{number:08x}" for number in range(100 - matched)]
    studio.write("ids", pd.DataFrame({"user_id": [*strangers, *found]}))

    with pytest.raises(StudioError) as error:
        studio.build({"dataset": "ids"}, attributes=ATTRIBUTES)

    assert error.value.code == code
    assert f"{told} of its 100 people are in the population" in error.value.cause
    assert "the population's 6 to 9 characters" in error.value.cause
    assert "00000001" not in str(error.value)


def with_zeros(frame):
    return frame.assign(user_id=[f"{number:05d}" for number in frame.index])


@pytest.fixture
def stripped(studio, everybody):
    """A population with ids such as 00250, and seeds of which 250 is left."""
    population = with_zeros(everybody)
    seed = population.iloc[:900:3]
    stripped = seed.assign(user_id=seed["user_id"].astype(int))
    studio.write("population", population)
    studio.write("seed", stripped)
    studio.write("ids", stripped[["user_id"]])
    studio.write("whole", seed)
    return studio


@pytest.mark.parametrize("name", ["seed", "ids"])
def test_the_plan_says_that_leading_zeros_were_lost(stripped, name):
    plan = with_found_rows(stripped.workshop, stripped.plan({"dataset": name}))
    told = plan_as_json(plan)

    assert told["summary"]["found"] == "0 of 300 rows of the seed in the population"
    assert any(
        "leading zeros were lost in the seed; export the column as text" in each
        for each in told["caveats"]
    )


def test_a_list_without_its_zeros_is_refused_with_that_reason(stripped):
    with pytest.raises(StudioError) as error:
        stripped.build({"dataset": "ids"}, attributes=ATTRIBUTES)

    assert "leading zeros were lost in the seed" in error.value.remedy


def test_ids_that_kept_their_zeros_are_not_complained_of(stripped):
    plan = stripped.plan({"dataset": "whole"})

    assert not any("leading zeros" in note for note in plan.notes)


@pytest.mark.parametrize("has_hashes", [False, True])
def test_the_plan_counts_the_rows_of_the_seed_that_are_found(
    studio, everybody, has_hashes
):
    strangers = everybody.head(40).assign(user_id=[f"x{n}" for n in range(40)])
    studio.write("population", everybody)
    studio.write("seed", pd.concat([everybody.head(60), strangers]))
    plan = studio.plan({"dataset": "seed"}, attributes=ATTRIBUTES)
    if has_hashes:
        studio.workshop.engine.index_population(plan.inputs("build"))

    counted = with_found_rows(studio.workshop, plan)

    assert counted.found_rows == 60
    limited = studio.workshop.engine.found_rows(
        plan.seed, plan.population, plan.identifiers, most_rows=10
    )
    assert limited == (60 if has_hashes else None)


# Whose rows are learnt from


def test_enough_matched_people_are_learnt_from_by_their_rows_in_the_population(
    studio, everybody, seed
):
    studio.write("population", everybody)
    studio.write("seed", seed.assign(country=seed["country"].str.lower()))

    built = studio.build({"dataset": "seed"}, attributes=ATTRIBUTES)

    assert built.relation("main.report_overlap").iloc[0]["learn_from"] == "population"
    shares = built.relation("main.weight_values")
    assert "de" not in set(shares["attribute_value"])


@pytest.mark.parametrize(
    ("minimum", "learnt"), [(600, "population"), (601, "seed"), (None, "population")]
)
def test_how_many_are_enough_is_a_setting(
    studio, everybody, seed, of_file, minimum, learnt
):
    studio.write("population", everybody)
    studio.write("seed", seed)
    scoring = {"matched_minimum": minimum}

    built = (
        studio.build({"dataset": "seed"}, attributes=ATTRIBUTES, scoring=scoring)
        if minimum
        else of_file
    )

    assert built.relation("main.report_overlap").iloc[0]["learn_from"] == learnt
    figures = json.loads((built.folder / "figures.json").read_text())
    (told,) = [f["value"] for f in figures["facts"] if f["name"] == "learned_from"]
    assert (told == "the seed's own rows") == (learnt == "seed")


def test_the_plan_says_that_the_choice_is_made_by_the_matched_people(
    studio, everybody, seed
):
    studio.write("population", everybody)
    studio.write("seed", seed)

    found = plan_as_json(studio.plan({"dataset": "seed"}))

    assert (found["learn_from"], found["matched_minimum"]) == ("auto", 500)


# The two versions of the matched people


def test_people_who_are_coded_otherwise_in_the_population_are_warned_of(
    studio, everybody, seed
):
    other = seed.copy()
    other.loc[:221, "country"] = other.loc[:221, "country"].str.lower()
    other.loc[:59, "age"] = np.nan
    other["visits"] = other["visits"] * (1 + 1e-13)
    studio.write("population", everybody)
    studio.write("seed", other)

    built = studio.build({"dataset": "seed"}, attributes=ATTRIBUTES)

    versions = built.relation("main.report_seed_versions").set_index("attribute")
    assert versions.loc["country", "differing_share"] == pytest.approx(222 / 600)
    assert versions.loc["age", "missing_in_seed_share"] == pytest.approx(60 / 600)
    assert versions.loc["visits", ["differing_share"]].isna().all()
    assert versions.loc["plan", "reason"] == (
        "the same on both sides, but for fewer than 25 people or nobody"
    )
    figures = json.loads((built.folder / "figures.json").read_text())
    told = [w["message"] for w in figures["warnings"] if w["code"] == "versions_differ"]
    assert told == [
        "“country” differs for 37.0 % of matched people between the seed and the"
        " population.",
        "“age” is missing in the seed for 10.0 % of matched people who have it in the"
        " population.",
    ]


def test_a_difference_up_to_the_limit_is_no_warning(studio, everybody, seed):
    other = seed.copy()
    other.loc[:221, "country"] = other.loc[:221, "country"].str.lower()
    studio.write("population", everybody)
    studio.write("seed", other)

    built = studio.build(
        {"dataset": "seed"},
        attributes=ATTRIBUTES,
        limits={"maximum_differing_share": 0.37},
    )

    assert "versions_differ" not in studio.remarks(built)


def test_attributes_that_the_seed_lacks_are_not_compared(studio, everybody, seed):
    studio.write("population", everybody)
    studio.write("seed", seed[["user_id", "age"]])

    built = studio.build(
        {"dataset": "seed"}, attributes=ATTRIBUTES, scoring={"learn_from": "population"}
    )

    versions = built.relation("main.report_seed_versions")
    assert list(versions["attribute"]) == ["age"]


# Values unknown to the population


@pytest.mark.parametrize(
    ("people_with", "kind", "code"),
    [(60, "warnings", "unknown_values"), (25, "notes", "few_unknown_values")],
)
def test_values_unknown_to_the_population_are_told_by_attribute(
    studio, everybody, seed, people_with, kind, code
):
    other = seed.copy()
    other.loc[: people_with - 1, "country"] = "Deutschland"
    studio.write("population", everybody)
    studio.write("seed", other)

    built = studio.build(
        {"dataset": "seed"}, attributes=ATTRIBUTES, scoring={"learn_from": "seed"}
    )

    share = f"{100 * people_with / 600:.1f} %"
    assert share in studio.remarks(built, kind)[code]
    assert "“country”" in studio.remarks(built, kind)[code]
    figures = json.loads((built.folder / "figures.json").read_text())
    by_name = {each["attribute"]: each for each in figures["attributes"]}
    assert by_name["country"]["seed_unknown_share"] == pytest.approx(people_with / 600)
    assert by_name["plan"]["seed_unknown_share"] is None


@pytest.mark.parametrize("people_with", [0, 1, 24])
def test_values_that_few_people_have_unknown_are_told_as_those_of_nobody(
    studio, everybody, seed, people_with
):
    other = seed.copy()
    other.loc[: people_with - 1, "country"] = "Deutschland"
    studio.write("population", everybody)
    studio.write("seed", other)

    built = studio.build(
        {"dataset": "seed"},
        attributes=ATTRIBUTES,
        scoring={"learn_from": "seed"},
        limits={"maximum_unknown_share": 0.0, "maximum_differing_share": 0.0},
    )

    told = (built.folder / "figures.json").read_text()
    figures = json.loads(told)
    assert {each["seed_unknown_share"] for each in figures["attributes"]} == {None}
    assert "unknown_values" not in told
    assert "versions_differ" not in told


# An earlier audience


@pytest.fixture(scope="module")
def first(tmp_path_factory, everybody, seed):
    """A studio with the audience First, and a copy of its folder."""
    studio = Studio(tmp_path_factory.mktemp("first") / "studio")
    studio.write("population", everybody)
    studio.write("seed", seed)
    studio.first = studio.build(
        {"dataset": "seed"}, name="First", attributes=["country", "age"]
    )
    studio.workshop.catalog.close()
    shutil.copytree(studio.folder, studio.folder.with_name("kept"))
    return studio


@pytest.fixture
def with_audience(first):
    """The studio with the audience First, put back as it was."""
    shutil.rmtree(first.folder)
    shutil.copytree(first.folder.with_name("kept"), first.folder)
    first.open()
    yield first
    first.workshop.catalog.close()


def test_an_audience_is_a_seed_by_its_people_s_ids(with_audience):
    first = with_audience.first

    built = with_audience.build({"audience": "First"}, attributes=ATTRIBUTES)

    assert built.manifest["seed"] == {"audience": "First", "version": 1, "rows": 200}
    assert built.manifest["inputs"]["seed"] == first.content_hash
    overlap = built.relation("main.report_overlap").iloc[0]
    assert (overlap["seed_people"], overlap["learn_from"]) == (200, "population")
    assert not set(built.members["user_id"]) & set(first.members["user_id"])


def test_the_version_in_use_is_the_seed_unless_one_is_named(with_audience):
    with_audience.build(
        {"dataset": "seed"}, name="First", attributes=["country"], output={"top": 150}
    )
    audience = with_audience.workshop.catalog.get_audience("First")

    def version_of(**seed):
        plan = with_audience.plan({"audience": "First", **seed})
        return plan_as_json(plan)["seed"]["version"], plan.fingerprints()["seed"]

    newest, named = version_of(), version_of(version=1)
    with_audience.workshop.catalog.serve_version(audience.id, 1)

    assert (newest[0], named[0]) == (2, 1)
    assert newest[1] != named[1]
    assert version_of() == named


def test_a_seed_audience_that_changes_asks_for_another_build(with_audience):
    with_audience.build(
        {"audience": "First"}, attributes=ATTRIBUTES, refresh={"on_change": True}
    )
    audience = with_audience.workshop.catalog.get_audience("people")
    before = _stamp(with_audience.workshop, audience)

    assert _stamp(with_audience.workshop, audience) == before
    with_audience.build(
        {"dataset": "seed"}, name="First", attributes=["country"], output={"top": 150}
    )
    assert _stamp(with_audience.workshop, audience) != before


def refusal(studio: Studio, seed: dict, **fields) -> StudioError:
    with pytest.raises(StudioError) as error:
        studio.plan(seed, attributes=ATTRIBUTES, **fields)
    return error.value


def test_a_version_that_was_deleted_from_disk_is_refused(with_audience):
    shutil.rmtree(with_audience.first.folder)

    error = refusal(with_audience, {"audience": "First"})

    assert error.code == "version_gone"
    assert "'First'" in str(error)


def test_a_version_that_was_changed_on_disk_is_refused(with_audience):
    path = with_audience.first.folder / "members.parquet"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    assert refusal(with_audience, {"audience": "First"}).code == "version_damaged"


def test_versions_that_cannot_be_a_seed_are_refused_by_name(with_audience):
    catalog = with_audience.workshop.catalog
    with_audience.build(
        {"dataset": "seed"}, name="First", attributes=["country"], output={"top": 150}
    )
    catalog.withdraw_version("First", 1)
    catalog.save_specification(
        with_audience.specification({"dataset": "seed"}, name="Never built")
    )

    withdrawn = refusal(with_audience, {"audience": "First", "version": 1})
    unknown = refusal(with_audience, {"audience": "First", "version": 7})
    unbuilt = refusal(with_audience, {"audience": "Never built"})
    nowhere = refusal(with_audience, {"audience": "Frist"})

    assert withdrawn.code == "version_withdrawn"
    assert unknown.code == "unknown_version"
    assert "1, 2" in unknown.remedy
    assert unbuilt.code == "no_version"
    assert "'First'" in nowhere.remedy


def test_audiences_that_feed_on_each_other_are_refused_unless_one_is_pinned(
    with_audience,
):
    with_audience.build({"audience": "First"}, name="Second", attributes=ATTRIBUTES)

    loop = refusal(with_audience, {"audience": "Second"}, name="First")
    own = with_audience.workshop.catalog.get_audience("First").id
    by_id = refusal(with_audience, {"audience": own}, name="First")
    pinned = with_audience.plan({"audience": "Second", "version": 1}, name="First")

    assert loop.code == "seed_loop"
    assert "'First' from 'Second' from 'First'" in str(loop)
    assert by_id.code == "seed_loop"
    assert plan_as_json(pinned)["seed"]["version"] == 1


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ("6 letters and digits", "choose the population that these people are part of"),
        ("32 hexadecimal digits", "write identifiers alike on both sides"),
    ],
)
def test_a_seed_that_matches_nobody_is_told_what_helps(shape, remedy):
    shapes = {"seed": shape, "population": "6 letters and digits"}

    with pytest.raises(StudioError) as refused:
        check_matched_seed(0, 1_000, 25, shapes)

    assert refused.value.code == "no_overlap"
    assert refused.value.remedy.startswith(remedy)
