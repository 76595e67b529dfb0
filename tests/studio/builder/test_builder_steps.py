"""The builder as a browser shows it: five steps to an audience."""

import uuid
from urllib.request import urlopen

import pandas as pd
import pytest
from playwright.sync_api import expect

from studio.services import datasets, drafts
from studio.services.access import LOCAL_NAME
from studio.web.components.reach_curve import BELOW_THE_THUMB
from tests.studio.builder.walking import (
    NARROW,
    go_on,
    serious,
    settled,
    untick_and_tick_all,
)
from tests.studio.builder_home import HOSTILE, HOSTILE_COLUMN
from tests.studio.served import LONG, until

pytestmark = pytest.mark.browser


def way_to_dagster(shown):
    return shown.get_by_role("link", name="Open in Dagster").get_attribute("href")


def is_of_dagster(address, page):
    with urlopen(address) as answer:  # noqa: S310
        return b"Dagster" in answer.read() and not address.startswith(
            page.url.removesuffix("/runs")
        )


def test_a_first_audience_from_the_seed_to_its_page(page, workshop):
    page.goto("/builder")
    page.get_by_role("radio", name="seed").first.check()
    go_on(page, "population")
    refused = page.get_by_role("radio", name="seed 120 rows")
    assert refused.is_disabled()
    page.get_by_text("it is the seed's own data").wait_for()
    page.get_by_role("radio", name="population").first.check()
    go_on(page, "attributes")
    settled(page, "attributes")
    assert page.get_by_role("cell", name="user_id").count() == 2
    assert page.get_by_role("checkbox", name=HOSTILE_COLUMN).is_checked()
    untick_and_tick_all(page)
    page.get_by_role("checkbox", name="visits").click()
    page.get_by_text("5 attributes are chosen.").wait_for()
    go_on(page, "output")
    settled(page, "output")
    page.get_by_label("People", exact=True).last.fill("90")
    page.locator(".figures").get_by_text("90", exact=True).wait_for()
    go_on(page, "finalise")
    settled(page, "finalise")
    name = page.get_by_label("Name")
    assert name.input_value() == "Like seed"
    name.fill("POPULATION")
    page.get_by_text("has the name of a dataset").wait_for()
    assert page.get_by_role("button", name="Create audience").is_disabled()
    name.fill(HOSTILE + "!")
    page.get_by_text("The name is free").wait_for()
    page.get_by_role("button", name="Create audience").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Learn what sets the seed apart").wait_for()
    in_dialog = way_to_dagster(dialog)
    page.wait_for_url("**/audiences/*", timeout=LONG)

    (audience,) = workshop.catalog.list_audiences()
    version = workshop.catalog.served_version(audience.id)
    assert audience.name == HOSTILE + "!"
    assert version.figures["delivered_people"] == 90
    kept = workshop.catalog.newest_specification(audience.id).specification
    assert "visits" not in {each.attribute for each in kept.attributes}
    page.goto("/runs")
    page.get_by_role("link", name=audience.name).wait_for()
    page.get_by_text("Stages").click()
    page.get_by_text("Score everybody").wait_for()
    assert way_to_dagster(page) == in_dialog
    assert is_of_dagster(in_dialog, page)
    assert page.evaluate("window.canary") is None
    (done,) = (
        each
        for each in drafts.overview(workshop)
        if each.created and each.begun_by == LOCAL_NAME
    )
    page.goto(f"/builder/{done.id}/seed")
    page.wait_for_url("**/done")
    page.get_by_text("This draft became an audience.").wait_for()


def test_a_size_keeps_its_people_in_every_unit(page, workshop, draft):
    drafts.change(workshop, draft.id, {"output": {"top": 90}})
    page.goto(f"/builder/{draft.id}/output")
    settled(page, "output")
    size = page.locator(".size-row input").last
    page.get_by_role("button", name="Percent", exact=True).click()
    expect(size).to_have_value("10.23")
    page.get_by_text("Tiers and quotas").click()
    page.get_by_label("They end at, in percent").fill("5, 10.23")
    page.get_by_text("2 uneven tiers").wait_for()
    page.get_by_role("button", name="Lowest score").click()
    page.get_by_text("Taken off: the tiers.").wait_for()
    page.get_by_role("button", name="People", exact=True).click()
    expect(size).to_have_value("90")
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Take it").wait_for(state="hidden")
    assert drafts.read(workshop, draft.id).choices.output.top != 90


def test_the_thumb_of_the_size_hides_no_number_of_the_axis(page, draft):
    page.goto(f"/builder/{draft.id}/output")
    settled(page, "output")

    thumb = page.locator(".reach .q-slider__thumb").bounding_box()

    assert thumb["height"] / 2 < BELOW_THE_THUMB


def test_a_quota_for_a_value_that_nobody_has_is_told_where_it_is_typed(
    page, workshop, draft
):
    page.goto(f"/builder/{draft.id}/output")
    settled(page, "output")
    page.get_by_text("Tiers and quotas").click()
    page.get_by_label("Column").click()
    page.get_by_role("option", name="country").click()
    value = page.get_by_label("Value")

    def quotas():
        output = drafts.read(workshop, draft.id).choices.output
        return None if output is None else output.quotas

    value.fill("Germany")

    value.press("Tab")

    told = page.get_by_role("status").filter(has_text="is no value that country has")
    told.wait_for()
    assert "'Germany'" in told.inner_text() and "name one such as" in told.inner_text()
    expect(value).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Percent", exact=True).last.fill("40")
    page.get_by_role("button", name="Add quota").click()
    page.wait_for_timeout(500)
    assert page.locator(".chip").count() == 0
    value.fill("DE")
    page.get_by_role("button", name="Add quota").click()
    expect(told).to_be_hidden()
    page.locator(".chip", has_text="country is DE: at most 40 %").wait_for()
    assert quotas().at_most == {"DE": 0.4}
    value.fill("FR")
    page.get_by_label("Percent", exact=True).last.fill("30")
    page.get_by_role("button", name="Add quota").click()
    page.locator(".chip", has_text="country is FR: at most 30 %").wait_for()
    page.get_by_role("button", name="Remove the quota: country is DE").click()
    until(lambda: quotas().at_most == {"FR": 0.3})
    page.get_by_role("button", name="Remove the quota: country is FR").click()
    until(lambda: quotas() is None)


def test_quick_changes_of_attributes_are_all_kept(page, workshop, draft):
    page.goto(f"/builder/{draft.id}/attributes")
    settled(page, "attributes")

    # two clicks before the first is answered
    page.locator(".attribute").get_by_role("checkbox").evaluate_all(
        "(boxes) => boxes.slice(0, 2).forEach((box) => box.click())"
    )

    page.get_by_text("4 attributes are chosen.").wait_for()
    assert len(drafts.read(workshop, draft.id).choices.attributes) == 4


def remove_at_once(page, *labels):
    """Press several buttons before the first is answered."""
    buttons = page.get_by_role("button", name="Remove the")
    expect(buttons.first).to_be_visible()
    buttons.evaluate_all(
        "(found, labels) => found"
        ".filter((button) => labels.includes(button.ariaLabel))"
        ".forEach((button) => button.click())",
        list(labels),
    )


def test_quick_removals_of_conditions_are_all_kept(page, workshop, draft):
    where = [
        {"column": "age", "at_least": 20},
        {"column": "country", "is_not": "DE"},
        {"column": "plan", "is_not": "pro"},
    ]
    population = {"dataset": "population", "where": where}
    drafts.change(workshop, draft.id, {"population": population})
    page.goto(f"/builder/{draft.id}/population")
    last = page.get_by_role("button", name="Remove the condition: 'plan'")
    stays = last.element_handle()
    labels = page.get_by_role("button", name="Remove the condition").evaluate_all(
        "(buttons) => buttons.map((button) => button.ariaLabel)"
    )

    remove_at_once(page, *labels[:2])

    expect(page.locator(".chip")).to_have_count(1)
    until(
        lambda: (
            [
                each.column
                for each in drafts.read(workshop, draft.id).choices.population.where
            ]
            == ["plan"]
        )
    )
    assert last.evaluate("(button, before) => button === before", stays)
    last.click()
    expect(page.locator(".chip")).to_have_count(0)
    until(lambda: not drafts.read(workshop, draft.id).choices.population.where)


def test_quick_removals_of_quotas_are_all_kept(page, workshop, draft):
    quotas = {"attribute": "country", "at_most": {"DE": 0.4, "FR": 0.3, "US": 0.5}}
    drafts.change(workshop, draft.id, {"output": {"top": 100, "quotas": quotas}})
    page.goto(f"/builder/{draft.id}/output")
    settled(page, "output")
    last = page.get_by_role("button", name="Remove the quota: country is US")
    stays = last.element_handle()

    remove_at_once(
        page,
        "Remove the quota: country is DE",
        "Remove the quota: country is FR",
    )

    expect(page.locator(".chip")).to_have_count(1)
    assert last.evaluate("(button, before) => button === before", stays)
    last.click()
    expect(page.locator(".chip")).to_have_count(0)
    until(lambda: drafts.read(workshop, draft.id).choices.output.quotas is None)


def test_who_moves_the_size_and_goes_on_at_once_keeps_it(page, workshop, draft):
    page.goto(f"/builder/{draft.id}/output")
    settled(page, "output")
    people = page.locator(".figures .value").first
    everybody = people.inner_text()

    def press(share):
        """A place of the drawing is a size."""
        curve = page.locator(".reach")
        curve.scroll_into_view_if_needed()
        box = curve.bounding_box()
        page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)

    press(0.5)
    until(lambda: people.inner_text() != everybody)
    assert 200 < drafts.read(workshop, draft.id).choices.output.top < 500
    page.get_by_role("checkbox", name="Add the seed people").click()
    press(0.25)
    go_on(page, "finalise")

    output = drafts.read(workshop, draft.id).choices.output
    assert 100 < output.top < 200
    assert output.include_seed


def test_what_cannot_be_chosen_is_shown_with_reason_and_names_are_text(page, workshop):
    page.goto(f"/builder/{drafts.begin(workshop).id}/seed")

    refused = page.locator(".choice.unfit")
    assert refused.get_by_role("radio").is_disabled()
    assert refused.locator(".title").inner_text() == HOSTILE
    assert "no column mapped as an identifier" in refused.inner_text()
    assert refused.locator("code").inner_text() == "no_identifier"
    page_of = refused.get_by_role("link", name="Open its page").get_attribute("href")
    assert page_of == f"/datasets/{workshop.catalog.get_dataset(HOSTILE).slug}"
    assert page.evaluate("window.canary") is None
    assert page.said == []


def test_a_seed_keeps_its_weight_and_negative_seed_until_another_is_picked(
    page, workshop, draft
):
    page.goto(f"/builder/{draft.id}/seed")
    so_far = page.get_by_role("complementary")
    page.get_by_text("More: what people are worth").click()
    page.get_by_label("People count by").click()
    page.get_by_role("option", name="income").click()
    so_far.get_by_text("Counted by").wait_for()
    page.get_by_label("Not like").click()
    page.get_by_role("option", name="Nobody").wait_for()
    assert page.get_by_role("option", name="population").count() == 0  # it is chosen
    # Quasar has a div between a listbox and its options.
    assert {rule for rule, _ in serious(page)} <= {"aria-required-children"}
    page.keyboard.press("Escape")
    page.get_by_text("Use only some of its rows").first.click()
    page.get_by_label("Column", exact=True).first.click()
    page.get_by_role("option", name="country").click()
    page.get_by_label("Value", exact=True).first.fill("DE")
    page.get_by_role("button", name="Add", exact=True).first.click()
    so_far.get_by_text("seed, where 'country' is 'DE'").wait_for()
    kept = drafts.read(workshop, draft.id).choices.seed
    assert kept.weight == "income" and kept.where

    page.get_by_role("radio", name="population").first.check()

    page.get_by_text(
        "Of the seed before, this went too: its filter, its weight 'income'."
    ).wait_for()
    so_far.get_by_text("Counted by").wait_for(state="detached")
    assert page.said == []


def test_an_attribute_among_many_is_found_by_a_part_of_its_name(page, workshop):
    folder = workshop.home.root.parent
    sides = {"seed": "wide A", "population": "wide B"}
    for name, wide in sides.items():
        people = pd.read_csv(folder / f"{name}.csv")
        more = {f"Score {at:02d}": (people["age"] * (at + 1)) % 17 for at in range(70)}
        people.assign(**more).to_csv(folder / f"{wide}.csv", index=False)
        datasets.add(
            workshop.catalog,
            workshop.engine,
            folder / f"{wide}.csv",
            wide,
            table=None,
            csv_schema=None,
            description="",
        )
    of_wide = {side: {"dataset": wide} for side, wide in sides.items()}
    draft = drafts.change(workshop, drafts.begin(workshop).id, of_wide)
    page.goto(f"/builder/{draft.id}/attributes")
    settled(page, "attributes")
    assert page.get_by_role("checkbox", name="Score 69").count() == 0

    page.get_by_label("Find an attribute").fill("sCore 6")

    page.get_by_role("checkbox", name="Score 69").wait_for()
    shown = page.locator(".attribute").get_by_role("checkbox")
    expect(shown).to_have_count(10)
    page.get_by_role("status").get_by_text("10 of ").wait_for()
    page.get_by_role("checkbox", name="Score 69").click()
    until(lambda: len(drafts.read(workshop, draft.id).choices.attributes or ()) > 60)
    kept = {
        each.attribute for each in drafts.read(workshop, draft.id).choices.attributes
    }
    assert "score_68" in kept
    assert "score_69" not in kept
    assert serious(page) == []
    page.get_by_label("Find an attribute").fill("<b>nothing")
    page.get_by_role("status").get_by_text("0 of ").wait_for()
    expect(shown).to_have_count(0)
    page.get_by_label("Find an attribute").fill("")
    page.get_by_role("checkbox", name="Score 00").wait_for()
    assert page.said == []


def test_more_options_and_what_contacts_cost_are_kept(page, workshop, draft):
    page.goto(f"/builder/{draft.id}/finalise")
    settled(page, "finalise")
    page.get_by_text("What a contact costs and brings").click()

    page.get_by_label("Share of the seed's kind").fill("4")
    page.get_by_text("The report corrects the AUC by it.").wait_for()
    page.get_by_label("Cost of a contact").fill("2")
    page.get_by_text("Not kept yet: the cost of a contact.").wait_for()
    page.get_by_label("Build again", exact=True).click()
    page.get_by_role("option", name="By a cron line").click()
    page.get_by_label("Cron line").fill("0 6 * * 1-5")
    page.get_by_text("More options").click()
    page.get_by_role("radio", name="weighted_bayes").check()
    page.get_by_role("checkbox", name="Build it although the seed").click()
    page.get_by_label("Keep members near the cut").fill("10")
    assert page.get_by_role("checkbox", name="For housing").is_disabled()
    cut_off = (
        "all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)"
    )
    assert page.locator(".q-field__label").evaluate_all(cut_off) == []

    def choices():
        return drafts.read(workshop, draft.id).choices

    until(lambda: choices().output is not None and choices().refresh.schedule)
    kept = choices()
    economics = kept.economics
    assert (economics.prevalence, economics.contact_cost) == (0.04, None)
    assert kept.refresh.schedule == "0 6 * * 1-5" and kept.output.keep_margin == 10
    assert kept.scoring.model == "weighted_bayes" and kept.limits.allow_indistinct
    assert serious(page) == []
    assert page.said == []


def test_why_a_choice_is_refused_is_seen_from_far_below(page, draft):
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(f"/builder/{draft.id}/finalise")
    settled(page, "finalise")
    page.get_by_label("Build again", exact=True).click()
    page.get_by_role("option", name="By a cron line").click()
    page.get_by_label("Cron line").fill("whenever")
    why = page.get_by_role("alert")
    why.wait_for()

    page.get_by_role("button", name="Create audience").scroll_into_view_if_needed()

    expect(why).to_be_in_viewport(ratio=1)


def test_which_identifier_joins_is_chosen_with_the_population(page, workshop, tmp_path):
    """Where both sides have several; every one joins until one is chosen."""
    for name in ("seed", "population"):
        frame = pd.read_csv(workshop.home.root.parent / f"{name}.csv")
        frame["maid"] = [str(uuid.uuid5(uuid.NAMESPACE_URL, e)) for e in frame.user_id]
        path = tmp_path / f"{name}.parquet"
        frame.to_parquet(path)
        datasets.add(
            workshop.catalog,
            workshop.engine,
            path,
            f"{name} of phones",
            table=None,
            csv_schema=None,
            description="",
        )
    begun = drafts.begin(workshop)
    drafts.change(workshop, begun.id, {"seed": {"dataset": "seed of phones"}})
    page.goto(f"/builder/{begun.id}/population")
    page.get_by_role("radio", name="population of phones").check()
    joined = page.get_by_label("Joined by")
    joined.wait_for()
    expect(joined).to_have_value("Every identifier of both: user_id, maid")

    joined.click()
    page.get_by_role("option", name="maid", exact=True).click()

    page.get_by_role("complementary").get_by_text("maid", exact=True).wait_for()
    assert drafts.read(workshop, begun.id).choices.join_key == ("maid",)
    assert serious(page) == []
    page.set_viewport_size({"width": NARROW, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    go_on(page, "attributes")
    settled(page, "attributes")
    page.get_by_role("cell", name="maid").first.wait_for()
    page.goto(f"/builder/{begun.id}/population")
    expect(page.get_by_label("Joined by")).to_have_value("maid")
