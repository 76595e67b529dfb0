"""The builder without a mouse, on a phone, in the dark."""

import pytest
from playwright.sync_api import expect

from studio.services import drafts
from studio.services.draft_store import Step
from tests.studio.builder.walking import NARROW, serious, settled
from tests.studio.halting import build_halted, until_asked_to_end
from tests.studio.served import LONG

pytestmark = pytest.mark.browser


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
    with build_halted(workshop.home) as run_id:
        tab_to("button", "Cancel the build")
        page.keyboard.press("Enter")
        until_asked_to_end(workshop.home, run_id)
    told = page.get_by_role("dialog")
    expect(told).to_contain_text("Cancelled", timeout=LONG)
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
        f"document.documentElement.scrollWidth <= {NARROW}", timeout=LONG
    )

    assert serious(page) == []
    cut_off = "all => all.filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.locator(".scrolling:visible").evaluate_all(cut_off) == 0
    assert page.evaluate("window.canary") is None
    assert page.said == []
