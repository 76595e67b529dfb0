"""What can be chosen, and of what cannot the reason; what is estimated before a build."""

import re
from math import floor
from typing import get_args

import pytest

from catalog.errors import StudioError
from catalog.specification_output import Output
from catalog.specification_settings import Economics, ModelName
from studio.services import (
    attribute_changes,
    choices,
    draft_estimates,
    draft_quotas,
    drafts,
    row_filters,
)
from studio.services.attribute_changes import AttributeChange
from studio.services.draft_economics import kept_economics
from studio.services.draft_store import Step
from studio.services.open_what_ifs import OpenWhatIfs
from studio.services.scorers import scorer_choices
from tests.studio.builder_home import HOSTILE, HOSTILE_COLUMN, builder_home


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A home with three datasets."""
    yield builder_home(tmp_path_factory.mktemp("choices"))
    draft_estimates.OPEN.close()


@pytest.fixture
def ready(workshop):
    """A draft with seed and population."""
    draft = drafts.begin(workshop)
    return drafts.change(
        workshop,
        draft.id,
        {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}},
    )


def by_name(found):
    return {each.name: each for each in found}


def test_every_dataset_is_offered_as_a_seed_with_reason_and_remedy(workshop):
    found = by_name(choices.seeds(workshop))

    assert set(found) == {"seed", "population", HOSTILE}
    assert found["seed"].eligible and found["seed"].keys == ("user_id",)
    assert found["seed"].rows == 120 and found["seed"].changed_at is not None
    refused = found[HOSTILE]
    assert refused.code == "no_identifier" and refused.reason and refused.remedy


def test_a_population_is_told_by_what_it_joins_and_the_seed_itself_is_none(
    workshop, ready
):
    found = choices.populations(workshop, ready)

    assert found[0].name == "population" and found[0].joins == ("user_id",)
    refused = by_name(found)["seed"]
    assert refused.code == "same_dataset"
    # The builder has no document in which `seed.where` could be said.
    assert refused.remedy.startswith(
        "go back to the seed and use only some of its rows"
    )


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("country", "Germany", "unknown_group"),
        ("age", "40", "quotas_need_groups"),
        ("shoe size", "40", "unknown_attribute"),
        ("country", "x" * 1_001, "output_invalid"),
    ],
)
def test_a_quota_that_no_build_would_take_is_refused_as_it_is_made(
    workshop, ready, column, value, code
):
    draft_quotas.refuse_unknown_group(workshop, ready, "country", "DE")

    with pytest.raises(StudioError) as refusal:
        draft_quotas.refuse_unknown_group(workshop, ready, column, value)

    assert refusal.value.code == code


def test_a_group_that_the_populations_filter_leaves_out_has_nobody(workshop, ready):
    where = row_filters.conditions_of(workshop, "population", ["country=DE"])
    draft = drafts.change(
        workshop, ready.id, {"population": {"dataset": "population", "where": where}}
    )

    with pytest.raises(StudioError, match="among the people who may be chosen"):
        draft_quotas.refuse_unknown_group(workshop, draft, "country", "FR")


def test_a_seed_that_is_a_filter_may_have_its_own_dataset_as_population(workshop):
    where = row_filters.conditions_of(workshop, "population", ["country=DE", "age>=40"])
    draft = drafts.begin(workshop)
    draft = drafts.change(
        workshop, draft.id, {"seed": {"dataset": "population", "where": where}}
    )

    found = by_name(choices.populations(workshop, draft))
    draft = drafts.change(workshop, draft.id, {"population": {"dataset": "population"}})
    rows = {e.attribute: e for e in choices.attributes(workshop, draft).rows}

    assert found["population"].eligible
    assert 0 < row_filters.rows_kept(workshop, "population", where).rows < 1_000
    assert rows["country"].code == "seed_filter" and not rows["country"].can_be_chosen


@pytest.mark.parametrize("text", ["", "age", "nothing>=1", "age>="])
def test_a_condition_that_cannot_be_read_is_refused(workshop, text):
    with pytest.raises(StudioError):
        row_filters.conditions_of(workshop, "population", [text])


def test_attributes_stand_in_groups_with_role_fill_and_join_keys(workshop, ready):
    found = choices.attributes(workshop, ready)

    groups = {each.column: each.group for each in found.rows}
    assert groups["country"] == groups[HOSTILE_COLUMN] == "categorical"
    assert groups["age"] == groups["income"] == "continuous"
    assert groups["user_id"] == "not_scored"
    plan = next(each for each in found.rows if each.column == "plan")
    assert 0.6 < plan.filled < 0.75 and plan.distinct == 2
    (key,) = found.join_keys
    assert (key.identifier, key.seed_column) == ("user_id", "user_id")
    assert set(found.chosen) == {
        each.attribute for each in found.rows if each.group != "not_scored"
    }


def test_changes_of_attributes_are_kept_as_a_specification_has_them(workshop, ready):
    def change(asked):
        nonlocal ready
        found = choices.attributes(workshop, ready)
        values = attribute_changes.changed(found, ready.choices, asked)
        ready = drafts.change(workshop, ready.id, values)
        return choices.attributes(workshop, ready)

    assert "age" not in change(AttributeChange(drop="age")).chosen
    assert "age" in change(AttributeChange(add="age")).chosen
    assert ready.choices.attributes is None  # all that fit, again
    numbers = change(AttributeChange(role=("visits", "categorical")))
    assert (
        next(e for e in numbers.rows if e.attribute == "visits").role == "categorical"
    )
    marked = change(AttributeChange(protect="plan"))
    protected = next(e for e in marked.rows if e.attribute == "plan")
    assert (protected.is_protected, protected.group) == (True, "not_scored")
    assert "plan" not in marked.chosen
    assert "plan" not in change(AttributeChange(unprotect="plan")).chosen
    assert change(AttributeChange(only=("age", "plan"))).chosen == ("plan", "age")
    assert drafts.specification(workshop, ready)


def test_a_role_is_offered_where_the_type_can_take_it(workshop, ready):
    rows = {each.column: each for each in choices.attributes(workshop, ready).rows}
    assert rows["age"].roles == rows["visits"].roles == ("categorical", "continuous")
    assert rows["country"].roles == ("categorical",)
    assert rows["user_id"].roles == ()

    asked = {"attributes": [{"attribute": "country", "role": "continuous"}, "age"]}
    wrong = drafts.change(workshop, ready.id, asked)
    found = choices.attributes(workshop, wrong)
    row = next(each for each in found.rows if each.column == "country")
    assert (row.group, row.code) == ("not_scored", "not_a_number")
    assert row.roles == ("categorical",)
    back = AttributeChange(role=("country", "categorical"))
    values = attribute_changes.changed(found, wrong.choices, back)
    mended = drafts.change(workshop, wrong.id, values)

    assert choices.attributes(workshop, mended).chosen == ("country", "age")


def test_no_attribute_at_all_is_a_choice_that_leads_no_further(workshop, ready):
    found = choices.attributes(workshop, ready)
    one = attribute_changes.changed(
        found, ready.choices, AttributeChange(only=("age",))
    )
    ready = drafts.change(workshop, ready.id, one)
    found = choices.attributes(workshop, ready)

    none = attribute_changes.changed(found, ready.choices, AttributeChange(drop="age"))
    ready = drafts.change(workshop, ready.id, none)

    found = choices.attributes(workshop, ready)
    assert found.chosen == () and len(attribute_changes.proposed(found)) == 6
    assert drafts.missing_step(ready, Step.attributes) is None
    assert drafts.missing_step(ready, Step.output) is Step.attributes
    assert draft_estimates.sides(workshop, attribute_changes.with_all(ready))
    with pytest.raises(StudioError, match="the draft has no attributes yet"):
        drafts.specification(workshop, ready)
    fitting = AttributeChange(only=attribute_changes.proposed(found))
    again = attribute_changes.changed(found, ready.choices, fitting)
    assert again["attributes"] is None


def test_chosen_attributes_that_are_gone_are_named_and_the_others_stay(workshop, ready):
    chosen = ["age", "shoe_size", HOSTILE_COLUMN]
    ready = drafts.change(workshop, ready.id, {"attributes": chosen})

    found = choices.attributes(workshop, ready)
    size = drafts.step_shown(workshop, ready, Step.output)
    rest = attribute_changes.changed(found, ready.choices, AttributeChange())
    kept = drafts.change(workshop, ready.id, rest)

    (gone,) = found.gone
    assert gone.name == "shoe_size"
    assert gone.reason == "is not in the dataset 'population'"
    assert size is Step.attributes
    assert [each.attribute for each in kept.choices.attributes] == list(found.chosen)
    assert len(found.chosen) == 2
    assert choices.attributes(workshop, kept).gone == ()
    assert drafts.step_shown(workshop, kept, Step.output) is Step.output


def test_a_chosen_attribute_that_the_seeds_filter_asks_about_is_gone(workshop, ready):
    seed = {"dataset": "seed", "where": [{"column": "plan", "is": "plus"}]}
    values = {"attributes": ["age", "plan"], "seed": seed}
    ready = drafts.change(workshop, ready.id, values)

    (gone,) = choices.attributes(workshop, ready).gone

    assert gone.name == "plan" and "seed" in gone.reason


def test_one_size_is_told_as_people_percent_score_and_lift(workshop, ready):
    found = draft_estimates.estimate(workshop, ready, Output(top=100))

    candidates = found.candidates
    assert candidates == 880  # 1,000 people less 120 of the seed
    assert found.percent == pytest.approx(100 * 100 / candidates)
    as_percent = draft_estimates.in_unit(found, "best_percent")
    as_score = draft_estimates.in_unit(found, "min_score")
    assert as_percent.best_percent == 11.4  # of 880, which makes 100 people still
    again = draft_estimates.estimate(workshop, ready, as_percent)
    assert draft_estimates.in_unit(again, "top") == found.output
    near = draft_estimates.estimate(workshop, ready, as_score)
    assert near.people == pytest.approx(100, abs=1)
    smaller = draft_estimates.estimate(workshop, ready, Output(top=50))
    assert len(found.curve) > 3 and found.curve == smaller.curve
    on_curve = found.curve[20]
    same = draft_estimates.estimate(workshop, ready, Output(top=on_curve.people))
    lift, low, high = (float(each) for each in re.findall(r"[\d.]+", same.lift_text))
    assert lift == pytest.approx(on_curve.lift, rel=0.05)
    assert low == pytest.approx(on_curve.lift_low, rel=0.05)
    assert high == pytest.approx(on_curve.lift_high, rel=0.05)
    assert smaller.people_text == "50" and found.people_text == "100"
    assert found.curve[-1].people == candidates
    assert len(draft_estimates.OPEN) == 1


def test_a_size_is_recommended_by_what_contacts_cost_and_bring(workshop, ready):
    by_lift = draft_estimates.estimate(workshop, ready).recommended
    economics = {"prevalence": 0.1, "conversion_value": 50, "contact_cost": 4}
    ready = drafts.change(workshop, ready.id, {"economics": economics})

    paying = draft_estimates.estimate(workshop, ready).recommended

    assert by_lift.people < paying.people  # from a lift of 0.8 on instead of 2
    assert paying.percent == pytest.approx(100 * paying.people / 880, abs=0.1)
    assert paying.text.startswith("A contact pays from a lift of 0.80 on.")
    assert len(draft_estimates.OPEN) == 1


def test_a_seed_that_cannot_be_told_is_said_to_stop_a_build(workshop, ready):
    income = {"attributes": [{"attribute": "income"}]}
    ready = drafts.change(workshop, ready.id, income)
    found = draft_estimates.estimate(workshop, ready)
    knowingly = {"limits": {"allow_indistinct": True}}
    ready = drafts.change(workshop, ready.id, knowingly)

    again = draft_estimates.estimate(workshop, ready)

    assert found.stops and not found.can_be_told and again == found
    assert found.recommended.people is None
    assert len(draft_estimates.OPEN) == 1


def test_every_scorer_can_be_chosen_or_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("python_scoring.scorers.base.find_spec", lambda _: None)

    found = {each.model: each for each in scorer_choices()}

    assert set(found) == set(get_args(ModelName))
    assert not found["naive_bayes"].reason
    assert found["boosted"].reason == "needs the extra `boosted`"
    assert found["boosted"].remedy == "pip install 'lookalike-studio[boosted]'"


@pytest.mark.parametrize(
    ("typed", "kept", "missing"),
    [
        ({}, (None, None, None), ""),
        ({"prevalence": 2}, (0.02, None, None), "For a size that pays, give the cost"),
        (
            {"contact_cost": 1},
            (None, None, None),
            "Not kept yet: the cost of a contact",
        ),
        (
            {"prevalence": 2, "conversion_value": 5},
            (0.02, None, None),
            "the value of a conversion. For a size that pays, give the cost of a contact",
        ),
        (
            {"prevalence": 2, "conversion_value": 5, "contact_cost": 1},
            (0.02, 5, 1),
            "",
        ),
    ],
)
def test_of_costs_what_is_valid_is_kept_and_what_is_missing_is_said(
    typed, kept, missing
):
    known = Economics(prevalence=0.5, conversion_value=9, contact_cost=9)

    values, told = kept_economics(known, typed)

    found = Economics.model_validate(values)
    assert (found.prevalence, found.conversion_value, found.contact_cost) == kept
    assert missing in told and bool(told) == bool(missing)


def test_tiers_end_where_somebody_types_it():
    known = Output(best_percent=5, tiers=[{"up_to": 2, "name": "A"}, 5])

    tiers = draft_estimates.typed_tiers(known, "1; 5 %")
    found = draft_estimates.with_values(known, {"tiers": tiers})
    bands = draft_estimates.typed_tiers(known, "1, 3, 5")
    three = draft_estimates.with_values(known, {"tiers": bands})

    assert found.tier_names == ["A", "1-5 %"]
    assert three.tier_names == ["0-1 %", "1-3 %", "3-5 %"]
    assert draft_estimates.tier_ends(three) == "1, 3, 5"
    for typed in ("1, three", "3, 1, 5", "1, 3", "0, 5", "nan, 5"):
        with pytest.raises(StudioError):
            tiers = draft_estimates.typed_tiers(known, typed)
            draft_estimates.with_values(known, {"tiers": tiers})


def test_the_ends_of_the_slider_are_the_smallest_size_and_everybody():
    ends = draft_estimates.SLIDER_ENDS
    tops = [
        draft_estimates.output_at(each, 40_000).top for each in range(0, ends + 1, 50)
    ]

    assert tops[0] == 100 and tops[-1] == 40_000
    assert tops == sorted(tops)
    assert draft_estimates.output_at(0, 30).top == 30


@pytest.mark.parametrize("people", [1, 7, 1_049, 99_999, 123_457, 1_000_000])
def test_every_number_of_people_is_told_in_percent_without_losing_one(people):
    percent = draft_estimates._percent(people, 1_000_000)

    assert floor(percent * 1_000_000 / 100 + 1e-9) == people
    tiers = draft_estimates.equal_tiers(Output(top=people), 2) if people > 1 else []
    known = Output(top=people, tiers=tiers)
    as_percent = draft_estimates.resized(known, Output(best_percent=percent))
    assert len(as_percent.tiers) == len(tiers)


def test_another_size_keeps_what_divides_it_as_far_as_it_fits():
    known = draft_estimates.with_values(Output(top=1_000, include_seed=True), {})
    tiers = draft_estimates.equal_tiers(known, 2)
    known = draft_estimates.with_values(known, {"tiers": tiers})
    quotas = draft_estimates.with_quota(known, "country", "FR", "at_most", 30)
    known = draft_estimates.with_values(known, {"quotas": quotas})

    larger = draft_estimates.with_values(known, {"top": 3_000})
    score = draft_estimates.with_values(known, {"min_score": 0.5})

    assert [each.up_to for each in larger.tiers] == [1_500, 3_000]
    assert larger.quotas.at_most == {"FR": 0.3} and larger.include_seed
    assert (score.tiers, score.quotas, score.include_seed) == ((), None, True)
    told = draft_estimates.taken_off(known, score)
    assert told.startswith("A lowest score")
    assert told.endswith("Taken off: the tiers and the quotas.")
    assert draft_estimates.taken_off(known, larger) == ""
    in_people = {"attribute": "country", "unit": "people", "at_least": {"FR": 200}}
    known = draft_estimates.with_values(known, {"quotas": in_people})
    larger = draft_estimates.with_values(known, {"top": 2_000})
    smaller = draft_estimates.with_values(known, {"top": 100})
    assert larger.quotas == known.quotas and smaller.quotas is None
    assert [each.up_to for each in smaller.tiers] == [50, 100]
    assert draft_estimates.taken_off(known, smaller).endswith(": the quotas.")
    assert draft_estimates.taken_off(smaller, Output(top=100)) == ""
    with pytest.raises(StudioError):
        draft_estimates.with_values(known, {"top": 0})


def test_both_sides_are_compared_without_small_counts(workshop, ready):
    found = {each.attribute: each for each in draft_estimates.sides(workshop, ready)}

    country, age = found["country"], found["age"]
    assert country.text.startswith(f"{country.bars[0].label}: ")
    assert country.bars[0].label in ("DE", "FR")
    assert age.text.startswith("median ")


def test_what_is_told_of_data_is_told_anew_once_where_they_changed(tmp_path):
    workshop = builder_home(tmp_path)
    draft = drafts.begin(workshop)
    draft = drafts.change(
        workshop,
        draft.id,
        {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}},
    )
    draft_estimates.OPEN.close()
    draft_estimates.prepare(workshop, draft)
    assert len(draft_estimates.OPEN) == 1
    kinds = (draft_estimates.sides, draft_estimates.advice)
    before = [told(workshop, draft) for told in kinds]
    assert all(
        told(workshop, draft) is first
        for told, first in zip(kinds, before, strict=True)
    )

    path = tmp_path / "seed.csv"
    path.write_text(path.read_text().replace("DE", "FR", 40))
    after = [told(workshop, draft) for told in kinds]

    shares = [
        {bar.label: bar.seed_share for side in sides for bar in side.bars}.get("FR", 0)
        for sides in (before[0], after[0])
    ]
    assert shares[1] > shares[0] + 0.1
    assert after[1] != before[1]
    draft_estimates.OPEN.close()


def test_preparing_a_draft_that_cannot_be_built_tells_nothing(workshop):
    draft = drafts.begin(workshop)
    draft_estimates.prepare(workshop, draft)
    draft = drafts.change(
        workshop,
        draft.id,
        {"seed": {"dataset": "seed"}, "population": {"dataset": HOSTILE}},
    )

    draft_estimates.prepare(workshop, draft)


def test_idle_and_surplus_what_ifs_are_closed(workshop, ready, monkeypatch):
    closed, made = [], []

    class Opened:
        def __init__(self, workshop, specification):
            made.append(specification.name)

        def close(self):
            closed.append(self)

    monkeypatch.setattr("studio.services.open_what_ifs.WhatIf", Opened)
    asked = drafts.specification(workshop, ready)
    opened = OpenWhatIfs(most=2, idle_seconds=0.2)

    with opened.what_if(workshop, asked) as first:
        pass
    for name in (asked.name, "b", "c"):
        with opened.what_if(workshop, asked.model_copy(update={"name": name})):
            pass

    assert closed == [first] and len(opened) == 2 and len(made) == 3
    opened._timer.join(5)
    assert len(opened) == 0 and len(closed) == 3


def test_a_what_if_in_use_is_closed_by_the_last_who_uses_it(
    workshop, ready, monkeypatch
):
    closed, closed_in_use = [], []

    class Asking:
        """One that makes room for another while it is asked."""

        def __init__(self, workshop, specification):
            self.name = specification.name

        def refresh(self):
            if self.name == asked.name:
                opened.sides(workshop, other)
                closed_in_use.extend(closed)
            return self

        @property
        def stamp(self):
            return self.name

        def close(self):
            closed.append(self.name)

    monkeypatch.setattr("studio.services.open_what_ifs.WhatIf", Asking)
    monkeypatch.setattr("studio.services.open_what_ifs.sides_of", lambda _: ())
    asked = drafts.specification(workshop, ready)
    other = asked.model_copy(update={"name": "other"})
    opened = OpenWhatIfs(most=1)

    opened.sides(workshop, asked)

    assert closed_in_use == [] and closed == [asked.name]
    opened.close()
    assert closed == [asked.name, "other"] and len(opened) == 0


def test_a_dataset_whose_file_is_gone_says_so_where_it_is_chosen(workshop):
    path = workshop.home.root.parent / "seed.csv"
    aside = path.rename(path.with_name("aside.csv"))

    without = by_name(choices.seeds(workshop))["seed"].notes
    aside.rename(path)

    whole = by_name(choices.seeds(workshop))["seed"].notes
    assert set(without) - set(whole) == {"its file is not there now"}
