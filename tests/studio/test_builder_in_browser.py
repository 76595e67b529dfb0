"""The builder as a browser shows it: five steps to an audience, by mouse and by keys."""

import time
import uuid
from pathlib import Path
from urllib.request import Request, urlopen

import pandas as pd
import pytest
from playwright.sync_api import expect

from studio.services import datasets, draft_store, drafts
from studio.services.access import LOCAL_NAME
from studio.services.draft_store import Step
from studio.web.components.reach_curve import BELOW_THE_THUMB
from studio.web.pages.drafts import DRAFTS_A_PAGE
from tests.studio.axe import judged_by_axe
from tests.studio.builder_home import HOSTILE, HOSTILE_COLUMN, builder_home
from tests.studio.served import as_program, served, sign_in, signed_in

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 240
MS = 1_000 * 60
NARROW = 390
CHOICES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """The home that is served."""
    return builder_home(tmp_path_factory.mktemp("builder"))


@pytest.fixture(scope="module")
def address(workshop):
    """The studio with its runs, in a process of its own."""
    root = workshop.home.root
    with served(root, root.parent, with_dagster=True) as found:
        yield found


@pytest.fixture(scope="module")
def browser(chromium, address, workshop):
    with signed_in(chromium, address, workshop.home) as found:
        yield found


@pytest.fixture
def page(browser):
    """A page of the studio for who has signed in, with what it said."""
    page = browser.new_page()
    page.set_default_timeout(MS)
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on(
        "console",
        lambda message: message.type == "error" and page.said.append(message.text),
    )
    yield page
    page.close()


@pytest.fixture
def draft(workshop):
    """A draft with seed and population, to open at any step."""
    begun = drafts.begin(workshop)
    return drafts.change(workshop, begun.id, CHOICES)


def go_on(page, step):
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**/{step}")


def _until(is_so):
    begin = time.monotonic()
    while not is_so():
        assert time.monotonic() < begin + PATIENCE
        time.sleep(0.1)


def serious(page):
    broken, passed = judged_by_axe(page)
    assert "color-contrast" in passed
    return broken


def settled(page, step):
    """Wait until a step shows all that it loads by itself."""
    waits = {
        "attributes": page.get_by_text("median "),
        "output": page.get_by_text("times a random draw"),
        "finalise": page.get_by_text("Know before you build"),
    }
    waits.get(step, page.get_by_role("radio")).first.wait_for()


def untick_and_tick_all(page):
    page.get_by_role("button", name="None", exact=True).click()
    page.get_by_text("No attribute is chosen. Choose at least one to go on.").wait_for()
    assert not page.get_by_text("All that fit are chosen").count()
    assert page.get_by_role("button", name="Continue").is_disabled()
    page.get_by_role("complementary").get_by_text("none yet").wait_for()
    page.get_by_role("button", name="All that fit").click()
    page.get_by_text("6 attributes are chosen.").wait_for()


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
    page.wait_for_url("**/audiences/*", timeout=1_000 * PATIENCE)

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
    _until(lambda: quotas().at_most == {"FR": 0.3})
    page.get_by_role("button", name="Remove the quota: country is FR").click()
    _until(lambda: quotas() is None)


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
    _until(
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
    _until(lambda: not drafts.read(workshop, draft.id).choices.population.where)


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
    _until(lambda: drafts.read(workshop, draft.id).choices.output.quotas is None)


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
    _until(lambda: people.inner_text() != everybody)
    assert 200 < drafts.read(workshop, draft.id).choices.output.top < 500
    page.get_by_role("checkbox", name="Add the seed people").click()
    press(0.25)
    go_on(page, "finalise")

    output = drafts.read(workshop, draft.id).choices.output
    assert 100 < output.top < 200
    assert output.include_seed


def test_reload_back_and_a_bookmark_keep_the_step_and_the_choices(
    page, workshop, draft
):
    page.goto(f"/builder/{draft.id}/population")
    page.goto(f"/builder/{draft.id}/seed")
    page.get_by_role("radio", name="seed").first.wait_for()
    page.reload()
    assert page.get_by_role("radio", name="seed").first.is_checked()
    page.wait_for_function("window.tellsOfWalking")
    radio = page.get_by_role("radio", name="seed").first.element_handle()
    page.get_by_role("link", name="Skip to content").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert page.url.endswith("/seed#content") and radio.is_visible()
    page.go_back()
    page.go_back()
    assert page.url.endswith("/population")
    assert page.get_by_role("radio", name="population").first.is_checked()
    _until(lambda: drafts.read(workshop, draft.id).step is Step.population)
    page.goto(f"/builder/{draft.id}")
    page.wait_for_url("**/population")

    page.goto(f"/builder/{drafts.begin(workshop).id}/finalise")

    assert page.url.endswith("/seed")
    assert page.get_by_role("button", name="Continue").is_disabled()
    page.goto(f"/builder/{'0' * 16}/seed")
    assert page.get_by_role("alert").inner_text().startswith("Draft")


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
    _until(lambda: len(drafts.read(workshop, draft.id).choices.attributes or ()) > 60)
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


def test_chosen_attributes_that_are_gone_are_told_and_taken_out(page, workshop, draft):
    chosen = {"attributes": ["age", "shoe_size", "visits"]}
    draft = drafts.change(workshop, draft.id, chosen)

    page.goto(f"/builder/{draft.id}/finalise")

    page.get_by_text(
        "Not compared any more: 'shoe_size' is not in the dataset 'population'."
    ).wait_for()
    page.wait_for_url("**/attributes")
    page.get_by_role("complementary").get_by_text("2 attributes").wait_for()
    kept = drafts.read(workshop, draft.id).choices.attributes
    assert {each.attribute for each in kept} == {"age", "visits"}
    go_on(page, "output")
    settled(page, "output")
    assert page.said == []


def test_reading_an_address_begins_no_draft(workshop, address):
    before = drafts.overview(workshop)
    for each in before:
        drafts.delete(workshop, each.id)

    asked = Request(f"{address}/builder", headers=as_program(workshop.home))  # noqa: S310
    with urlopen(asked) as answer:  # noqa: S310
        assert b"A draft is being made ready" in answer.read()

    assert drafts.overview(workshop) == []


def test_many_drafts_come_in_pages(page, workshop, draft):
    for number in range(DRAFTS_A_PAGE):
        drafts.change(workshop, drafts.begin(workshop).id, {"name": f"Later {number}"})

    page.goto("/drafts")
    rows = page.locator("tbody tr")
    assert rows.count() == DRAFTS_A_PAGE and "Later 24" in rows.first.inner_text()
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Page 2 of ").wait_for()
    assert page.url.endswith("/drafts?page=2")
    assert page.locator(f"a[href='/builder/{draft.id}']").count() == 1
    page.goto("/drafts?page=99")
    assert page.get_by_role("button", name="Next").is_disabled()


def test_a_draft_is_deleted_after_a_question(page, workshop, draft):
    named = drafts.change(workshop, draft.id, {"name": "Begun in error"})
    page.goto("/drafts")

    page.get_by_role("button", name="Delete the draft “Begun in error”").click()
    page.get_by_text("Delete the draft “Begun in error”?").wait_for()
    page.get_by_role("button", name="Cancel").click()
    assert drafts.read(workshop, draft.id) == named
    page.get_by_role("button", name="Delete the draft “Begun in error”").click()
    page.get_by_role("button", name="Delete", exact=True).click()

    page.get_by_role("link", name="Begun in error").wait_for(state="detached")
    assert draft.id not in {each.id for each in drafts.overview(workshop)}


def test_a_draft_without_a_name_is_asked_about_by_when_it_was_changed(page, draft):
    page.goto("/drafts")
    changed = f"{draft.updated_at:%Y-%m-%d %H:%M} UTC"
    row = page.locator("tr", has=page.locator(f"a[href='/builder/{draft.id}']"))

    row.get_by_role("button", name="Delete").click()

    asked = f"Delete the draft without a name, changed {changed}?"
    page.get_by_role("heading", name=asked).wait_for()
    assert "From seed to population" in row.inner_text()


def test_the_workflow_document_is_shown_where_it_is_opened_and_follows_changes(
    page, draft
):
    page.goto(f"/builder/{draft.id}/finalise")
    page.get_by_text("The name is free").wait_for()
    document = page.locator("#workflow")
    assert document.text_content() == ""

    page.get_by_text("The workflow as a document").click()
    page.locator("#workflow", has_text="kind: ").or_(
        page.locator("#workflow", has_text="population")
    ).first.wait_for()
    page.get_by_label("Name", exact=True).fill("Spring buyers")

    page.locator("#workflow", has_text="Spring buyers").wait_for()
    told = document.text_content()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_function(
        "told => navigator.clipboard.readText().then(kept => kept === told)", arg=told
    )
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download").click()
    assert begun.value.suggested_filename.endswith(".yml")
    assert Path(begun.value.path()).read_text(encoding="utf-8") == told
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

    _until(lambda: choices().output is not None and choices().refresh.schedule)
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


def test_of_two_browsers_the_later_is_told_and_overwrites_nothing(
    page, chromium, address, workshop, draft
):
    other = chromium.new_context(base_url=address).new_page()
    sign_in(other, address, workshop.home)
    for each in (page, other):
        each.goto(f"/builder/{draft.id}/seed")
        each.get_by_role("radio", name="population").first.wait_for()
        each.wait_for_function("window.socket?.connected")
    other.get_by_role("radio", name="population").first.check()
    other.get_by_role("complementary").get_by_text("population").nth(1).wait_for()

    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/population")
    page.go_back()
    page.get_by_role("radio", name="population").and_(
        page.locator(":checked")
    ).first.wait_for()
    other.get_by_role("radio", name="seed").first.check()
    other.get_by_role("complementary").get_by_text("seed", exact=True).wait_for()
    page.get_by_role("radio", name="seed").first.click()
    page.get_by_text("was changed meanwhile in another window").wait_for()
    page.get_by_role("button", name="Load what is there now").click()

    page.get_by_role("radio", name="seed").and_(
        page.locator(":checked")
    ).first.wait_for()
    assert drafts.read(workshop, draft.id).choices.seed.dataset == "seed"
    other.context.close()


def test_the_keyboard_alone_leads_to_a_build_and_ends_it(page, workshop):
    begun = drafts.begin(workshop)
    page.goto(f"/builder/{begun.id}/seed")
    page.get_by_role("radio", name="seed").first.wait_for()
    page.wait_for_timeout(500)

    def tab_to(role, name):
        wanted = page.get_by_role(role, name=name).first.element_handle()
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("each => each === document.activeElement", wanted):
                return
        raise AssertionError(f"{role} {name} is not reached by Tab")

    tab_to("radio", "population")
    page.keyboard.press("ArrowDown")
    page.get_by_role("complementary").get_by_text("seed", exact=True).wait_for()
    page.get_by_role("button", name="Continue").and_(
        page.locator(":enabled")
    ).wait_for()
    tab_to("button", "Continue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/population")
    tab_to("radio", "population")
    page.keyboard.press("Space")
    for step in ("attributes", "output", "finalise"):
        page.get_by_role("button", name="Continue").and_(
            page.locator(":enabled")
        ).wait_for()
        tab_to("button", "Continue")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{step}")
        settled(page, step)
    tab_to("textbox", "Name")
    page.keyboard.press("Control+a")
    page.keyboard.type("By keys alone")
    tab_to("button", "Create audience")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Building “By keys alone”").wait_for()
    tab_to("button", "Cancel the build")
    page.keyboard.press("Enter")
    told = page.get_by_role("dialog")
    expect(told).to_contain_text("Cancelled", timeout=PATIENCE * 1_000)
    told.get_by_text("Cancelled", exact=True).wait_for()

    kept = drafts.read(workshop, begun.id)
    assert kept.choices.seed.dataset == "seed" and kept.created == "by_keys_alone"


def test_attributes_are_unticked_one_after_the_other_by_tab_and_space(
    page, workshop, draft
):
    page.goto(f"/builder/{draft.id}/attributes")
    settled(page, "attributes")
    ticks = page.get_by_role("checkbox")
    second = ticks.nth(1).element_handle()
    has_focus = "each => each === document.activeElement"

    ticks.first.focus()
    page.keyboard.press("Space")
    page.get_by_text("5 attributes are chosen.").wait_for()
    for _ in range(9):
        assert page.evaluate("document.activeElement !== document.body")
        page.keyboard.press("Tab")
        if page.evaluate(has_focus, second):
            break
    page.keyboard.press("Space")

    page.get_by_text("4 attributes are chosen.").wait_for()
    page.get_by_text("1 of 3 chosen").wait_for()
    assert page.evaluate(has_focus, second)
    assert not any(ticks.nth(at).is_checked() for at in range(2))
    kept = drafts.read(workshop, draft.id).choices.attributes
    assert len(kept) == 4
    page.get_by_role("button", name="All that fit").click()
    page.get_by_text("6 attributes are chosen.").wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('[role=checkbox]')]"
        ".every(each => each.ariaChecked === 'true')"
    )


def test_the_focus_stays_where_all_attributes_or_none_are_taken(page, draft):
    page.goto(f"/builder/{draft.id}/attributes")
    settled(page, "attributes")

    for name, words in (
        ("None", "No attribute is chosen."),
        ("All that fit", "6 attributes are chosen."),
    ):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_text(words).wait_for()
        pressed = page.get_by_role("button", name=name, exact=True, pressed=True)
        pressed.wait_for()
        assert page.evaluate("document.activeElement.innerText") == name


def test_the_focus_follows_an_attribute_that_is_protected(page, draft):
    page.goto(f"/builder/{draft.id}/attributes")
    settled(page, "attributes")
    within = "document.activeElement.innerText"

    page.get_by_role("button", name="Protect").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Unprotect").wait_for()
    page.wait_for_function(f"{within}.includes('Unprotect')")
    page.keyboard.press("Enter")

    page.wait_for_function(f"{within}.includes('Protect')")
    assert page.get_by_role("button", name="Unprotect").count() == 0


@pytest.mark.parametrize("step", [each.value for each in Step])
def test_every_step_is_accessible_wide_narrow_and_dark(page, draft, step):
    page.goto(f"/builder/{draft.id}/{step}")
    settled(page, step)
    assert page.locator("h1").count() == 1
    assert serious(page) == []
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        f"document.documentElement.scrollWidth <= {NARROW}", timeout=10_000
    )

    assert serious(page) == []
    cut_off = "all => all.filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.locator(".scrolling:visible").evaluate_all(cut_off) == 0
    assert page.evaluate("window.canary") is None
    assert page.said == []


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


def test_a_file_that_was_written_since_is_said_and_read_and_the_choices_stay(
    page, workshop, draft
):
    file = workshop.home.root.parent / "seed.csv"
    before = file.read_text()
    chosen = drafts.change(workshop, draft.id, {"output": {"top": 77}}).choices
    try:
        file.write_text("".join(before.splitlines(keepends=True)[:-10]))
        page.goto(f"/builder/{draft.id}/population")

        notice = page.get_by_text("The dataset 'seed' has changed since it was read.")
        notice.wait_for()
        assert not serious(page)
        page.get_by_role("button", name="Read it now").click()
        page.get_by_text("was loaded again: 120 rows then, 110 now.").wait_for()

        assert notice.count() == 0
        assert drafts.read(workshop, draft.id).choices == chosen
        page.get_by_role("button", name="Go on with the data as they are").click()
        page.get_by_text("was loaded again").wait_for(state="detached")
    finally:
        file.write_text(before)
        datasets.profile(workshop, "seed")
    assert page.said == []


def test_a_change_that_takes_long_says_that_it_is_being_saved(page, workshop, draft):
    page.goto(f"/builder/{draft.id}/seed")
    settled(page, "seed")

    with draft_store.alone(workshop.home, draft.id):
        page.get_by_role("radio", name="population 1,000 rows").check()
        page.get_by_text("Saving…").wait_for()
        assert page.get_by_text("Saved as you go").count() == 0

    page.get_by_text("Saved as you go").wait_for()
    chosen = drafts.read(workshop, draft.id).choices.seed
    assert chosen is not None and chosen.dataset == "population"
    assert page.said == []
