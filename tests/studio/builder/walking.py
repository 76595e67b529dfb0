"""How a test walks through the builder, and waits for what a step shows."""

from tests.studio.axe import judged_by_axe

NARROW = 390


def go_on(page, step):
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**/{step}")


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
