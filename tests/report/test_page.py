"""The report page: all there is to say, as typed, in one file that asks for nothing."""

import re

import pandas as pd
import pytest

from report.page import Section, render_page
from tests.report.pages import Html, figures_of, page_of

HOSTILE = [
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    "\" onmouseover='alert(1)' x=\"",
    "{{ 7 * 7 }} {% raw %} {# #}",
    "a & b &amp; c &lt;d&gt;",
]
LEFT_OUT = {
    "attribute": "nickname",
    "code": "id_like",
    "reason": "has 1,460 values in 1,465 rows, as an id has",
    "remedy": "map it as identity",
}


@pytest.fixture
def hostile(tables, histogram):
    """A page on which every text of a user is hostile."""
    first, second, third, fourth, fifth = HOSTILE
    tables["attribute_weights"] = tables["attribute_weights"].assign(
        column_name=[first, second, third]
    )
    tables["value_terms"] = tables["value_terms"].assign(value_text=[fourth, second])
    return render_page(
        page_of(
            tables,
            histogram,
            name=f"{first} {second}",
            description=f"{third}\n{fifth}",
            tags=(fourth, second),
            left_out=({**LEFT_OUT, "attribute": third, "reason": first},),
            remarks=(fifth,),
        )
    )


def test_every_figure_is_on_the_page(tables, histogram):
    figures = figures_of(tables)

    text = Html(render_page(page_of(tables, histogram))).text

    for fact in figures.facts:
        assert f"{fact.label} {fact.text} {fact.unit} {fact.name}" in text
    for sentence in figures.sentences:
        assert sentence in text
    for remark in (*figures.warnings, *figures.notes):
        assert remark.message in text
        assert remark.consequence in text


def test_the_headline_says_what_when_and_from_which_data(tables, histogram):
    page = page_of(
        tables, histogram, description="For spring.", tags=("bank", "spring")
    )

    text = Html(render_page(page)).text

    assert text.startswith(
        "Skip to the content Look-alike audience report Likely buyers For spring. "
        "bank spring Version 3 Built 2026-11-24 19:16:43 UTC "
        "Seed buyers (42 rows) Population customers (1,010 rows)"
    )
    assert "Build 8b6aed2492506246 numpy 2.4.6" in text


def test_each_attribute_has_its_weight_its_reason_and_its_telling_values(
    tables, histogram
):
    text = Html(render_page(page_of(tables, histogram))).text

    assert (
        "Job 75.0 % of the evidence · weight 0.90 · categorical 90.0 % of the "
        "difference is more than chance. Most telling: “student”, 30.0 % of the seed "
        "and 5.0 % of the population. Most telling values of Job Value Seed Population "
        "Times More common in the seed student 30.0 % 5.0 % 6.0 "
        "Less common in the seed clerk 10.0 % 20.0 % 0.50"
    ) in text
    assert (
        "Day 0 % of the evidence · weight 0.00 · continuous Seed and population differ "
        "here by no more than chance would."
    ) in text


def test_reach_is_told_at_the_chosen_size_and_where_it_stops_to_help(tables, histogram):
    text = Html(render_page(page_of(tables, histogram))).text

    assert "100 10.0 % 50.0 % 5.00" in text
    assert "150 This audience 15.0 % 60.0 % 4.00" in text
    assert "200 Beyond here no better than random 20.0 % 70.0 % 3.50" in text


def test_deciles_and_the_cut_are_told_as_tables(tables, histogram):
    text = Html(render_page(page_of(tables, histogram))).text

    assert "1 100 50.0 % 5.00 5.00 2 100 20.0 % 2.00 3.50" in text
    assert "0.50 to 0.75 The cut is here 15.0 % 25.0 %" in text
    assert "The audience ends at a score of 0.600" in text


def test_overlap_is_told_from_both_sides(tables, histogram):
    text = Html(render_page(page_of(tables, histogram))).text

    few = "fewer than 25 of"
    assert f"under 62.5 % · {few} 40 seed people are in the population" in text
    assert f"under 2.5 % · {few} 1,010 people in the population are seed people" in text
    assert "Seed people not found all but fewer than 25 of 40 " in text


@pytest.mark.parametrize(
    ("found", "told", "not_found", "inside"),
    [
        (400, "100 % · 400 of 400", "0", "28.4 % · 400 of 1,410"),
        (
            397,
            "over 93.8 % · all but fewer than 25 of 400",
            "fewer than 25 of 400",
            "over 26.6 % · at least 375 of 1,410",
        ),
        (375, "93.8 % · 375 of 400", "25", "26.6 % · 375 of 1,410"),
        (0, "0 % · 0 of 400", "400", "0 % · 0 of 1,410"),
    ],
)
def test_few_who_are_not_found_are_not_counted_out(
    tables, histogram, found, told, not_found, inside
):
    tables["overlap"] = tables["overlap"].assign(
        seed_people=400,
        matched_people=found,
        unmatched_people=400 - found,
        matched_population_people=found,
        population_people=1410,
        learning_seed_people=400,
    )

    text = Html(render_page(page_of(tables, histogram))).text

    assert f"{told} seed people are in the population" in text
    assert f"Seed people not found {not_found} " in text
    assert f"{inside} people in the population are seed people" in text


def test_what_was_left_out_has_its_code_its_reason_and_its_remedy(tables, histogram):
    page = page_of(tables, histogram, left_out=(LEFT_OUT,), remarks=("Said before.",))

    text = Html(render_page(page)).text

    assert (
        "nickname has 1,460 values in 1,465 rows, as an id has map it as identity "
        "id_like"
    ) in text
    assert "2 seed rows repeat an identifier. Each seed person counts once." in text
    assert "Said before." in text


def test_a_page_without_warnings_says_that_it_looked(tables, histogram):
    warned = Html(render_page(page_of(tables, histogram))).text
    fine = Html(render_page(page_of(tables, histogram, advised_seed=10))).text

    assert "Warning: The learning seed has 40 people; 500 are advised." in warned
    assert "Warning:" not in fine
    assert "No warnings. Looked at: the size of the seed" in fine


@pytest.mark.parametrize(
    ("auc", "word"),
    [(0.54, "close to chance"), (0.55, "weak"), (0.8, "good"), (0.98, "too good")],
)
def test_the_auc_is_told_in_a_word_and_marked_among_the_others(
    tables, histogram, auc, word
):
    text = Html(render_page(page_of(tables, histogram, held_out_auc=auc))).text

    assert f"held-out AUC: {word} " in text
    assert re.search(rf"This audience {word} ", text)


def test_a_build_of_which_nothing_is_known_still_has_a_page(tables, histogram):
    tables["curve"] = tables["curve"].head(0)
    tables["deciles"] = tables["deciles"].assign(lift=None, cumulative_lift=None)
    tables["cut"] = tables["cut"].assign(cut_score=None, requested_count=0)
    tables["value_terms"] = tables["value_terms"].head(0)
    empty = histogram.assign(people_count=0, seed_count=0)

    text = Html(render_page(page_of(tables, empty, held_out_auc=None))).text

    assert "No held-out seed people were ranked." in text
    assert "The audience has no cut" in text
    assert not re.search(r"\b(None|nan|inf)\b", text)


def test_what_a_user_typed_is_text(hostile):
    html = Html(hostile)

    for typed in HOSTILE:
        assert typed in html.text
    assert {tag for tag, _ in html.tags}.isdisjoint(
        {"script", "iframe", "object", "embed", "form", "base", "svg"}
    )
    images = html.named("img")
    assert len(images) == 4
    for tag, attributes in html.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
    assert all(
        image["src"].startswith("data:image/svg+xml;base64,") for image in images
    )


def test_what_turns_text_around_is_taken_out(tables, histogram):
    page = page_of(
        tables, histogram, name="a\u202eb\u2066c", description="one\x00\u200ftwo"
    )

    document = render_page(page)

    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00]", document)
    assert "<bdi>abc</bdi>" in document


def test_the_page_needs_nothing_but_itself(hostile):
    html = Html(hostile)
    (policy,) = (
        each["content"]
        for each in html.named("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )

    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    for tag, attributes in html.tags:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            place = attributes.get(name)
            assert place is None or place.startswith(("data:", "#")), (tag, place)
    style = re.search(r"<style>(.*?)</style>", hostile, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    assert "@font-face" not in style


def test_links_lead_to_places_on_the_page_and_no_id_is_there_twice(hostile):
    html = Html(hostile)
    ids = [attributes["id"] for _, attributes in html.tags if "id" in attributes]

    assert len(ids) == len(set(ids))
    for link in html.named("a"):
        assert link["href"][1:] in ids


def test_the_document_is_well_built(hostile):
    html = Html(hostile)
    names = [tag for tag, _ in html.tags]

    assert html.open_tags == []
    assert html.named("html") == [{"lang": "en"}]
    for once in ("h1", "main", "header", "nav", "footer", "title"):
        assert names.count(once) == 1, once
    assert all("scope" in heading for heading in html.named("th"))
    assert names.count("table") == names.count("caption")
    assert all(image["alt"] for image in html.named("img"))


def test_the_same_page_is_the_same_text(tables, histogram):
    first = render_page(page_of(tables, histogram, left_out=(LEFT_OUT,)))

    shuffled = {
        name: frame.sample(frac=1, random_state=1) for name, frame in tables.items()
    }
    again = render_page(page_of(shuffled, histogram, left_out=(LEFT_OUT,)))

    assert again == first


def test_the_page_stays_small_with_many_attributes_and_values(tables, histogram):
    names = [f"attribute_{number}" for number in range(200)]
    weights = pd.concat([tables["attribute_weights"].tail(1)] * 200)
    tables["attribute_weights"] = weights.assign(attribute=names, column_name=names)
    terms = pd.concat([tables["value_terms"]] * 50)
    tables["value_terms"] = pd.concat(
        [
            terms.assign(attribute=name, value_text=[f"v{n}" * 30 for n in range(100)])
            for name in names
        ]
    )

    document = render_page(page_of(tables, histogram))

    assert 100_000 < len(document.encode()) < 1_500_000


def test_values_that_few_people_of_the_seed_have_are_said_to_be_left_out(
    tables, histogram
):
    tables["value_terms"].loc[1, "seed_share"] = None

    text = Html(render_page(page_of(tables, histogram))).text

    assert "student" not in text
    assert "1 value is not told: fewer than 25 people of the seed" in text


def test_a_further_section_is_a_template_and_its_values(tables, histogram):
    page = page_of(tables, histogram)
    more = Section("more", "More <b>", "sections/warnings.html", {"warnings": ()})

    html = Html(render_page(type(page)(page.headline, (more,), page.provenance)))

    assert "More <b> ✓ No warnings." in html.text
    assert {"href": "#more"} in html.named("a")
