"""The audience in words: who is told of, in which order, and as text."""

import pytest

from report.page import templates
from report.portrait_words import beside, segment_rows
from report.sections import in_words

HOSTILE = "<img src=x onerror=\"document.title='x'\">"


def value(name, audience, population, seed, people=1_000):
    is_told = audience is not None
    return {
        "attribute": "job",
        "column_name": "Job",
        "value": name,
        "is_missing": False,
        "audience_people": round(audience * people) if is_told else None,
        "audience_share": audience,
        "population_share": population,
        "seed_share": seed,
    }


@pytest.fixture
def portrait():
    return {
        "people": 1_000,
        "fewest_people": 25,
        "segments": [
            {
                "conditions": [
                    {"attribute": "job", "column_name": "Job", "value": "student"},
                    {"attribute": "age", "column_name": "Age", "value": None},
                ],
                "people": 120,
                "audience_share": 0.12,
                "population_share": 0.02,
                "lift": 6.0,
            }
        ],
        "together_share": 0.12,
        "values": [
            value("student", 0.3, 0.1, 0.4),
            value("clerk", 0.6, 0.58, 0.55),
            value("maid", None, 0.2, 0.01),
            value("rare", None, 0.01, 0.02),
            value("cook", 0.08, 0.02, 0.02),
        ],
    }


def test_a_segment_is_a_sentence(portrait):
    (found,) = segment_rows(portrait)

    assert [each["value"] for each in found["conditions"]] == ["student", "missing"]
    assert found["told"] == (
        "12.0 % of the audience (120 people), 6.0 times as common as in the population"
    )


def test_values_stand_beside_the_population_by_the_people_it_is_about(portrait):
    more, less = beside(portrait, "population")

    assert [(row["value"], row["times"]) for row in more["rows"]] == [
        ("student", "3.0"),
        ("cook", "4.0"),
    ]
    assert [(row["value"], row["audience"]) for row in less["rows"]] == [
        ("maid", "few")
    ]


def test_what_would_give_few_people_away_is_not_taken_for_few(portrait):
    portrait["values"][2]["is_few"] = False  # maids: not told, and any number of people

    (more,) = beside(portrait, "population")

    assert more["words"].startswith("More common")


def test_and_beside_the_seed(portrait):
    more, less = beside(portrait, "seed")

    assert [row["value"] for row in more["rows"]] == ["cook"]
    assert [row["value"] for row in less["rows"]] == ["student"]


def test_what_few_people_of_the_seed_have_is_not_compared_with_it(portrait):
    portrait["values"][4]["seed_share"] = None

    (less,) = beside(portrait, "seed")

    assert less["words"].startswith("Less common")
    assert "cook" in [row["value"] for row in beside(portrait, "population")[0]["rows"]]


def test_an_audience_without_segments_says_so(portrait):
    section = in_words(portrait | {"segments": [], "values": []})

    page = templates().get_template(section.template).render(section.values)

    assert "No combination of values" in page
    assert "no value clearly more or less often than the seed" in page


def test_what_a_user_typed_is_text(portrait):
    portrait["segments"][0]["conditions"][0] |= {
        "column_name": HOSTILE,
        "value": HOSTILE,
    }
    portrait["values"][0] |= {"column_name": HOSTILE, "value": HOSTILE}
    section = in_words(portrait)

    page = templates().get_template(section.template).render(section.values)

    assert "<img" not in page
    assert page.count("&lt;img src=x") >= 4
