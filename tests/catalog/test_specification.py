import json
import os
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from catalog import specification
from catalog.errors import StudioError
from catalog.specification import (
    AudienceSpecification,
    json_schema,
    parse_specification,
    read_specification,
    specification_errors,
    specification_hash,
    specification_of,
    to_yaml,
)
from catalog.specification_people import DatasetSource
from catalog.yaml_document import read_text
from tests.catalog.examples import DOCUMENT, PAYLOADS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/bank/likely_depositors.yml"
HEAD = "name: x\nseed: {dataset: a}\npopulation: {dataset: b}\n"


def refusal(text: str) -> str:
    with pytest.raises(StudioError) as caught:
        parse_specification(text, "spec.yml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_short_document_has_every_default():
    found = parse_specification(DOCUMENT)

    assert (found.output.kind, found.output.value) == ("top", 2000.0)
    assert found.attributes is None
    assert found.scoring.attribute_weights == "noise_decorrelated"
    assert (found.limits.minimum_seed, found.limits.advised_seed) == (25, 500)


def test_a_document_comes_back_the_same_from_yaml():
    text = DOCUMENT + (
        "description: |\n  two\n  lines\ntags: [spring, no]\njoin_key: user_id\n"
        "attributes: [job, {attribute: day, role: categorical}]\nexclude: [balance]\n"
        "datasets: {customers: {path: data/customers.parquet}}\n"
        "fairness: {protected: [sex], mode: regulated}\n"
        "scoring: {variance_pooling: 0.5}\nrefresh: {schedule: '@daily'}\n"
    )
    found = parse_specification(text)

    assert parse_specification(to_yaml(found)) == found
    assert to_yaml(parse_specification(to_yaml(found))) == to_yaml(found)


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"])
).filter(lambda text: text.strip() and len(text) < 60)


@settings(max_examples=60, deadline=None)
@given(
    NAMES,
    st.lists(NAMES, max_size=3),
    st.text(st.characters(codec="utf-8"), min_size=1),
)
def test_any_name_and_column_comes_back_the_same_from_yaml(name, tags, column):
    found = AudienceSpecification.model_validate(
        {
            "name": name,
            "tags": list(dict.fromkeys(tag.strip() for tag in tags)),
            "seed": {"dataset": "a"},
            "population": {"dataset": "b"},
            "attributes": [column],
            "output": {"min_score": 0.5},
        }
    )

    assert parse_specification(to_yaml(found)) == found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_kept_as_text(payload):
    document = parse_specification(DOCUMENT).model_dump()
    document |= {"name": payload, "description": payload, "tags": [payload]}
    document |= {"exclude": [payload]}

    found = parse_specification(to_yaml(AudienceSpecification.model_validate(document)))

    assert (
        found.name == found.description == found.tags[0] == found.exclude[0] == payload
    )


@pytest.mark.parametrize("typed", ["no", "1e3", "007", "2024-01-01", "true", "1_000"])
def test_a_name_without_quotes_keeps_its_letters(typed):
    text = f"name: {typed}\nseed: {{dataset: {typed}}}\npopulation: {{dataset: b}}\n"
    text += (
        f"output: {{top: 1}}\nattributes: [{typed}]\ndatasets: {{{typed}: {{path: p}}}}"
    )

    found = parse_specification(text)

    assert found.name == found.seed.dataset == typed
    assert found.attributes is not None
    assert found.attributes[0].attribute == typed
    assert list(found.datasets) == [typed]


def test_layout_comments_and_order_do_not_change_the_hash():
    one = parse_specification(HEAD + "output: {min_score: 1}")
    other = parse_specification(
        "# note\noutput:\n  min_score: 1.0\nseed:\n  dataset: 'a'\n"
        'population:\n  dataset: "b"\nname: x\nscoring: {smoothing: 30}'
    )

    assert specification_hash(one) == specification_hash(other)


def test_another_number_changes_the_hash():
    one = parse_specification(HEAD + "output: {top: 1}")
    other = parse_specification(HEAD + "output: {top: 2}")

    assert specification_hash(one) != specification_hash(other)


@pytest.mark.parametrize(
    "number",
    ["0", "-1", "1e18", "1000000000000000000", "2.5", "2000.0", "true", "'3'", "all"]
    + ["9" * 500, ".inf", ".nan", "[1]"],
)
def test_top_is_a_whole_number_above_0(number):
    assert "output.top" in refusal(HEAD + f"output: {{top: {number}}}")


@pytest.mark.parametrize(
    "share", ["-0.1", "1.1", ".nan", ".inf", "high", "'0.5'", "yes"]
)
def test_min_score_lies_between_0_and_1(share):
    assert "output.min_score" in refusal(HEAD + f"output: {{min_score: {share}}}")


@pytest.mark.parametrize("share", ["0", "0.0", "1", "1.0", "0.25", "1e-300"])
def test_both_ends_of_min_score_are_fine(share):
    found = parse_specification(HEAD + f"output: {{min_score: {share}}}")

    assert found.output.value == float(share)


@pytest.mark.parametrize("percent", ["0", "-1", "100.1", "true"])
def test_best_percent_is_above_0_and_at_most_100(percent):
    assert "output.best_percent" in refusal(
        HEAD + f"output: {{best_percent: {percent}}}"
    )


@pytest.mark.parametrize("people", ["0", "1", "2.5"])
def test_a_negative_seed_has_two_people_at_least(people):
    """Of one there is no interval of how well the seed is told from it."""
    told = refusal(HEAD + f"output: {{top: 1}}\nlimits: {{minimum_unlike: {people}}}")

    assert f"limits.minimum_unlike is {people}: give a" in told
    if people != "2.5":
        assert told.endswith("give a number of at least 2")


@pytest.mark.parametrize(
    "output", ["{}", "{top: 1, min_score: 0.5}", "{include_seed: true}"]
)
def test_exactly_one_limit_is_given(output):
    assert "give exactly one of top" in refusal(HEAD + f"output: {output}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("output: {top: 0}", "line 4 column 15 output.top is 0: give a number above 0"),
        (
            "output:\n  topp: 3\n",
            "line 5 column 9 has the unknown key 'output.topp': did you mean 'top'?",
        ),
        ("tags: [a]", "line 1 column 1 lacks output: add output"),
        (
            "output: {top: 3}\nseed: {dataset: z}",
            "line 5 column 1 has the key 'seed' again, first on line 2:"
            " keep one of the two",
        ),
        ("output:\n\ttop: 3", "line 5 column 1 is indented with a tab"),
        ("output: &a {top: 3}", "line 4 column 9 has an anchor (&)"),
        ("output: *a", "line 4 column 9 has an alias (*)"),
        (
            "output: @a",
            "line 4 column 9 has a value that begins with @: put the value in quotes",
        ),
        (
            "output: %a",
            "line 4 column 9 has a value that begins with %: put the value in quotes",
        ),
        ("output: !!python/name:os.system 3", "line 4 column 9 has a tag (!)"),
        (
            "output: {top: 3}\nattributes:\n  - job\n  - {attribute: a, role: numeric}",
            "line 7 column 26 attributes[1].role is 'numeric': give 'continuous' or"
            " 'categorical'",
        ),
        (
            'output: {top: 3}\ntags: [a, "b\\nc"]',
            "line 5 column 11 tags[1] 'b\\nc' holds the control character U+000A",
        ),
        (
            "output: {top: 3}\nschema_version: 2",
            "line 5 column 17 schema_version is 2: give 1, or upgrade",
        ),
        ("output: {top: 3}\n---\nname: y", "line 5 column 1 has a second document"),
        ("output: {top: [}", "line 4 column 16 is not YAML"),
        ("output: " + "[" * 5_000, "line 4 column 28 nests too deep"),
        ("output: {top: 3}\nname", "line 5 column 5 is not YAML"),
        ("output: {top: 3}\ntags: a", "line 5 column 7 tags is 'a': give a list"),
        (
            "output: {top: 3}\nexclude: [a, a]",
            "line 5 column 1 exclude has 'a' twice: keep one",
        ),
        (
            "output: {top: 3}\nattributes: [a]\nexclude: [a]",
            "line 6 column 1 exclude has 'a', which attributes has too: drop one",
        ),
        (
            "output: {top: 3}\ntags: [_nio_audience]",
            "line 5 column 8 tags[0] '_nio_audience' begins with _nio_",
        ),
    ],
)
def test_an_error_names_line_column_field_value_and_remedy(text, sentence):
    assert refusal(HEAD + text).startswith(f"spec.yml {sentence}")


def test_seed_and_population_are_different_datasets():
    text = "name: x\nseed: {dataset: People}\npopulation:\n  dataset: people\n"

    told = refusal(text + "output: {top: 1}")

    assert told.startswith("spec.yml line 3 column 1 population is the seed's own")


@pytest.mark.parametrize("text", ["", "# nothing", "---", "null", "- a", "text", "[]"])
def test_what_is_not_a_mapping_is_refused(text):
    assert "line 1 column" in refusal(text)


def test_a_character_that_yaml_forbids_is_placed():
    assert "spec.yml line 4 column 1 holds a character" in refusal(
        HEAD + "tags: [\x00]"
    )


@pytest.mark.parametrize("escape", ["\\UFFFFFFFF", "\\UD8000000", "\\U00110000"])
def test_an_escape_of_no_character_is_placed(escape):
    told = refusal(HEAD + f'description: "a{escape}b"')

    assert told == "spec.yml line 4 column 1 is not YAML: mend the document"


@pytest.mark.parametrize("name", ["buyers.csv", "buyers.XLSX", "buyers.parquet"])
def test_data_is_no_specification(tmp_path, name):
    path = tmp_path / name
    path.write_text("id,age\n1,2\n")

    with pytest.raises(StudioError, match="is data by its name and no specification"):
        read_text(path)


def test_an_alias_bomb_is_refused_at_once():
    text = "a0: &a0 [x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
    )
    began = time.process_time()

    assert "has an anchor" in refusal(text)
    assert time.process_time() - began < 1


def test_of_very_many_faults_the_first_are_told():
    lines = [f"k{number}: 1" for number in range(20_000)]

    with mock.patch.object(specification, "told", wraps=specification.told) as words:
        faults = specification_errors(HEAD + "\n".join(lines), "spec.yml")

    assert words.call_count == len(faults) == 100
    assert "line 4 column 5 has the unknown key 'k0'" in str(faults[1])


def test_a_huge_document_is_refused_unread(tmp_path):
    path = tmp_path / "big.yml"
    path.write_text("# " + "x" * 2_000_000)

    with pytest.raises(StudioError, match="larger than"):
        read_specification(path)


def test_a_document_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "latin.yml").write_bytes(b"name: x\ndescription: caf\xe9\n")

    with pytest.raises(StudioError, match=r"absent\.yml' cannot be read"):
        read_specification(tmp_path / "absent.yml")
    with pytest.raises(StudioError, match="line 2 column 1 is not UTF-8"):
        read_specification(tmp_path / "latin.yml")


def test_a_pipe_is_a_document_only_where_a_shell_opened_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.yml")
    reading, writing = os.pipe()
    os.write(writing, b"name: x")
    os.close(writing)

    with pytest.raises(StudioError, match=r"pipe\.yml' is a pipe"):
        read_text(tmp_path / "pipe.yml")
    assert read_text(Path(f"/dev/fd/{reading}")) == "name: x"
    os.close(reading)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "windows.yml"
    path.write_bytes(b"\xef\xbb\xbf" + DOCUMENT.replace("\n", "\r\n").encode())

    assert read_specification(path) == parse_specification(DOCUMENT)


def test_every_error_of_a_document_is_told_in_its_order():
    text = HEAD + "output: {top: 0}\nscoring: {model: x}\nextra: 1\n"

    codes = [str(error).split(" ")[2] for error in specification_errors(text, "s.yml")]

    assert codes == ["4", "5", "6"]


@pytest.mark.parametrize(
    "line", ["@hourly", "@daily", "@weekly", "@monthly", "0 6 * * 1"]
)
def test_a_schedule_is_a_short_form_or_five_fields(line):
    found = parse_specification(DOCUMENT + f"refresh: {{schedule: '{line}'}}")

    assert found.refresh.schedule == line


@pytest.mark.parametrize(
    "line",
    ["@yearly", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", "", "H * * * *"],
)
def test_any_other_schedule_is_refused(line):
    told = refusal(DOCUMENT + f"refresh: {{schedule: '{line}'}}")
    assert 'such as "0 6 * * 1-5"' in told or "never comes" in told

    assert "spec.yml line 5 column" in told
    assert "refresh.schedule" in told


def test_dataset_paths_count_from_the_document():
    source = DatasetSource(path="data/people.parquet")

    assert source.resolved(Path("/docs")) == Path("/docs/data/people.parquet")
    assert DatasetSource(path="/x").resolved(Path("/docs")) == Path("/x")


def test_nulls_as_published_are_refused_for_other_models():
    values = {
        "name": "people",
        "seed": {"dataset": "a"},
        "population": {"dataset": "b"},
        "output": {"top": 1},
    }
    scoring = {"model": "documented", "as_published_nulls": True}

    with pytest.raises(StudioError, match="model documented.*give model published_sql"):
        specification_of(values | {"scoring": scoring})
    kept = specification_of(values | {"scoring": scoring | {"model": "published_sql"}})
    assert kept.scoring.as_published_nulls


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"contact_cost": 1}, "prevalence and conversion_value"),
        ({"prevalence": 0.1, "conversion_value": 9}, "contact_cost"),
        ({"conversion_value": 9, "contact_cost": 1}, "prevalence"),
        ({"prevalence": 0.1}, None),
        ({"prevalence": 0.1, "conversion_value": 9, "contact_cost": 1}, None),
    ],
)
def test_what_pays_is_given_whole_or_not_at_all(given, lacks):
    values = {
        "name": "people",
        "seed": {"dataset": "a"},
        "population": {"dataset": "b"},
        "output": {"top": 1},
        "economics": given,
    }
    if lacks is None:
        assert specification_of(values).economics.prevalence == 0.1
        return

    with pytest.raises(StudioError, match=f"economics lacks {lacks}: give"):
        specification_of(values)


def test_the_published_schema_is_the_codes_own():
    published = (ROOT / "docs" / "specification.schema.json").read_text(
        encoding="utf-8"
    )

    assert published == json_schema()


def test_every_field_of_a_specification_is_described():
    def check(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                check(kind)

    check(AudienceSpecification)


def test_reading_a_specification_does_not_load_the_database_library():
    code = "import sys, catalog.specification; print('sqlalchemy' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "False"


def test_the_example_says_whom_its_datasets_hold():
    datasets = read_specification(EXAMPLE).datasets

    assert [name for name, each in datasets.items() if not each.description] == []


def test_fields_that_ask_for_nothing_leave_the_hash_as_it_was():
    """Documents of before `population.where` and its like have the hash of before."""
    example = read_specification(EXAMPLE)
    undescribed = {
        name: each.model_copy(update={"description": ""})
        for name, each in example.datasets.items()
    }
    assert specification_hash(example.model_copy(update={"datasets": undescribed})) == (
        "f1ef2da71efae62ef0edfb1ea79d54c26808521bb0acdcbaa15fe6da3641640c"
    )
    known = AudienceSpecification.model_validate(
        {
            "name": "people",
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population", "where": []},
            "output": {"top": 10},
        }
    )

    told = known.model_dump(mode="json")
    assert told["population"] == {"dataset": "population"}
    assert "minimum_population" not in told["limits"]
    assert "where" not in to_yaml(known)
    assert parse_specification(to_yaml(known)) == known


def test_a_filter_on_the_population_is_written_and_read_again():
    where = [{"column": "region", "in": ["north", "<script>"]}]
    known = AudienceSpecification.model_validate(
        {
            "name": "people",
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population", "where": where},
            "output": {"top": 10},
            "limits": {"minimum_population": 5},
        }
    )

    assert parse_specification(to_yaml(known)) == known
    assert specification_hash(parse_specification(to_yaml(known))) == (
        specification_hash(known)
    )


def test_a_document_that_json_wrote_keeps_its_letters():
    """JSON writes what stands beyond the first 65,536 letters as two escapes."""
    name = "\N{SLIGHTLY SMILING FACE} \U0010ffff"
    values = {
        "name": name,
        "seed": {"dataset": name},
        "population": {"dataset": "people"},
        "output": {"top": 10},
    }

    found = parse_specification(json.dumps(values))

    assert (found.name, found.seed.dataset) == (name, name)
    half = json.dumps({**values, "name": "a\ud83d"})
    with pytest.raises(StudioError, match="U[+]D83D"):
        parse_specification(half)


def test_a_file_whose_name_begins_like_a_home_is_a_file(tmp_path):
    assert DatasetSource(path="~draft 2.csv").resolved(tmp_path) == (
        tmp_path / "~draft 2.csv"
    )
    assert DatasetSource(path="~/a.csv").resolved(tmp_path) == Path.home() / "a.csv"
