"""Drafts in a browser: kept, found again, deleted, and changed meanwhile."""

from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from studio.services import datasets, draft_store, drafts
from studio.services.draft_store import Step
from studio.web.pages.drafts import DRAFTS_A_PAGE
from tests.studio.builder.walking import go_on, serious, settled
from tests.studio.served import LONG, as_program, sign_in, until

pytestmark = pytest.mark.browser
BUILDS = False


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
    until(lambda: drafts.read(workshop, draft.id).step is Step.population)
    page.goto(f"/builder/{draft.id}")
    page.wait_for_url("**/population")

    page.goto(f"/builder/{drafts.begin(workshop).id}/finalise")

    assert page.url.endswith("/seed")
    assert page.get_by_role("button", name="Continue").is_disabled()
    page.goto(f"/builder/{'0' * 16}/seed")
    assert page.get_by_role("alert").inner_text().startswith("Draft")


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


def test_of_two_browsers_the_later_is_told_and_overwrites_nothing(
    page, chromium, address, workshop, draft
):
    other = chromium.new_context(base_url=address).new_page()
    other.set_default_timeout(LONG)
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
