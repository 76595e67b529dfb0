import json

import pandas as pd
import pytest

from report.figures import attribute_figures, audience_figures


def codes(remarks):
    return [remark.code for remark in remarks]


def changed(table, **values):
    return table.assign(**{name: [value] for name, value in values.items()})


def test_figures_are_those_worked_out_by_hand(tables):
    figures = audience_figures(**tables, delivered_people=150, held_out_auc=0.84)

    assert figures.value("delivered_people") == 150
    assert figures.value("candidate_people") == 1000
    assert figures.value("cut_score") == 0.6
    assert figures.value("top_decile_lift") == 5.0
    # Half way from 100 to 200 people: half way from 0.5 to 0.7 of the seed.
    assert figures.value("recall") == pytest.approx(0.6)
    assert figures.value("lift") == pytest.approx(0.6 / 0.15)
    # 0.7 - 0.2 is furthest above the diagonal; at 100 and 500 people it is 0.4.
    assert figures.value("last_size_better_than_random") == 200


def test_sentences_are_short_and_factual(tables):
    figures = audience_figures(**tables, delivered_people=150, held_out_auc=0.84)

    assert figures.sentences == (
        "150 of 1,000 candidates are in the audience.",
        "Fewer than 25 of 40 seed people are in the population.",
        "The model learned from 40 seed people: the seed's own rows.",
        "The lowest score let in is 0.600.",
        "The audience reaches 60.0 % of held-out seed people, 4.00 times as many as "
        "people drawn at random.",
        "Held-out AUC: 0.840 (0.5 is chance, 1 is perfect).",
    )


def test_added_seed_people_say_nothing_about_reach(tables):
    figures = audience_figures(**tables, delivered_people=190, added_seed_people=40)

    assert figures.value("recall") == pytest.approx(0.6)
    assert figures.sentences[0] == (
        "150 of 1,000 candidates and 40 seed people are in the audience."
    )


def test_each_share_has_its_unit(tables):
    figures = audience_figures(**tables, delivered_people=150)

    units = {fact.name: fact.unit for fact in figures.facts}
    assert units["matched_share"] == "share of the seed people"
    assert units["recall"] == "share of the held-out seed people"


def test_figures_are_json_and_unknown_ones_are_left_out_of_the_values(tables):
    figures = audience_figures(**tables, delivered_people=150)

    json.dumps(figures.as_json(), allow_nan=False)
    assert figures.value("held_out_auc") is None
    assert "held_out_auc" not in figures.values()


def test_attributes_come_most_telling_first_with_their_reasons(tables):
    job, age, day = attribute_figures(
        tables["attribute_weights"], tables["value_terms"]
    )

    assert (job.column_name, age.column_name, day.column_name) == ("Job", "Age", "Day")
    assert job.reason == (
        "90.0 % of the difference is more than chance. Most telling: “student”, "
        "30.0 % of the seed and 5.0 % of the population."
    )
    assert age.reason == "Other attributes say much the same, so 40.0 % counts."
    assert day.reason == "Seed and population differ here by no more than chance would."


def test_what_few_people_of_the_seed_have_is_never_the_most_telling(tables):
    """One known person of a seed of 25 is 4 % of it."""
    few = (
        tables["value_terms"]
        .tail(1)
        .assign(value_text="rare", seed_share=None, contribution=9.0)
    )
    terms = pd.concat([tables["value_terms"], few])

    job = attribute_figures(tables["attribute_weights"], terms)[0]

    assert "Most telling: “student”" in job.reason
    assert "rare" not in job.reason


def test_a_notice_is_the_reason_of_a_dropped_attribute(tables):
    weights = tables["attribute_weights"].assign(notice="has one value alone")

    reasons = {one.reason for one in attribute_figures(weights, tables["value_terms"])}

    assert reasons == {"has one value alone"}


def test_a_small_seed_is_warned_of_below_the_advised_size(tables):
    few = audience_figures(**tables, delivered_people=150)
    enough = audience_figures(**tables, delivered_people=150, advised_seed=40)

    assert codes(few.warnings) == ["small_seed"]
    assert few.warnings[0].message == (
        "The learning seed has 40 people; 500 are advised."
    )
    assert enough.warnings == ()


def test_no_overlap_is_a_warning(tables):
    tables["overlap"] = changed(tables["overlap"], matched_people=0, matched_share=0.0)

    figures = audience_figures(**tables, delivered_people=150, advised_seed=25)

    assert figures.warnings[0].message == "None of 40 seed people is in the population."


@pytest.mark.parametrize(
    ("cut", "delivered", "code"),
    [
        ({"candidate_count": 0}, 0, "no_candidates"),
        ({"requested_count": None}, 0, "empty_audience"),
        ({"requested_count": 1200}, 150, "fewer_than_requested"),
        ({}, 300, "beyond_random"),
    ],
)
def test_an_audience_that_is_not_as_asked_is_warned_of(tables, cut, delivered, code):
    tables["cut"] = changed(tables["cut"], **cut)

    figures = audience_figures(**tables, delivered_people=delivered, advised_seed=25)

    assert codes(figures.warnings) == [code]


@pytest.mark.parametrize(
    ("auc", "expected"), [(0.5, ["near_chance"]), (0.8, []), (0.99, ["near_perfect"])]
)
def test_a_held_out_auc_near_either_end_is_warned_of(tables, auc, expected):
    figures = audience_figures(
        **tables, delivered_people=150, held_out_auc=auc, advised_seed=25
    )

    assert codes(figures.warnings) == expected


def test_what_is_too_good_names_the_attribute_that_ranks_most(tables):
    figures = audience_figures(
        **tables, delivered_people=150, held_out_auc=0.99, advised_seed=25
    )
    most = max(figures.attributes, key=lambda each: each.ranking_share)

    (warning,) = figures.warnings

    assert f"“{most.column_name}” is " in warning.message
    assert "of what ranks people" in warning.message
    assert "leave it out" in warning.consequence


def test_merged_rows_and_silent_attributes_are_notes(tables):
    figures = audience_figures(**tables, delivered_people=150)

    assert [note.text for note in figures.notes] == [
        "2 seed rows repeat an identifier. Each seed person counts once.",
        "1 of 3 attributes has weight 0: “Day”. It does not change any score.",
    ]


def test_tables_without_rows_give_unknown_figures(tables):
    empty = ("deciles", "curve", "attribute_weights", "value_terms")
    tables |= {name: tables[name].iloc[:0] for name in empty}

    figures = audience_figures(**tables, delivered_people=150)

    assert figures.value("recall") is None
    assert figures.value("top_decile_lift") is None
    assert figures.attributes == ()


def test_an_overlap_of_two_rows_is_refused(tables):
    tables["overlap"] = pd.concat([tables["overlap"]] * 2)

    with pytest.raises(ValueError, match="has 2 rows"):
        audience_figures(**tables, delivered_people=150)


def versions(**found) -> pd.DataFrame:
    """report_seed_versions of one attribute."""
    row = {
        "attribute": "job",
        "column_name": "Job",
        "position": 0,
        "compared_people": 100,
        "differing_share": 0.0,
        "missing_in_seed_share": 0.0,
        "missing_in_population_share": 0.0,
        "reason": "",
    }
    return pd.DataFrame([{**row, **found}])


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"differing_share": 0.37}, "“Job” differs for 37.0 % of matched people"),
        ({"missing_in_seed_share": 0.06}, "“Job” is missing in the seed for 6.0 %"),
        (
            {"missing_in_population_share": 0.5},
            "“Job” is missing in the population for 50.0 %",
        ),
        ({"differing_share": 0.05}, None),
        ({"differing_share": None, "compared_people": 3}, None),
    ],
)
def test_people_who_are_otherwise_on_the_other_side_are_warned_of(tables, found, told):
    figures = audience_figures(
        **tables, delivered_people=150, seed_versions=versions(**found)
    )

    messages = [w.message for w in figures.warnings if w.code == "versions_differ"]
    assert len(messages) == (told is not None)
    assert told is None or messages[0].startswith(told)


def test_values_unknown_to_the_population_are_a_warning_or_a_note(tables):
    shares = {"day": 0.4, "job": 0.032, "age": 0.0}
    weights = tables["attribute_weights"]
    weights["seed_unknown_share"] = weights["attribute"].map(shares)

    few = audience_figures(**tables, delivered_people=150)
    many = audience_figures(**tables, delivered_people=150, maximum_unknown_share=0.03)

    assert "3.2 % of “Job”" in next(
        n.message for n in few.notes if n.code == "few_unknown_values"
    )
    assert "unknown_values" not in {w.code for w in few.warnings}
    assert "3.2 % of the seed's values of “Job” are unknown to the population." in {
        w.message for w in many.warnings
    }
    assert "few_unknown_values" not in {n.code for n in many.notes}
